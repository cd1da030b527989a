//! Named points at which a test may kill the publisher (feature `failpoints`; without it they are nothing).

/// Every named point, in the order in which an item passes them.
pub const POINTS: &[&str] = &[
    "publisher.claimed",
    "publisher.before_call",
    "publisher.after_call",
    "publisher.kept",
    "publisher.before_settle",
    "publisher.after_settle",
];

/// Points around the transaction in which a webhook of Stripe's has its effect.
pub const WEBHOOK_POINTS: &[&str] = &["webhook.before_commit", "webhook.after_commit"];

/// Passes the named point.
#[cfg_attr(not(feature = "failpoints"), expect(unused_variables, reason = "without the feature a point is nothing"))]
pub(super) fn point(name: &str) {
    fail::fail_point!(name);
}
