//! What Stripe accepts, and how it says no.

use serde_json::{Map, Value, json};

use super::Fields;

/// Why something is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    kind: &'static str,
    param: Option<String>,
    message: String,
    /// Its code, when it came after Stripe had begun to act: then the answer is kept under its key.
    pub(super) acted: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: u16, kind: &'static str, param: Option<&str>, message: &str) -> Self {
        Self { status, kind, param: param.map(str::to_owned), message: message.to_owned(), acted: None }
    }

    /// One that the same key brings again.
    pub(super) fn kept(code: &'static str, message: &str) -> Self {
        Self { acted: Some(code), ..Self::new(400, "invalid_request_error", None, message) }
    }
}

/// A refusal as it is answered.
pub(super) fn body(refusal: &Refusal) -> Value {
    let code = if refusal.status == 404 { "resource_missing" } else { "parameter_invalid" };
    let code = refusal.acted.unwrap_or(code);
    json!({"error": {"type": refusal.kind, "code": code, "param": refusal.param, "message": refusal.message}})
}

pub(super) fn missing(kind: &str, id: &str) -> Refusal {
    Refusal::new(404, "invalid_request_error", Some("id"), &format!("No such {kind}: '{id}'"))
}

pub(super) fn invalid(param: &str, message: &str) -> Refusal {
    Refusal::new(400, "invalid_request_error", Some(param), message)
}

/// The fields of a form or a query.
pub(super) fn fields(text: &[u8]) -> Fields {
    let pieces = text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let mut halves = piece.splitn(2, |byte| *byte == b'=');
            let mut half = || decoded(halves.next().unwrap_or_default());
            (half(), half())
        })
        .collect()
}

fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(|byte| char::from(*byte)).collect();
                u8::from_str_radix(&hex, 16).unwrap()
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// Fields that may be there; any other is refused, as Stripe does.
pub(super) fn known(fields: &Fields, names: &[&str]) -> Result<(), Refusal> {
    let odd = fields.iter().find(|(name, _)| !names.contains(&name.split('[').next().unwrap()));
    odd.map_or(Ok(()), |(name, _)| Err(invalid(name, &format!("Received unknown parameter: {name}"))))
}

pub(super) fn get<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

pub(super) fn need<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Refusal> {
    get(fields, name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| invalid(name, &format!("Missing required param: {name}.")))
}

/// `metadata[key]`: at most 50, keys of 40 and values of 500 characters.
fn metadata(fields: &Fields) -> Result<Value, Refusal> {
    metadata_under(fields, "metadata")
}

/// The same below another name.
pub(super) fn metadata_under(fields: &Fields, above: &str) -> Result<Value, Refusal> {
    let mut object = Map::new();
    for (name, value) in fields {
        let Some(key) = name.strip_prefix(above).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']')) else {
            continue;
        };
        if key.is_empty() || key.len() > 40 || value.len() > 500 {
            return Err(invalid(name, "Metadata keys have up to 40, values up to 500 characters"));
        }
        object.insert(key.to_owned(), json!(value));
    }
    if object.len() > 50 { Err(invalid("metadata", "up to 50 keys")) } else { Ok(Value::Object(object)) }
}

/// Seconds since the epoch.
pub(super) fn now_s() -> i64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed()
}

pub(super) fn product(fields: &Fields, id: &str) -> Result<Value, Refusal> {
    known(fields, &["name", "metadata", "description", "active", "url", "tax_code"])?;
    let name = need(fields, "name")?;
    if name.chars().count() > 250 {
        return Err(invalid("name", "Invalid string: must be at most 250 characters"));
    }
    Ok(json!({
        "id": id, "object": "product", "active": true, "created": now_s(), "default_price": null, "description": null,
        "images": [], "livemode": false, "marketing_features": [], "metadata": metadata(fields)?, "name": name,
        "package_dimensions": null, "shippable": null, "statement_descriptor": null, "tax_code": null, "type": "service",
        "unit_label": null, "updated": now_s(), "url": null,
    }))
}

pub(super) fn price(fields: &Fields, id: &str, products: &[Value]) -> Result<Value, Refusal> {
    known(fields, &["product", "currency", "unit_amount", "tax_behavior", "nickname", "metadata"])?;
    let product = need(fields, "product")?;
    if !products.iter().any(|known| known["id"] == product) {
        return Err(missing("product", product));
    }
    let currency = need(fields, "currency")?;
    if currency.len() != 3 || currency != currency.to_lowercase() {
        return Err(invalid("currency", "Invalid currency: a three-letter ISO code in lowercase"));
    }
    let amount: i64 = need(fields, "unit_amount")?.parse().map_err(|_| invalid("unit_amount", "Invalid integer"))?;
    if !(0..=99_999_999).contains(&amount) {
        return Err(invalid("unit_amount", "Invalid non-negative integer"));
    }
    let tax = get(fields, "tax_behavior").unwrap_or("unspecified");
    if !["inclusive", "exclusive", "unspecified"].contains(&tax) {
        return Err(invalid("tax_behavior", "must be one of inclusive, exclusive, or unspecified"));
    }
    Ok(json!({
        "id": id, "object": "price", "active": true, "billing_scheme": "per_unit", "created": now_s(), "currency": currency,
        "custom_unit_amount": null, "livemode": false, "lookup_key": null, "metadata": metadata(fields)?,
        "nickname": get(fields, "nickname"), "product": product, "recurring": null, "tax_behavior": tax, "tiers_mode": null,
        "transform_quantity": null, "type": "one_time", "unit_amount": amount, "unit_amount_decimal": amount.to_string(),
    }))
}

