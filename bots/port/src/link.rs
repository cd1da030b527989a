//! Proving that a chat account and a signed-in person are the same.
//!
//! A code is made where the person is signed in and carried into the chat; then both sides say yes: the chat, so that nobody is
//! bound to a stranger's account by following their link, and the page, so that a stolen code binds nobody.

/// What somebody in a chat does about linking. Only in private chats: in a group others would read the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkStep {
    /// Shows a code.
    Code {
        /// As it was carried over.
        code: String,
        /// Where news about it is delivered.
        address: crate::Address,
    },
    /// Answers the question that a code leads to.
    Answer {
        /// From [`Linking::Ask`].
        request: String,
        /// Yes.
        yes: bool,
    },
    /// Ends the link.
    Unlink,
}

/// How linking goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linking {
    /// The person is to be asked whether this is their account.
    Ask {
        /// For [`LinkStep::Answer`].
        request: String,
        /// The account, as far as its owner recognizes it: `a***@example.org`.
        account: String,
    },
    /// Yes was said here; the page must say so too.
    Waiting,
    /// The two belong together now.
    Linked {
        /// The account, as in [`Linking::Ask`].
        account: String,
        /// Drafts that came along.
        drafts: u32,
    },
    /// No was said; the code is worth nothing any longer.
    Declined,
    /// The code or the question is unknown, used up or too old.
    Stale,
    /// Too many wrong codes.
    TooMany {
        /// Until the next try, in seconds.
        retry_after_s: u32,
    },
    /// This chat account belongs to another person already; unlink it first.
    Taken,
    /// The link is gone.
    Unlinked,
    /// There was none.
    NotLinked,
}
