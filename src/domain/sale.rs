//! What an event sells and what an order of it costs: rules alone, looked at while nobody else can sell (decision 0026).
//!
//! Promises: a quote never promises a seat that is not there; every refusal says what would be possible instead; amounts are
//! minor units, and the parts of an order add up to its total.

use jiff::Timestamp;
use uuid::Uuid;

use super::money::Currency;
use super::values::{EventStatus, Visibility};

/// Tickets in one order where nobody said how many.
pub const USUAL_MOST: u32 = 10;
/// Tickets in one order, whatever anybody said.
pub const MOST: u32 = 100;

/// The life of an order. What is lawful is lawful for everybody: the database refuses the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Its seats are held until it is paid for.
    Pending,
    /// Paid, or free: its tickets are valid.
    Paid,
    /// Not paid in time: its seats went back.
    Expired,
    /// Given up, and no money went back.
    Cancelled,
    /// Given up, and money went back.
    Refunded,
}

impl OrderStatus {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::Pending, Self::Paid, Self::Expired, Self::Cancelled, Self::Refunded];

    /// The written form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// The state with this written form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Whether an order may go from here to there. `Expired` to `Paid`: the money came late, and the seats were still free.
    pub fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending | Self::Expired, Self::Paid)
                | (Self::Pending, Self::Expired)
                | (Self::Expired | Self::Paid, Self::Refunded)
                | (Self::Paid, Self::Cancelled)
        )
    }
}

/// One kind of ticket as it is on sale.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kind {
    /// Its id; `None` for an event that sells one kind only.
    pub id: Option<Uuid>,
    /// What it is called; `None` for that one kind.
    pub name: Option<String>,
    /// Minor units, before tax.
    pub price_cents: i64,
    /// Seats of it in all; `None`: as many as the event has.
    pub quantity: Option<u32>,
    /// In one order.
    pub max_per_order: Option<u32>,
    /// On sale from.
    pub from: Option<Timestamp>,
    /// On sale until, not included.
    pub until: Option<Timestamp>,
    /// Seats of it that are somebody's.
    pub taken: u32,
    /// Seats of it that others wait for: what becomes free is theirs first.
    pub line: u32,
}

impl Kind {
    /// Seats of its own that are left; `None`: as many as the event has.
    fn left(&self) -> Option<u32> {
        self.quantity.map(|quantity| quantity.saturating_sub(self.taken))
    }
}

/// What an event sells at this moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Till {
    /// The event.
    pub event: Uuid,
    /// Draft, published or cancelled.
    pub status: EventStatus,
    /// Who may see it.
    pub visibility: Visibility,
    /// When it is over; `None`: not known.
    pub ends: Option<Timestamp>,
    /// Seats in all; `None`: no bound.
    pub capacity: Option<u32>,
    /// Seats that are somebody's.
    pub taken: u32,
    /// In one order.
    pub max_per_order: Option<u32>,
    /// The currency of its prices.
    pub currency: Option<Currency>,
    /// Percent that is added to the price.
    pub tax_percent: f64,
    /// The organizer's account that the money goes to, when it can be paid.
    pub account: Option<String>,
    /// The kinds of tickets, in order.
    pub kinds: Vec<Kind>,
    /// There are codes that make them cheaper.
    pub has_codes: bool,
}

/// Whether a kind of ticket can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Up to so many in one order; `left`: in all, when that is bounded.
    Open {
        /// Up to so many in one order.
        most: u32,
        /// So many are left.
        left: Option<u32>,
    },
    /// Not yet, but from then on.
    NotYet(Timestamp),
    /// No longer.
    Closed,
    /// All are somebody's.
    SoldOut,
    /// It costs, and nobody can be paid for it yet.
    NotPayable,
}

/// How many of a kind are wished for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The kind.
    pub kind: Option<Uuid>,
    /// How many.
    pub count: u32,
}

/// Why an order is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is sold: it is over, cancelled, or not public.
    Closed,
    /// No ticket was chosen.
    Nothing,
    /// There is no such kind of ticket.
    NoSuchKind,
    /// This kind cannot be had.
    Kind {
        /// What it is called.
        name: Option<String>,
        /// Why.
        offer: Offer,
    },
    /// More than one order may hold.
    TooMany {
        /// The most.
        most: u32,
    },
    /// Fewer are left.
    Left {
        /// What the kind is called; `None`: of the whole event.
        name: Option<String>,
        /// So many.
        left: u32,
    },
    /// No card is charged so little.
    TooLittle {
        /// The least, in minor units.
        least_cents: i64,
        /// Of this currency.
        currency: Currency,
    },
}

