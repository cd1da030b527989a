//! How often somebody may ask: exact windows for people, a guard against floods for addresses.
//!
//! Promises: `ai_wizard` passes exactly its number of turns in a window and then nothing until its block ends, which further
//! calls do not lengthen (rulings C-07, C-67); what the server itself writes is not counted (C-54); memory is bounded
//! (PAINS P31; `counter` says what happens at the bound). Limits are those of this process: two processes count apart, and a
//! restart begins anew. Whatever a limit refuses is counted in the metrics, here and nowhere else.

mod counter;
mod flood;
mod recent;

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;

use governor::clock::MonotonicClock;
use uuid::Uuid;

use crate::accounts::caller::Caller;
use crate::accounts::network;
use crate::domain::clock::Clock;
use crate::telemetry::metrics;
use counter::Counter;
use flood::Flood;
use recent::Recent;

/// What is counted for each person (R109).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// A turn of the wizard, whatever the channel.
    AiWizard,
    /// An event that a client makes over REST.
    EventCreation,
    /// A search for venues over REST.
    VenueSearch,
    /// A picture that is brought, whatever the channel.
    PictureUpload,
    /// Everything about oneself, as a file.
    AccountExport,
    /// A look at what could be said next.
    Suggestions,
}

/// So many calls from the first one on; then nothing for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Calls in a window; 0: as many as one likes.
    pub requests: u32,
    /// A window, in seconds.
    pub window_s: u32,
    /// How long nothing passes from the first refused call on, in seconds; 0: until the window ends.
    pub block_s: u32,
}

/// Every limit.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// [`Endpoint::AiWizard`]
    pub ai_wizard: Rule,
    /// [`Endpoint::EventCreation`]
    pub event_creation: Rule,
    /// [`Endpoint::VenueSearch`]
    pub venue_search: Rule,
    /// [`Endpoint::PictureUpload`]
    pub picture_upload: Rule,
    /// [`Endpoint::AccountExport`]
    pub account_export: Rule,
    /// [`Endpoint::Suggestions`]
    pub suggestions: Rule,
    /// Orders of one address.
    pub purchases: Rule,
    /// Reads of the REST API of one address, by whoever shows no token.
    pub visitor_reads: Rule,
    /// Pictures that are brought from one address.
    pub address_uploads: Rule,
    /// People who are remembered for each of them.
    pub max_keys: usize,
    /// Requests of one address each second, once its burst is used up; 0: no bound.
    pub address_per_s: u32,
    /// Requests of one address at once.
    pub address_burst: u32,
}

/// Why a call does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Please wait {seconds} seconds.")]
pub struct RetryAfter {
    /// Until the next call passes, at least 1.
    pub seconds: u32,
    /// The first that is refused in this block: worth a line in the audit log.
    pub first: bool,
}

/// The limits of this process.
pub struct Limits {
    wizard: Counter,
    events: Counter,
    venues: Counter,
    pictures: Counter,
    exports: Counter,
    suggestions: Counter,
    purchases: Counter,
    visitor_reads: Counter,
    address_uploads: Counter,
    addresses: Option<Flood>,
    recent: Recent,
    clock: Arc<dyn Clock>,
}

impl Endpoint {
    /// Its name in keys and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::AiWizard => "ai_wizard",
            Self::EventCreation => "event_creation",
            Self::VenueSearch => "venue_search",
            Self::PictureUpload => "picture_upload",
            Self::AccountExport => "account_export",
            Self::Suggestions => "suggestions",
        }
    }

    /// What a person's calls are counted under (R109).
    pub fn key(self, person: Uuid) -> String {
        format!("ratelimit:{}:{person}", self.name())
    }
}

impl Limits {
    /// Limits by these rules.
    pub fn new(rules: &Rules, clock: Arc<dyn Clock>) -> Self {
        Self {
            wizard: Counter::new(rules.ai_wizard, rules.max_keys),
            events: Counter::new(rules.event_creation, rules.max_keys),
            venues: Counter::new(rules.venue_search, rules.max_keys),
            pictures: Counter::new(rules.picture_upload, rules.max_keys),
            exports: Counter::new(rules.account_export, rules.max_keys),
            suggestions: Counter::new(rules.suggestions, rules.max_keys),
            purchases: Counter::new(rules.purchases, rules.max_keys),
            visitor_reads: Counter::new(rules.visitor_reads, rules.max_keys),
            address_uploads: Counter::new(rules.address_uploads, rules.max_keys),
            addresses: Flood::new(rules.address_per_s, rules.address_burst, MonotonicClock),
            recent: Recent::default(),
            clock,
        }
    }

