//! Where a request comes from: the socket's other end, or what a trusted proxy says of it.
//!
//! Promises: nobody can choose their own address. `X-Forwarded-For` is read from the right, past proxies that we trust; the
//! first address that is none of theirs is the client's, whatever stands left of it. `Forwarded` (RFC 7239) is read the same
//! way when there is no `X-Forwarded-For`; a proxy that writes it alone must drop the other. From anybody else both are noise.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HeaderName};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use super::error::HttpError;
use crate::door::rate::Limits;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where a request comes from; handlers take it as an argument.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientAddress {
    /// The client's address; `None` when the request came over no socket.
    pub ip: Option<IpAddr>,
    /// It was sent by a program on this machine for itself, not passed on for somebody.
    pub is_here: bool,
}

/// What the layer works with.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) proxies: Arc<[IpNet]>,
    pub(super) limits: Arc<Limits>,
}

/// Finds out where a request comes from, and turns away who floods us, before anybody asks who it is.
pub(super) async fn enter(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let address = ClientAddress::of(peer, request.headers(), &gate.proxies);
    if let Some(ip) = address.ip.filter(|_| !address.is_here)
        && let Err(retry) = gate.limits.check_address(ip)
    {
        return HttpError::TooFast { retry_after_s: retry.seconds }.into_response();
    }
    request.extensions_mut().insert(address);
    next.run(request).await
}

impl ClientAddress {
    /// The client behind this peer.
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpNet]) -> Self {
        let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return Self::default() };
        let passed_on = headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED);
        let mut client = peer;
        if is_trusted(peer, proxies) {
            for hop in hops(headers) {
                // What cannot be read was not written by a proxy of ours.
                let Some(hop) = hop else { break };
                client = hop;
                if !is_trusted(hop, proxies) {
                    break;
                }
            }
        }
        Self { ip: Some(client), is_here: peer.is_loopback() && !passed_on }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

/// Whether this address is one of these proxies.
pub(super) fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|network| network.contains(&address))
}

/// The addresses that proxies wrote down, the nearest first; `None` for what is no address.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = |name: &HeaderName| -> String {
        let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
        values.collect::<Vec<_>>().join(",")
    };
    let listed = values(&X_FORWARDED_FOR);
    if !listed.is_empty() {
        return listed.rsplit(',').map(address).collect();
    }
    let listed = values(&FORWARDED);
    if listed.is_empty() { Vec::new() } else { listed.rsplit(',').map(|hop| address(forwarded_for(hop))).collect() }
}

/// The `for` of one hop of `Forwarded`.
fn forwarded_for(hop: &str) -> &str {
    let pairs = hop.split(';').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map_or("", |(_, value)| value)
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `"[2001:db8::1]:4711"`
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let plain = text.parse::<IpAddr>().ok();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    plain.or_else(with_port).or_else(bare).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, headers: &[(HeaderName, &str)]) -> (String, bool) {
        let proxies = ["10.0.0.0/8", "127.0.0.1/32", "2001:db8:f::/48"].map(|text| text.parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        let found = ClientAddress::of(Some(peer.parse().unwrap()), &map, &proxies);
        (found.ip.unwrap().to_string(), found.is_here)
    }

    #[test]
    fn a_proxy_is_believed_and_nobody_else() {
        let xff = |value| [(X_FORWARDED_FOR, value)];
        let is = |address: &str| (address.to_owned(), false);
        assert_eq!(client("203.0.113.5", &xff("198.51.100.1")), is("203.0.113.5"));
        assert_eq!(client("10.1.2.3", &xff("198.51.100.1")), is("198.51.100.1"));
        assert_eq!(client("::ffff:10.1.2.3", &xff("198.51.100.1:4711")), is("198.51.100.1"));
        assert_eq!(client("10.1.2.3", &[]), is("10.1.2.3"));
    }

    #[test]
    fn what_a_client_writes_itself_stands_left_and_is_not_read() {
        let xff = |value| [(X_FORWARDED_FOR, value)];
        let is = |address: &str| (address.to_owned(), false);
        assert_eq!(client("10.1.2.3", &xff("127.0.0.1, 1.1.1.1, 198.51.100.1, 10.9.9.9")), is("198.51.100.1"));
        let twice = [(X_FORWARDED_FOR, "1.1.1.1"), (X_FORWARDED_FOR, "198.51.100.1, 10.9.9.9")];
        assert_eq!(client("10.1.2.3", &twice), is("198.51.100.1"));
        assert_eq!(client("10.1.2.3", &xff("1.1.1.1, unknown, 10.9.9.9")), is("10.9.9.9"));
        assert_eq!(client("10.1.2.3", &xff("10.3.3.3, 10.9.9.9")), is("10.3.3.3"));
        assert_eq!(client("10.1.2.3", &xff("")), is("10.1.2.3"));
    }

    #[test]
    fn forwarded_is_read_where_it_stands_alone() {
        let value = "for=1.1.1.1, by=10.0.0.1;For=\"[2001:db8:a::7]:4711\";proto=https, for=10.9.9.9";
        assert_eq!(client("2001:db8:f::1", &[(FORWARDED, value)]).0, "2001:db8:a::7");
        assert_eq!(client("10.1.2.3", &[(FORWARDED, value), (X_FORWARDED_FOR, "198.51.100.1")]).0, "198.51.100.1");
        assert_eq!(client("10.1.2.3", &[(FORWARDED, "for=_hidden")]).0, "10.1.2.3");
    }

    #[test]
    fn here_is_only_who_speaks_for_themselves() {
        assert_eq!(client("127.0.0.1", &[]), ("127.0.0.1".to_owned(), true));
        assert!(client("::1", &[]).1);
        assert!(!client("127.0.0.1", &[(X_FORWARDED_FOR, "127.0.0.1")]).1);
        assert!(!client("::1", &[(FORWARDED, "for=127.0.0.1")]).1);
        assert!(!client("10.1.2.3", &[(X_FORWARDED_FOR, "127.0.0.1")]).1);
        assert_eq!(ClientAddress::of(None, &HeaderMap::new(), &[]), ClientAddress::default());
    }
}
