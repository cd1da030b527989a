//! The API behind TLS, with a certificate of its own for the platform's real name.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

pub(super) struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

/// A certificate for the platform's real name, and the authority that signed it.
#[derive(Debug)]
pub struct Certificate {
    /// The authority to trust, PEM.
    pub authority: String,
    /// The certificate, PEM.
    pub certificate: String,
    /// Its private key, PEM.
    pub key: String,
    leaf: CertificateDer<'static>,
    private: PrivateKeyDer<'static>,
}

impl Certificate {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = authority.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(authority, key);
        let own = KeyPair::generate().unwrap();
        let names = ["discord.com", "cdn.discordapp.com"].map(str::to_owned).to_vec();
        let leaf = CertificateParams::new(names).unwrap().signed_by(&own, &issuer).unwrap();
        Self {
            authority: pem,
            certificate: leaf.pem(),
            key: own.serialize_pem(),
            leaf: leaf.der().clone(),
            private: PrivateKeyDer::try_from(own.serialize_der()).unwrap(),
        }
    }
}

impl Default for Certificate {
    fn default() -> Self {
        Self::new()
    }
}

impl Tls {
    /// The listener, and the authority to trust, PEM.
    pub(super) fn new(listener: TcpListener) -> (Self, Vec<u8>) {
        let made = Certificate::new();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.leaf], made.private)
            .unwrap();
        (Self { listener, acceptor: TlsAcceptor::from(Arc::new(config)) }, made.authority.into_bytes())
    }
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, from)) = self.listener.accept().await
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
