//! TLS 1.3 by rustls with ring; no other version is compiled in.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use thiserror::Error;

use crate::config::TlsFiles;

/// Why TLS cannot be set up.
#[derive(Debug, Error)]
#[error("{file}: {why}")]
pub struct TlsError {
    file: String,
    why: String,
}

fn wrong(path: &Path, why: impl std::fmt::Display) -> TlsError {
    TlsError {
        file: path.display().to_string(),
        why: why.to_string(),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| wrong(path, error))?;
    let all: Result<Vec<_>, _> = read.collect();
    let all = all.map_err(|error| wrong(path, error))?;
    if all.is_empty() {
        return Err(wrong(path, "holds no certificate"));
    }
    Ok(all)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| wrong(path, error))
}

fn roots(path: &Path) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| wrong(path, error))?;
    }
    Ok(Arc::new(roots))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// For people: they show a password later, not a certificate.
///
/// # Errors
/// A file cannot be used.
pub fn server_for_people(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| wrong(&files.certificate, error))?;
    builder
        .with_no_client_auth()
        .with_single_cert(certificates(&files.certificate)?, key(&files.key)?)
        .map_err(|error| wrong(&files.certificate, error))
}

/// For sensors: without a certificate of their authority, in force and not revoked, nobody connects.
///
/// # Errors
/// A file cannot be used.
pub fn server_for_sensors(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let authority = &files.client_authority;
    let mut verifier = WebPkiClientVerifier::builder_with_provider(roots(authority)?, provider());
    if let Some(path) = &files.revoked {
        let read = CertificateRevocationListDer::pem_file_iter(path);
        let lists: Result<Vec<_>, _> = read.map_err(|error| wrong(path, error))?.collect();
        verifier = verifier.with_crls(lists.map_err(|error| wrong(path, error))?);
    }
    let verifier = verifier.build().map_err(|error| wrong(authority, error))?;
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| wrong(&files.certificate, error))?;
    builder
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates(&files.certificate)?, key(&files.key)?)
        .map_err(|error| wrong(&files.certificate, error))
}

/// For those who connect: whom they trust, and the certificate that they show.
///
/// # Errors
/// A file cannot be used.
pub fn client(
    authority: &Path,
    identity: Option<(&Path, &Path)>,
) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| wrong(authority, error))?
        .with_root_certificates(roots(authority)?);
    match identity {
        Some((chain, secret)) => builder
            .with_client_auth_cert(certificates(chain)?, key(secret)?)
            .map_err(|error| wrong(chain, error)),
        None => Ok(builder.with_no_client_auth()),
    }
}
