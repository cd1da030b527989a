//! Where a request comes from, as far as it is counted: one household or one machine, not one of its many addresses.

use std::net::IpAddr;

/// What an address is counted under: an IPv4 address, or a /64 of IPv6, which is what one customer of a network has at least.
pub fn of(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or_default() | 1 << 63,
    }
}

/// As [`of`], of an address in words; what is none stays as it is.
pub(super) fn named(address: &str) -> String {
    address.parse::<IpAddr>().map_or_else(|_| address.to_owned(), |address| of(address).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_is_one_place_whatever_address_they_take() {
        assert_eq!(named("2001:db8:1:2::1"), named("2001:db8:1:2:ffff::9"));
        assert_ne!(named("2001:db8:1:2::1"), named("2001:db8:1:3::1"));
        assert_eq!(named("::ffff:192.0.2.1"), named("192.0.2.1"));
        assert_ne!(named("192.0.2.1"), named("192.0.2.2"));
        assert_eq!(named("a socket"), "a socket");
    }
}
