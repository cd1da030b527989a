//! People and sign-ins as clients of GoTrue read them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::token::AUDIENCE;
use crate::store::accounts::users::User;

/// A sign-in as a client keeps it.
pub struct Session {
    /// The access token.
    pub access_token: String,
    /// Seconds that it lives.
    pub expires_in: i64,
    /// When it ends, in seconds since 1970.
    pub expires_at: i64,
    /// The refresh token.
    pub refresh_token: String,
    /// Who signed in.
    pub user: User,
}

impl Session {
    /// GoTrue's session.
    pub fn json(&self) -> Value {
        json!({
            "access_token": self.access_token,
            "token_type": "bearer",
            "expires_in": self.expires_in,
            "expires_at": self.expires_at,
            "refresh_token": self.refresh_token,
            "user": user(&self.user),
        })
    }
}

/// GoTrue's user; never with a password.
pub fn user(user: &User) -> Value {
    let email = user.email.clone().unwrap_or_default();
    let mut app_metadata = user.app_meta.clone();
    if let Some(known) = app_metadata.as_object_mut()
        && !user.is_anonymous
    {
        known.entry("provider").or_insert_with(|| "email".into());
        known.entry("providers").or_insert_with(|| json!(["email"]));
    }
    let shown = json!({
        "id": user.id,
        "aud": AUDIENCE,
        "role": AUDIENCE,
        "email": email,
        "phone": user.phone.as_deref().unwrap_or_default(),
        "app_metadata": app_metadata,
        "user_metadata": user.user_meta,
        "identities": identities(user),
        "created_at": user.created_at.to_string(),
        "updated_at": user.updated_at.to_string(),
        "is_anonymous": user.is_anonymous,
    });
    let mut all = match shown {
        Value::Object(all) => all,
        _ => Map::new(),
    };
    let mut add = |name: &str, at: Option<Timestamp>| {
        if let Some(at) = at {
            all.insert(name.to_owned(), at.to_string().into());
        }
    };
    add("email_confirmed_at", user.confirmed_at);
    add("confirmed_at", user.confirmed_at);
    add("confirmation_sent_at", user.confirmation_sent_at);
    add("last_sign_in_at", user.last_sign_in_at);
    add("banned_until", user.banned_until);
    Value::Object(all)
}

/// An address is the only identity that there is.
fn identities(user: &User) -> Value {
    let Some(email) = &user.email else { return json!([]) };
    json!([{
        "identity_id": user.id,
        "id": user.id,
        "user_id": user.id,
        "identity_data": {
            "email": email,
            "email_verified": user.confirmed_at.is_some(),
            "phone_verified": false,
            "sub": user.id,
        },
        "provider": "email",
        "last_sign_in_at": user.last_sign_in_at.map(|at| at.to_string()),
        "created_at": user.created_at.to_string(),
        "updated_at": user.updated_at.to_string(),
        "email": email,
    }])
}
