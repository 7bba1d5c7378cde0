//! An address that listens: handshakes go on beside each other, and there are not too many.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::hex;
use crate::http::Peer;

/// A handshake takes at most this long.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections at one address; beyond it new ones wait.
const CONNECTIONS_MAX: usize = 2_000;
/// Connections that wait to be taken up.
const READY_MAX: usize = 64;

/// A connection.
pub enum Stream {
    /// Plain, on loopback.
    Plain(TcpStream, OwnedSemaphorePermit),
    /// TLS 1.3.
    Tls(Box<TlsStream<TcpStream>>, OwnedSemaphorePermit),
}

macro_rules! either {
    ($self:ident, $stream:ident => $do:expr) => {
        match $self.get_mut() {
            Stream::Plain($stream, _) => {
                let $stream = Pin::new($stream);
                $do
            }
            Stream::Tls($stream, _) => {
                let $stream = Pin::new(&mut **$stream);
                $do
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(context))
    }
}

/// Connections that are ready, one after the other.
pub struct Doors {
    ready: mpsc::Receiver<(Stream, Peer)>,
    local: SocketAddr,
}

/// Opens an address. Without `tls` it is plain.
///
/// # Errors
/// The address cannot be listened at.
pub async fn open(address: SocketAddr, tls: Option<ServerConfig>) -> io::Result<Doors> {
    let listener = TcpListener::bind(address).await?;
    let local = listener.local_addr()?;
    let (sender, ready) = mpsc::channel(READY_MAX);
    let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(accept(listener, acceptor, sender));
    Ok(Doors { ready, local })
}

async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    ready: mpsc::Sender<(Stream, Peer)>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, mostly: give others time to close.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Acknowledgements are small and must not wait for more.
        drop(stream.set_nodelay(true));
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            let Some(acceptor) = acceptor else {
                let peer = Peer {
                    address,
                    certificate: None,
                };
                drop(ready.send((Stream::Plain(stream, place), peer)).await);
                return;
            };
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let certificate = shown(&stream);
                    let peer = Peer {
                        address,
                        certificate,
                    };
                    drop(
                        ready
                            .send((Stream::Tls(Box::new(stream), place), peer))
                            .await,
                    );
                }
                Ok(Err(error)) => tracing::info!(%address, %error, "a handshake was refused"),
                Err(_slow) => tracing::info!(%address, "a handshake took too long"),
            }
        });
    }
}

/// SHA-256 of the certificate that was shown and verified.
fn shown(stream: &TlsStream<TcpStream>) -> Option<String> {
    let certificates = stream.get_ref().1.peer_certificates()?;
    certificates
        .first()
        .map(|certificate| hex::sha256(certificate))
}

impl Doors {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.local
    }

    /// The next connection; none when nothing listens any more.
    pub async fn next(&mut self) -> Option<(Stream, Peer)> {
        self.ready.recv().await
    }
}

impl Listener for Doors {
    type Io = Stream;
    type Addr = Peer;

    async fn accept(&mut self) -> (Stream, Peer) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // Nothing listens any more: wait for the end.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer {
            address: self.local,
            certificate: None,
        })
    }
}

impl Connected<IncomingStream<'_, Doors>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.remote_addr().clone()
    }
}
