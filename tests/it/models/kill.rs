//! The program is killed at every point of the model's part: the message is answered once after the restart, and nobody is
//! asked, or billed, a second time.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use eventos::store::cluster::Role;
use eventos::wizard::fault::MODEL_POINTS;

use super::fake;
use crate::harness::Database;
use crate::harness::Folder;
use crate::peers::model::{Fake, KEY, says};

fn chat(database: &Database, fake: &Fake, folder: &Path, kill: Option<&str>, lines: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["chat", "--email", "ana@example.com", "--data-dir"]).arg(folder).env("DATABASE_URL", database.url());
    command
        .env("OPENAI_API_KEY", KEY)
        .env("OPENAI_BASE_URL", fake.url())
        .env("EVENTOS_MODELS__ANSWER_WITHIN_MS", "60000");
    if let Some(kill) = kill {
        command.env("FAILPOINT_KILL", kill);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A killed program reads no further.
    child.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).ok();
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_a_model_speaks_loses_nothing_and_bills_once() {
    for point in MODEL_POINTS {
        let (database, fake) = fake().await;
        fake.always(says("A fine idea. Tell me more."));
        let folder = Folder::new("model-kill");
        let first = {
            let kill = format!("{point}:2");
            tokio::task::block_in_place(|| {
                chat(&database, &fake, &folder, Some(&kill), &["a concert", "for 80 people", "hmm"])
            })
        };
        let killed = std::os::unix::process::ExitStatusExt::signal(&first.status) == Some(9);
        assert!(killed, "{point}: {}", String::from_utf8_lossy(&first.stderr));
        let again = tokio::task::block_in_place(|| chat(&database, &fake, &folder, None, &["what do we have so far?"]));
        assert!(again.status.success(), "{point}: {}", String::from_utf8_lossy(&again.stderr));
        let mut conn = database.connect(Role::Bootstrap).await;
        let checks = [
            ("a message is still open", "select count(*) from inbox where state <> 'answered'"),
            (
                "a message has not exactly one answer",
                "select count(*) from inbox i where (select count(*) from ai_conversations a where a.reply_to = i.message_id) <> 1",
            ),
            (
                "a fact is lost",
                "select count(*) from ai_conversations c join events e on true where c.content = 'for 80 people' and e.capacity is distinct from 80",
            ),
        ];
        for (words, query) in checks {
            let count: i64 = sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap();
            assert_eq!(count, 0, "{point}: {words}\n{}", String::from_utf8_lossy(&first.stdout));
        }
        let messages: i64 = sqlx::query_scalar("select count(*) from model_calls").fetch_one(&mut conn).await.unwrap();
        let asked = i64::try_from(fake.seen().len()).unwrap();
        assert!(asked <= messages, "{point}: {asked} calls for {messages} messages");
    }
}
