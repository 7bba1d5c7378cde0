//! `people.toml`: names, roles and hashed secrets. Only its owner may read it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use forewarn_formats::Problems;
use forewarn_formats::config::section::{Document, Section};
use ring::rand::{SecureRandom, SystemRandom};

use super::role::Role;

/// Shortest secret [characters].
const SECRET_CHARACTERS_MIN: usize = 12;

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As they sign in, and as the log names them.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    secret_hash: String,
}

/// Everybody, by name.
#[derive(Debug, Clone, Default)]
pub struct People(BTreeMap<String, Person>);

impl People {
    /// Somebody by name.
    pub fn get(&self, name: &str) -> Option<&Person> {
        self.0.get(name)
    }

    /// Whether the secret is this person's. Takes as long for a name that nobody has.
    pub fn knows(&self, name: &str, secret: &str) -> bool {
        // The hash of a secret that nobody has.
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$ZAqVmJvnTqP6zLrSyqTbQTj0DqBhhNKUb/XeEtUVhBs";
        let hash = self
            .0
            .get(name)
            .map_or(NOBODY, |person| &person.secret_hash);
        let Ok(hash) = PasswordHash::new(hash) else {
            return false;
        };
        let right = Argon2::default().verify_password(secret.as_bytes(), &hash);
        right.is_ok() && self.0.contains_key(name)
    }

    /// How many hold a role.
    pub fn count(&self, role: Role) -> usize {
        self.0
            .values()
            .filter(|person| person.roles.contains(&role))
            .count()
    }
}

/// Argon2id of a secret, as `people.toml` holds it.
///
/// # Errors
/// It is too short, or the system gives no random bytes.
pub fn hash_secret(secret: &str) -> Result<String, String> {
    if secret.chars().count() < SECRET_CHARACTERS_MIN {
        return Err(format!(
            "a secret has at least {SECRET_CHARACTERS_MIN} characters"
        ));
    }
    let mut salt = [0; 16];
    SystemRandom::new()
        .fill(&mut salt)
        .map_err(|_unspecified| "the system gives no random bytes")?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| error.to_string())?;
    let hash = Argon2::default().hash_password(secret.as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

/// Reads `people.toml`.
///
/// # Errors
/// It cannot be read, others may read it too, or something in it is wrong.
pub fn read_people(path: &Path) -> Result<People, String> {
    let name = path.display().to_string();
    let fail = |error: std::io::Error| format!("{name}: cannot be read: {error}");
    let mode = std::fs::metadata(path).map_err(fail)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!(
            "{name}: others may read it; run `chmod 600 {name}`"
        ));
    }
    let text = std::fs::read_to_string(path).map_err(fail)?;
    let document = Document::new(&name, &text);
    let mut people = BTreeMap::new();
    if let Some(parsed) = document.parse() {
        let top = Section::new(&document, parsed.get_ref(), 0..0, "");
        for section in top.sections("person") {
            if let Some(person) = person(section)
                && let Some(twice) = people.insert(person.name.clone(), person)
            {
                top.complain(
                    "person",
                    format!("`{}` stands here twice", twice.name),
                    "remove one",
                );
            }
        }
        top.finish();
    }
    let problems = document.into_problems();
    if problems.is_empty() {
        Ok(People(people))
    } else {
        Err(Problems(problems).to_string())
    }
}

fn person(section: Section<'_, '_>) -> Option<Person> {
    let name = section.needed("name", section.text("name"), "\"ada\"");
    let words = section.needed("roles", section.texts("roles"), "[\"viewer\"]");
    let mut roles = Vec::new();
    for word in words.iter().flatten() {
        match Role::of_word(word) {
            Some(Role::Sensor) | None => {
                let known: Vec<&str> = Role::ALL[1..].iter().map(|role| role.word()).collect();
                let said = format!("`{word}` is no role of a person");
                section.complain("roles", said, format!("one of {}", known.join(", ")));
            }
            Some(role) => roles.push(role),
        }
    }
    if roles.contains(&Role::Administrator) && roles.contains(&Role::Releaser) {
        section.complain(
            "roles",
            "an administrator cannot release",
            "give one of the two to somebody else",
        );
    }
    let secret = section.needed(
        "secret",
        section.text("secret"),
        "what `forewarn serve --hash-secret` prints",
    );
    if secret.is_some_and(|secret| PasswordHash::new(secret).is_err()) {
        section.complain(
            "secret",
            "is no Argon2 hash",
            "put what `forewarn serve --hash-secret` prints",
        );
    }
    section.finish();
    Some(Person {
        name: name?.to_owned(),
        roles,
        secret_hash: secret?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests_support::Folder;

    fn read(text: &str, mode: u32) -> Result<People, String> {
        let folder = Folder::new("people");
        let path = folder.path().join("people.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        read_people(&path)
    }

    #[test]
    fn a_secret_is_known_and_another_is_not() {
        let hash = hash_secret("a long enough secret").unwrap();
        let text =
            format!("[[person]]\nname = \"ada\"\nroles = [\"releaser\"]\nsecret = \"{hash}\"\n");
        let people = read(&text, 0o600).unwrap();
        assert!(people.knows("ada", "a long enough secret"));
        assert!(!people.knows("ada", "another secret..."));
        assert!(!people.knows("bob", "a long enough secret"));
        assert_eq!(people.count(Role::Releaser), 1);
        assert!(read(&text, 0o644).unwrap_err().contains("chmod 600"));
        assert!(hash_secret("short").is_err());
    }

    #[test]
    fn an_administrator_cannot_release() {
        let hash = hash_secret("a long enough secret").unwrap();
        let text = format!(
            "[[person]]\nname = \"ada\"\nroles = [\"administrator\", \"releaser\"]\nsecret = \"{hash}\"\n"
        );
        assert!(read(&text, 0o600).unwrap_err().contains("cannot release"));
        let wrong = text.replace("\"administrator\", \"releaser\"", "\"king\"");
        assert!(
            read(&wrong, 0o600)
                .unwrap_err()
                .contains("`king` is no role")
        );
    }
}
