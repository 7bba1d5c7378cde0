//! Everything for a first try: a local authority, keys, people and a configuration.
//!
//! Good for a demonstration and as a pattern. A real service has its own authority, and secrets that
//! nobody wrote into a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use forewarn_core::model::Mode;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;

use crate::config::DEFAULT;
use crate::hex;
use crate::ingest::Signer;
use crate::people::{Role, hash_secret};
use crate::spine::write_secret;

/// What is made.
#[derive(Debug, Clone)]
pub struct Init {
    /// Where.
    pub folder: PathBuf,
    /// For what.
    pub mode: Mode,
    /// The sensors of the site, which lies in `site` of the folder.
    pub sensors: Vec<String>,
    /// Plain HTTP on loopback, for a demonstration.
    pub insecure_loopback: bool,
    /// Time follows the reports, so that a recording can be played.
    pub follow_reports: bool,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The configuration.
    pub config: PathBuf,
    /// Names and secrets of the people.
    pub secrets: BTreeMap<String, String>,
}

/// Why it cannot be made.
#[derive(Debug, Error)]
pub enum InitError {
    /// A file is there already, or cannot be written.
    #[error("{path}: {source}; choose an empty folder")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Keys or certificates cannot be made.
    #[error("{0}")]
    Keys(String),
}

/// The people of a first try.
const PEOPLE: [(&str, &[Role]); 6] = [
    ("viewer", &[Role::Viewer]),
    ("operator", &[Role::Operator]),
    ("releaser-1", &[Role::Releaser]),
    ("releaser-2", &[Role::Releaser]),
    ("auditor", &[Role::Auditor]),
    ("administrator", &[Role::Administrator]),
];

/// Makes it all.
///
/// # Errors
/// A file is there already, or cannot be written.
pub fn init(init: &Init) -> Result<Made, InitError> {
    let folder = &init.folder;
    let authority = Authority::new()?;
    public(&folder.join("authority.cert.pem"), &authority.pem)?;
    secret(
        &folder.join("authority.key.pem"),
        authority.secret.as_bytes(),
    )?;
    let server = authority.issue("forewarn", true)?;
    public(&folder.join("server.cert.pem"), &server.pem)?;
    secret(&folder.join("server.key.pem"), server.secret.as_bytes())?;
    let keys = sensors(init, &authority)?;
    public(&folder.join("keys.toml"), &keys)?;
    let (people, secrets) = people()?;
    secret(&folder.join("people.toml"), people.as_bytes())?;
    let told: String = secrets
        .iter()
        .map(|(name, secret)| format!("{name} {secret}\n"))
        .collect();
    secret(&folder.join("secrets.txt"), told.as_bytes())?;
    let config = folder.join("forewarn.toml");
    public(&config, &configuration(init))?;
    Ok(Made { config, secrets })
}

/// The default with what was asked for.
fn configuration(init: &Init) -> String {
    let set = |text: String, key: &str, value: &str| {
        let start = format!("{key} = ");
        let lines = text.lines().map(|line| {
            if line.starts_with(&start) {
                format!("{start}{value}\n")
            } else {
                format!("{line}\n")
            }
        });
        lines.collect::<String>()
    };
    let mut text = set(
        DEFAULT.to_owned(),
        "mode",
        &format!("\"{}\"", init.mode.word()),
    );
    text = set(
        text,
        "insecure_loopback",
        &init.insecure_loopback.to_string(),
    );
    text = set(text, "follow_reports", &init.follow_reports.to_string());
    text.push_str(&format!(
        "\n[[sink]]\nid = \"archive\"\nmode = \"{}\"\nkind = \"file\"\nfolder = \"published\"\n",
        init.mode.word()
    ));
    text
}

