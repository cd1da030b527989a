//! Places to pay, payments and refunds: what Stripe accepts of them, and what it tells afterwards.

use serde_json::{Map, Value, json};

use super::Fields;
use super::rules::{Refusal, get, invalid, known, metadata_under, missing, need, now_s};

/// What has to do with payments.
#[derive(Default)]
pub(super) struct Payments {
    pub(super) sessions: Vec<Value>,
    pub(super) intents: Vec<Value>,
    pub(super) refunds: Vec<Value>,
    /// There is no money to give back from.
    pub(super) poor: bool,
}

/// The smallest amount that can be charged, in cents.
const LEAST: i64 = 50;
const HALF_AN_HOUR_S: i64 = 30 * 60;
/// Currencies whose last digit must be 0.
const THREE_DIGITS: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
/// Accounts whose ids begin so are in another region than the platform.
const ABROAD: &str = "acct_abroad";
/// And these are no more.
const CLOSED: &str = "acct_closed";

/// A new place to pay.
pub(super) fn session(fields: &Fields, id: &str, base: &str, products: &[Value]) -> Result<Value, Refusal> {
    let names = [
        "mode",
        "success_url",
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "expires_at",
        "locale",
        "metadata",
        "payment_intent_data",
        "line_items",
    ];
    known(fields, &names)?;
    if need(fields, "mode")? != "payment" {
        return Err(invalid("mode", "Invalid mode"));
    }
    let success = need(fields, "success_url")?;
    let expires = number(fields, "expires_at")?;
    if !(now_s() + HALF_AN_HOUR_S..=now_s() + 24 * 3600).contains(&expires) {
        return Err(invalid(
            "expires_at",
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.",
        ));
    }
    let email = get(fields, "customer_email");
    if email.is_some_and(|email| !email.contains('@')) {
        return Err(invalid("customer_email", "Invalid email address"));
    }
    if get(fields, "locale").is_some_and(|locale| !["auto", "en", "es", "fr", "zh"].contains(&locale)) {
        return Err(invalid("locale", "Invalid locale"));
    }
    let (total, currency) = lines(fields, products)?;
    if THREE_DIGITS.contains(&currency.as_str()) && total % 10 != 0 {
        return Err(invalid("line_items", "Amounts in this currency must be evenly divisible by 10"));
    }
    if total < LEAST {
        return Err(invalid("line_items", "The Checkout Session's total amount due must add up to at least 50 cents"));
    }
    let fee = get(fields, "payment_intent_data[application_fee_amount]").map(str::parse::<i64>);
    let destination = get(fields, "payment_intent_data[transfer_data][destination]");
    if let Some(fee) = fee {
        let fee = fee.map_err(|_| invalid("application_fee_amount", "Invalid integer"))?;
        if destination.is_none() || fee > total || fee < 1 {
            return Err(invalid(
                "application_fee_amount",
                "Can only apply an application_fee_amount with a destination",
            ));
        }
    }
    let merchant = get(fields, "payment_intent_data[on_behalf_of]");
    if destination.is_some_and(|account| account.starts_with(ABROAD)) && merchant != destination {
        return Err(invalid(
            "payment_intent_data[transfer_data][destination]",
            "Cannot create a destination charge for connected accounts in another region. To create this charge, use `on_behalf_of`",
        ));
    }
    if destination.is_some_and(|account| account.starts_with(CLOSED)) {
        return Err(invalid("payment_intent_data[transfer_data][destination]", "No such destination"));
    }
    if merchant.is_some() && merchant != destination {
        return Err(invalid("payment_intent_data[on_behalf_of]", "The settlement merchant is not the destination"));
    }
    Ok(json!({
        "id": id, "object": "checkout.session", "amount_subtotal": total, "amount_total": total, "currency": currency,
        "client_reference_id": get(fields, "client_reference_id"), "customer_email": email, "created": now_s(),
        "expires_at": expires, "livemode": false, "locale": get(fields, "locale"), "mode": "payment",
        "metadata": metadata_under(fields, "metadata")?, "payment_intent": null, "payment_status": "unpaid", "status": "open",
        "success_url": success, "cancel_url": get(fields, "cancel_url"), "url": format!("{base}/c/pay/{id}"),
        "payment_intent_data": {
            "metadata": metadata_under(fields, "payment_intent_data[metadata]")?, "destination": destination,
            "fee": get(fields, "payment_intent_data[application_fee_amount]"), "merchant": merchant,
        },
    }))
}

fn lines(fields: &Fields, products: &[Value]) -> Result<(i64, String), Refusal> {
    let (mut total, mut currency) = (0, None::<String>);
    for at in 0.. {
        let prefix = format!("line_items[{at}]");
        if !fields.iter().any(|(name, _)| name.starts_with(&format!("{prefix}["))) {
            break;
        }
        let count = number(fields, &format!("{prefix}[quantity]"))?;
        let cents = number(fields, &format!("{prefix}[price_data][unit_amount]"))?;
        let code = need(fields, &format!("{prefix}[price_data][currency]"))?;
        if count < 1 || cents < 0 || code.len() != 3 || code != code.to_lowercase() {
            return Err(invalid(&prefix, "Invalid line item"));
        }
        if currency.get_or_insert_with(|| code.to_owned()) != code {
            return Err(invalid(&prefix, "All line items must be in the same currency"));
        }
        let product = get(fields, &format!("{prefix}[price_data][product]"));
        let name = get(fields, &format!("{prefix}[price_data][product_data][name]"));
        match (product, name) {
            (Some(product), None) if products.iter().any(|known| known["id"] == product) => {}
            (Some(product), None) => return Err(missing("product", product)),
            (None, Some(name)) if !name.is_empty() && name.chars().count() <= 250 => {}
            _ => return Err(invalid(&prefix, "You must pass exactly one of product or product_data")),
        }
        total += count * cents;
    }
    let currency = currency.ok_or_else(|| invalid("line_items", "Missing required param: line_items."))?;
    Ok((total, currency))
}

