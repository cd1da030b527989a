//! A Stripe that keeps what it is given, refuses what Stripe refuses, and lies about it in every way that a network can.
//!
//! Promises: an idempotency key brings back the first answer, failures included; the same key with other fields is an
//! `idempotency_error`; a lie never changes what was done, only what is heard of it. The shapes are those of Stripe's own
//! library, which `judge.mjs` drives.

mod checkout;
mod lies;
mod rules;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use checkout::Payments;
pub(crate) use lies::{Lie, Mood};
use rules::Refusal;

/// The key that it takes.
pub(crate) const KEY: &str = "sk_test_peer";

/// The running peer.
#[derive(Clone)]
pub(crate) struct StripePeer {
    books: Arc<Mutex<Books>>,
    mood: Arc<Mood>,
    address: SocketAddr,
}

/// What it keeps.
#[derive(Default)]
struct Books {
    products: Vec<Value>,
    prices: Vec<Value>,
    accounts: Vec<Value>,
    /// Codes of OAuth that were not used yet, and the account each stands for.
    codes: HashMap<String, String>,
    payments: Payments,
    /// Where it is.
    base: String,
    /// Key, and what was asked under it, to the first answer.
    answers: HashMap<String, (String, u16, Value)>,
    calls: Vec<String>,
    asked: Vec<(String, Fields)>,
    number: u64,
}

/// Fields by their spelling, `metadata[event_id]`, in order.
pub(super) type Fields = Vec<(String, String)>;

impl StripePeer {
    /// Starts it on a free port of this machine.
    pub(crate) async fn start(mood: Mood) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = Self { books: Arc::default(), mood: Arc::new(mood), address };
        let routes = Router::new()
            .route("/v1/account", axum::routing::get(platform))
            .route("/v1/{kind}", axum::routing::any(all))
            .route("/v1/{kind}/{id}", axum::routing::any(one))
            .route("/oauth/token", axum::routing::post(token))
            .route("/v1/checkout/sessions", axum::routing::any(sessions))
            .route("/v1/checkout/sessions/{id}", axum::routing::any(session))
            .route("/v1/checkout/sessions/{id}/expire", axum::routing::any(expire))
            .fallback(async |uri: Uri| unknown(&uri))
            .with_state(peer.clone());
        peer.books.lock().unwrap().base = peer.url();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        peer
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves like this from now on.
    pub(crate) fn becomes(&self, lies: &[Lie]) {
        self.mood.set(lies);
    }

    /// Forgets its keys, as Stripe does after a day.
    pub(crate) fn forget_keys(&self) {
        self.books.lock().unwrap().answers.clear();
    }

    /// Every product.
    pub(crate) fn products(&self) -> Vec<Value> {
        self.books.lock().unwrap().products.clone()
    }

    /// Every price.
    pub(crate) fn prices(&self) -> Vec<Value> {
        self.books.lock().unwrap().prices.clone()
    }

    /// Every account.
    pub(crate) fn accounts(&self) -> Vec<Value> {
        self.books.lock().unwrap().accounts.clone()
    }

    /// The owner of an account tells Stripe everything, or not all of it.
    pub(crate) fn verifies(&self, id: &str, charges: bool) {
        let mut books = self.books.lock().unwrap();
        let account = books.accounts.iter_mut().find(|account| account["id"] == id).unwrap();
        rules::verify(account, charges);
    }

    /// Somebody lets the platform in with an account of their own: the code that they come back with.
    pub(crate) fn lets_in(&self, id: &str) -> String {
        let mut books = self.books.lock().unwrap();
        let mut account = rules::account(&Fields::from([("type".to_owned(), "standard".to_owned())]), id).unwrap();
        rules::verify(&mut account, true);
        books.accounts.push(account);
        let code = format!("ac_{id}");
        books.codes.insert(code.clone(), id.to_owned());
        code
    }

    /// The fields of every call to this part of the API.
    pub(crate) fn asked(&self, kind: &str) -> Vec<Fields> {
        let books = self.books.lock().unwrap();
        books.asked.iter().filter(|(known, _)| known == kind).map(|(_, fields)| fields.clone()).collect()
    }

