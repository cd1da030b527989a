//! Files of other programs, odd ones included.

use super::*;

fn read_text(text: &str) -> Import {
    read(text.as_bytes(), Some("America/Toronto")).unwrap()
}

fn calendar(event: &str) -> Found {
    let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    let mut import = read_text(&text);
    assert_eq!(import.events.len(), 1, "{text}");
    import.events.remove(0)
}

#[test]
fn a_calendar_entry_becomes_a_draft() {
    let found = calendar(
        "SUMMARY:Jazz\\, loud\r\nDESCRIPTION:First line\\nSecond \r\n line\r\nLOCATION:The  Rex\r\nDTSTART;TZID=America/Toronto:20270503T190000\r\nDTEND;TZID=America/Toronto:20270503T213000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO",
    );
    let draft = &found.draft;
    assert_eq!((draft.name.as_deref(), draft.place.as_deref()), (Some("Jazz, loud"), Some("The Rex")));
    assert_eq!(draft.description.as_deref(), Some("First line\nSecond line"));
    assert_eq!(
        (draft.date, draft.time, draft.duration_min),
        (Some("2027-05-03".parse().unwrap()), Some("19:00".parse().unwrap()), Some(150))
    );
    assert_eq!(
        (draft.timezone.as_deref(), draft.recurrence.as_deref()),
        (Some("America/Toronto"), Some("FREQ=WEEKLY;BYDAY=MO"))
    );
    assert!(found.notes.is_empty(), "{:?}", found.notes);
}

#[test]
fn moments_are_where_they_were() {
    let utc = calendar("SUMMARY:A\r\nDTSTART:20270503T230000Z\r\nDURATION:PT1H30M");
    assert_eq!(
        (utc.draft.time.unwrap().to_string(), utc.draft.timezone.as_deref(), utc.draft.duration_min),
        ("23:00:00".to_owned(), Some("UTC"), Some(90))
    );
    let shown = read_text(
        "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Paris\nBEGIN:VEVENT\nSUMMARY:A\nDTSTART:20270503T170000Z\nEND:VEVENT\nEND:VCALENDAR",
    );
    let draft = &shown.events[0].draft;
    assert_eq!(
        (draft.time.unwrap().to_string(), draft.timezone.as_deref()),
        ("19:00:00".to_owned(), Some("Europe/Paris"))
    );
    let days = calendar("SUMMARY:A\r\nDTSTART;VALUE=DATE:20270503\r\nDTEND;VALUE=DATE:20270506");
    assert_eq!(
        (days.draft.date, days.draft.end_date, days.draft.time),
        (Some("2027-05-03".parse().unwrap()), Some("2027-05-05".parse().unwrap()), None)
    );
    let windows = calendar("SUMMARY:A\r\nDTSTART;TZID=\"W. Europe Standard Time\":20270503T190000");
    assert_eq!(windows.draft.timezone.as_deref(), Some("Europe/Berlin"));
    let unknown = calendar("SUMMARY:A\r\nDTSTART;TZID=Mars/Olympus:20270503T190000");
    assert!(unknown.notes.iter().any(|(field, _)| field == "timezone"), "{:?}", unknown.notes);
    assert_eq!(unknown.draft.time, Some("19:00".parse().unwrap()));
}

#[test]
fn what_cannot_be_read_is_said_and_loses_nothing_else() {
    let odd = calendar("SUMMARY:A\r\nDTSTART:tomorrow\r\nLOCATION:https://meet.example/x\r\nDTEND:20270503T000000Z");
    assert_eq!(
        (odd.draft.name.as_deref(), odd.draft.online_url.as_deref()),
        (Some("A"), Some("https://meet.example/x"))
    );
    assert!(odd.notes.iter().any(|(field, _)| field == "dateTime"));
    let text = "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nBEGIN:VEVENT\nSUMMARY:A\nRECURRENCE-ID:20270503T190000Z\nDTSTART:20270503T190000Z\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:open";
    let import = read_text(text);
    assert_eq!((import.events.len(), import.passed_over), (0, 2));
}

