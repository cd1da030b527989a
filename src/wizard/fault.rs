//! Named points at which a test may crash, stall or panic a turn (feature `failpoints`; without it they are nothing).

use crate::store::error::StoreError;

/// Every named point, in the order in which a message passes them. The crash tests kill the program at each.
pub const POINTS: &[&str] = &[
    "accept.before",
    "accept.before_commit",
    "accept.after_commit",
    "deliver.before",
    "deliver.after",
    "turn.begin",
    "turn.loaded",
    "turn.understood",
    "turn.applied",
    "turn.place",
    "turn.advised",
    "turn.worded",
    "settle.begin",
    "settle.event",
    "settle.tiers",
    "settle.confirmation",
    "settle.publish",
    "settle.before_commit",
    "settle.after_commit",
    "reply.before",
    "reply.after",
];

/// The points of an answer that is delivered.
pub const OUTBOX_POINTS: &[&str] = &["outbox.taken", "outbox.settle"];
/// The points of a turn that asks a model, which come before it settles.
pub const MODEL_POINTS: &[&str] =
    &["model.previewed", "model.reserved", "model.asked", "model.words", "model.answered", "model.settled"];

/// Passes the named point.
#[cfg_attr(not(feature = "failpoints"), expect(unused_variables, reason = "without the feature a point is nothing"))]
pub(crate) fn point(name: &str) {
    fail::fail_point!(name);
}

/// Passes the named point, where a test may say that the store is away.
#[cfg_attr(not(feature = "failpoints"), expect(unused_variables, reason = "without the feature a point is nothing"))]
pub(crate) fn store(name: &str) -> Result<(), StoreError> {
    fail::fail_point!(name, |_| Err(StoreError::Unavailable("on purpose".to_owned())));
    Ok(())
}

/// Kills this process with SIGKILL at the n-th pass of one of these points: `FAILPOINT_KILL=settle.event:2`. Read before
/// anything runs.
///
/// # Panics
/// When the variable is malformed: a crash test that kills nothing would show nothing.
#[cfg(feature = "failpoints")]
#[expect(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "for the crash tests alone; no release build carries this"
)]
pub fn arm_from_environment(points: &[&str]) {
    let Ok(wish) = std::env::var("FAILPOINT_KILL") else { return };
    let parsed = wish.split_once(':').and_then(|(name, count)| Some((name.to_owned(), count.parse::<usize>().ok()?)));
    let Some((name, count)) = parsed.filter(|(name, _)| points.contains(&name.as_str())) else {
        panic!("FAILPOINT_KILL={wish} names no point");
    };
    let passes = std::sync::atomic::AtomicUsize::new(1);
    let kill = move || {
        if passes.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == count {
            let me = rustix::process::getpid();
            let gone = rustix::process::kill_process(me, rustix::process::Signal::KILL);
            panic!("still here after SIGKILL: {gone:?}");
        }
    };
    if let Err(error) = fail::cfg_callback(name, kill) {
        panic!("FAILPOINT_KILL={wish}: {error}");
    }
}