/// Changes what may be changed of a price: its amount may not.
pub(super) fn update(price: &mut Value, fields: &Fields) -> Result<Value, Refusal> {
    known(fields, &["active", "nickname", "metadata", "tax_behavior"])?;
    if let Some(active) = get(fields, "active") {
        price["active"] = json!(active.parse::<bool>().map_err(|_| invalid("active", "Invalid boolean"))?);
    }
    Ok(price.clone())
}

/// Changes what may be changed of a product.
pub(super) fn update_product(product: &mut Value, fields: &Fields) -> Result<Value, Refusal> {
    known(fields, &["name", "active", "metadata", "description"])?;
    if let Some(name) = get(fields, "name") {
        product["name"] = json!(name);
    }
    if let Some(active) = get(fields, "active") {
        product["active"] = json!(active.parse::<bool>().map_err(|_| invalid("active", "Invalid boolean"))?);
    }
    Ok(product.clone())
}

/// An account that is made for somebody, or brought along.
pub(super) fn account(fields: &Fields, id: &str) -> Result<Value, Refusal> {
    known(fields, &["type", "email", "country", "capabilities", "metadata", "business_profile"])?;
    let kind = need(fields, "type")?;
    if !["express", "standard", "custom"].contains(&kind) {
        return Err(invalid("type", "must be one of custom, express, or standard"));
    }
    let country = get(fields, "country").unwrap_or("US");
    if country.len() != 2 || country != country.to_uppercase() {
        return Err(invalid("country", "Country is not a two-letter code"));
    }
    Ok(json!({
        "id": id, "object": "account", "type": kind, "email": get(fields, "email"), "country": country, "created": now_s(),
        "charges_enabled": false, "payouts_enabled": false, "details_submitted": false, "metadata": metadata(fields)?,
        "capabilities": {"card_payments": "inactive", "transfers": "inactive"}, "default_currency": "usd",
        "requirements": {"currently_due": ["external_account", "tos_acceptance.date"], "disabled_reason": "requirements.past_due",
            "eventually_due": [], "past_due": [], "pending_verification": [], "current_deadline": null, "errors": []},
    }))
}

/// Its owner tells Stripe everything, or all but one thing.
pub(super) fn verify(account: &mut Value, charges: bool) {
    for name in ["charges_enabled", "payouts_enabled"] {
        account[name] = json!(charges);
    }
    account["details_submitted"] = json!(true);
    let due: &[&str] = if charges { &[] } else { &["individual.verification.document"] };
    account["requirements"]["currently_due"] = json!(due);
    account["requirements"]["disabled_reason"] = if charges { Value::Null } else { json!("requirements.past_due") };
}

/// A page where the owner of an account tells Stripe what it must know.
pub(super) fn account_link(fields: &Fields, accounts: &[Value], id: &str) -> Result<Value, Refusal> {
    known(fields, &["account", "type", "refresh_url", "return_url", "collect"])?;
    let account = need(fields, "account")?;
    if !accounts.iter().any(|known| known["id"] == account) {
        return Err(missing("account", account));
    }
    if need(fields, "type")? != "account_onboarding" {
        return Err(invalid("type", "must be account_onboarding"));
    }
    for name in ["refresh_url", "return_url"] {
        if !need(fields, name)?.starts_with("http") {
            return Err(invalid(name, "Not a valid URL"));
        }
    }
    Ok(
        json!({"object": "account_link", "created": now_s(), "expires_at": now_s() + 300, "url": format!("https://connect.stripe.com/setup/e/{account}/{id}")}),
    )
}

/// One page of a list, newest first.
pub(super) fn page(all: &[Value], fields: &Fields, wanted: impl Fn(&Value) -> bool) -> Result<Value, Refusal> {
    known(fields, &["limit", "starting_after", "created", "product", "active", "payment_intent"])?;
    let limit: usize = get(fields, "limit").unwrap_or("10").parse().map_err(|_| invalid("limit", "Invalid integer"))?;
    if !(1..=100).contains(&limit) {
        return Err(invalid("limit", "This value must be between 1 and 100"));
    }
    let mut rest: Vec<&Value> = all.iter().collect();
    if let Some(after) = get(fields, "starting_after") {
        let at = rest.iter().position(|object| object["id"] == after).ok_or_else(|| missing("object", after))?;
        rest.drain(..=at);
    }
    let found: Vec<&Value> = rest.into_iter().filter(|object| wanted(object)).collect();
    let data: Vec<&Value> = found.iter().take(limit).copied().collect();
    Ok(json!({"object": "list", "data": data, "has_more": found.len() > limit, "url": "/v1"}))
}
