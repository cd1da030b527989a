//! What commands write, and who reads it.

use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn a_command_whose_reader_went_away_ends_quietly() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.arg("understand").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    // As `head` does that has read enough.
    drop(running.stdout.take());
    let line = r#"{"id":"1","text":"a concert on 5 June at 7 pm","reference":"2027-05-01T09:00:00"}"#;
    writeln!(running.stdin.take().unwrap(), "{line}").unwrap();
    let ended = running.wait_with_output().unwrap();
    assert_eq!((ended.status.success(), String::from_utf8_lossy(&ended.stderr).as_ref()), (true, ""));
}