    /// Every place to pay.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        self.books.lock().unwrap().payments.sessions.clone()
    }

    /// Every refund.
    pub(crate) fn refunds(&self) -> Vec<Value> {
        self.books.lock().unwrap().payments.refunds.clone()
    }

    /// Somebody pays at this place. Returns what Stripe tells of it.
    pub(crate) fn pay(&self, session: &str, created: i64) -> String {
        let mut books = self.books.lock().unwrap();
        let intent = books.id("pi");
        let session = books.payments.pay(session, &intent);
        checkout::event(&books.id("evt"), "checkout.session.completed", created, &session)
    }

    /// Nobody paid at this place in time. Returns what Stripe tells of it.
    pub(crate) fn expires(&self, session: &str, created: i64) -> String {
        let mut books = self.books.lock().unwrap();
        let session = books.payments.expire(session).unwrap();
        checkout::event(&books.id("evt"), "checkout.session.expired", created, &session)
    }

    /// There is no money to give back from, or there is again.
    pub(crate) fn is_poor(&self, poor: bool) {
        self.books.lock().unwrap().payments.poor = poor;
    }

    /// A bank could not take this refund in. Returns what Stripe tells of it.
    pub(crate) fn refund_fails(&self, refund: &str, created: i64) -> String {
        let mut books = self.books.lock().unwrap();
        let refund = books.payments.fails(refund);
        checkout::event(&books.id("evt"), "refund.failed", created, &refund)
    }

    /// Somebody asks their bank for the money of this payment. Returns what Stripe tells of it.
    pub(crate) fn disputes(&self, intent: &str, kind: &str, status: &str, created: i64) -> String {
        let mut books = self.books.lock().unwrap();
        let dispute =
            serde_json::json!({"id": "dp_peer", "object": "dispute", "payment_intent": intent, "status": status});
        checkout::event(&books.id("evt"), kind, created, &dispute)
    }

    /// Money of this payment went back at Stripe itself. Returns what Stripe tells of it.
    pub(crate) fn goes_back(&self, intent: &str, amount: Option<i64>, created: i64) -> String {
        let mut books = self.books.lock().unwrap();
        if let Some(amount) = amount {
            let fields =
                vec![("payment_intent".to_owned(), intent.to_owned()), ("amount".to_owned(), amount.to_string())];
            let id = books.id("re");
            books.payments.refund(&fields, &id).unwrap();
        }
        let charge = books.payments.charge(intent);
        checkout::event(&books.id("evt"), "charge.refunded", created, &charge)
    }

    /// Every call, as `POST /v1/products`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.books.lock().unwrap().calls.clone()
    }

    /// Does what is asked, once per key, and says so as its mood is.
    async fn answer(&self, call: Call) -> Response {
        let lie = self.mood.next();
        if let Some(response) = lie.before() {
            return response;
        }
        let (status, body, replayed) = self.books.lock().unwrap().perform(&call, lie == Lie::FailAfter);
        lie.after().await;
        if lie.drops() {
            return lies::broken();
        }
        let mut response = (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert("request-id", "req_peer".parse().unwrap());
        if replayed {
            headers.insert("idempotent-replayed", "true".parse().unwrap());
        }
        response
    }
}

/// One call.
struct Call {
    method: Method,
    kind: String,
    id: Option<String>,
    fields: Fields,
    key: Option<String>,
    authorized: bool,
}

impl Call {
    fn read(
        method: &Method,
        (kind, id): (String, Option<String>),
        query: Option<&str>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let text = if method == Method::GET { query.unwrap_or_default().as_bytes() } else { body };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            method: method.clone(),
            kind,
            id,
            fields: rules::fields(text),
            key: header("idempotency-key").filter(|_| method == Method::POST),
            authorized: header("authorization").is_some_and(|value| value == format!("Bearer {KEY}")),
        }
    }

    fn asked(&self) -> String {
        format!("{} {}/{:?} {:?}", self.method, self.kind, self.id, self.fields)
    }
}

