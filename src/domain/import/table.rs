//! A table: one event on each line, its first line names the columns in any order, in English, French, Spanish or Mandarin.
//!
//! Source: RFC 4180, read leniently: commas, semicolons or tabs, any end of line.

use serde_json::json;

use super::{Form, MOST};
use crate::domain::money::Currency;

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

/// The forms of its lines, and how many of them are none. `None`: no column is one that is known, or none names the events.
pub(super) fn forms(text: &str) -> Option<(Vec<Form>, usize)> {
    let head = text.lines().next().unwrap_or_default();
    let count = |mark: char| head.matches(mark).count();
    let mark = [',', ';', '\t'].into_iter().max_by_key(|mark| count(*mark)).unwrap_or(',');
    let mut rows = rows(text, mark).into_iter();
    let columns: Vec<Option<&str>> = rows.next()?.iter().map(|title| column(title)).collect();
    if !columns.contains(&Some("name")) {
        return None;
    }
    let (mut forms, mut empty) = (Vec::new(), 0);
    for row in rows {
        if forms.len() > MOST || row.iter().all(|cell| cell.trim().is_empty()) {
            empty += usize::from(forms.len() > MOST);
        } else {
            forms.push(form(&columns, &row));
        }
    }
    Some((forms, empty))
}

fn column(title: &str) -> Option<&'static str> {
    let title = title.trim().trim_start_matches('\u{FEFF}').replace('_', " ").to_lowercase();
    COLUMNS.iter().find(|(_, names)| names.contains(&title.as_str())).map(|(field, _)| *field)
}

/// Cells by lines; a quoted cell may hold anything.
fn rows(text: &str, mark: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut marks = text.trim_start_matches('\u{FEFF}').chars().peekable();
    while let Some(c) = marks.next() {
        match c {
            '"' if quoted && marks.peek() == Some(&'"') => {
                cell.push('"');
                marks.next();
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            c if c == mark && !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && marks.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

fn form(columns: &[Option<&str>], row: &[String]) -> Form {
    let cell = |wanted: &str| {
        let cells = columns.iter().zip(row).filter(|(column, _)| **column == Some(wanted));
        cells.map(|(_, cell)| cell.trim()).find(|cell| !cell.is_empty())
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
            Some(Err(_)) => form.note(field, "Please give a whole number."),
            None => {}
        }
    }
    let digits = cell("currency").and_then(Currency::parse).map_or(2, |currency| currency.digits());
    match cell("price").map(|price| (price, minor(price, digits))) {
        Some((_, Some(cents))) => form.put("priceCents", json!(cents)),
        Some((_, None)) => form.note("priceCents", "Please give the price as a number, such as 25 or 12.50."),
        None => {}
    }
    form
}

/// `9:30` as `09:30`.
fn two_digits(hour: &str) -> String {
    if hour.find(':') == Some(1) { format!("0{hour}") } else { hour.to_owned() }
}

/// A price in minor units of a currency with so many digits after its point.
fn minor(price: &str, digits: u32) -> Option<i64> {
    let price = price.trim_matches(|c: char| !c.is_ascii_digit());
    let (whole, part) = price.rsplit_once(['.', ',']).unwrap_or((price, ""));
    let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let room = usize::try_from(digits).ok()?;
    if whole.is_empty() || part.len() > room || !number(whole) || !number(part) {
        return None;
    }
    let padded = format!("{part:0<room$}");
    let part: i64 = if padded.is_empty() { 0 } else { padded.parse().ok()? };
    whole.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(digits)?)?.checked_add(part)
}
