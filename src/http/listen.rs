//! The listening socket: connections within bounds, each with the address of its other end.
//!
//! Promises: a client that sends its head too slowly, or keeps an idle connection too long, is cut off; one address cannot
//! take all connections; a stopping server lets requests that are under way end, as long as it may wait.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use dashmap::DashMap;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::address::is_trusted;
use crate::accounts::network;
use crate::telemetry::metrics;

/// How long to wait when the system gives no more connections, as when all its files are open.
const RESPITE: Duration = Duration::from_secs(1);

/// Bounds of a listening socket.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Connections that are served at once; more wait in the system's queue.
    pub connections: usize,
    /// Of these, connections of one address; more are closed at once. This machine and proxies are exempt.
    pub connections_per_address: usize,
    /// The head of a request is sent within this time, and an idle connection is kept so long.
    pub head_timeout: Duration,
    /// How long requests that are under way may take when the server stops.
    pub drain: Duration,
    /// Proxies, which speak for many.
    pub proxies: Arc<[IpNet]>,
}

/// Serves until `stop` is cancelled and what is under way has ended.
pub async fn serve(listener: TcpListener, routes: Router, bounds: Bounds, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(bounds.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let connected = Arc::new(Connected::default());
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let (place, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            next = next => match next { Some(next) => next, None => break },
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Some(guest) = admit(&connected, peer.ip(), place, &bounds) {
                    tokio::spawn(converse(
                        stream,
                        peer,
                        routes.clone(),
                        bounds.head_timeout,
                        graceful.watcher(),
                        guest,
                    ));
                } else {
                    metrics::refused("connections");
                }
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, error.code = "ACCEPT", "no connection can be taken");
                tokio::time::sleep(RESPITE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(bounds.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were cut off at the stop");
    }
}

/// One connection, from its first request to its last.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    head_timeout: Duration,
    watcher: Watcher,
    guest: Guest,
) {
    // Small answers would wait for the client's acknowledgement otherwise.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let routes = routes.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let response: Result<_, Infallible> = routes.oneshot(request).await;
            response
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        // Clients come and go as they like.
        tracing::debug!(%error, "a connection ended early");
    }
    drop(guest);
}

fn is_the_clients(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// How many connections each address has; those that have none are not in it.
#[derive(Default)]
struct Connected(DashMap<u64, usize>);

/// A connection's place, given back when it ends.
struct Guest {
    connected: Arc<Connected>,
    counted: Option<u64>,
    _place: OwnedSemaphorePermit,
}

fn admit(connected: &Arc<Connected>, peer: IpAddr, place: OwnedSemaphorePermit, bounds: &Bounds) -> Option<Guest> {
    let peer = peer.to_canonical();
    let guest = |counted| Some(Guest { connected: connected.clone(), counted, _place: place });
    if peer.is_loopback() || is_trusted(peer, &bounds.proxies) {
        return guest(None);
    }
    let counted = network::of(peer);
    {
        let mut count = connected.0.entry(counted).or_default();
        if *count >= bounds.connections_per_address {
            return None;
        }
        *count += 1;
    }
    guest(Some(counted))
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Some(counted) = self.counted {
            self.connected.0.alter(&counted, |_, count| count.saturating_sub(1));
            self.connected.0.remove_if(&counted, |_, count| *count == 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_has_so_many_connections_and_gets_them_back() {
        let bounds = Bounds {
            connections: 100,
            connections_per_address: 2,
            head_timeout: Duration::from_secs(1),
            drain: Duration::from_secs(1),
            proxies: ["10.0.0.0/8".parse().unwrap()].into(),
        };
        let (connected, places) = (Arc::new(Connected::default()), Arc::new(Semaphore::new(100)));
        let enter = |address: &str| {
            let place = places.clone().try_acquire_owned().unwrap();
            admit(&connected, address.parse().unwrap(), place, &bounds)
        };
        let guests = [enter("192.0.2.1"), enter("::ffff:192.0.2.1"), enter("2001:db8::1"), enter("2001:db8::2")];
        assert!(guests.iter().all(Option::is_some));
        assert!(enter("192.0.2.1").is_none() && enter("2001:db8::3").is_none());
        assert!(enter("192.0.2.2").is_some() && enter("2001:db8:0:1::1").is_some());
        let many: Vec<_> = (0..9).flat_map(|_| [enter("127.0.0.1"), enter("::1"), enter("10.0.0.1")]).collect();
        assert!(many.iter().all(Option::is_some));
        drop((guests, many));
        assert_eq!((connected.0.len(), places.available_permits()), (0, 100));
        assert!(enter("192.0.2.1").is_some());
    }
}
