//! Where the sun and the moon stand, for the calendars that follow them.
//!
//! Angles are degrees of apparent longitude, moments are Julian days of universal time. The series are those of Jean Meeus,
//! Astronomical Algorithms (2nd edition), chapters 25 and 47, as far as they move a new moon by more than a minute or so; from
//! 1600 to 2600 a day is wrong only where the moment falls within minutes of the line between two.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::calendar::arithmetic::day;

/// Days from one new moon to the next, on average.
pub(crate) const MONTH: f64 = 29.530_588;
/// The Julian day of 2000-01-01, midnight.
const EPOCH: f64 = 2_451_544.5;

/// Multiples of the moon's elongation, the sun's anomaly, the moon's anomaly and its argument of latitude, and millionths of a degree.
const MOON: &[(f64, f64, f64, f64, f64)] = &[
    (0.0, 0.0, 1.0, 0.0, 6_288_774.0),
    (2.0, 0.0, -1.0, 0.0, 1_274_027.0),
    (2.0, 0.0, 0.0, 0.0, 658_314.0),
    (0.0, 0.0, 2.0, 0.0, 213_618.0),
    (0.0, 1.0, 0.0, 0.0, -185_116.0),
    (0.0, 0.0, 0.0, 2.0, -114_332.0),
    (2.0, 0.0, -2.0, 0.0, 58_793.0),
    (2.0, -1.0, -1.0, 0.0, 57_066.0),
    (2.0, 0.0, 1.0, 0.0, 53_322.0),
    (2.0, -1.0, 0.0, 0.0, 45_758.0),
    (0.0, 1.0, -1.0, 0.0, -40_923.0),
    (1.0, 0.0, 0.0, 0.0, -34_720.0),
    (0.0, 1.0, 1.0, 0.0, -30_383.0),
    (2.0, 0.0, 0.0, -2.0, 15_327.0),
    (0.0, 0.0, 1.0, 2.0, -12_528.0),
    (0.0, 0.0, 1.0, -2.0, 10_980.0),
    (4.0, 0.0, -1.0, 0.0, 10_675.0),
    (0.0, 0.0, 3.0, 0.0, 10_034.0),
    (4.0, 0.0, -2.0, 0.0, 8_548.0),
    (2.0, 1.0, -1.0, 0.0, -7_888.0),
    (2.0, 1.0, 0.0, 0.0, -6_766.0),
    (1.0, 0.0, -1.0, 0.0, -5_163.0),
    (1.0, 1.0, 0.0, 0.0, 4_987.0),
    (2.0, -1.0, 1.0, 0.0, 4_036.0),
    (2.0, 0.0, 2.0, 0.0, 3_994.0),
    (4.0, 0.0, 0.0, 0.0, 3_861.0),
    (2.0, 0.0, -3.0, 0.0, 3_665.0),
];

/// The Julian day at which a date begins.
pub(crate) fn midnight_of(date: Date) -> f64 {
    let days = day(2000, 1, 1).and_then(|first| first.until(date).ok()).map_or(0, |span| span.get_days());
    EPOCH + f64::from(days)
}

/// The date of a moment.
pub(crate) fn date_of(moment: f64) -> Option<Date> {
    #[expect(clippy::cast_possible_truncation, reason = "a number of days within the calendar")]
    let days = (moment - EPOCH).floor() as i64;
    day(2000, 1, 1)?.checked_add(days.days()).ok()
}

/// Centuries of dynamical time since 2000.
fn centuries(moment: f64) -> f64 {
    let years = (moment - EPOCH) / 365.25;
    let lag = (62.92 + 0.322_17 * years + 0.005_589 * years * years) / 86_400.0;
    (moment + lag - EPOCH - 0.5) / 36_525.0
}

fn sine(degrees: f64) -> f64 {
    degrees.to_radians().sin()
}

/// Where the sun stands.
pub(crate) fn sun(moment: f64) -> f64 {
    let t = centuries(moment);
    let anomaly = 357.529_11 + 35_999.050_29 * t;
    let centre = (1.914_602 - 0.004_817 * t) * sine(anomaly)
        + (0.019_993 - 0.000_101 * t) * sine(2.0 * anomaly)
        + 0.000_289 * sine(3.0 * anomaly);
    let mean = 280.466_46 + 36_000.769_83 * t + 0.000_303_2 * t * t;
    (mean + centre - 0.005_69 + nutation(t)).rem_euclid(360.0)
}

/// Where the moon stands.
pub(crate) fn moon(moment: f64) -> f64 {
    let t = centuries(moment);
    let elongation = 297.850_192_1 + 445_267.111_403_4 * t;
    let suns = 357.529_109_2 + 35_999.050_290_9 * t;
    let moons = 134.963_396_4 + 477_198.867_505_5 * t;
    let latitude = 93.272_095 + 483_202.017_523_3 * t;
    let sum: f64 =
        MOON.iter().map(|(d, m, n, f, size)| size * sine(d * elongation + m * suns + n * moons + f * latitude)).sum();
    (218.316_447_7 + 481_267.881_234_21 * t + sum / 1e6 + nutation(t)).rem_euclid(360.0)
}

fn nutation(t: f64) -> f64 {
    -0.004_78 * sine(125.04 - 1_934.136 * t)
}

/// How far the moon is ahead of the sun: 0 is new, 180 full.
pub(crate) fn phase(moment: f64) -> f64 {
    (moon(moment) - sun(moment)).rem_euclid(360.0)
}

/// The last new moon at or before a moment.
pub(crate) fn new_moon_before(moment: f64) -> f64 {
    let found = nearest_new_moon(moment - phase(moment) / 360.0 * MONTH);
    if found <= moment { found } else { nearest_new_moon(found - MONTH) }
}

/// The first new moon after another.
pub(crate) fn new_moon_after(new_moon: f64) -> f64 {
    nearest_new_moon(new_moon + MONTH)
}

fn nearest_new_moon(mut guess: f64) -> f64 {
    for _ in 0..6 {
        let ahead = phase(guess);
        let off = if ahead > 180.0 { ahead - 360.0 } else { ahead };
        guess -= off / 360.0 * MONTH;
    }
    guess
}

/// When the sun comes to a longitude, at or after a moment.
pub(crate) fn sun_at(longitude: f64, after: f64) -> f64 {
    let left = |moment: f64| (longitude - sun(moment)).rem_euclid(360.0);
    let mut found = after + left(after) / 360.0 * 365.242_2;
    for _ in 0..6 {
        let ahead = left(found);
        let off = if ahead > 180.0 { ahead - 360.0 } else { ahead };
        found += off / 360.0 * 365.242_2;
    }
    found
}
