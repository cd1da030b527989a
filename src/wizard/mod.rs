//! The wizard: one supervised actor for each session, which is the only writer of that session.
//!
//! [`directory`] finds, starts, restarts and puts to sleep; [`session`] is the actor; [`turn`] is one message answered;
//! [`hearing`] turns a voice message into words before, and [`counsel`] asks a model about them.

mod acts;
pub mod again;
pub mod apology;
pub mod counsel;
pub mod directory;
pub mod fault;
mod feedback;
mod form;
pub mod hearing;
pub mod job;
mod live;
mod milestones;
pub mod models;
mod outcome;
mod plan;
mod publish;
pub mod recovery;
mod selling;
pub mod series;
pub mod session;
mod show;
pub mod slot;
pub mod state;
pub mod system;
pub mod turn;
pub mod visit;
mod work;
