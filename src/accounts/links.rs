//! Chat accounts: whose they are, and the codes by which a signed-in person links one.
//!
//! Promises: a code has 128 random bits, is kept as its hash, lives ten minutes and is shown once; it binds nobody before both sides said
//! yes; a chat account belongs to one person, by its numeric id; its guest's drafts go along in the same transaction; whoever is not
//! linked is a guest of their own (ruling C-63, THREATS 7.9).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest;
use serde_json::json;
use uuid::Uuid;

use super::Accounts;
use super::sessions::Origin;
use crate::domain::person::{Person, Role};
use crate::store::accounts::{mails, users};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::links::{self, Account, Link, Request};
use crate::store::people;

/// How long a code is worth something, in seconds.
pub const CODE_LIFE_S: u32 = 600;
/// Wrong codes of a chat account in [`CODE_LIFE_S`] before it must wait.
const MISSES: i32 = 5;

/// A new code.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// What is carried into the chat: 22 letters, digits, `-` and `_`.
    pub code: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a chat said, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The account is to be asked whether it is this person.
    Ask {
        /// The request's id.
        request: Uuid,
        /// The person's address, mostly hidden.
        account: String,
    },
    /// The other side must say yes, too.
    Waiting,
    /// Both said yes.
    Linked(Linked),
    /// One said no.
    Declined,
    /// There is no such code or request, or not any more.
    Stale,
    /// Too many wrong codes; seconds until the next try.
    TooMany(u32),
    /// The account is somebody else's already.
    Taken,
}

/// A link that was just made.
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// The person's address, mostly hidden.
    pub account: String,
    /// The guest's sessions that came along.
    pub drafts: i32,
    /// The request.
    pub request: Request,
    /// The language that the person reads, if known.
    pub language: Option<String>,
}

impl Accounts {
    /// The person behind a chat account; a new guest where it is linked to nobody.
    ///
    /// # Errors
    /// The database's.
    pub async fn chat_person(&self, account: Account<'_>) -> Result<Option<Person>, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let known = links::person(&mut tx, account).await?;
        if let Some(id) = known {
            drop(tx);
            return self.person(id).await;
        }
        if !self.options.guests {
            return Ok(None);
        }
        links::lock(&mut tx, account).await?;
        if let Some(id) = links::person(&mut tx, account).await? {
            drop(tx);
            return self.person(id).await;
        }
        let guest = people::new_guest(&mut tx).await?;
        links::put(&mut tx, account, guest.id).await?;
        tx.commit().await?;
        Ok(Some(guest))
    }

    /// Makes a code for this person.
    ///
    /// # Errors
    /// The database's.
    pub async fn link_code(&self, user: Uuid, platform: &str) -> Result<NewCode, StoreError> {
        let code = self.fresh_code();
        let mut tx = self.store.begin(Actor::Server).await?;
        let (_, expires_at) = links::offer(&mut tx, user, platform, &hash(&code), f64::from(CODE_LIFE_S)).await?;
        tx.commit().await?;
        Ok(NewCode { code, expires_at })
    }

    /// 128 of 244 random bits.
    fn fresh_code(&self) -> String {
        let source = [self.ids.id().into_bytes(), self.ids.id().into_bytes()].concat();
        let digest = digest::digest(&digest::SHA256, &source);
        URL_SAFE_NO_PAD.encode(digest.as_ref().get(..16).unwrap_or_default())
    }

    /// A chat shows a code.
    ///
    /// # Errors
    /// The database's.
    pub async fn show_code(&self, account: Account<'_>, code: &str, address: (&str, &str)) -> Result<Step, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        links::lock(&mut tx, account).await?;
        let (misses, left_s) = links::misses(&mut tx, account).await?;
        if misses >= MISSES {
            return Ok(Step::TooMany(u32::try_from(left_s).unwrap_or_default().max(1)));
        }
        let Some(request) = links::show(&mut tx, account, &hash(code.trim()), address).await? else {
            links::missed(&mut tx, account, f64::from(CODE_LIFE_S)).await?;
            tx.commit().await?;
            return Ok(Step::Stale);
        };
        let person = people::get(&mut tx, request.user).await?;
        let Some(person) = person else { return Ok(Step::Stale) };
        tx.commit().await?;
        Ok(Step::Ask { request: request.id, account: hidden(person.email.as_deref()) })
    }

    /// The chat answers whether it is that person.
    ///
    /// # Errors
    /// The database's.
    pub async fn answer_in_chat(&self, account: Account<'_>, request: Uuid, yes: bool) -> Result<Step, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        links::lock(&mut tx, account).await?;
        let found = links::request(&mut tx, request).await?;
        let own = |found: &Request| found.platform == account.platform && found.account == account.id;
        let Some(found) = found.filter(own) else { return Ok(Step::Stale) };
        self.answer(tx, found, yes, false).await
    }