    /// Limits that refuse nothing.
    pub fn none(clock: Arc<dyn Clock>) -> Self {
        let free = Rule { requests: 0, window_s: 0, block_s: 0 };
        let rules = Rules {
            ai_wizard: free,
            event_creation: free,
            venue_search: free,
            picture_upload: free,
            account_export: free,
            suggestions: free,
            purchases: free,
            visitor_reads: free,
            address_uploads: free,
            max_keys: 0,
            address_per_s: 0,
            address_burst: 0,
        };
        Self::new(&rules, clock)
    }

    /// Counts a call of this person.
    ///
    /// # Errors
    /// [`RetryAfter`] when it does not pass.
    pub fn check(&self, endpoint: Endpoint, person: Uuid) -> Result<(), RetryAfter> {
        let counter = match endpoint {
            Endpoint::AiWizard => &self.wizard,
            Endpoint::EventCreation => &self.events,
            Endpoint::VenueSearch => &self.venues,
            Endpoint::PictureUpload => &self.pictures,
            Endpoint::AccountExport => &self.exports,
            Endpoint::Suggestions => &self.suggestions,
        };
        self.take(counter, endpoint.name(), person.as_u128())
    }

    /// Counts a call of this caller: the server's own key and those whom administration exempted are not counted (C-05), and
    /// whoever is nobody is known by their address alone.
    ///
    /// # Errors
    /// [`RetryAfter`] when it does not pass.
    pub fn check_caller(&self, endpoint: Endpoint, caller: &Caller) -> Result<(), RetryAfter> {
        match caller {
            Caller::Person(signed) if !signed.load_test => self.check(endpoint, signed.person.id),
            Caller::Person(_) | Caller::Anybody | Caller::Service => Ok(()),
        }
    }

    /// Counts a request of this address, before anybody is known. A network of IPv6 has one allowance: whoever has one
    /// address of a /64 has them all (THREATS 7.11).
    ///
    /// # Errors
    /// [`RetryAfter`] when it does not pass.
    pub fn check_address(&self, address: IpAddr) -> Result<(), RetryAfter> {
        let Some(flood) = &self.addresses else { return Ok(()) };
        let wait_ms = |wait: std::time::Duration| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        flood.take(network::of(address)).map_err(|wait| refused("address", wait_ms(wait), false))
    }

    /// Counts an order from this address; over no socket, or from this machine, nothing is counted.
    ///
    /// # Errors
    /// [`RetryAfter`] when it does not pass.
    pub fn check_purchase(&self, address: Option<IpAddr>) -> Result<(), RetryAfter> {
        self.check_place(&self.purchases, "purchases", address)
    }

    /// Counts a read of the REST API by somebody without a token, who is known by their address alone; as for
    /// [`Self::check_purchase`].
    ///
    /// # Errors
    /// [`RetryAfter`] when it does not pass.
    pub fn check_visitor_read(&self, address: Option<IpAddr>) -> Result<(), RetryAfter> {
        self.check_place(&self.visitor_reads, "visitor_reads", address)
    }

    /// Counts a picture from this address, whoever brings it: guests cost nothing to make. As for [`Self::check_purchase`].
    ///
    /// # Errors
    /// [`RetryAfter`] when it does not pass.
    pub fn check_upload(&self, address: Option<IpAddr>) -> Result<(), RetryAfter> {
        self.check_place(&self.address_uploads, "address_uploads", address)
    }

    fn check_place(&self, counter: &Counter, name: &'static str, address: Option<IpAddr>) -> Result<(), RetryAfter> {
        let Some(address) = address else { return Ok(()) };
        self.take(counter, name, u128::from(network::of(address)))
    }

    fn take(&self, counter: &Counter, name: &'static str, key: u128) -> Result<(), RetryAfter> {
        let taken = counter.take(key, self.clock.now().as_millisecond());
        taken.map_err(|full| refused(name, full.wait_ms, full.first))
    }

    /// Remembers a message that was taken in.
    pub(super) fn remember(&self, message: &impl Hash) {
        self.recent.remember(message);
    }