fn number(fields: &Fields, name: &str) -> Result<i64, Refusal> {
    need(fields, name)?.parse().map_err(|_| invalid(name, "Invalid integer"))
}

impl Payments {
    /// Closes a place to pay.
    pub(super) fn expire(&mut self, id: &str) -> Result<Value, Refusal> {
        let session = self.sessions.iter_mut().find(|session| session["id"] == id);
        let session = session.ok_or_else(|| missing("checkout.session", id))?;
        if session["status"] != "open" {
            return Err(invalid("session", "Only Checkout Sessions with a status in [\"open\"] can be expired."));
        }
        session["status"] = json!("expired");
        Ok(session.clone())
    }

    /// Somebody pays there. Returns the session as it is told of.
    pub(super) fn pay(&mut self, id: &str, intent: &str) -> Value {
        let session = self.sessions.iter_mut().find(|session| session["id"] == id).unwrap();
        assert_eq!(session["status"], "open", "nobody can pay at a place that is closed");
        session["status"] = json!("complete");
        session["payment_status"] = json!("paid");
        session["payment_intent"] = json!(intent);
        self.intents.insert(0, json!({
            "id": intent, "object": "payment_intent", "amount": session["amount_total"], "currency": session["currency"],
            "metadata": session["payment_intent_data"]["metadata"], "status": "succeeded",
            "passed_on": !session["payment_intent_data"]["destination"].is_null(),
            "fee": session["payment_intent_data"]["fee"],
        }));
        session.clone()
    }

    /// Gives money back.
    pub(super) fn refund(&mut self, fields: &Fields, id: &str) -> Result<Value, Refusal> {
        known(
            fields,
            &["payment_intent", "amount", "metadata", "reverse_transfer", "refund_application_fee", "reason"],
        )?;
        let wanted = need(fields, "payment_intent")?;
        let intent = self.intents.iter().find(|intent| intent["id"] == wanted);
        let intent = intent.ok_or_else(|| missing("payment_intent", wanted))?.clone();
        let gone = self.gone(wanted);
        let left = intent["amount"].as_i64().unwrap() - gone;
        let amount = get(fields, "amount")
            .map_or(Ok(left), |amount| amount.parse().map_err(|_| invalid("amount", "Invalid integer")))?;
        if amount < 1 || amount > left {
            return Err(invalid("amount", "Refund amount is greater than unrefunded amount on charge"));
        }
        let back = get(fields, "reverse_transfer") == Some("true");
        if back && intent["passed_on"] != json!(true) {
            return Err(invalid("reverse_transfer", "The charge has no transfer"));
        }
        let fee_back = get(fields, "refund_application_fee") == Some("true");
        if fee_back && intent["fee"].is_null() {
            let message = format!("Attempting to refund_application_fee on ch_{wanted}, but it has no application fee");
            return Err(invalid("refund_application_fee", &message));
        }
        if self.poor {
            return Err(Refusal::kept(
                "balance_insufficient",
                "Insufficient funds in your Stripe balance to refund this amount.",
            ));
        }
        let refund = json!({
            "id": id, "object": "refund", "fee_back": fee_back, "amount": amount, "currency": intent["currency"], "created": now_s(),
            "metadata": metadata_under(fields, "metadata")?, "payment_intent": wanted, "status": "succeeded", "reversed": back,
        });
        self.refunds.insert(0, refund.clone());
        Ok(refund)
    }

    /// A bank could not take the money back in.
    pub(super) fn fails(&mut self, refund: &str) -> Value {
        let refund = self.refunds.iter_mut().find(|known| known["id"] == refund).unwrap();
        refund["status"] = json!("failed");
        refund["failure_reason"] = json!("expired_or_canceled_card");
        refund.clone()
    }

    fn gone(&self, intent: &str) -> i64 {
        let of =
            self.refunds.iter().filter(|refund| refund["payment_intent"] == intent && refund["status"] != "failed");
        of.map(|refund| refund["amount"].as_i64().unwrap()).sum()
    }

    /// The charge of a payment, as it is told of after a refund.
    pub(super) fn charge(&self, intent: &str) -> Value {
        let found = self.intents.iter().find(|known| known["id"] == intent).unwrap();
        let gone = self.gone(intent);
        json!({
            "id": format!("ch_{intent}"), "object": "charge", "amount": found["amount"], "amount_refunded": gone,
            "currency": found["currency"], "metadata": found["metadata"], "payment_intent": intent,
            "refunded": gone == found["amount"].as_i64().unwrap(),
        })
    }
}

/// An event, as Stripe sends it.
pub(super) fn event(id: &str, kind: &str, created: i64, object: &Value) -> String {
    let mut event = Map::new();
    event.insert("id".to_owned(), json!(id));
    event.insert("object".to_owned(), json!("event"));
    event.insert("type".to_owned(), json!(kind));
    event.insert("created".to_owned(), json!(created));
    event.insert("livemode".to_owned(), json!(false));
    event.insert("data".to_owned(), json!({"object": object}));
    Value::Object(event).to_string()
}
