//! The house keeps its directions: which room may use which, which outside crate lives where, and how long a file may be.
//! A red test names the file and the line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What each room of `src/` may use of the others. What stands nowhere may be used by nobody.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("settings", &[]),
    ("node", &[]),
    ("telemetry", &["settings"]),
    ("store", &["domain", "telemetry"]),
    ("understanding", &["domain"]),
    ("geo", &[]),
    ("advice", &["domain", "store"]),
    ("accounts", &["domain", "store"]),
    ("wizard", &["domain", "store", "understanding", "advice", "telemetry"]),
    ("pictures", &["domain", "store"]),
    ("publisher", &["domain", "store", "telemetry"]),
    ("sales", &["domain", "store"]),
    ("door", &["domain", "store", "accounts", "pictures", "wizard", "telemetry"]),
    ("http", &["domain", "store", "accounts", "pictures", "publisher", "sales", "wizard", "door", "telemetry"]),
    (
        "app",
        &[
            "domain",
            "store",
            "accounts",
            "pictures",
            "settings",
            "node",
            "publisher",
            "sales",
            "telemetry",
            "wizard",
            "door",
            "http",
            "understanding",
        ],
    ),
    ("cli", &["app", "accounts", "geo", "node", "settings", "telemetry", "understanding", "domain", "store"]),
    ("main", &["cli", "store"]),
    ("lib", &[]),
];

/// Outside crates that have a home: nobody else may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["store", "advice", "app", "cli"]),
    ("actix", &["wizard", "publisher"]),
    ("lettre", &["publisher"]),
    ("reqwest", &["accounts", "geo", "publisher", "understanding"]),
    ("async_openai", &["understanding"]),
    ("axum", &["http", "app", "cli"]),
    ("port", &["wizard", "door", "http", "app", "cli"]),
    ("utoipa", &["http"]),
    ("telegram", &["app"]),
    ("image", &["pictures"]),
    ("terminal", &["cli"]),
    ("discord", &["app"]),
    ("web", &["app"]),
    ("language", &["advice", "geo", "understanding"]),
    ("clap", &["cli"]),
    ("csv", &["cli", "domain"]),
    ("encoding_rs", &["domain"]),
    ("ring", &["accounts"]),
    ("rsa", &["accounts"]),
    ("argon2", &["accounts"]),
    ("governor", &["door"]),
    ("hyper", &["http", "understanding"]),
    ("hyper_util", &["http"]),
    ("ipnet", &["http", "settings"]),
    ("metrics_exporter_prometheus", &["telemetry"]),
    ("toml", &["settings", "understanding", "advice"]),
];

/// What a channel may depend on beside its platform's own library.
const NEVER_IN_BOTS: &[&str] = &["eventos", "sqlx", "async-openai", "actix", "language"];

const LONGEST_FILE: usize = 450;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && name != "node_modules" {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The room of a file: the first part of its path below `src/`.
fn room(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a line, without comments and doc text.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Names that follow `prefix` in a line: `crate::store::x` gives `store` for `crate::`.
fn names_after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    line.match_indices(prefix)
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        .map(|(at, _)| line[at + prefix.len()..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn rooms_use_only_what_stands_left_of_them() {
    let mut wrong = String::new();
    for path in sources(&root().join("src")) {
        let room = room(&path);
        let text = std::fs::read_to_string(&path).unwrap();
        let allowed =
            ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("{room} is no room: {path:?}")).1;
        for (number, line) in text.lines().enumerate() {
            for used in names_after(code(line), "crate::") {
                if used != room && !allowed.contains(&used) && ROOMS.iter().any(|(name, _)| *name == used) {
                    writeln!(wrong, "{}:{}: {room} may not use {used}", path.display(), number + 1).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "the house's directions are broken:\n{wrong}");
}

#[test]
fn grouped_imports_of_rooms_are_not_used_to_slip_past() {
    for path in sources(&root().join("src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let grouped = text.lines().position(|line| code(line).contains("crate::{"));
        assert_eq!(
            grouped,
            None,
            "{}: name the room before the brace, so that the directions can be read",
            path.display()
        );
    }
}

#[test]
fn outside_crates_stay_in_their_homes() {
    let mut wrong = String::new();
    for path in sources(&root().join("src")) {
        let room = room(&path);
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            for (outside, homes) in HOMES {
                let named = code(line)
                    .match_indices(&format!("{outside}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
                if named && !homes.contains(&room.as_str()) {
                    writeln!(wrong, "{}:{}: {outside} has no place in {room}", path.display(), number + 1).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "outside crates have left their homes:\n{wrong}");
}

#[test]
fn channels_know_the_chat_vocabulary_and_nothing_behind_it() {
    for entry in std::fs::read_dir(root().join("bots")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let table: toml::Table = text.parse().unwrap();
        for kind in ["dependencies", "dev-dependencies"] {
            let Some(dependencies) = table.get(kind).and_then(toml::Value::as_table) else { continue };
            for name in dependencies.keys() {
                assert!(
                    !NEVER_IN_BOTS.contains(&name.as_str()),
                    "{}: a channel may not depend on {name}",
                    manifest.display()
                );
            }
        }
    }
}

#[test]
fn the_language_crate_knows_nothing_of_events() {
    let text = std::fs::read_to_string(root().join("language/Cargo.toml")).unwrap();
    for name in ["port", "eventos", "sqlx", "tokio"] {
        assert!(!text.contains(&format!("\n{name}")), "language/Cargo.toml names {name}");
    }
}

#[test]
fn every_file_says_what_it_is_and_is_read_in_one_sitting() {
    let mut wrong = String::new();
    for folder in ["src", "bots", "language/src", "tests", "benches", "tools"] {
        let folder = root().join(folder);
        if !folder.exists() {
            continue;
        }
        for path in sources(&folder) {
            let text = std::fs::read_to_string(&path).unwrap();
            if !text.starts_with("//!") {
                writeln!(wrong, "{}:1: says not what it is (//!)", path.display()).unwrap();
            }
            let lines = text.lines().count();
            if lines > LONGEST_FILE {
                writeln!(wrong, "{}:{lines}: longer than {LONGEST_FILE} lines; these are two rooms", path.display())
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_room_that_is_not_allowed_is_noticed() {
    assert_eq!(names_after("use crate::store::database::Store;", "crate::"), ["store"]);
    assert_eq!(names_after("let x = crate::http::error();", "crate::"), ["http"]);
    assert_eq!(names_after("// crate::http", "crate::").len(), 1);
    assert_eq!(names_after(code("// crate::http"), "crate::").len(), 0);
}

/// `docs/pains.md` leads from what went wrong elsewhere to a test; the test has to be there.
#[test]
fn every_test_that_the_documentation_names_is_there() {
    let text = std::fs::read_to_string(root().join("docs/pains.md")).unwrap();
    let mut tests = String::new();
    for path in ["tests/it", "src", "bots"].iter().flat_map(|folder| sources(&root().join(folder))) {
        tests += &std::fs::read_to_string(path).unwrap();
    }
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let last = |row: &str| row.trim_end_matches('|').rsplit('|').next().unwrap_or_default().to_owned();
    let is_name = |name: &String| !name.contains(['/', '.']);
    let names: Vec<String> = rows
        .map(last)
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .filter(is_name)
        .collect();
    assert!(names.len() > 30, "{names:?}");
    let gone: Vec<&String> = names.iter().filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(gone.is_empty(), "no such tests: {gone:?}");
}
