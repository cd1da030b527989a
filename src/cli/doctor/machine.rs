//! What the machine gives: a folder, space, an address, zones; and what it is called outside.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Finding;
use crate::settings::Settings;

const MIB: u64 = 1024 * 1024;
/// Below this a database soon stops.
const SCARCE: u64 = 200 * MIB;
/// Below this somebody should look.
const LOW: u64 = 2048 * MIB;
const PATIENCE: Duration = Duration::from_secs(3);

/// The data folder can be written.
pub(super) fn folder(settings: &Settings) -> Finding {
    let what = "data folder";
    let folder = &settings.data_dir;
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let tried = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, ""))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::works(what, folder.display().to_string()),
        Err(error) => Finding::missing(
            what,
            format!("{}: {error}. Choose another with --data-dir or DATA_DIR.", folder.display()),
        ),
    }
}

/// There is room in it.
pub(super) fn space(settings: &Settings) -> Finding {
    let what = "free space";
    let Ok(stat) = rustix::fs::statvfs(&settings.data_dir) else {
        return Finding::note(what, "cannot be measured");
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let words = format!("{} MiB for the data folder", free / MIB);
    if free < SCARCE {
        Finding::missing(what, format!("{words}; make room before the database stops."))
    } else if free < LOW {
        Finding::note(what, format!("{words}; that is little."))
    } else {
        Finding::works(what, words)
    }
}

/// The address is free, or it is we who listen there.
pub(super) async fn listening(settings: &Settings) -> Finding {
    let what = "address";
    let address = settings.server.listen_addr;
    let Err(error) = TcpListener::bind(address).await else {
        return Finding::works(what, format!("{address} is free"));
    };
    if error.kind() == std::io::ErrorKind::AddrInUse && is_ours(address).await {
        return Finding::works(what, format!("eventos serves on {address} now"));
    }
    Finding::missing(what, format!("cannot listen on {address}: {error}. Choose another with --listen or LISTEN_ADDR."))
}

async fn is_ours(mut address: SocketAddr) -> bool {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let asking = async {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        socket.take(4096).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).contains(r#"{"status":"alive"}"#))
    };
    matches!(tokio::time::timeout(PATIENCE, asking).await, Ok(Ok(true)))
}

/// Links that we hand out lead somewhere.
pub(super) fn public_url(settings: &Settings) -> Finding {
    let what = "public address";
    let url = settings.server.public_url.as_str();
    let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) if url.is_empty() => {
            let own = settings.public_url(settings.server.listen_addr);
            return Finding::note(
                what,
                format!("PUBLIC_URL is not set: links lead to {own}, which others may not reach."),
            );
        }
        (None, None) => {
            return Finding::missing(
                what,
                format!("PUBLIC_URL is {url:?}, which begins with neither https:// nor http://."),
            );
        }
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_local = ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local));
    match (host.is_empty() || host.contains(['@', ' ']), secure || is_local) {
        (true, _) => Finding::missing(what, format!("PUBLIC_URL is {url:?}, which names no host.")),
        (false, false) => Finding::note(what, format!("{url} is not encrypted; use https:// for guests.")),
        (false, true) => Finding::works(what, url),
    }
}

/// Behind a proxy, clients are told apart.
pub(super) fn proxies(settings: &Settings) -> Finding {
    let what = "proxies";
    let known = &settings.server.trusted_proxies;
    if !known.is_empty() {
        let list: Vec<String> = known.iter().map(ToString::to_string).collect();
        return Finding::works(what, format!("{} may say where a request comes from", list.join(", ")));
    }
    if settings.server.public_url.starts_with("https://") {
        return Finding::note(
            what,
            "TRUSTED_PROXIES is not set: behind the proxy that does https, all clients look like one.",
        );
    }
    Finding::works(what, "none is trusted")
}

/// Times of events can be told.
pub(super) fn zones() -> Finding {
    let what = "time zones";
    match jiff::tz::TimeZone::get("America/Toronto") {
        Ok(_) => {
            let own = jiff::tz::TimeZone::system();
            Finding::works(what, format!("known; this machine is in {}", own.iana_name().unwrap_or("an unnamed zone")))
        }
        Err(error) => Finding::missing(what, format!("unknown: {error}. Install the package tzdata.")),
    }
}
