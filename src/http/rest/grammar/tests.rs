//! Each form of the grammar, and that nothing breaks it.

use proptest::prelude::*;

use super::*;

fn asked(query: &str) -> Result<Asked, String> {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            pair.split_once('=').map_or((pair.to_owned(), String::new()), |(k, v)| (k.to_owned(), v.to_owned()))
        })
        .collect();
    parse(&pairs).map_err(|error| error.code)
}

fn plain(name: &str) -> Field {
    Field { name: name.to_owned(), steps: Vec::new(), text: false }
}

fn value(name: &str) -> Entry {
    Entry::Value { field: plain(name), cast: None, alias: None }
}

fn condition(query: &str) -> Tree {
    asked(query).unwrap().conditions.remove(0).1
}

#[test]
fn select_names_columns_types_and_places_in_json() {
    let select = |text: &str| asked(&format!("select={text}")).unwrap().select.unwrap();
    assert_eq!(select("id,name"), [value("id"), value("name")]);
    assert_eq!(select("*"), [Entry::All]);
    assert_eq!(select(""), [Entry::All]);
    let [Entry::Value { field, cast, alias }] = &select("c:metadata->a-b->0->>city::text")[..] else { panic!() };
    assert_eq!((cast.as_deref(), alias.as_deref(), field.text), (Some("text"), Some("c"), true));
    assert_eq!(field.steps, [Step::Key("a-b".to_owned()), Step::Index(0), Step::Key("city".to_owned())]);
    assert_eq!(select("\"odd, name\""), [value("odd, name")]);
}

#[test]
fn select_names_neighbours() {
    let select = asked("select=name,v:venues!venue_id!inner(name,events()),tickets(*)").unwrap().select.unwrap();
    let Entry::Neighbour { relation, alias, hint, inner, entries } = &select[1] else { panic!() };
    assert_eq!(
        (relation.as_str(), alias.as_deref(), hint.as_deref(), *inner),
        ("venues", Some("v"), Some("venue_id"), true)
    );
    assert_eq!(entries.len(), 2);
    assert!(matches!(&select[2], Entry::Neighbour { inner: false, entries, .. } if entries == &[Entry::All]));
}

#[test]
fn filters_are_an_operator_and_a_value() {
    let leaf = |name: &str, negated, comparison| Tree::Leaf(plain(name), negated, comparison);
    assert_eq!(condition("a=eq.5"), leaf("a", false, Comparison::Operator("=", "5".to_owned())));
    assert_eq!(condition("a=eq.\"x\""), leaf("a", false, Comparison::Operator("=", "\"x\"".to_owned())));
    assert_eq!(condition("a=not.ilike.*x*"), leaf("a", true, Comparison::Pattern("ilike", "%x%".to_owned())));
    assert_eq!(condition("a=is.NULL"), leaf("a", false, Comparison::Is("null")));
    let list = ["x", "b,c", "d\"e", "f"].map(str::to_owned).to_vec();
    assert_eq!(condition("a=in.(x,\"b,c\",\"d\\\"e\",f)"), leaf("a", false, Comparison::In(list)));
    assert_eq!(condition("a=in.()"), leaf("a", false, Comparison::In(Vec::new())));
    assert_eq!(condition("a=cs.{x,y}"), leaf("a", false, Comparison::Operator("@>", "{x,y}".to_owned())));
}

#[test]
fn trees_nest() {
    let Tree::Branch { any: true, negated: true, parts } =
        condition("not.or=(a.gt.5,not.and(b.in.(1,2),c.eq.\"x,)\"),d.cs.{x,y})")
    else {
        panic!()
    };
    assert_eq!(parts.len(), 3);
    let Tree::Branch { any: false, negated: true, parts: inner } = &parts[1] else { panic!() };
    assert_eq!(inner[1], Tree::Leaf(plain("c"), false, Comparison::Operator("=", "x,)".to_owned())));
    assert_eq!(parts[2], Tree::Leaf(plain("d"), false, Comparison::Operator("@>", "{x,y}".to_owned())));
}

#[test]
fn names_with_dots_are_about_neighbours() {
    let found =
        asked("tickets.status=eq.valid&tickets.order=id.desc.nullslast&tickets.limit=2&offset=3&a->>\"b.c\"=eq.1")
            .unwrap();
    let way = vec!["tickets".to_owned()];
    assert_eq!(found.conditions[0].0, way);
    assert_eq!(
        (&found.order[0].0, found.order[0].1[0].descending, found.order[0].1[0].nulls_first),
        (&way, true, Some(false))
    );
    assert_eq!((&found.limit[0], &found.offset[0]), (&(way, 2), &(Vec::new(), 3)));
}

#[test]
fn what_is_unknown_is_refused_by_its_code() {
    for query in [
        "select=name,,",
        "select=name(",
        "select=)",
        "select=a:",
        "a=foo.1",
        "a=eq",
        "a=",
        "a=is.5",
        "a=in.1",
        "a=in.(1",
        "order=name.up",
        "order=",
        "or=(a.eq.1",
        "or=a.eq.1",
        "or=()",
        "and=(a)",
        "columns=",
        "(=eq.1",
        "a=not.5",
        "a->=eq.1",
    ] {
        assert_eq!(asked(query), Err("PGRST100".to_owned()), "{query}");
    }
    for query in ["a=fts.x", "a=eq(any).{1}", "select=...venues(name)", "on_conflict=id", "order=venues(name)"] {
        assert_eq!(asked(query), Err("NOT_BUILT".to_owned()), "{query}");
    }
    assert_eq!(asked("limit=-1"), Err("PGRST103".to_owned()));
    let deep = format!("or={}a.eq.1{}", "(and".repeat(50), ")".repeat(50));
    assert_eq!(asked(&deep), Err("PGRST100".to_owned()));
    let deep = format!("select={}id{}", "venues(".repeat(5000), ")".repeat(5000));
    assert_eq!(asked(&deep), Err("PGRST100".to_owned()));
}

proptest! {
    #[test]
    fn nothing_breaks_it(key in ".{0,20}", text in ".{0,60}") {
        let _ = parse(&[(key, text)]);
    }

    #[test]
    fn nothing_made_of_its_own_signs_breaks_it(
        key in "(select|order|or|and|not\\.or|columns|limit|a->>b|t\\.a|[a-z.>()-]{1,8})",
        text in "([a-z]{1,3}|eq|in|is|not|and|or|\\.|,|\\(|\\)|\"|\\\\|->|->>|::|:|!|\\*|\\{|\\}|é|0){0,25}",
    ) {
        if let Err(error) = parse(&[(key, text)]) {
            prop_assert!(["PGRST100", "NOT_BUILT", "PGRST103"].contains(&error.code.as_str()));
        }
    }

    #[test]
    fn a_quoted_value_comes_back_as_it_was(text in "[^\0]{0,30}") {
        let quoted = format!("(\"{}\")", text.replace('\\', "\\\\").replace('"', "\\\""));
        let found = parse(&[("a".to_owned(), format!("in.{quoted}"))]).unwrap();
        let Tree::Leaf(_, false, Comparison::In(values)) = &found.conditions[0].1 else { panic!() };
        prop_assert_eq!(values, &[text]);
    }
}