#[test]
fn a_table_in_any_order_and_language_becomes_drafts() {
    let text = "\u{FEFF}Date;Titre;Heure;Lieu;Prix;Devise;Places\r\n2027-05-03;\"Thé; \"\"vert\"\"\";9:30;Le Rex;12,50;eur;40\r\n;;;;;;\r\n2027-05-04;Soir;x;;wenig;;viele\r\n";
    let import = read_text(text);
    assert_eq!(import.events.len(), 2);
    let draft = &import.events[0].draft;
    assert_eq!(
        (draft.name.as_deref(), draft.price_cents, draft.capacity),
        (Some("Thé; \"vert\""), Some(1_250), Some(40))
    );
    assert_eq!((draft.date, draft.time), (Some("2027-05-03".parse().unwrap()), Some("09:30".parse().unwrap())));
    let fields: Vec<&str> = import.events[1].notes.iter().map(|(field, _)| field.as_str()).collect();
    assert!(["dateTime", "priceCents", "capacity"].iter().all(|field| fields.contains(field)), "{fields:?}");
    assert_eq!(import.events[1].draft.name.as_deref(), Some("Soir"));
    let yen = read_text("name,price,currency\nA,2500,JPY\nB,2500.5,JPY\n");
    assert_eq!((yen.events[0].draft.price_cents, yen.events[1].draft.price_cents), (Some(2_500), None));
    let prices = read_text("name\tprice\tcurrency\nA\t$ 1,250.00\tCAD\nB\t-5\tCAD\nC\tKWD 1.5\tKWD\n");
    let prices = prices.events.iter().map(|found| found.draft.price_cents);
    assert_eq!(prices.collect::<Vec<_>>(), [Some(125_000), None, Some(1_500)]);
}

#[test]
fn a_price_names_its_money_where_no_column_does() {
    let import = read_text("name;price\nA;12,50 €\nB;£5\nC;1500 JPY\nD;$10\nE;Gratis\nF;25 TTC\n");
    let found = import.events.iter().map(|found| {
        (found.draft.price_cents, found.draft.currency.map(|currency| currency.code().to_owned()), found.notes.len())
    });
    let told = |cents, code: Option<&str>| (Some(cents), code.map(str::to_owned), 0);
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            told(1_250, Some("EUR")),
            told(500, Some("GBP")),
            told(1_500, Some("JPY")),
            told(1_000, None),
            told(0, None),
            told(2_500, None)
        ]
    );
}

#[test]
fn a_price_is_read_as_it_is_written_and_what_could_be_two_is_said() {
    let rows = ["CHF 25.-", "25,- $", "1'250.--", "25,–", "12.50", "1,250.00", "0.500", "33.333", "33,333 $"];
    let text = rows.iter().fold("name\tprice\tcurrency\n".to_owned(), |text, price| format!("{text}A\t{price}\tCAD\n"));
    let found = read_text(&text).events;
    let prices: Vec<Option<i64>> = found.iter().map(|found| found.draft.price_cents).collect();
    let sure = [Some(2_500), Some(2_500), Some(125_000), Some(2_500), Some(1_250), Some(125_000), Some(50)];
    assert_eq!(prices, [&sure[..], &[Some(3_333_300); 2][..]].concat());
    let notes = |index: usize| found[index].notes.as_slice();
    assert!((0..7).all(|index| notes(index).is_empty()), "{found:?}");
    let thousands = [("priceCents".to_owned(), Unreadable::Thousands)];
    assert_eq!([notes(7), notes(8)], [&thousands[..], &thousands[..]]);
    let whole = read_text("name,price,currency\nA,50.000,JPY\n");
    assert!(whole.events[0].notes.is_empty(), "there are no parts of a yen");
}

#[test]
fn a_price_below_one_and_marks_of_every_country_are_what_they_say() {
    let rows = [
        (".50", 50),
        (",50", 50),
        ("$.50", 50),
        ("€ ,5", 50),
        ("0.5", 50),
        ("1.000,50", 100_050),
        ("1,000.50", 100_050),
        ("12.-", 1_200),
        ("CHF 12.–", 1_200),
        ("Fr.50", 5_000),
        ("Fr. 50.-", 5_000),
        ("1 200,00 €", 120_000),
        ("1\u{a0}200,00\u{a0}€", 120_000),
        ("1\u{202f}200 €", 120_000),
    ];
    for (price, cents) in rows {
        let found = read_text(&format!("name\tprice\nA\t{price}\n")).events.remove(0);
        assert_eq!((found.draft.price_cents, found.notes.len()), (Some(cents), 0), "{price}: {found:?}");
    }
}

