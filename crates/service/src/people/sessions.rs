//! Who has signed in: a signed token in a cookie, so that a restart signs nobody out.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::hex;
use crate::spine::write_secret;

/// Name of the cookie.
const COOKIE: &str = "forewarn_session";
/// Sessions that were ended before their time and are still remembered.
const ENDED_MAX: usize = 10_000;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub name: String,
    /// Which one of theirs.
    pub id: String,
}

/// Signs and reads sessions.
pub struct Sessions {
    key: hmac::Key,
    random: SystemRandom,
    lasts_s: u64,
    secure: bool,
    ended: Mutex<BTreeSet<String>>,
}

impl Sessions {
    /// With the key in a file, which is made where there is none. `secure`: only over TLS.
    ///
    /// # Errors
    /// The file can be neither read nor made.
    pub fn new(path: &Path, session_h: f64, secure: bool) -> Result<Self, String> {
        let fail = |error: std::io::Error| format!("{}: {error}", path.display());
        let random = SystemRandom::new();
        let bytes = match std::fs::read(path) {
            Ok(bytes) if bytes.len() == 32 => bytes,
            Ok(_) => return Err(format!("{}: is no key; remove it", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                random
                    .fill(&mut bytes)
                    .map_err(|_unspecified| "the system gives no random bytes")?;
                write_secret(path, &bytes).map_err(fail)?;
                bytes.to_vec()
            }
            Err(error) => return Err(fail(error)),
        };
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
            random,
            lasts_s: (session_h * 3_600.0) as u64,
            secure,
            ended: Mutex::new(BTreeSet::new()),
        })
    }

    /// A new session of somebody: it, and the cookie to be set.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn begin(&self, name: &str) -> Result<(Session, String), String> {
        let id = self.digits(16)?;
        let until = now_s() + self.lasts_s;
        let body = format!("{}.{until}.{id}", hex::encode(name.as_bytes()));
        let tag = hex::encode(hmac::sign(&self.key, body.as_bytes()).as_ref());
        let cookie = self.cookie(&format!("{body}.{tag}"), self.lasts_s);
        let name = name.to_owned();
        Ok((Session { name, id }, cookie))
    }

    /// Ends a session: the cookie that removes it.
    pub fn end(&self, session: &str) -> String {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() >= ENDED_MAX {
            ended.pop_first();
        }
        ended.insert(session.to_owned());
        self.cookie("", 0)
    }

    /// The session that a request's `Cookie` header carries.
    pub fn read(&self, cookies: &str) -> Option<Session> {
        let token = cookies
            .split(';')
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)?
            .1;
        let (body, tag) = token.rsplit_once('.')?;
        hmac::verify(&self.key, body.as_bytes(), &hex::decode(tag)?).ok()?;
        let mut parts = body.split('.');
        let (name, until, id) = (parts.next()?, parts.next()?, parts.next()?);
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if until.parse::<u64>().ok()? <= now_s() || ended.contains(id) {
            return None;
        }
        Some(Session {
            name: String::from_utf8(hex::decode(name)?).ok()?,
            id: id.to_owned(),
        })
    }

    /// Random hexadecimal digits.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn digits(&self, count: usize) -> Result<String, String> {
        let mut bytes = vec![0; count.div_ceil(2)];
        self.random
            .fill(&mut bytes)
            .map_err(|_unspecified| "the system gives no random bytes")?;
        let mut digits = hex::encode(&bytes);
        digits.truncate(count);
        Ok(digits)
    }

    /// A code of four decimal digits that somebody types.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn code(&self) -> Result<String, String> {
        let digits = self.digits(8)?;
        let number = u32::from_str_radix(&digits, 16).unwrap_or(0);
        Ok(format!("{:04}", number % 10_000))
    }

    fn cookie(&self, value: &str, lasts_s: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={lasts_s}{secure}")
    }
}

fn now_s() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests_support::Folder;

    #[test]
    fn a_session_is_read_until_it_ends_and_nobody_forges_one() {
        let folder = Folder::new("sessions");
        let path = folder.path().join("session.key");
        let sessions = Sessions::new(&path, 1.0, true).unwrap();
        let (session, cookie) = sessions.begin("ada").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("Secure"));
        let sent = cookie.split(';').next().unwrap().to_owned();
        assert_eq!(sessions.read(&sent), Some(session.clone()));
        let again = Sessions::new(&path, 1.0, true).unwrap();
        assert_eq!(
            again.read(&format!("a=b; {sent}")),
            Some(session.clone()),
            "after a restart"
        );
        let forged = sent.replacen(&hex::encode(b"ada"), &hex::encode(b"bob"), 1);
        assert_eq!(sessions.read(&forged), None);
        sessions.end(&session.id);
        assert_eq!(sessions.read(&sent), None);
        let short = Sessions::new(&path, 0.0, true).unwrap();
        let (_, cookie) = short.begin("ada").unwrap();
        assert_eq!(
            short.read(cookie.split(';').next().unwrap()),
            None,
            "it is over"
        );
    }
}
