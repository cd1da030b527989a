//! A backup holds everything of one moment, and goes back into an empty database alone.

use eventos::store::backup::{self, BackupError};
use eventos::store::cluster::Role;
use port::Sender;
use port::SessionChoice;
use port::recorder::Recorder;
use serde_json::Value;

use crate::harness::{self, Folder, program::Program};

/// The pieces of a backup as they stand in the file, each with its length; the first is the header.
fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut pieces) = (bytes, Vec::new());
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let (piece, more) = rest.split_at(4 + usize::try_from(u32::from_be_bytes(*length)).unwrap());
        pieces.push(piece);
        rest = more;
    }
    pieces
}

/// The same backup as a program would have written it that does not know tables of schema app.
fn without_app(bytes: &[u8]) -> Vec<u8> {
    let mut pieces = pieces(bytes).into_iter();
    let mut header: Value = serde_json::from_slice(&pieces.next().unwrap()[4..]).unwrap();
    let tables = header["tables"].as_array_mut().unwrap();
    let kept: Vec<bool> = tables.iter().map(|table| !table["name"].as_str().unwrap().starts_with("app.")).collect();
    tables.retain(|table| !table["name"].as_str().unwrap().starts_with("app."));
    let header = header.to_string();
    let mut old = u32::try_from(header.len()).unwrap().to_be_bytes().to_vec();
    old.extend(header.into_bytes());
    for kept in kept {
        let end = [0_u8; 4];
        let rows = pieces.by_ref().take_while(|piece| **piece != end[..]).collect::<Vec<_>>().concat();
        if kept {
            old.extend(rows);
            old.extend(end);
        }
    }
    old
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_conversation_goes_on_where_it_was() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("a workshop called Knots at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people").await.unwrap();
    let session = ana.session().unwrap().to_owned();
    program.stop().await;
    let file = Folder::new("backup");
    backup::save(database.options(Role::Bootstrap), &file).await.unwrap();

    let empty = harness::empty_database(17).await.unwrap();
    backup::restore(empty.options(Role::Bootstrap), &file).await.unwrap();
    let program = Program::start(&empty).await;
    let from = Sender::Local { email: Some("ana@example.com".to_owned()) };
    let mut ana = Recorder::new(program.door(), from).in_session(SessionChoice::Id(session));
    ana.say("20 dollars").await.unwrap();
    let replies = ana.say("yes").await.unwrap();
    assert!(replies.iter().any(|reply| matches!(reply, port::Reply::Published { .. })), "{}", ana.transcript());
    program.stop().await;

    let again = backup::restore(empty.options(Role::Bootstrap), &file).await;
    assert!(matches!(again, Err(BackupError::NotEmpty)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn venues_that_are_there_already_are_not_restored_over() {
    let database = harness::database().await;
    let file = Folder::new("backup-without-venues");
    backup::save(database.options(Role::Bootstrap), &file).await.unwrap();
    let empty = harness::empty_database(17).await.unwrap();
    backup::restore(empty.options(Role::Bootstrap), &file).await.unwrap();
    let mut conn = empty.connect(Role::Bootstrap).await;
    let brought = "insert into public.venues (ref, name, city) values ('hall', 'Great Hall', 'Toronto')";
    sqlx::query(brought).execute(&mut conn).await.unwrap();
    let refused = backup::restore(empty.options(Role::Bootstrap), &file).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty)), "{refused:?}");
    let kept: i64 = sqlx::query_scalar("select count(*) from public.venues").fetch_one(&mut conn).await.unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_backup_leaves_nothing_behind() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    program.organizer("ana@example.com").say("a workshop called Knots").await.unwrap();
    program.stop().await;
    let file = Folder::new("half-backup");
    backup::save(database.options(Role::Bootstrap), &file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let empty = harness::empty_database(17).await.unwrap();
    for length in [0, 3, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file, &whole[..length]).unwrap();
        let result = backup::restore(empty.options(Role::Bootstrap), &file).await;
        assert!(matches!(result, Err(BackupError::NotABackup(_))), "{length}: {result:?}");
    }
    std::fs::write(&file, &whole).unwrap();
    backup::restore(empty.options(Role::Bootstrap), &file).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_database_is_in_a_backup() {
    let database = harness::database().await;
    let file = Folder::new("whole-backup");
    let count = backup::save(database.options(Role::Bootstrap), &file).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let header: Value = serde_json::from_slice(&pieces(&bytes)[0][4..]).unwrap();
    let mut kept: Vec<&str> =
        header["tables"].as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect();
    let mut conn = database.connect(Role::Bootstrap).await;
    let there: Vec<String> = sqlx::query_scalar(
        "select t.table_schema || '.' || t.table_name from information_schema.tables t
         where t.table_type = 'BASE TABLE' and t.table_schema not in ('pg_catalog', 'information_schema')
           and t.table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let mut there: Vec<&str> = there.iter().map(|name| name.strip_prefix("public.").unwrap_or(name)).collect();
    kept.sort_unstable();
    there.sort_unstable();
    assert_eq!(kept, there, "a table that no backup holds is lost with the machine");
    assert_eq!(count, there.len());
    let strays: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c
         where c.relkind = 'S' and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
           and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    assert!(strays.is_empty(), "restoring continues the counters of columns alone: {strays:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_of_an_older_program_lacks_is_told() {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("select app.secret('orders')").execute(&mut conn).await.unwrap();
    let file = Folder::new("old-backup");
    let count = backup::save(database.options(Role::Bootstrap), &file).await.unwrap();
    let old = without_app(&std::fs::read(&file).unwrap());

    let empty = harness::empty_database(17).await.unwrap();
    let restored = backup::restore(empty.options(Role::Bootstrap), &file).await.unwrap();
    assert_eq!((restored.tables, restored.lacking.len()), (count, 0), "{restored:?}");

    std::fs::write(&file, &old).unwrap();
    let empty = harness::empty_database(17).await.unwrap();
    let restored = backup::restore(empty.options(Role::Bootstrap), &file).await.unwrap();
    assert_eq!(restored.tables, count - 2);
    assert_eq!(restored.lacking, ["app.reminded", "app.secrets"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_not_taken_back_for_an_older_backup() {
    let database = harness::database().await;
    let file = Folder::new("backup-of-an-older-schema");
    backup::save(database.options(Role::Bootstrap), &file).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let head = pieces(&bytes)[0].len();
    let mut header: Value = serde_json::from_slice(&bytes[4..head]).unwrap();
    header["migration"] = Value::from(1);
    let header = header.to_string();
    let mut older = u32::try_from(header.len()).unwrap().to_be_bytes().to_vec();
    older.extend(header.into_bytes());
    older.extend(&bytes[head..]);
    std::fs::write(&file, older).unwrap();
    let result = backup::restore(database.options(Role::Bootstrap), &file).await;
    assert!(matches!(result, Err(BackupError::Ahead { theirs: 1, .. })), "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_with_names_alike_are_two_and_none_mixes_with_another() {
    let database = harness::database().await;
    let folder = Folder::new("backups");
    std::fs::create_dir_all(&folder).unwrap();
    let save = async |name: &str| backup::save(database.options(Role::Bootstrap), &folder.join(name)).await;
    // Another one is being written.
    std::fs::write(folder.join("a.unfinished"), "of another").unwrap();
    std::fs::write(folder.join("a.db.unfinished"), "of another").unwrap();
    let writing = std::fs::File::open(folder.join("a.db.unfinished")).unwrap();
    writing.try_lock().unwrap();
    save("a.sql").await.unwrap();
    let refused = save("a.db").await.unwrap_err().to_string();
    assert!(refused.contains("a.db.unfinished") && refused.contains("being written"), "{refused}");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a.db.unfinished", "a.sql", "a.unfinished"]);
    for others in ["a.unfinished", "a.db.unfinished"] {
        assert_eq!(std::fs::read_to_string(folder.join(others)).unwrap(), "of another");
    }
    // Its process has ended in the middle: what it left is in nobody's way.
    drop(writing);
    save("a.db").await.unwrap();
    assert!(!folder.join("a.db.unfinished").exists() && pieces(&std::fs::read(folder.join("a.db")).unwrap()).len() > 1);
    save("a.db").await.unwrap();
    // What cannot be given its name leaves nothing behind, and nothing is written where a link leads.
    std::fs::create_dir_all(folder.join("taken")).unwrap();
    save("taken").await.unwrap_err();
    assert!(!folder.join("taken.unfinished").exists());
    std::os::unix::fs::symlink(folder.join("a.unfinished"), folder.join("b.unfinished")).unwrap();
    save("b").await.unwrap_err();
    assert_eq!(std::fs::read_to_string(folder.join("a.unfinished")).unwrap(), "of another");
}
