//! A backup holds everything of one moment, and goes back into an empty database alone.

use eventos::store::backup::{self, BackupError};
use eventos::store::cluster::Role;
use port::Sender;
use port::SessionChoice;
use port::recorder::Recorder;

use crate::harness::{self, program::Program};

struct File(std::path::PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_conversation_goes_on_where_it_was() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("a workshop called Knots at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people").await.unwrap();
    let session = ana.session().unwrap().to_owned();
    program.stop().await;
    let file = File(std::env::temp_dir().join(format!("eventos-backup-{}", std::process::id())));
    backup::save(database.options(Role::Bootstrap), &file.0).await.unwrap();

    let empty = harness::empty_database(17).await.unwrap();
    backup::restore(empty.options(Role::Bootstrap), &file.0).await.unwrap();
    let program = Program::start(&empty).await;
    let from = Sender::Local { email: Some("ana@example.com".to_owned()) };
    let mut ana = Recorder::new(program.door(), from).in_session(SessionChoice::Id(session));
    ana.say("20 dollars").await.unwrap();
    let replies = ana.say("yes").await.unwrap();
    assert!(replies.iter().any(|reply| matches!(reply, port::Reply::Published { .. })), "{}", ana.transcript());
    program.stop().await;

    let again = backup::restore(empty.options(Role::Bootstrap), &file.0).await;
    assert!(matches!(again, Err(BackupError::NotEmpty)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_backup_leaves_nothing_behind() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    program.organizer("ana@example.com").say("a workshop called Knots").await.unwrap();
    program.stop().await;
    let file = File(std::env::temp_dir().join(format!("eventos-half-backup-{}", std::process::id())));
    backup::save(database.options(Role::Bootstrap), &file.0).await.unwrap();
    let whole = std::fs::read(&file.0).unwrap();
    let empty = harness::empty_database(17).await.unwrap();
    for length in [0, 3, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file.0, &whole[..length]).unwrap();
        let result = backup::restore(empty.options(Role::Bootstrap), &file.0).await;
        assert!(matches!(result, Err(BackupError::NotABackup(_))), "{length}: {result:?}");
    }
    std::fs::write(&file.0, &whole).unwrap();
    backup::restore(empty.options(Role::Bootstrap), &file.0).await.unwrap();
}
