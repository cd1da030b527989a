//! Whose folder it is and what lies in it: other versions, other users, closed parents, remains of a crash.
//!
//! Promises: what cannot work is refused in one line and left untouched; what this machine cannot try is skipped aloud.

use super::program::Program;
use super::scene::{DataDir, is_root, one, options, refusal, until, user};
use eventos::store::cluster::{Cluster, ClusterError, ClusterOptions, Prepared};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A user that every Linux machine has and that nobody logs in as.
const OTHER_USER: &str = "daemon";

#[cfg(target_os = "linux")]
#[tokio::test]
async fn root_gives_the_server_to_another_user() {
    if !is_root() {
        return crate::harness::skip("this test needs root");
    }
    let folder = DataDir::new("root");
    // As `mktemp -d` leaves it: closed to the database's user, but ours to open.
    fs::set_permissions(&folder.0, Permissions::from_mode(0o700)).unwrap();
    let cluster = Cluster::open(folder.options()).await.unwrap();
    let owner = fs::metadata(folder.pgdata()).unwrap();
    assert_ne!(owner.uid(), 0);
    assert_eq!(owner.mode() & 0o777, 0o700);
    let status = fs::read_to_string(format!("/proc/{}/status", folder.server_pid().as_raw_pid())).unwrap();
    let uids = format!("Uid:\t{0}\t{0}\t{0}\t{0}", owner.uid());
    assert!(status.contains(&uids) && status.contains(&format!("Groups:\t{} \n", owner.gid())), "{status}");
    assert_eq!(fs::metadata(&folder.0).unwrap().mode() & 0o007, 0, "the data folder is open to everybody");
    cluster.close().await;
}

#[tokio::test]
async fn another_user_runs_it_too_and_root_may_join() {
    let Some((uid, gid)) = user(OTHER_USER).filter(|_| is_root()) else {
        return crate::harness::skip(&format!("this test needs root and the user {OTHER_USER}"));
    };
    let folder = DataDir::new("other-user");
    std::os::unix::fs::chown(&folder.0, Some(uid), Some(gid)).unwrap();
    let mut program = Program::start(&folder.0, Some((uid, gid)));
    assert_eq!(program.answer(), "ready ours=true");
    assert_eq!(fs::metadata(folder.pgdata()).unwrap().uid(), uid);
    let root = Cluster::open(folder.options()).await.unwrap();
    assert!(!root.started_by_us());
    assert_eq!(one(&root, "select session_user::text").await, "postgres");
    program.kill();
    until("the takeover", || root.started_by_us() && root.is_up()).await;
    root.close().await;
    let mut again = Program::start(&folder.0, Some((uid, gid)));
    assert_eq!(again.answer(), "ready ours=true", "root left something behind that the user cannot open");
}

#[tokio::test]
async fn roots_folder_is_refused_to_another_user() {
    let Some(ids) = user(OTHER_USER).filter(|_| is_root()) else {
        return crate::harness::skip(&format!("this test needs root and the user {OTHER_USER}"));
    };
    let folder = DataDir::new("roots-own");
    Cluster::open(folder.options()).await.unwrap().close().await;
    let mut program = Program::start(&folder.0, Some(ids));
    let answer = program.answer();
    assert!(answer.starts_with("error ") && answer.contains("DATA_DIR"), "{answer}");
}

#[tokio::test]
async fn a_folder_of_another_major_is_refused_in_one_line() {
    let folder = DataDir::new("other-major");
    fs::create_dir_all(folder.pgdata()).unwrap();
    fs::write(folder.pgdata().join("PG_VERSION"), "9\n").unwrap();
    let line = refusal(folder.options()).await;
    assert!(line.contains("was made by PostgreSQL 9, but only") && line.contains("DATA_DIR"), "{line}");
}

#[tokio::test]
async fn a_folder_is_run_by_the_major_that_made_it() {
    let old = Path::new("/usr/lib/postgresql/15/bin");
    if !old.exists() {
        return crate::harness::note_skip("PostgreSQL 15 is not at hand");
    }
    let folder = DataDir::new("major-15");
    let by_15 = ClusterOptions { bin_dir: Some(old.to_path_buf()), ..folder.options() };
    Cluster::open(by_15).await.unwrap().close().await;
    let cluster = Cluster::open(folder.options()).await.unwrap();
    assert_eq!(one(&cluster, "show server_version_num").await[..2], *"15");
    cluster.close().await;
}

#[tokio::test]
async fn missing_binaries_are_one_clear_line() {
    let folder = DataDir::new("no-binaries");
    let nowhere = ClusterOptions { bin_dir: Some(folder.0.to_path_buf()), ..folder.options() };
    let line = refusal(nowhere).await;
    assert!(line.contains("npm ci --ignore-scripts --prefix tools"), "{line}");
}