    /// The page answers whether this is the person's chat account.
    ///
    /// # Errors
    /// The database's.
    pub async fn answer_on_page(&self, user: Uuid, request: Uuid, yes: bool) -> Result<Step, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = links::request(&mut tx, request).await?.filter(|found| found.user == user);
        let Some(found) = found else { return Ok(Step::Stale) };
        self.answer(tx, found, yes, true).await
    }

    async fn answer(&self, mut tx: Tx, request: Request, yes: bool, page: bool) -> Result<Step, StoreError> {
        if !yes {
            links::close(&mut tx, request.id).await?;
            tx.commit().await?;
            return Ok(Step::Declined);
        }
        links::agree(&mut tx, request.id, page).await?;
        let both = if page { request.chat_yes } else { request.page_yes };
        if !both {
            tx.commit().await?;
            return Ok(Step::Waiting);
        }
        let step = self.link(&mut tx, request).await?;
        tx.commit().await?;
        Ok(step)
    }

    /// Both sides said yes.
    async fn link(&self, tx: &mut Tx, request: Request) -> Result<Step, StoreError> {
        let account = Account { platform: &request.platform, id: &request.account, name: request.name.as_deref() };
        let person = people::get(tx, request.user).await?;
        let Some(person) = person.filter(|person| person.role != Role::Guest) else { return Ok(Step::Stale) };
        links::close(tx, request.id).await?;
        let mut drafts = 0;
        match links::person(tx, account).await? {
            Some(owner) if owner == person.id => {}
            Some(owner) => {
                let guest = people::get(tx, owner).await?.is_none_or(|owner| owner.role == Role::Guest);
                if !guest {
                    return Ok(Step::Taken);
                }
                drafts = users::move_drafts(tx, owner, person.id).await?;
            }
            None => {}
        }
        links::put(tx, account, person.id).await?;
        // Codes are taken in private chats alone: nobody else reads what is sent there.
        links::settle_in(tx, account, request.chat.as_deref(), request.note.as_deref()).await?;
        let origin = Origin::default();
        let more = json!({"platform": request.platform, "account": request.account, "sessions": drafts});
        self.note(tx, Some(person.id), "chat_linked", &more, &origin).await?;
        let language = people::language(tx, person.id).await?;
        let name = request.name.clone().unwrap_or_else(|| request.account.clone());
        let mail = json!({
            "email": person.email, "name": person.name, "language": language,
            "item": platform_name(&request.platform), "kind": name,
        });
        if person.email.is_some() {
            mails::enqueue(tx, Some(person.id), "mail_linked", &mail, &format!("mail_linked:{}", request.id)).await?;
        }
        Ok(Step::Linked(Linked { account: hidden(person.email.as_deref()), drafts, request, language }))
    }

    /// A person's chat accounts, and those that wait for a yes.
    ///
    /// # Errors
    /// The database's.
    pub async fn links(&self, user: Uuid) -> Result<(Vec<Link>, Vec<Request>), StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        Ok((links::of(&mut tx, user).await?, links::waiting(&mut tx, user).await?))
    }

    /// Ends a link on its person's word. `false`: there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn revoke_link(&self, user: Uuid, id: Uuid, origin: &Origin) -> Result<bool, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let Some(link) = links::revoke(&mut tx, user, id).await? else { return Ok(false) };
        self.note(&mut tx, Some(user), "chat_unlinked", &json!({"platform": link.platform, "by": "page"}), origin)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends a link on its chat's word. `false`: there is none; a guest of the chat stays as they are.
    ///
    /// # Errors
    /// The database's.
    pub async fn unlink(&self, account: Account<'_>) -> Result<bool, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        links::lock(&mut tx, account).await?;
        let Some(owner) = links::person(&mut tx, account).await? else { return Ok(false) };
        if people::get(&mut tx, owner).await?.is_none_or(|owner| owner.role == Role::Guest) {
            return Ok(false);
        }
        links::unlink(&mut tx, account).await?;
        let more = json!({"platform": account.platform, "by": "chat"});
        self.note(&mut tx, Some(owner), "chat_unlinked", &more, &Origin::default()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

fn hash(code: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, code.as_bytes()).as_ref().to_vec()
}

/// As its owner recognizes it and nobody else learns it.
fn hidden(email: Option<&str>) -> String {
    let Some((name, host)) = email.and_then(|email| email.split_once('@')) else { return "***".to_owned() };
    let first: String = name.chars().take(1).collect();
    format!("{first}***@{host}")
}

/// As people write it.
pub fn platform_name(platform: &str) -> String {
    let mut letters = platform.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_recognized_and_not_told() {
        assert_eq!(hidden(Some("anna@example.org")), "a***@example.org");
        assert_eq!(hidden(Some("élan@example.org")), "é***@example.org");
        assert_eq!(hidden(None), "***");
        assert_eq!(platform_name("telegram"), "Telegram");
    }
}
