//! A table: one event on each line, its first line names the columns in any order, in English, French, Spanish or Mandarin.
//!
//! Source: RFC 4180, read leniently: commas, semicolons or tabs, any end of line.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use serde_json::json;

use super::{Form, MOST};
use crate::domain::error::Unreadable;
use crate::domain::money::{self, Currency};

/// What a column may be called, and the field that it fills.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "name",
            "title",
            "event",
            "event name",
            "summary",
            "subject",
            "nom",
            "titre",
            "nombre",
            "título",
            "titulo",
            "名称",
            "标题",
            "活动",
        ],
    ),
    ("description", &["description", "details", "descripción", "descripcion", "描述", "说明"]),
    ("date", &["date", "day", "start date", "jour", "fecha", "día", "dia", "日期"]),
    ("time", &["time", "start time", "hour", "heure", "hora", "时间"]),
    ("dateTime", &["start", "starts", "datetime", "date time", "begin", "début", "debut", "inicio", "开始"]),
    ("endDateTime", &["end", "ends", "end time", "fin", "结束"]),
    ("duration", &["duration", "minutes", "durée", "duree", "duración", "duracion", "时长"]),
    ("timezone", &["timezone", "time zone", "zone", "fuseau", "zona", "时区"]),
    ("place", &["place", "venue", "location", "where", "lieu", "lugar", "地点"]),
    ("address", &["address", "adresse", "dirección", "direccion", "地址"]),
    ("city", &["city", "town", "ville", "ciudad", "城市"]),
    (
        "capacity",
        &[
            "capacity",
            "seats",
            "people",
            "guests",
            "places",
            "capacité",
            "capacite",
            "capacidad",
            "plazas",
            "人数",
            "容量",
        ],
    ),
    ("price", &["price", "cost", "ticket price", "prix", "precio", "价格", "票价"]),
    ("currency", &["currency", "devise", "moneda", "货币"]),
    ("type", &["type", "kind", "category", "genre", "tipo", "类型"]),
    ("onlineUrl", &["url", "link", "online", "lien", "enlace", "链接"]),
    ("recurrence", &["recurrence", "rrule", "repeats", "récurrence", "重复"]),
];

/// A price of nothing, in words.
const FREE: &[&str] =
    &["free", "free of charge", "gratuit", "gratuite", "gratis", "libre", "entrée libre", "entrada libre", "免费"];

/// What is a currency beside a price; "TTC" and "per" are none.
const CODES: &[&str] = &[
    "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS",
    "INR", "JPY", "KRW", "KWD", "MXN", "NOK", "NZD", "PEN", "PLN", "RON", "SEK", "SGD", "TRY", "TWD", "USD", "VND",
    "ZAR",
];

/// Signs of money that no other money has.
const SIGNS: &[(char, &str)] = &[('€', "EUR"), ('£', "GBP"), ('₩', "KRW"), ('₹', "INR"), ('₫', "VND")];

/// Names of money that are no code.
const NAMES: &[(&str, &str)] = &[
    ("元", "CNY"),
    ("人民币", "CNY"),
    ("円", "JPY"),
    ("日元", "JPY"),
    ("美元", "USD"),
    ("加元", "CAD"),
    ("港元", "HKD"),
    ("欧元", "EUR"),
    ("英镑", "GBP"),
    ("新台币", "TWD"),
];

/// The sign of yen, and of yuan: it says nothing of what an amount is worth.
const YEN_OR_YUAN: [char; 2] = ['¥', '￥'];

/// A reader of a table's cells, whichever sign parts its columns.
pub fn reader(text: &str) -> Reader<&[u8]> {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let many = |sign: char| head.matches(sign).count();
    let sign = [',', ';', '\t'].into_iter().max_by_key(|sign| (many(*sign), *sign == ',')).unwrap_or(',');
    ReaderBuilder::new()
        .delimiter(u8::try_from(sign).unwrap_or(b','))
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes())
}

/// The forms of its lines, and how many of them are none. `None`: no column is one that is known, or none names the events.
pub(super) fn forms(text: &str) -> Option<(Vec<Form>, usize)> {
    let mut reader = reader(text);
    let titles = reader.headers().ok()?;
    let columns: Vec<Option<&str>> = titles.iter().map(column).collect();
    let is_chinese = titles.iter().any(|title| title.contains(|c: char| matches!(c, '\u{4e00}'..='\u{9fff}')));
    if !columns.contains(&Some("name")) {
        return None;
    }
    let (mut forms, mut passed_over) = (Vec::new(), 0);
    for row in reader.records() {
        match row {
            Ok(row) if forms.len() <= MOST => {
                if row.iter().any(|cell| !cell.is_empty()) {
                    forms.push(form(&columns, &row, is_chinese));
                }
            }
            _ => passed_over += 1,
        }
    }
    Some((forms, passed_over))
}