#[test]
fn yen_and_yuan_share_a_sign_and_are_never_taken_for_other_money() {
    let of = |table: &str| {
        let found = read_text(table).events.remove(0);
        (found.draft.price_cents, found.draft.currency.map(|currency| currency.code().to_owned()), found.notes)
    };
    let told = |cents, code: &str| (Some(cents), Some(code.to_owned()), Vec::new());
    assert_eq!(of("name\tprice\tcurrency\nA\t¥500\tJPY\n"), told(500, "JPY"));
    assert_eq!(of("name\tprice\ttimezone\nA\t¥500\tAsia/Tokyo\n"), told(500, "JPY"));
    assert_eq!(of("名称\t票价\nA\t￥500\n"), told(50_000, "CNY"));
    assert_eq!(of("name\tprice\nA\t500円\n"), told(500, "JPY"));
    assert_eq!(of("name\tprice\nA\t500元\n"), told(50_000, "CNY"));
    assert_eq!(of("name\tprice\nA\t500日元\n"), told(500, "JPY"));
    let unknown = of("name\tprice\nA\t¥500\n");
    assert_eq!(unknown, (None, None, vec![("currency".to_owned(), Unreadable::Currency)]));
}

#[test]
fn files_of_other_encodings_keep_their_letters() {
    let (chinese, _, _) = encoding_rs::GB18030.encode("名称,日期\n静安文化中心,2027-05-03\n");
    let (western, _, _) = encoding_rs::WINDOWS_1252.encode("nom;date\nSoirée d’été – 20 €;2027-05-03\n");
    for (bytes, name) in [(chinese, "静安文化中心"), (western, "Soirée d’été – 20 €")] {
        let draft = &read(&bytes, None).unwrap().events[0].draft;
        assert_eq!((draft.name.as_deref(), draft.date), (Some(name), Some("2027-05-03".parse().unwrap())));
    }
    let folded =
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:D\xC3\r\n \xA9but \r\n du bal\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let found = read(folded, None).unwrap();
    assert_eq!(found.events[0].draft.name.as_deref(), Some("Début du bal"), "folded within a letter");
}

#[test]
fn what_is_no_file_of_events_is_none_and_nothing_breaks() {
    assert_eq!(read(b"", None), None);
    assert_eq!(read(b"\x89PNG\r\n\x1a\n\x00\x00", None), None);
    assert_eq!(read(b"just words", None), None);
    assert_eq!(read(b"a,b\n1,2\n", None), None, "no column names the events");
    assert!(
        read(b"\xFF\xFEn\0a\0m\0e\0\n\0A\0", None)
            .is_some_and(|import| import.events[0].draft.name.as_deref() == Some("A"))
    );
    assert!(
        read(b"name\nCaf\xE9\n", None).is_some_and(|import| import.events[0].draft.name.as_deref() == Some("Café"))
    );
    let many = format!("name\n{}", "A\n".repeat(MOST + 7));
    assert_eq!(read_text(&many).events.len(), MOST);
    let deep = "BEGIN:VCALENDAR\n".to_owned() + &"BEGIN:VEVENT\n".repeat(100_000);
    assert_eq!(read_text(&deep).events.len(), 0);
    let quotes = "name,description\n\"".to_owned() + &"\"".repeat(100_001);
    read(quotes.as_bytes(), None);
}

/// Calendars of the project's corpus that other parsers stumbled over.
#[test]
fn every_calendar_of_the_corpus_is_read_to_its_end() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/ics");
    let Ok(parts) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let (mut files, mut events) = (0, 0);
    for file in parts.flat_map(|part| std::fs::read_dir(part.unwrap().path()).unwrap()) {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        files += 1;
        events += read(&bytes, None).map_or(0, |import| import.events.len());
        // Cut anywhere it is read, too.
        for end in (0..bytes.len()).step_by(97) {
            read(&bytes[..end], None);
        }
    }
    println!("{files} calendars, {events} events");
    assert!(files > 50 && events > 40, "{files} {events}");
}
