//! A connection to somebody else: `http://host:port/path`, `https://…`, or `host:port`.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::net::client;

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Not an address.
    #[error("`{0}` is no address; give http://host:port/path or https://host:port/path")]
    Address(String),
    /// The other side does not answer, or not as it should.
    #[error("{0}")]
    Unreachable(String),
}

/// A stream of bytes both ways.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// The parts of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `https` or `wss` or `tls`.
    pub secure: bool,
    /// Host, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path with its slash.
    pub path: String,
    /// The scheme.
    pub scheme: String,
}

impl Target {
    /// Reads `scheme://host:port/path`.
    ///
    /// # Errors
    /// It is not one.
    pub fn read(url: &str) -> Result<Self, LinkError> {
        let wrong = || LinkError::Address(url.chars().take(200).collect());
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (secure, default_port) = match scheme {
            "http" | "ws" => (false, 80),
            "https" | "wss" => (true, 443),
            "tcp" => (false, 0),
            "tls" => (true, 0),
            _ => return Err(wrong()),
        };
        let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_not| wrong())?),
            None => (place, default_port),
        };
        if host.is_empty() || port == 0 {
            return Err(wrong());
        }
        Ok(Self {
            secure,
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            path: format!("/{path}"),
            scheme: scheme.to_owned(),
        })
    }
}

/// Connects; `authority` is whom to trust where it is secure.
///
/// # Errors
/// There is no connection.
pub async fn dial(
    target: &Target,
    tls: Option<Arc<ClientConfig>>,
) -> Result<Box<dyn Wire>, LinkError> {
    let unreachable = |error: std::io::Error| {
        LinkError::Unreachable(format!("{}:{}: {error}", target.host, target.port))
    };
    let stream = TcpStream::connect((target.host.as_str(), target.port))
        .await
        .map_err(unreachable)?;
    drop(stream.set_nodelay(true));
    if !target.secure {
        return Ok(Box::new(stream));
    }
    let config = tls.ok_or_else(|| {
        LinkError::Unreachable("whom to trust is not said; give `authority`".into())
    })?;
    let name = ServerName::try_from(target.host.clone())
        .map_err(|_not| LinkError::Address(target.host.clone()))?;
    let connected = TlsConnector::from(config).connect(name, stream).await;
    Ok(Box::new(connected.map_err(unreachable)?))
}

/// Whom to trust, from a file.
pub(super) fn trust(authority: Option<&Path>) -> Result<Option<Arc<ClientConfig>>, LinkError> {
    let config = authority.map(|path| client(path, None)).transpose();
    let config = config.map_err(|error| LinkError::Unreachable(error.to_string()))?;
    Ok(config.map(Arc::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let target = Target::read("https://localhost:8444/api").unwrap();
        assert_eq!(
            (target.secure, target.port, target.path.as_str()),
            (true, 8444, "/api")
        );
        assert_eq!(Target::read("http://[::1]:80/x").unwrap().host, "::1");
        for wrong in [
            "localhost:80",
            "ftp://x/",
            "http://:80/",
            "http://x:99999/",
            "tls://x",
        ] {
            assert!(Target::read(wrong).is_err(), "{wrong}");
        }
    }
}
