//! Where a word may go: a whole address whose host lies outside of our own network.
//!
//! Promises: every address that a name stands for is looked at, and one inside refuses the name; an address inside that is
//! written in another way (mapped, translated, tunnelled) is the same one. Source: the IANA registries of special-purpose
//! addresses (RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;

/// Why nothing is sent there; the words are fit for the organizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It cannot be read, or is not one for the web.
    #[error("please give a whole address that begins with https://")]
    NoAddress,
    /// It has a name or password in it.
    #[error("an address with a name and password in it is not used")]
    Login,
    /// It lies inside.
    #[error("this address lies inside a private network")]
    Private,
    /// Nobody knows the name.
    #[error("nobody knows this address")]
    Unknown,
}

/// An address that something can be sent to.
#[derive(Debug, Clone)]
pub struct Target {
    url: Url,
    private: bool,
}

impl Target {
    /// Reads an address. `private`: those inside, and without encryption, are fine.
    ///
    /// # Errors
    /// [`Unfit`]
    pub fn read(text: &str, private: bool) -> Result<Self, Unfit> {
        let url = Url::parse(text.trim()).map_err(|_| Unfit::NoAddress)?;
        let fits = url.scheme() == "https" || private && url.scheme() == "http";
        if !fits || url.host_str().is_none_or(str::is_empty) {
            return Err(Unfit::NoAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Unfit::Login);
        }
        let target = Self { url, private };
        // A number stands for itself; a name is looked at when something is sent.
        if target.number().is_some_and(|number| !private && !is_public(number)) {
            return Err(Unfit::Private);
        }
        Ok(target)
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    fn number(&self) -> Option<IpAddr> {
        self.host().trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Every address that the host stands for now.
    ///
    /// # Errors
    /// [`Unfit`] when there is none, or one of them lies inside.
    pub async fn addresses(&self) -> Result<Vec<SocketAddr>, Unfit> {
        let port = self.url.port_or_known_default().unwrap_or(443);
        let host = self.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(|_| Unfit::Unknown)?.collect();
        if found.is_empty() {
            return Err(Unfit::Unknown);
        }
        if !self.private && found.iter().any(|address| !is_public(address.ip())) {
            return Err(Unfit::Private);
        }
        Ok(found)
    }
}

/// Whether an address is one of the internet at large.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match parts {
        // Mapped, and translated: what counts is the address within.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(inner(high, low))
        }
        // Tunnels and documentation lie in here, too.
        [0x2001, 0..=0x01ff | 0x0db8, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_inside_is_refused_however_it_is_written() {
        let inside = [
            "https://127.0.0.1/x",
            "https://localhost.:1@127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://10.1.2.3",
            "https://172.31.0.1",
            "https://192.168.1.1:8443/a",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1",
            "https://0.0.0.0",
            "https://224.0.0.1",
            "https://255.255.255.255",
            "https://198.18.0.1",
            "https://[::1]/",
            "https://[::]/",
            "https://[fc00::1]/",
            "https://[fe80::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:db8::1]/",
            "https://[ff02::1]/",
            "https://[2001:0:1::1]/",
        ];
        for address in inside {
            let refused = Target::read(address, false).err();
            assert!(matches!(refused, Some(Unfit::Private | Unfit::Login)), "{address}: {refused:?}");
        }
        for odd in [
            "",
            "example.org",
            "http://example.org/",
            "ftp://example.org",
            "https://",
            "file:///etc/passwd",
            "javascript:1",
        ] {
            assert_eq!(Target::read(odd, false).err(), Some(Unfit::NoAddress), "{odd}");
        }
        assert_eq!(Target::read("https://ana:x@example.org", false).err(), Some(Unfit::Login));
        for fine in [
            "https://93.184.215.14/hook",
            "https://[2606:4700::1111]/",
            "https://example.org:8443/hook?x=1",
            "https://172.32.0.1",
        ] {
            assert!(Target::read(fine, false).is_ok(), "{fine}");
        }
        assert!(Target::read("http://127.0.0.1:9/x", true).is_ok(), "where the operator allows it");
    }

    #[tokio::test]
    async fn a_name_that_points_inside_is_refused_when_something_is_sent() {
        let named = Target::read("https://localhost/hook", false).unwrap();
        assert_eq!(named.addresses().await.err(), Some(Unfit::Private));
        assert!(Target::read("https://localhost/hook", true).unwrap().addresses().await.is_ok());
    }
}
