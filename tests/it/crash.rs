//! The program is killed (SIGKILL) at every named point of a turn; after its restart every accepted message is answered
//! once, unasked, and the draft is that of the accepted messages.
//!
//! `KILLS=1000` kills more often (`make reliability`); points and passes are drawn by a fixed rule, so a failure repeats.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use eventos::store::cluster::Role;
use eventos::wizard::fault::POINTS;
use sqlx::PgConnection;

use crate::harness::{self, Database, Folder};

/// What an organizer types; each line adds one fact that can be counted.
const LINES: &[&str] =
    &["it is called Harbour Lights", "for 80 people", "a concert", "at Pier 21 in Halifax", "tickets are 25 dollars"];

fn chat(database: &Database, folder: &Path, email: &str, kill: Option<&str>, lines: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["chat", "--email", email, "--data-dir"]).arg(folder).env("DATABASE_URL", database.url());
    if let Some(kill) = kill {
        command.env("FAILPOINT_KILL", kill);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A killed program reads no further; what it did not read is not said.
    child.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).ok();
    child.wait_with_output().unwrap()
}

/// What does not hold in this database after all is over.
async fn faults(conn: &mut PgConnection) -> Vec<String> {
    let checks = [
        ("a message is still open", "select count(*) from inbox where state not in ('answered', 'dead')"),
        ("a message is set aside", "select count(*) from inbox where state = 'dead'"),
        (
            "a message has not exactly one answer",
            "select count(*) from inbox i where (select count(*) from ai_conversations a where a.reply_to = i.message_id) <> 1",
        ),
        (
            "accepted and said differ",
            "select abs((select count(*) from inbox) - (select count(*) from ai_conversations where role = 'user'))",
        ),
        (
            "a turn was settled not once",
            "select count(*) from wizard_sessions s where s.version <> (select count(*) from inbox i where i.session_id = s.id)",
        ),
        (
            "a fact that was said is not in the draft",
            "select count(*) from ai_conversations c join wizard_sessions s on s.id = c.session_id left join events e on e.id = s.event_id
             where c.role = 'user' and c.content = 'for 80 people' and e.capacity is distinct from 80",
        ),
        ("an event is there twice", "select count(*) - count(distinct s.event_id) from wizard_sessions s where s.event_id is not null"),
    ];
    let mut found = Vec::new();
    for (words, query) in checks {
        let count: i64 = sqlx::query_scalar(query).fetch_one(&mut *conn).await.unwrap();
        if count != 0 {
            found.push(format!("{words} ({count})"));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_at_every_point_of_a_turn_loses_and_doubles_nothing() {
    let kills: usize = std::env::var_os("KILLS").and_then(|count| count.to_str()?.parse().ok()).unwrap_or(50);
    let mut killed = 0;
    for round in 0..kills {
        let point = POINTS[round % POINTS.len()];
        // Passes differ from round to round: the opening, the first fact, the later ones.
        let kill = format!("{point}:{}", 1 + (round / POINTS.len() + round) % 5);
        let database = harness::database().await;
        let folder = Folder::new("crash");
        let first = chat(&database, &folder, "ana@example.com", Some(&kill), LINES);
        let died = std::os::unix::process::ExitStatusExt::signal(&first.status) == Some(9);
        killed += usize::from(died);
        let again = chat(&database, &folder, "ana@example.com", None, &["what do we have so far?"]);
        assert!(again.status.success(), "{kill}: {}", String::from_utf8_lossy(&again.stderr));
        let mut conn = database.connect(Role::Bootstrap).await;
        let faults = faults(&mut conn).await;
        assert!(faults.is_empty(), "{kill} (killed: {died}): {faults:?}\n{}", String::from_utf8_lossy(&first.stdout));
    }
    println!("killed {killed} of {kills} runs");
    assert!(killed * 2 > kills, "most runs must really be killed, only {killed} of {kills} were");
}

/// A program that goes on reading, on a folder of its own.
struct Talking {
    child: Child,
    stdin: Option<ChildStdin>,
    _folder: Folder,
}

impl Talking {
    fn start(database: &Database, email: &str, kill: Option<&str>) -> Self {
        Self::leasing(2, database, email, kill)
    }

    /// `lease_s`: so long nobody else takes over what it took in.
    fn leasing(lease_s: u32, database: &Database, email: &str, kill: Option<&str>) -> Self {
        let folder = Folder::new("two");
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
        command.args(["chat", "--email", email, "--data-dir"]).arg(&folder).env("DATABASE_URL", database.url());
        command.env("EVENTOS_WIZARD__LEASE_S", lease_s.to_string());
        if let Some(kill) = kill {
            command.env("FAILPOINT_KILL", kill);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin, _folder: folder }
    }

    fn say(&mut self, line: &str) {
        // A killed program reads no further; what it did not read is not said.
        writeln!(self.stdin.as_mut().unwrap(), "{line}").ok();
    }

    /// Closes its input and waits for its end. Whether it was killed.
    fn end(mut self) -> bool {
        self.stdin = None;
        std::os::unix::process::ExitStatusExt::signal(&self.child.wait().unwrap()) == Some(9)
    }
}

async fn count(conn: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(conn).await.unwrap()
}

/// Waits until a query counts as many rows, as long as a slow machine may need.
async fn until(conn: &mut PgConnection, query: &'static str, wanted: i64) {
    let begun = Instant::now();
    while begun.elapsed() < harness::PATIENCE {
        if count(conn, query).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {wanted}: {query}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_takes_over_what_a_killed_one_accepted() {
    const OPEN: &str = "select count(*) from inbox where state not in ('answered', 'dead')";
    const ANSWERED: &str = "select count(*) from inbox where state = 'answered'";
    for point in ["accept.after_commit", "turn.understood", "settle.before_commit", "settle.after_commit"] {
        let database = harness::database().await;
        let mut conn = database.connect(Role::Bootstrap).await;
        let mut living = Talking::start(&database, "bo@example.com", None);
        living.say("it is called Quiet Harbour");
        living.say("for 80 people");
        // The greeting is asked for by the program itself.
        until(&mut conn, ANSWERED, 3).await;
        // A short lease would be over on a slow machine before it is known what was left.
        let mut dying = Talking::leasing(600, &database, "ana@example.com", Some(&format!("{point}:2")));
        for line in LINES {
            dying.say(line);
        }
        let died = dying.end();
        let left = count(&mut conn, OPEN).await;
        let over = "update inbox set lease_until = now() where lease_until > now() + interval '1 minute'";
        sqlx::query(over).execute(&mut conn).await.unwrap();
        assert!(died, "{point}: the program was not killed");
        assert!(left > 0 || point == "settle.after_commit", "{point}: nothing was left to take over");
        living.say("a concert");
        until(&mut conn, OPEN, 0).await;
        assert!(living.child.try_wait().unwrap().is_none(), "{point}: the second program is still there");
        assert!(!living.end(), "{point}");
        let faults = faults(&mut conn).await;
        assert!(faults.is_empty(), "{point}: {faults:?}");
        let said = count(&mut conn, "select count(distinct user_id) from wizard_sessions").await;
        assert_eq!(said, 2, "{point}: each has a session");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_killed_in_one_session_leave_nothing_behind() {
    const OPEN: &str = "select count(*) from inbox where state not in ('answered', 'dead')";
    // Each dies around its ACCEPT, the second while the first one's message still waits; where it dies before the commit nothing
    // was accepted.
    for (one, two, left) in [
        ("accept.after_commit", "accept.after_commit", 2),
        ("deliver.after", "accept.before_commit", 1),
        ("accept.before_commit", "deliver.before", 1),
    ] {
        let database = harness::database().await;
        let mut conn = database.connect(Role::Bootstrap).await;
        // The greeting is the first message of each.
        let mut first = Talking::start(&database, "ana@example.com", Some(&format!("{one}:3")));
        first.say(LINES[0]);
        first.say(LINES[1]);
        assert!(first.end(), "{one}: the first program was not killed");
        let mut second = Talking::start(&database, "ana@example.com", Some(&format!("{two}:2")));
        second.say(LINES[2]);
        assert!(second.end(), "{two}: the second program was not killed");
        assert_eq!(count(&mut conn, "select count(*) from wizard_sessions").await, 1, "they share a session");
        let open = count(&mut conn, OPEN).await;
        assert!((1..=left).contains(&open), "{one}, {two}: {open} messages wait");
        let living = Talking::start(&database, "bo@example.com", None);
        until(&mut conn, OPEN, 0).await;
        assert!(!living.end());
        let faults = faults(&mut conn).await;
        assert!(faults.is_empty(), "{one}, {two}: {faults:?}");
    }
}
