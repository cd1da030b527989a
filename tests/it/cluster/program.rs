//! A second program on a data folder, that can be killed like any program.
//!
//! Promises: it is this test binary started again; it obeys one line at a time and answers each with one line.

use super::scene::{options, run};
use eventos::store::cluster::Cluster;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Tells this test binary to be a second program on that data folder.
const PROGRAM_FOLDER: &str = "CLUSTER_TEST_DATA_DIR";

/// A second program: this test binary again, which obeys one line at a time. Killed when dropped.
pub(super) struct Program {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Program {
    pub(super) fn start(data_dir: &Path, user: Option<(u32, u32)>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", concat!(module_path!(), "::second_program"), "--nocapture"].map(without_crate));
        command.env(PROGRAM_FOLDER, data_dir).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
        let mut process = command.spawn().unwrap();
        let (orders, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { process, orders, answers: BufReader::new(answers) }
    }

    /// The next line that the program says; the test framework's own lines are passed over.
    pub(super) fn answer(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "the second program ended");
            if let Some((_, answer)) = line.split_once('@') {
                return answer.trim_end().to_owned();
            }
        }
    }

    pub(super) fn order(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.answer()
    }

    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn without_crate(argument: &str) -> &str {
    argument.split_once("::").map_or(argument, |(_, rest)| rest)
}

/// Not a test but the body of [`Program`]: does nothing unless it was started as one.
#[tokio::test]
async fn second_program() {
    let Some(data_dir) = std::env::var_os(PROGRAM_FOLDER) else {
        return;
    };
    let cluster = match Cluster::open(options(Path::new(&data_dir))).await {
        Ok(cluster) => cluster,
        Err(error) => return println!("\n@error {error}"),
    };
    println!("\n@ready ours={}", cluster.started_by_us());
    let mut orders = tokio::io::BufReader::new(tokio::io::stdin());
    let mut line = String::new();
    while tokio::io::AsyncBufReadExt::read_line(&mut orders, &mut line).await.unwrap() > 0 {
        match line.trim() {
            "close" => {
                cluster.close().await;
                return println!("\n@closed");
            }
            "whose" => println!("\n@ours={}", cluster.started_by_us()),
            statement => match run(&cluster, statement).await {
                Ok(rows) => println!("\n@{}", rows.join(",")),
                Err(error) => println!("\n@error {error}"),
            },
        }
        line.clear();
    }
}
