//! Time as an organizer speaks of it: expressions such as "the first Tuesday of December", and when they come true.
//!
//! `arithmetic` counts on the civil calendar, `expression` says what can be said, `occurrence` finds when it happens,
//! `recurring` when the simple things do, `holiday` knows the days with names, `moons` those of the calendars that
//! follow the moon, from where the `sky` has it.

pub(crate) mod arithmetic;
pub(crate) mod expression;
pub(crate) mod holiday;
mod moons;
pub(crate) mod occurrence;
mod recurring;
mod sky;