    /// Whether this message was taken in lately and comes again: such a one is not counted.
    pub(super) fn is_again(&self, message: &impl Hash) -> bool {
        self.recent.is_again(message)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

/// What the limit of this name refuses.
fn refused(name: &'static str, wait_ms: i64, first: bool) -> RetryAfter {
    metrics::refused(name);
    RetryAfter { seconds: seconds(wait_ms), first }
}

/// Whole seconds until then, so that a caller who waits so long passes.
fn seconds(wait_ms: i64) -> u32 {
    u32::try_from(wait_ms.max(1).saturating_add(999) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::caller::Signed;
    use crate::domain::clock::FixedClock;
    use crate::domain::person::{Person, Role};

    fn person() -> Person {
        let id = Uuid::from_u128(7);
        Person { id, role: Role::Organizer, email: None, name: None, timezone: None, country: None, currency: None }
    }

    fn limits() -> (Limits, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at("2026-11-23T15:00:00Z".parse().unwrap()));
        let rule = |requests| Rule { requests, window_s: 60, block_s: 0 };
        let rules = Rules {
            ai_wizard: Rule { requests: 30, window_s: 60, block_s: 60 },
            event_creation: rule(10),
            venue_search: rule(100),
            picture_upload: rule(30),
            account_export: rule(10),
            suggestions: rule(120),
            purchases: rule(20),
            visitor_reads: rule(6),
            address_uploads: rule(3),
            max_keys: 1000,
            address_per_s: 1,
            address_burst: 5,
        };
        (Limits::new(&rules, clock.clone()), clock)
    }

    #[test]
    fn each_endpoint_counts_for_itself() {
        let (limits, clock) = limits();
        let passed = |endpoint| (0..200).filter(|_| limits.check(endpoint, Uuid::nil()).is_ok()).count();
        let all = [Endpoint::AiWizard, Endpoint::EventCreation, Endpoint::VenueSearch];
        assert_eq!(all.map(passed), [30, 10, 100]);
        clock.advance(20);
        let waits = all.map(|endpoint| limits.check(endpoint, Uuid::nil()).unwrap_err());
        assert_eq!(waits.map(|wait| wait.seconds), [40, 40, 40]);
        assert_eq!(waits[0].to_string(), "Please wait 40 seconds.");
        assert_eq!(Endpoint::AiWizard.key(Uuid::nil()), "ratelimit:ai_wizard:00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn who_is_exempt_is_not_counted() {
        let (limits, _) = limits();
        let signed = Signed::known(person());
        let tested = Caller::Person(Box::new(Signed { load_test: true, ..signed.clone() }));
        let counted = Caller::Person(Box::new(signed));
        let passed =
            |caller: &Caller| (0..50).filter(|_| limits.check_caller(Endpoint::EventCreation, caller).is_ok()).count();
        assert_eq!([&Caller::Service, &Caller::Anybody, &tested, &counted].map(passed), [50, 50, 50, 10]);
    }

    #[test]
    fn one_network_of_ipv6_is_one_address() {
        let (limits, _) = limits();
        let passed = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|address| address.parse::<IpAddr>().unwrap());
            addresses.filter(|address| limits.check_address(*address).is_ok()).count()
        };
        let one: Vec<String> = (0..20).map(|number| format!("2001:db8:1:2::{number:x}")).collect();
        assert_eq!(passed(&one.iter().map(String::as_str).collect::<Vec<_>>()), 5);
        assert_eq!(passed(&["2001:db8:1:3::1", "::ffff:192.0.2.1", "192.0.2.2"]), 3);
        assert_eq!(passed(&["192.0.2.1"; 20]), 4, "an IPv4 address in IPv6's dress is the same");
    }

    #[test]
    fn what_costs_much_is_counted_by_address_too() {
        let (limits, clock) = limits();
        let passed = |check: &dyn Fn(Option<IpAddr>) -> Result<(), RetryAfter>, address: Option<&str>| {
            let address = address.map(|address| address.parse().unwrap());
            (0..10).filter(|_| check(address).is_ok()).count()
        };
        let read = |address| limits.check_visitor_read(address);
        let upload = |address| limits.check_upload(address);
        assert_eq!([passed(&read, Some("192.0.2.1")), passed(&upload, Some("192.0.2.1"))], [6, 3]);
        assert_eq!([passed(&read, Some("192.0.2.2")), passed(&upload, Some("192.0.2.2"))], [6, 3]);
        assert_eq!(passed(&upload, None), 10, "over no socket nothing is counted");
        clock.advance(20);
        assert_eq!(limits.check_visitor_read(Some("192.0.2.1".parse().unwrap())).unwrap_err().seconds, 40);
    }

    #[test]
    fn whatever_is_refused_is_counted_by_the_name_of_its_limit() {
        metrics::install();
        let (limits, _) = limits();
        let address = "192.0.2.1".parse::<IpAddr>().unwrap();
        for _ in 0..40 {
            let _ = limits.check_purchase(Some(address));
            let _ = limits.check_upload(Some(address));
            let _ = limits.check_visitor_read(Some(address));
            let _ = limits.check_address(address);
            let _ = limits.check(Endpoint::PictureUpload, Uuid::nil());
        }
        let page = metrics::page().unwrap();
        for name in ["purchases", "address_uploads", "visitor_reads", "address", "picture_upload"] {
            let line = format!("eventos_rate_limit_refusals_total{{limit=\"{name}\"}} ");
            assert!(page.contains(&line), "{line} is not in:\n{page}");
        }
    }

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!([-5, 0, 1, 1000, 1001, 59_999].map(seconds), [1, 1, 1, 1, 2, 60]);
    }
}