fn column(title: &str) -> Option<&'static str> {
    let title = title.replace('_', " ").to_lowercase();
    COLUMNS.iter().find(|(_, names)| names.contains(&title.as_str())).map(|(field, _)| *field)
}

fn form(columns: &[Option<&str>], row: &StringRecord, is_chinese: bool) -> Form {
    let cell = |wanted: &str| {
        let cells = columns.iter().zip(row).filter(|(column, _)| **column == Some(wanted));
        cells.map(|(_, cell)| cell).find(|cell| !cell.is_empty())
    };
    let mut form = Form::default();
    for field in ["name", "description", "timezone", "place", "address", "city", "onlineUrl", "recurrence"] {
        if let Some(text) = cell(field) {
            form.put(field, text);
        }
    }
    if let Some(kind) = cell("type") {
        form.put("type", kind.to_lowercase());
    }
    if let Some(currency) = cell("currency") {
        form.put("currency", currency.to_uppercase());
    }
    match (cell("dateTime"), cell("date"), cell("time")) {
        (None, Some(day), Some(hour)) => form.put("dateTime", format!("{day}T{}", two_digits(hour))),
        (start, day, _) => {
            if let Some(start) = start.or(day) {
                form.put("dateTime", start);
            }
        }
    }
    if let Some(end) = cell("endDateTime") {
        form.put("endDateTime", end);
    }
    for field in ["duration", "capacity"] {
        match cell(field).map(str::parse::<u32>) {
            Some(Ok(number)) => form.put(field, number),
            Some(Err(_)) => form.note(field, Unreadable::Whole),
            None => {}
        }
    }
    let Some(price) = cell("price") else { return form };
    if FREE.contains(&price.to_lowercase().as_str()) {
        form.put("priceCents", 0);
        return form;
    }
    // What stands beside the number says in which money it is, where no column does.
    let told = cell("currency").and_then(Currency::parse).or_else(|| currency_beside(price));
    let told = told.or_else(|| yen_or_yuan(price, cell("timezone"), is_chinese));
    if told.is_none() && price.contains(YEN_OR_YUAN) {
        form.note("currency", Unreadable::Currency);
        return form;
    }
    if let (None, Some(currency)) = (cell("currency"), told) {
        form.put("currency", currency.code());
    }
    let digits = told.map_or(2, |currency| currency.digits());
    let number = bare(price);
    match money::minor(number, digits) {
        Some(cents) => {
            form.put("priceCents", json!(cents));
            if digits == 2 && could_have_decimals(number) {
                form.note("priceCents", Unreadable::Thousands);
            }
        }
        None => form.note("priceCents", Unreadable::Price),
    }
    form
}

/// The money that a price names by its code, or by a sign that no other has.
fn currency_beside(price: &str) -> Option<Currency> {
    let named: String = price.chars().filter(|c| c.is_alphabetic()).collect();
    let sign = SIGNS.iter().find(|(sign, _)| price.contains(*sign)).map(|(_, code)| *code);
    let name = || NAMES.iter().find(|(name, _)| *name == named).map(|(_, code)| *code);
    let coded = || {
        Some(named.to_uppercase()).filter(|code| CODES.contains(&code.as_str())).and_then(|code| Currency::parse(&code))
    };
    sign.or_else(name).and_then(Currency::parse).or_else(coded)
}

/// What `¥` stands for: where the event is, or who wrote the table, tells.
fn yen_or_yuan(price: &str, zone: Option<&str>, is_chinese: bool) -> Option<Currency> {
    if !price.contains(YEN_OR_YUAN) {
        return None;
    }
    match zone {
        Some("Asia/Tokyo") => Currency::parse("JPY"),
        Some("Asia/Shanghai" | "Asia/Urumqi") => Currency::parse("CNY"),
        _ if is_chinese => Currency::parse("CNY"),
        _ => None,
    }
}

/// `9:30` as `09:30`.
fn two_digits(hour: &str) -> String {
    if hour.find(':') == Some(1) { format!("0{hour}") } else { hour.to_owned() }
}

/// A price without what stands beside its number: signs and names of currencies, but no minus. The mark of `$.50` is the number's,
/// that of `Fr.50` the name's.
fn bare(price: &str) -> &str {
    let beside = |c: char| !c.is_ascii_digit() && c != '-';
    let price = price.trim_end_matches(beside);
    let number = price.trim_start_matches(beside);
    let (before, _) = price.split_at(price.len() - number.len());
    let is_apart = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | ',' | '/');
    match before.strip_suffix(['.', ',']) {
        Some(before) if before.chars().next_back().is_none_or(is_apart) => price.get(before.len()..).unwrap_or(number),
        _ => number,
    }
}

/// Whether a number that was read with thousands could as well be one that nobody rounded: `33.333`.
fn could_have_decimals(number: &str) -> bool {
    let parts = number.rsplit_once(['.', ',']);
    parts.is_some_and(|(whole, part)| part.len() == 3 && !matches!(whole, "" | "0") && !whole.contains(['.', ',']))
}