/// What a code takes off an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Discount {
    /// So many percent.
    Percent(f64),
    /// So much, at most all of it.
    Amount(i64),
}

/// One seat of a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The kind.
    pub kind: Option<Uuid>,
    /// What it is called.
    pub name: Option<String>,
    /// Minor units, before tax.
    pub price_cents: i64,
}

/// What an order costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its seats.
    pub seats: Vec<Seat>,
    /// The prices as they stand on the page.
    pub subtotal_cents: i64,
    /// What a code takes off.
    pub discount_cents: i64,
    /// What the law adds.
    pub tax_cents: i64,
    /// What is paid.
    pub amount_cents: i64,
}

impl Till {
    /// Whether anything at all can be sold now.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.status == EventStatus::Published
            && self.visibility == Visibility::Public
            && self.ends.is_none_or(|ends| now < ends)
    }

    /// How many seats of the whole event are left; `None`: no bound.
    pub fn left(&self) -> Option<u32> {
        self.capacity.map(|capacity| capacity.saturating_sub(self.taken))
    }

    /// Seats of the whole event that those in line could have now: no more of a kind than that has left.
    fn waited_for(&self, now: Timestamp) -> u32 {
        let served = self.kinds.iter().filter(|kind| kind.until.is_none_or(|until| now < until));
        served.fold(0_u32, |sum, kind| sum.saturating_add(kind.line.min(kind.left().unwrap_or(u32::MAX))))
    }

    /// Whether a kind can be had now.
    pub fn offer(&self, kind: &Kind, now: Timestamp) -> Offer {
        if !self.is_open(now) || kind.until.is_some_and(|until| now >= until) {
            return Offer::Closed;
        }
        // What becomes free of a kind is first for those who wait for it, and what becomes free of the event for all who wait.
        let own = kind.left().map(|left| left.saturating_sub(kind.line));
        let left = match (own, self.left().map(|left| left.saturating_sub(self.waited_for(now)))) {
            (Some(own), Some(all)) => Some(own.min(all)),
            (own, all) => own.or(all),
        };
        if left == Some(0) {
            return Offer::SoldOut;
        }
        if let Some(from) = kind.from.filter(|from| now < *from) {
            return Offer::NotYet(from);
        }
        if kind.price_cents > 0 && (self.account.is_none() || self.currency.is_none()) {
            return Offer::NotPayable;
        }
        let most = kind.max_per_order.unwrap_or_else(|| self.most()).min(self.most());
        Offer::Open { most: left.map_or(most, |left| most.min(left)), left }
    }

    /// Amounts are charged in steps of so many minor units.
    fn step(&self) -> i64 {
        self.currency.map_or(1, |currency| currency.step())
    }

    /// Tickets in one order.
    pub fn most(&self) -> u32 {
        self.max_per_order.unwrap_or(USUAL_MOST).min(MOST)
    }

    /// Whether every kind that was ever on sale is sold out: then there is a line to wait in.
    pub fn is_sold_out(&self, now: Timestamp) -> bool {
        let offers: Vec<Offer> = self.kinds.iter().map(|kind| self.offer(kind, now)).collect();
        offers.contains(&Offer::SoldOut) && !offers.iter().any(|offer| matches!(offer, Offer::Open { .. }))
    }

    /// What these lines cost. Lines of the same kind are one.
    ///
    /// # Errors
    /// [`Refusal`]: what is wrong with the first line that cannot be had.
    pub fn quote(&self, lines: &[Line], now: Timestamp) -> Result<Quote, Refusal> {
        if !self.is_open(now) {
            return Err(Refusal::Closed);
        }
        let mut seats = Vec::new();
        for kind in &self.kinds {
            let asked = |line: &&Line| line.kind == kind.id;
            let count = lines.iter().filter(asked).fold(0_u32, |sum, line| sum.saturating_add(line.count));
            self.check(kind, count, now)?;
            let seat = Seat { kind: kind.id, name: kind.name.clone(), price_cents: kind.price_cents };
            seats.extend(std::iter::repeat_n(seat, usize::try_from(count).unwrap_or(0)));
        }
        if lines.iter().any(|line| line.count > 0 && self.kinds.iter().all(|kind| kind.id != line.kind)) {
            return Err(Refusal::NoSuchKind);
        }
        let count = u32::try_from(seats.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return Err(Refusal::Nothing);
        }
        if count > self.most() {
            return Err(Refusal::TooMany { most: self.most() });
        }
        if let Some(left) = self.left().filter(|left| *left < count) {
            return Err(Refusal::Left { name: None, left });
        }
        Ok(Quote::of(seats, self))
    }

    fn check(&self, kind: &Kind, count: u32, now: Timestamp) -> Result<(), Refusal> {
        if count == 0 {
            return Ok(());
        }
        match self.offer(kind, now) {
            Offer::Open { most, .. } if count <= most => Ok(()),
            Offer::Open { left: Some(left), .. } if count > left => {
                Err(Refusal::Left { name: kind.name.clone(), left })
            }
            Offer::Open { most, .. } => Err(Refusal::TooMany { most }),
            offer => Err(Refusal::Kind { name: kind.name.clone(), offer }),
        }
    }
}