#[tokio::test]
async fn a_strange_folder_is_not_touched() {
    let folder = DataDir::new("strange");
    fs::create_dir_all(folder.pgdata()).unwrap();
    fs::write(folder.pgdata().join("diary.txt"), "dear diary").unwrap();
    let line = refusal(folder.options()).await;
    assert!(line.contains("is not a PostgreSQL folder"), "{line}");
    assert_eq!(fs::read_to_string(folder.pgdata().join("diary.txt")).unwrap(), "dear diary");
}

#[tokio::test]
async fn a_closed_parent_is_one_clear_line() {
    let folder = DataDir::new("closed-parent");
    let closed = folder.0.join("closed");
    fs::create_dir(&closed).unwrap();
    let mode = if is_root() { 0o700 } else { 0o000 };
    fs::set_permissions(&closed, Permissions::from_mode(mode)).unwrap();
    let line = refusal(options(&closed.join("data"))).await;
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    assert!(line.contains(&*closed.to_string_lossy()) && line.contains("DATA_DIR"), "{line}");
    if is_root() {
        assert!(line.contains("may not enter") && line.contains("chmod"), "{line}");
    }
}

#[tokio::test]
async fn a_stale_number_of_a_living_stranger_blocks_nothing() {
    let folder = DataDir::new("stale");
    Cluster::open(folder.options()).await.unwrap().close().await;
    let owner = fs::metadata(folder.pgdata()).unwrap();
    let mut stranger = Command::new("sleep");
    if is_root() {
        stranger.uid(owner.uid()).gid(owner.gid());
    }
    let mut stranger = stranger.arg("600").current_dir("/").spawn().unwrap();
    let stale = format!("{}\n{}\n0\n5432\n\n\n0 0\nready   \n", stranger.id(), folder.pgdata().display());
    let pid_file = folder.pgdata().join("postmaster.pid");
    fs::write(&pid_file, stale).unwrap();
    std::os::unix::fs::chown(&pid_file, Some(owner.uid()), Some(owner.gid())).unwrap();
    let cluster = Cluster::open(folder.options()).await;
    assert!(stranger.try_wait().unwrap().is_none(), "a stranger was stopped");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    cluster.unwrap().close().await;
}

#[tokio::test]
async fn a_server_left_running_is_stopped_and_replaced() {
    let folder = DataDir::new("orphan");
    let prepared = Prepared::new(&folder.options()).unwrap();
    let mut orphan = prepared.command().stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let ready = || fs::read_to_string(folder.pgdata().join("postmaster.pid")).is_ok_and(|text| text.contains("ready"));
    until("the orphan's start", ready).await;
    let cluster = Cluster::open(folder.options()).await.unwrap();
    assert!(cluster.started_by_us());
    assert_ne!(folder.server_pid().as_raw_pid().unsigned_abs(), orphan.id());
    // Its end may already have been collected; what counts is that the wait is over.
    let _ = orphan.wait();
    cluster.close().await;
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket_folder() {
    let folder = DataDir::new("long");
    let deep = folder.0.join("a-folder-with-a-rather-long-name, and a comma".repeat(3));
    let runtime = DataDir::new("rt");
    fs::set_permissions(&runtime.0, Permissions::from_mode(0o755)).unwrap();
    let long = ClusterOptions { runtime_dir: Some(runtime.0.to_path_buf()), ..options(&deep) };
    let cluster = Cluster::open(long).await.unwrap();
    assert_eq!(fs::read_dir(&runtime.0).unwrap().count(), 1, "the socket is not where it was asked for");
    let guest = Cluster::open(options(&deep)).await.unwrap();
    assert!(!guest.started_by_us(), "the guest did not find the socket");
    guest.close().await;
    cluster.close().await;
}

#[tokio::test]
async fn a_cluster_that_cannot_search_chinese_is_refused() {
    let folder = DataDir::new("locale");
    let cluster = Cluster::open(folder.options()).await.unwrap();
    let bin = one(&cluster, "select setting from pg_config() where name = 'BINDIR'").await;
    cluster.close().await;
    let owner = fs::metadata(folder.pgdata()).unwrap();
    let plain = folder.0.join("postgres/run/plain");
    let mut initdb = Command::new(Path::new(&bin).join("initdb"));
    if is_root() {
        initdb.uid(owner.uid()).gid(owner.gid());
    }
    initdb.args(["--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"]).arg(&plain);
    assert!(initdb.current_dir("/").output().unwrap().status.success());
    fs::remove_dir_all(folder.pgdata()).unwrap();
    fs::rename(&plain, folder.pgdata()).unwrap();
    fs::remove_file(folder.0.join("postgres/tested")).unwrap();
    let error = Cluster::open(folder.options()).await.unwrap_err();
    assert!(matches!(error, ClusterError::SelfTest { .. }), "{error}");
}
