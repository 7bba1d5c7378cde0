//! Who a sensor is: its signing key, and the certificate of its connection.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;

use crate::ingest::Signer;
use crate::net::client;

/// A sensor's identity.
#[derive(Clone)]
pub struct Identity {
    /// Its name.
    pub sensor: String,
    /// Signs its frames.
    pub signer: Arc<Signer>,
    /// For its connections; none for plain loopback.
    pub tls: Option<Arc<ClientConfig>>,
}

impl Identity {
    /// Reads `SENSOR.key`, and for a secure connection `SENSOR.cert.pem`, `SENSOR.key.pem` and
    /// `authority.cert.pem`, from a folder.
    ///
    /// # Errors
    /// A file cannot be used.
    pub fn read(folder: &Path, sensor: &str, secure: bool) -> Result<Self, String> {
        let file = |ending: &str| -> PathBuf { folder.join(format!("{sensor}.{ending}")) };
        let key = file("key");
        let bytes = std::fs::read(&key)
            .map_err(|error| format!("{}: cannot be read: {error}", key.display()))?;
        let signer = Signer::new(&bytes).map_err(|error| format!("{}: {error}", key.display()))?;
        let tls = if secure {
            let (chain, secret) = (file("cert.pem"), file("key.pem"));
            let authority = folder.join("authority.cert.pem");
            let config = client(&authority, Some((&chain, &secret)));
            Some(Arc::new(config.map_err(|error| error.to_string())?))
        } else {
            None
        };
        Ok(Self {
            sensor: sensor.to_owned(),
            signer: Arc::new(signer),
            tls,
        })
    }
}