impl Quote {
    fn of(seats: Vec<Seat>, till: &Till) -> Self {
        let subtotal_cents = seats.iter().map(|seat| seat.price_cents).sum();
        let mut quote = Self { seats, subtotal_cents, discount_cents: 0, tax_cents: 0, amount_cents: 0 };
        quote.add_up(till);
        quote
    }

    /// With something taken off, spread over the seats by what each costs, to the last cent.
    #[must_use]
    pub fn with(mut self, discount: Discount, till: &Till) -> Self {
        let step = till.step();
        let off = match discount {
            Discount::Percent(percent) => percent_of(self.subtotal_cents, percent),
            Discount::Amount(amount) => amount,
        };
        let off = off.clamp(0, self.subtotal_cents);
        let off = off - off % step;
        let (mut before, mut given) = (0_i64, 0_i64);
        for seat in &mut self.seats {
            before += seat.price_cents;
            let share = i128::from(off) * i128::from(before) / i128::from(self.subtotal_cents.max(1));
            let share = i64::try_from(share).unwrap_or(off);
            let share = share - share % step;
            seat.price_cents -= share - given;
            given = share;
        }
        self.discount_cents = off;
        self.add_up(till);
        self
    }

    fn add_up(&mut self, till: &Till) {
        let net = self.subtotal_cents - self.discount_cents;
        self.tax_cents = tax_of(net, till.tax_percent, till.step());
        self.amount_cents = net + self.tax_cents;
    }

    /// Whether a card can be charged so much.
    ///
    /// # Errors
    /// [`Refusal::TooLittle`]
    pub fn payable(self, till: &Till) -> Result<Self, Refusal> {
        let Some(currency) = till.currency.filter(|_| self.amount_cents > 0) else { return Ok(self) };
        let least_cents = currency.least_charge();
        if self.amount_cents >= least_cents { Ok(self) } else { Err(Refusal::TooLittle { least_cents, currency }) }
    }
}

/// What the law adds to so much, in steps that can be charged, a half rounded up.
pub fn tax_of(amount_cents: i64, percent: f64, step: i64) -> i64 {
    let step = step.max(1);
    (percent_of(amount_cents, percent) + step / 2) / step * step
}

/// So many percent of an amount, a half rounded up.
pub fn percent_of(amount_cents: i64, percent: f64) -> i64 {
    // Rates have three digits behind the point: thousandths of a percent are whole.
    let thousandths = (percent.clamp(0.0, 100.0) * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100,000")]
    let rate = thousandths as i64;
    let product = i128::from(amount_cents) * i128::from(rate);
    i64::try_from((product + 50_000) / 100_000).unwrap_or(i64::MAX)
}

/// An address that a mail can be sent to, as it was typed but for the spaces around it.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')' | '@');
    let named = domain.split('.').all(|part| !part.is_empty()) && domain.contains('.');
    let lawful =
        (1..=64).contains(&local.len()) && text.len() <= 254 && named && local.chars().chain(domain.chars()).all(plain);
    lawful.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
