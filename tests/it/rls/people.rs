//! The people of the tests and what each of them has.
//!
//! Promises: fixed ids, so that a failure reads the same twice; a person acts with the role and claims of a signed token (R99, C-63).

use sqlx::PgConnection;
use uuid::Uuid;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    Anon,
    Guest,
    Attendee,
    OrganizerA,
    OrganizerB,
    Service,
}

impl Person {
    pub(crate) const ALL: [Self; 6] =
        [Self::Anon, Self::Guest, Self::Attendee, Self::OrganizerA, Self::OrganizerB, Self::Service];
    /// Those who have an account, and so can own rows.
    pub(crate) const OWNERS: [Self; 4] = [Self::Guest, Self::Attendee, Self::OrganizerA, Self::OrganizerB];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::Guest => "guest",
            Self::Attendee => "attendee",
            Self::OrganizerA => "organizer_a",
            Self::OrganizerB => "organizer_b",
            Self::Service => "service",
        }
    }

    pub(crate) fn id(self) -> Uuid {
        Uuid::from_u128(0xa000_0000 + self as u128)
    }

    pub(crate) fn user_role(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Attendee => "attendee",
            _ => "organizer",
        }
    }

    fn database_role(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::Service => "service_role",
            _ => "authenticated",
        }
    }

    fn claims(self) -> String {
        match self {
            Self::Anon | Self::Service => format!(r#"{{"role":"{}"}}"#, self.database_role()),
            _ => format!(
                r#"{{"sub":"{}","role":"authenticated","is_anonymous":{},"app_metadata":{{"user_role":"{}"}}}}"#,
                self.id(),
                self == Self::Guest,
                self.user_role()
            ),
        }
    }
}

/// Takes on a person's role and claims until the transaction ends.
pub(crate) async fn begin_as(conn: &mut PgConnection, person: Person) -> Result<(), sqlx::Error> {
    sqlx::query("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)")
        .bind(person.database_role())
        .bind(person.claims())
        .execute(conn)
        .await?;
    Ok(())
}

/// The SQLSTATE of a refusal.
pub(crate) fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned)
}

/// What an outcome was: `ok`, or its SQLSTATE.
pub(crate) fn verdict<T>(outcome: &Result<T, sqlx::Error>) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(error) => code(error).unwrap_or_else(|| error.to_string()),
    }
}

/// How far an event has come, and so who sees what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Draft,
    /// Published, for those whom the organizer tells.
    Private,
    /// Published, for everybody.
    Public,
}

/// One person's corner of the fixture: an event with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// `None` for what is shared with everybody.
    pub(crate) owner: Option<Person>,
    pub(crate) shown: Shown,
    pub(crate) event: Uuid,
    pub(crate) session: Uuid,
    pub(crate) venue: Uuid,
    pub(crate) file: Uuid,
}

impl Place {
    /// A draft of everybody, a private and a public event of both organizers, and what nobody owns.
    pub(crate) fn all() -> Vec<Self> {
        let drafts = Person::OWNERS.map(Self::draft);
        let published = [Person::OrganizerA, Person::OrganizerB].map(Self::public);
        let private = [Person::OrganizerA, Person::OrganizerB].map(|owner| Self::new(Some(owner), Shown::Private));
        drafts.into_iter().chain(published).chain(private).chain([Self::shared()]).collect()
    }

    pub(crate) fn draft(owner: Person) -> Self {
        Self::new(Some(owner), Shown::Draft)
    }

    pub(crate) fn public(owner: Person) -> Self {
        Self::new(Some(owner), Shown::Public)
    }

    pub(crate) fn shared() -> Self {
        Self::new(None, Shown::Public)
    }

    fn new(owner: Option<Person>, shown: Shown) -> Self {
        let number = owner.map_or(0xff, |owner| owner as u128) << 4 | shown as u128;
        let id = |kind: u128| Uuid::from_u128(kind << 32 | number);
        Self { owner, shown, event: id(0xe), session: id(0x5), venue: id(0xc), file: id(0xf) }
    }

    /// What this place is to somebody.
    pub(crate) fn seen_by(&self, person: Person) -> &'static str {
        match self.owner {
            None => "shared",
            Some(owner) if owner == person => "own",
            Some(_) if self.shown == Shown::Public => "published",
            Some(_) => "foreign",
        }
    }
}

/// Signs everybody up, with the role that each has.
pub(crate) async fn sign_up(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    for person in Person::OWNERS {
        sqlx::query(
            "insert into auth.users (id, email, is_anonymous, raw_app_meta_data)
             values ($1, $2, $3, jsonb_build_object('user_role', $4::text))",
        )
        .bind(person.id())
        .bind((person != Person::Guest).then(|| format!("{}@example.org", person.name())))
        .bind(person == Person::Guest)
        .bind(person.user_role())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
