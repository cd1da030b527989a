//! From what stands in a text to facts about an event, theme by theme.
//!
//! Promises: only sentences that speak of the event are read ([`gate`]); words that one theme has taken mean nothing to the
//! next, so "early bird 60 until Thursday" is no Thursday event; what is not stated stays open.

mod again;
mod amenities;
mod bare;
mod city;
mod description;
mod gate;
mod gathering;
mod kind;
mod name;
mod online;
mod people;
mod phrase;
mod place;
mod price;
mod rules;
mod schedule;
mod several;
mod title;

pub(super) use gathering::Found;
use gathering::Gathering;

use super::scene::Scene;

/// Reads the facts of one message. The order matters: what is bound most tightly by its words is taken first.
pub(super) fn gather(scene: &Scene<'_>) -> Found {
    let mut gathering = Gathering::new(scene);
    let g = &mut gathering;
    online::link(g);
    again::read(g);
    description::read(g);
    name::read(g);
    rules::refunds(g);
    rules::tickets_per_order(g);
    rules::tax(g);
    place::read(g);
    price::read(g);
    schedule::read(g);
    people::read(g);
    rules::visibility(g);
    amenities::read(g);
    kind::read(g);
    online::read(g);
    city::read(g);
    bare::read(g);
    if description::answers(g) {
        return description::only(scene);
    }
    title::infer(g);
    gathering.finish()
}