fn sensors(init: &Init, authority: &Authority) -> Result<String, InitError> {
    let folder = init.folder.join("sensors");
    public(&folder.join("authority.cert.pem"), &authority.pem)?;
    let mut keys = String::from(
        "# Whose signature counts, on whose connection, and for what. `revoked = true` ends that.\n",
    );
    for sensor in &init.sensors {
        let issued = authority.issue(sensor, false)?;
        let pkcs8 = Signer::generate().map_err(InitError::Keys)?;
        let signer = Signer::new(&pkcs8).map_err(InitError::Keys)?;
        secret(&folder.join(format!("{sensor}.key")), &pkcs8)?;
        public(&folder.join(format!("{sensor}.cert.pem")), &issued.pem)?;
        secret(
            &folder.join(format!("{sensor}.key.pem")),
            issued.secret.as_bytes(),
        )?;
        keys.push_str(&format!(
            "\n[[key]]\nsensor = {sensor:?}\nmode = \"{}\"\npublic_key = \"{}\"\ncertificate_sha256 = \"{}\"\n",
            init.mode.word(),
            hex::encode(signer.public_key()),
            issued.sha256,
        ));
    }
    Ok(keys)
}

fn people() -> Result<(String, BTreeMap<String, String>), InitError> {
    let mut text = String::from(
        "# Who may do what. A secret is what `forewarn serve --hash-secret` prints.\n",
    );
    let mut secrets = BTreeMap::new();
    for (name, roles) in PEOPLE {
        let mut bytes = [0; 10];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_unspecified| InitError::Keys("the system gives no random bytes".into()))?;
        let secret = hex::encode(&bytes);
        let hash = hash_secret(&secret).map_err(InitError::Keys)?;
        let words: Vec<String> = roles
            .iter()
            .map(|role| format!("\"{}\"", role.word()))
            .collect();
        text.push_str(&format!(
            "\n[[person]]\nname = \"{name}\"\nroles = [{}]\nsecret = \"{hash}\"\n",
            words.join(", ")
        ));
        secrets.insert(name.to_owned(), secret);
    }
    Ok((text, secrets))
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub pem: String,
    /// Its private key.
    pub secret: String,
    /// SHA-256 of the certificate.
    pub sha256: String,
}

/// An authority on this machine.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub pem: String,
    /// Its private key.
    pub secret: String,
}

fn keys(error: rcgen::Error) -> InitError {
    InitError::Keys(error.to_string())
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// No key can be made.
    pub fn new() -> Result<Self, InitError> {
        let key = KeyPair::generate().map_err(keys)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(keys)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Forewarn local authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(keys)?;
        Ok(Self {
            pem: certificate.pem(),
            secret: key.serialize_pem(),
            issuer: Issuer::new(params, key),
        })
    }

    /// A certificate for the service on this machine, or for a client.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn issue(&self, name: &str, server: bool) -> Result<Issued, InitError> {
        self.issue_with(name, server, |_params| {})
    }

    /// The same, changed before it is signed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn issue_with(
        &self,
        name: &str,
        server: bool,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Result<Issued, InitError> {
        let key = KeyPair::generate().map_err(keys)?;
        let names = if server {
            vec![
                "localhost".to_owned(),
                "127.0.0.1".to_owned(),
                "::1".to_owned(),
            ]
        } else {
            Vec::new()
        };
        let mut params = CertificateParams::new(names).map_err(keys)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![if server {
            ExtendedKeyUsagePurpose::ServerAuth
        } else {
            ExtendedKeyUsagePurpose::ClientAuth
        }];
        params.use_authority_key_identifier_extension = true;
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).map_err(keys)?;
        Ok(Issued {
            pem: certificate.pem(),
            secret: key.serialize_pem(),
            sha256: hex::sha256(certificate.der()),
        })
    }

    /// Whom it issues as, for revocation lists.
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

fn public(path: &Path, text: &str) -> Result<(), InitError> {
    let write = || -> std::io::Result<()> {
        use std::io::Write;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(|source| InitError::File {
        path: path.display().to_string(),
        source,
    })
}

fn secret(path: &Path, bytes: &[u8]) -> Result<(), InitError> {
    write_secret(path, bytes).map_err(|source| InitError::File {
        path: path.display().to_string(),
        source,
    })
}
