//! A cluster that is ready to be started: the folder is made, the binaries are chosen, the access is written.
//!
//! Promises: whoever starts the server, the program or a test, starts it with the same arguments.

use super::account::Account;
use super::binaries::Binaries;
use super::error::ClusterError;
use super::folder::Folder;
use super::making;
use super::options::ClusterOptions;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The major version of the binaries that would run the cluster; makes nothing but the folder.
///
/// # Errors
/// When there are none, or none that fit.
pub fn find(options: &ClusterOptions) -> Result<u32, ClusterError> {
    Ok(Binaries::find(&Folder::open(options)?, options.bin_dir.as_deref())?.major)
}

/// A made cluster and all that is needed to start it.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(super) folder: Folder,
    binaries: Binaries,
    socket_folder: PathBuf,
    durable: bool,
}

impl Prepared {
    /// Makes the cluster when absent. Blocks for about a second then, else for some milliseconds.
    ///
    /// The caller sees to it that nobody else does the same: [`super::Cluster`] holds its file lock meanwhile.
    ///
    /// # Errors
    /// Everything that stands in the way of a start and can be seen before it.
    pub fn new(options: &ClusterOptions) -> Result<Self, ClusterError> {
        Self::in_folder(Folder::open(options)?, options)
    }

    pub(super) fn in_folder(folder: Folder, options: &ClusterOptions) -> Result<Self, ClusterError> {
        let binaries = Binaries::find(&folder, options.bin_dir.as_deref())?;
        making::make(&folder, &binaries, options.durable)?;
        making::write_access(&folder)?;
        let socket_folder = folder.make_socket_folder()?;
        Ok(Self { folder, binaries, socket_folder, durable: options.durable })
    }

    /// The folder of the Unix socket.
    pub fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    /// A command that runs the server in the foreground as the cluster's user.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        self.account().apply(&mut command);
        command.args(self.arguments());
        command
    }

    pub(super) fn program(&self) -> PathBuf {
        self.binaries.postgres()
    }

    pub(super) fn account(&self) -> &Account {
        &self.folder.account
    }

    pub(super) fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["-D".into(), self.folder.pgdata().into_os_string()];
        let mut set = |name: &str, value: OsString| {
            let mut setting = OsString::from(name);
            setting.push("=");
            setting.push(value);
            arguments.extend(["-c".into(), setting]);
        };
        set("listen_addresses", OsString::new());
        set("port", "5432".into());
        set("unix_socket_directories", quoted(&self.socket_folder));
        set("unix_socket_permissions", "0700".into());
        set("hba_file", self.folder.hba().into_os_string());
        set("ident_file", self.folder.ident().into_os_string());
        set("shared_buffers", "32MB".into());
        set("timezone", "UTC".into());
        set("log_timezone", "UTC".into());
        // Failed statements carry what people wrote; they reach the program as errors and have no place in a log.
        set("log_min_messages", "log".into());
        set("log_min_error_statement", "panic".into());
        set("log_checkpoints", "off".into());
        if !self.durable {
            for setting in ["fsync", "full_page_writes"] {
                set(setting, "off".into());
            }
        }
        arguments
    }
}

/// The setting is a list, so that a folder with a comma or a space needs quotes.
fn quoted(folder: &Path) -> OsString {
    let mut quoted = OsString::from("\"");
    let text = folder.as_os_str();
    match text.to_str() {
        Some(text) => quoted.push(text.replace('"', "\"\"")),
        None => quoted.push(text),
    }
    quoted.push("\"");
    quoted
}
