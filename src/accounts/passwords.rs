//! Passwords: Argon2id, off the async threads, only a few at once.
//!
//! Promises: looking up somebody who is not there takes as long as a wrong password.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::{OnceCell, Semaphore};

use super::error::AccountsError;
use super::off_thread;
use super::refusal::Refusal;

/// Each takes 19 MiB for some 30 ms of one core.
const AT_ONCE: usize = 2;
/// The longest password, in characters: long enough for any sentence.
const LONGEST: usize = 256;

/// Hashes and checks passwords.
pub(super) struct Passwords {
    min_length: usize,
    places: Semaphore,
    nobodys: OnceCell<String>,
}

impl Passwords {
    /// `min_length`: the fewest characters.
    pub(super) fn new(min_length: usize) -> Self {
        Self { min_length, places: Semaphore::new(AT_ONCE), nobodys: OnceCell::new() }
    }

    /// Whether it may be a password, without the work of hashing it.
    pub(super) fn judge(&self, password: &str) -> Result<(), Refusal> {
        let length = password.chars().count();
        if length < self.min_length {
            return Err(Refusal::WeakPassword(self.min_length));
        }
        if length > LONGEST {
            return Err(Refusal::Invalid(format!("Password cannot be longer than {LONGEST} characters")));
        }
        Ok(())
    }

    /// The password's hash (PHC); `salt` is random.
    pub(super) async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, Refusal> {
        self.judge(password)?;
        Ok(self.work(password, salt).await?)
    }

    /// Whether it is this person's password. Takes as long for nobody.
    pub(super) async fn fits(&self, password: &str, hash: Option<&str>) -> Result<bool, AccountsError> {
        let known = hash.is_some_and(|hash| !hash.is_empty());
        let hash = match hash {
            Some(hash) if known => hash.to_owned(),
            _ => self.nobodys.get_or_try_init(|| self.work("nobody's password", *b"nobody's salt...")).await?.clone(),
        };
        // Whatever is longer was never taken.
        let password: String = password.chars().take(LONGEST + 1).collect();
        let _place = self.places.acquire().await.map_err(|_| AccountsError::Lost)?;
        let fits = off_thread(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await?;
        Ok(fits && known)
    }

    async fn work(&self, password: &str, salt: [u8; 16]) -> Result<String, AccountsError> {
        let password = password.to_owned();
        let _place = self.places.acquire().await.map_err(|_| AccountsError::Lost)?;
        off_thread(move || {
            let hash: PasswordHash = Argon2::default()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|_| AccountsError::Crypto)?;
            Ok(hash.to_string())
        })
        .await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let passwords = Passwords::new(8);
        let hash = passwords.hash("correct horse", [7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(passwords.fits("correct horse", Some(&hash)).await.unwrap());
        for (password, hash) in [
            ("Correct horse", Some(hash.as_str())),
            ("", Some(&hash)),
            ("nobody's password", None),
            ("nobody's password", Some("")),
            ("x", Some("no hash")),
        ] {
            assert!(!passwords.fits(password, hash).await.unwrap(), "{password}");
        }
        assert!(matches!(passwords.hash("short", [0; 16]).await, Err(Refusal::WeakPassword(8))));
        assert!(matches!(passwords.hash(&"x".repeat(257), [0; 16]).await, Err(Refusal::Invalid(_))));
    }
}
