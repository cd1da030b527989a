//! Runs the chosen command.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The private database's launcher must run before any thread starts.
    if let Some(code) = eventos::store::cluster::run_launcher_if_asked() {
        return code;
    }
    #[cfg(feature = "failpoints")]
    eventos::wizard::fault::arm_from_environment(
        &[
            eventos::wizard::fault::POINTS,
            eventos::wizard::fault::MODEL_POINTS,
            eventos::wizard::fault::OUTBOX_POINTS,
            eventos::publisher::fault::POINTS,
            eventos::publisher::fault::WEBHOOK_POINTS,
        ]
        .concat(),
    );
    eventos::cli::run()
}
