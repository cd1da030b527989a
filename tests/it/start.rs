//! A program that starts where everything else starts, too.

use std::process::Stdio;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::process::Command;

use crate::harness::{self, Database, Folder, Role};

/// A way to the database on which the first connection hears nothing, ever.
async fn busy_at_first(database: &Database) -> String {
    let options = database.options(Role::Authenticator);
    let socket = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let name = options.get_database().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (_unheard, _) = listener.accept().await.unwrap();
        while let Ok((mut ours, _)) = listener.accept().await {
            let mut theirs = UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut ours, &mut theirs).await.ok() });
        }
    });
    format!("postgres://authenticator@127.0.0.1:{port}/{name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_too_busy_at_first_is_asked_again() {
    let database = harness::database().await;
    let folder = Folder::new("busy-at-first");
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["keys", "--json"]).env("DATABASE_URL", busy_at_first(&database).await).env("DATA_DIR", &folder);
    command.env("EVENTOS_ACCOUNTS__ALG", "ES256").env_remove("MIGRATION_DATABASE_URL").stdin(Stdio::null());
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("service_role_key"), "{output:?}");
}
