//! The six stages of the wizard (R17) and the order in which a conversation goes through them.
//!
//! Any stage may fill any field (rulings C-20, C-22): a stage is where the conversation is, not a gate.
//!
//! # Adding a stage
//! A file in [`super::stages`] with its [`Rules`], a variant here, its line in [`Stage::rules`]; `understanding/answers.rs`
//! words its questions and `advice` may suggest for it.

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::fact::Field;
use super::stages;

/// Where the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Stage {
    /// 1: name, kind, description.
    Basics,
    /// 2: where, and for how many.
    Venue,
    /// 3: when.
    Schedule,
    /// 4: what a ticket costs.
    Ticketing,
    /// 5: tax, refunds, the account that is paid.
    Payments,
    /// 6: the last look.
    Publish,
}

/// What a stage is about.
#[derive(Debug)]
pub struct Rules {
    /// What publishing demands, in the order of asking.
    pub required: &'static [Field],
    /// What may be added.
    pub optional: &'static [Field],
    /// Whether a required field still lacks something.
    pub lacks: fn(&Draft, Field) -> bool,
}

impl Stage {
    /// All six, in order.
    pub const ALL: [Self; 6] =
        [Self::Basics, Self::Venue, Self::Schedule, Self::Ticketing, Self::Payments, Self::Publish];

    /// 1..=6.
    pub fn number(self) -> u8 {
        match self {
            Self::Basics => 1,
            Self::Venue => 2,
            Self::Schedule => 3,
            Self::Ticketing => 4,
            Self::Payments => 5,
            Self::Publish => 6,
        }
    }

    /// The stage with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.number() == number)
    }

    /// What it is about.
    pub fn rules(self) -> &'static Rules {
        match self {
            Self::Basics => &stages::basics::RULES,
            Self::Venue => &stages::venue::RULES,
            Self::Schedule => &stages::schedule::RULES,
            Self::Ticketing => &stages::ticketing::RULES,
            Self::Payments => &stages::payments::RULES,
            Self::Publish => &stages::publish::RULES,
        }
    }

    /// The required fields that still lack something.
    pub fn missing(self, draft: &Draft) -> Vec<Field> {
        let rules = self.rules();
        rules.required.iter().copied().filter(|field| (rules.lacks)(draft, *field)).collect()
    }

    /// The stage that a field belongs to.
    pub fn of(field: Field) -> Self {
        let about = |stage: &Self| {
            let rules = stage.rules();
            rules.required.contains(&field) || rules.optional.contains(&field)
        };
        Self::ALL.into_iter().find(about).unwrap_or(Self::Publish)
    }

    /// The first stage that still lacks something; [`Stage::Publish`] when none does.
    pub fn first_open(draft: &Draft) -> Self {
        Self::ALL.into_iter().find(|stage| !stage.missing(draft).is_empty()).unwrap_or(Self::Publish)
    }

    /// The stage after this one, or this one when it is the last.
    #[must_use]
    pub fn next(self) -> Self {
        Self::from_number(self.number() + 1).unwrap_or(self)
    }

    /// The stage before this one, or this one when it is the first.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::from_number(self.number().saturating_sub(1)).unwrap_or(self)
    }

    /// How far the event is when the conversation is here: 33 at stage 2 (ruling C-40).
    pub fn percent_complete(self) -> u8 {
        // 17, 33, 50, 67, 83, 100: rounded sixths.
        ((u16::from(self.number()) * 100 + 3) / 6).try_into().unwrap_or(100)
    }

    /// A guess of what is left, in seconds (ruling C-40).
    pub fn remaining_s(self) -> u32 {
        u32::from(6 - self.number()) * 30
    }
}

impl From<Stage> for u8 {
    fn from(stage: Stage) -> Self {
        stage.number()
    }
}

impl TryFrom<u8> for Stage {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::from_number(number).ok_or("a stage is a number from 1 to 6")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_seconds_are_those_of_the_ruling() {
        let shown: Vec<_> = Stage::ALL.iter().map(|stage| (stage.percent_complete(), stage.remaining_s())).collect();
        assert_eq!(shown, [(17, 150), (33, 120), (50, 90), (67, 60), (83, 30), (100, 0)]);
    }

    #[test]
    fn every_required_field_belongs_to_its_stage() {
        for stage in Stage::ALL {
            for field in stage.rules().required {
                assert_eq!(Stage::of(*field), stage, "{field:?}");
            }
        }
    }
}
