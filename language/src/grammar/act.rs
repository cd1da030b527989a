//! The acts that a rule may call, by name, and how they get at their arguments.
//!
//! Adding one: write it in `times` or `quantities`, name it in [`by_name`], use it in a grammar file.

use std::sync::Arc;

use crate::calendar::arithmetic::Length;
use crate::finding::Grain;
use crate::grammar::meaning::{Meaning, Moment};
use crate::grammar::{clocks, quantities, ranges, times};

/// Works out a meaning from others; nothing when they do not go together.
pub(crate) type Act = fn(&Args<'_>) -> Option<Meaning>;

/// What the writer is used to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    pub(crate) day_first: bool,
}

/// The arguments of an act; an optional piece that was not said is absent.
pub(crate) struct Args<'a> {
    pub(crate) values: &'a [Option<Meaning>],
    pub(crate) habits: Habits,
}

impl Args<'_> {
    pub(crate) fn get(&self, at: usize) -> Option<&Meaning> {
        self.values.get(at)?.as_ref()
    }

    pub(crate) fn time(&self, at: usize) -> Option<&Arc<Moment>> {
        match self.get(at)? {
            Meaning::Time(moment) => Some(moment),
            _ => None,
        }
    }

    pub(crate) fn value(&self, at: usize) -> Option<f64> {
        self.get(at)?.value()
    }

    pub(crate) fn whole(&self, at: usize) -> Option<i32> {
        self.get(at)?.whole()
    }

    pub(crate) fn small(&self, at: usize) -> Option<i8> {
        i8::try_from(self.whole(at)?).ok()
    }

    /// A number of up to four figures as hundreds and rest.
    pub(crate) fn small_pair(&self, at: usize) -> Option<(i8, i8)> {
        let whole = self.whole(at).filter(|whole| (0..=9999).contains(whole))?;
        Some((i8::try_from(whole / 100).ok()?, i8::try_from(whole % 100).ok()?))
    }

    pub(crate) fn name(&self, at: usize) -> Option<&'static str> {
        match self.get(at)? {
            Meaning::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn length(&self, at: usize) -> Option<Length> {
        match self.get(at)? {
            Meaning::Length(length, None) => Some(*length),
            _ => None,
        }
    }

    pub(crate) fn grain(&self, at: usize) -> Option<Grain> {
        Some(match self.name(at)? {
            "second" => Grain::Second,
            "minute" => Grain::Minute,
            "hour" => Grain::Hour,
            "day" => Grain::Day,
            "week" => Grain::Week,
            "month" => Grain::Month,
            "quarter" => Grain::Quarter,
            "year" => Grain::Year,
            _ => return None,
        })
    }
}

/// The act of this name.
pub(crate) fn by_name(name: &str) -> Option<Act> {
    Some(match name {
        "weekday" => times::weekday,
        "month" => times::month,
        "dom" => times::day_of_month,
        "year" => times::year,
        "quarter" => times::quarter,
        "season" => times::season,
        "holiday" => times::holiday,
        "weekend" => times::weekend,
        "cycle" => times::cycle,
        "date" => times::date,
        "slashed" => times::slashed,
        "join" => times::join,
        "either" => times::either,
        "nth" => times::nth,
        "coming" => times::coming,
        "next_weekday" => times::next_weekday,
        "beyond" => times::beyond,
        "nearest" => times::nearest,
        "shift" => times::shift,
        "later" => times::later,
        "range" => ranges::range,
        "lasting" => ranges::lasting,
        "window" => ranges::window,
        "until" => ranges::until,
        "since" => ranges::since,
        "piece" => ranges::piece,
        "weak" => times::weak,
        "strong" => times::strong,
        "zone" => times::zone,
        "every" => ranges::every,
        "every_day" => ranges::every_weekday,
        "bounded" => ranges::bounded,
        "clock" => clocks::clock,
        "h24" => clocks::h24,
        "meridiem" => clocks::meridiem,
        "by_part" => clocks::by_part,
        "past" => clocks::past,
        "before" => clocks::before,
        "part" => clocks::part_of_day,
        "hours" => clocks::hours,
        "trusted" => clocks::trusted,
        "military" => clocks::military,
        "day_part" => clocks::day_part,
        "hours_part" => clocks::hours_part,
        "hour24" => clocks::hour24,
        "open_on" => ranges::open_on,
        "shift_week" => times::shift_week,
        "decimal" => quantities::decimal,
        "each" => times::each,
        "around" => times::around,
        "back" => times::back,
        "same_day" => times::same_day,
        "week_of" => times::week_of,
        "within" => ranges::within,
        "half_more" => quantities::half_more,
        "length" => quantities::length,
        "plus" => quantities::plus,
        "between_lengths" => quantities::between_lengths,
        "add" => quantities::add,
        "times" => quantities::times,
        "over" => quantities::over,
        "ordinal" => quantities::ordinal,
        "between" => quantities::between,
        "money" => quantities::money,
        "money_between" => quantities::money_between,
        "with_cents" => quantities::with_cents,
        "free" => quantities::free,
        "same" => quantities::same,
        _ => return None,
    })
}