/// Whose the key is.
async fn platform(headers: HeaderMap) -> Response {
    if headers.get("authorization").is_some_and(|key| key.as_bytes() == format!("Bearer {KEY}").as_bytes()) {
        return axum::Json(json!({"id": "acct_platform", "object": "account"})).into_response();
    }
    let error = json!({"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}});
    (StatusCode::UNAUTHORIZED, axum::Json(error)).into_response()
}

async fn all(
    State(peer): State<StripePeer>,
    Path(kind): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    peer.answer(Call::read(&method, (kind, None), query.as_deref(), &headers, &body)).await
}

async fn sessions(
    State(peer): State<StripePeer>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    peer.answer(Call::read(&method, ("checkout/sessions".to_owned(), None), query.as_deref(), &headers, &body)).await
}

async fn session(
    State(peer): State<StripePeer>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    peer.answer(Call::read(&method, ("checkout/sessions".to_owned(), Some(id)), None, &headers, &body)).await
}

async fn expire(
    State(peer): State<StripePeer>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    peer.answer(Call::read(&method, ("checkout/sessions/expire".to_owned(), Some(id)), None, &headers, &body)).await
}

async fn one(
    State(peer): State<StripePeer>,
    Path((kind, id)): Path<(String, String)>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    peer.answer(Call::read(&method, (kind, Some(id)), query.as_deref(), &headers, &body)).await
}

/// A code works once (RFC 6749, section 4.1.2).
async fn token(State(peer): State<StripePeer>, body: Bytes) -> Response {
    let fields = rules::fields(&body);
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let is_ours =
        field("client_secret").as_deref() == Some(KEY) && field("grant_type").as_deref() == Some("authorization_code");
    let account = peer.books.lock().unwrap().codes.remove(&field("code").unwrap_or_default()).filter(|_| is_ours);
    match account {
        Some(id) => axum::Json(json!({"stripe_user_id": id, "scope": "read_write", "livemode": false, "token_type": "bearer"})).into_response(),
        None => (StatusCode::BAD_REQUEST, axum::Json(json!({"error": "invalid_grant", "error_description": "This authorization code has already been used."}))).into_response(),
    }
}

fn unknown(uri: &Uri) -> Response {
    let message = format!("Unrecognized request URL ({uri})");
    let body = json!({"error": {"type": "invalid_request_error", "message": message}});
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}

impl Books {
    /// The status, the body, and whether it is an earlier answer.
    fn perform(&mut self, call: &Call, fails: bool) -> (u16, Value, bool) {
        self.calls.push(format!("{} /v1/{}", call.method, call.kind));
        self.asked.push((call.kind.clone(), call.fields.clone()));
        if !call.authorized {
            return (
                401,
                rules::body(&Refusal::new(401, "invalid_request_error", None, "Invalid API Key provided")),
                false,
            );
        }
        if let Some((asked, status, body)) = call.key.as_ref().and_then(|key| self.answers.get(key)) {
            if *asked != call.asked() {
                let refusal = Refusal::new(
                    400,
                    "idempotency_error",
                    None,
                    "Keys for idempotent requests can only be used with the same parameters",
                );
                return (400, rules::body(&refusal), false);
            }
            return (*status, body.clone(), true);
        }
        let (status, body, acted) = match self.act(call) {
            Ok(_) if fails => {
                (500, rules::body(&Refusal::new(500, "api_error", None, "An unknown error occurred")), true)
            }
            Ok(object) => (200, object, true),
            Err(refusal) => (refusal.status, rules::body(&refusal), refusal.acted.is_some()),
        };
        // Stripe keeps the answer once it has begun to act: a refusal of the fields is not kept.
        if let Some(key) = call.key.clone().filter(|_| acted) {
            self.answers.insert(key, (call.asked(), status, body.clone()));
        }
        (status, body, false)
    }

    fn act(&mut self, call: &Call) -> Result<Value, Refusal> {
        let field = |name: &str| call.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match (call.method.as_str(), call.kind.as_str(), call.id.as_deref()) {
            ("POST", "products", None) => {
                let product = rules::product(&call.fields, &self.id("prod"))?;
                self.products.insert(0, product.clone());
                Ok(product)
            }
            ("POST", "prices", None) => {
                let price = rules::price(&call.fields, &self.id("price"), &self.products)?;
                self.prices.insert(0, price.clone());
                Ok(price)
            }
            ("POST", "checkout/sessions", None) => {
                let id = self.id("cs");
                let session = checkout::session(&call.fields, &id, &self.base, &self.products)?;
                self.payments.sessions.insert(0, session.clone());
                Ok(session)
            }
            ("GET", "checkout/sessions", Some(id)) => {
                let found = self.payments.sessions.iter().find(|session| session["id"] == id).cloned();
                found.ok_or_else(|| rules::missing("checkout.session", id))
            }
            ("POST", "checkout/sessions/expire", Some(id)) => self.payments.expire(id),
            ("POST", "refunds", None) => {
                let id = self.id("re");
                self.payments.refund(&call.fields, &id)
            }
            ("GET", "refunds", None) => rules::page(&self.payments.refunds, &call.fields, |refund| {
                field("payment_intent").is_none_or(|intent| refund["payment_intent"] == intent)
            }),
            ("POST", "prices", Some(id)) => {
                let price = self.prices.iter_mut().find(|price| price["id"] == id);
                rules::update(price.ok_or_else(|| rules::missing("price", id))?, &call.fields)
            }
            ("POST", "products", Some(id)) => {
                let product = self.products.iter_mut().find(|product| product["id"] == id);
                rules::update_product(product.ok_or_else(|| rules::missing("product", id))?, &call.fields)
            }
            ("POST", "accounts", None) => {
                let account = rules::account(&call.fields, &self.id("acct").replace('_', "_1"))?;
                self.accounts.insert(0, account.clone());
                Ok(account)
            }
            ("GET", "accounts", Some(id)) => {
                let account = self.accounts.iter().find(|account| account["id"] == id);
                account.cloned().ok_or_else(|| rules::missing("account", id))
            }
            ("POST", "account_links", None) => {
                let id = self.id("link");
                rules::account_link(&call.fields, &self.accounts, &id)
            }
            ("GET", "products", None) => rules::page(&self.products, &call.fields, |product| {
                let since = field("created[gte]").and_then(|since| since.parse::<i64>().ok());
                since.is_none_or(|since| product["created"].as_i64().unwrap() >= since)
            }),
            ("GET", "prices", None) => rules::page(&self.prices, &call.fields, |price| {
                field("product").is_none_or(|id| price["product"] == id)
                    && field("active").is_none_or(|active| price["active"] == (active == "true"))
            }),
            ("GET", kind @ ("products" | "prices"), Some(id)) => {
                let all = if kind == "products" { &self.products } else { &self.prices };
                all.iter().find(|object| object["id"] == id).cloned().ok_or_else(|| rules::missing(kind, id))
            }
            _ => Err(Refusal::new(404, "invalid_request_error", None, "Unrecognized request URL")),
        }
    }

    fn id(&mut self, kind: &str) -> String {
        self.number += 1;
        format!("{kind}_peer{:06}", self.number)
    }
}
