//! The specification's own tests (its section 9), unchanged, where they lie beside the project: the real supabase-js of two years, a
//! real browser, a load of a hundred people.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::browser::chromium;
use crate::harness::ports::Port;
use crate::harness::served::Served;
use crate::harness::{self, shared};

/// The earliest supabase-js that the specification names; the latest is in the scripts' own lock file.
const EARLIEST: &str = "@supabase/supabase-js@2.39.0";
/// The load test takes sixteen minutes; this part of it stays.
const TIME_SCALE: &str = "0.05";

/// A copy of the scripts with their packages, made once; `None`, said aloud, where they are not at hand.
fn scripts(name: &str, more: Option<&str>) -> Option<PathBuf> {
    let source = shared("acceptance")?;
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let made = home.join("made");
    let lock = fs::read(source.join("package-lock.json")).unwrap();
    if fs::read(&made).ok().as_ref() != Some(&lock) {
        fs::remove_dir_all(&home).ok();
        let npm = |words: &[&str]| {
            let mut npm = std::process::Command::new("npm");
            npm.args(words).current_dir(&home).stdout(Stdio::null()).stderr(Stdio::null());
            npm.status().is_ok_and(|status| status.success())
        };
        copy(&source, &home);
        let whole = npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            && more.is_none_or(|package| npm(&["install", "--no-save", "--ignore-scripts", "--no-audit", package]));
        if !whole {
            harness::note_skip("the packages of the specification's tests are not to be had");
            return None;
        }
        fs::write(&made, lock).unwrap();
    }
    Some(home)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == "node_modules" || name == "test-results" {
            continue;
        }
        let to = to.join(name);
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The key behind this name, as `eventos keys` prints it.
fn key<'a>(keys: &'a str, name: &str) -> &'a str {
    let found = keys.lines().find_map(|line| line.split_once(name).map(|(_, key)| key));
    found.unwrap_or_else(|| panic!("no {name}: {keys}")).trim_matches([' ', ':', '='])
}

/// Runs a script against the program; what it printed.
async fn run(folder: &Path, url: &str, keys: &str, words: &[&str], env: &[(&str, &str)]) -> String {
    let (program, words) = words.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).kill_on_drop(true).env("BASE_URL", url);
    command.env("SERVICE_KEY", key(keys, "service_role_key")).env("ANON_KEY", key(keys, "anon_key"));
    let output = command.envs(env.iter().copied()).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn supabase_js_of_two_years_and_two_kinds_of_keys_find_what_the_specification_says() {
    let (Some(latest), Some(earliest)) = (scripts("acceptance", None), scripts("acceptance-2.39", Some(EARLIEST)))
    else {
        return;
    };
    for kind in ["RS256", "ES256"] {
        let served = Served::start(&format!("acceptance-{kind}"), &[("EVENTOS_ACCOUNTS__ALG", kind)]).await;
        let keys = served.ask(&["keys"]).await;
        for folder in [&latest, &earliest] {
            let said = run(folder, &served.url, &keys, &["node_modules/.bin/vitest", "run"], &[]).await;
            assert!(said.contains(" passed") && !said.contains("skipped"), "{said}");
        }
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_flow_of_the_specification_in_a_real_browser() {
    let Some(folder) = scripts("acceptance", None) else { return };
    let Some(chromium) = chromium() else { return harness::skip("there is no Chromium here") };
    let served = Served::start("acceptance-flow", &[]).await;
    let keys = served.ask(&["keys"]).await;
    let words = ["node_modules/.bin/playwright", "test", "-c", "playwright.config.mjs"];
    let chromium = chromium.to_str().unwrap();
    let said = run(&folder, &served.url, &keys, &words, &[("CHROMIUM", chromium)]).await;
    assert!(said.contains("2 passed"), "{said}");

    // Once more with a server that is far away: what is typed meanwhile is not lost (ruling C-48).
    let port = Port::new();
    let target = served.url.rsplit(':').next().unwrap();
    let mut far = Command::new("node");
    far.args(["latency-proxy.mjs", "600"]).current_dir(&folder).kill_on_drop(true);
    let _far = far.env("PORT", port.number().to_string()).env("TARGET_PORT", target).spawn().unwrap();
    let far = format!("http://127.0.0.1:{}", port.number());
    let said = run(&folder, &far, &keys, &words, &[("CHROMIUM", chromium)]).await;
    assert!(said.contains("2 passed"), "{said}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_people_walk_through_the_wizard_and_nothing_fails() {
    let Some(folder) = scripts("acceptance", None) else { return };
    let served = Served::start("acceptance-load", &[]).await;
    let keys = served.ask(&["keys"]).await;
    let mint = ["node", "mint-test-jwt.mjs"];
    let load = ["node", "run-k6.mjs", "spec-tests/load-tests/wizard-api.js"];
    let with = run(&folder, &served.url, &keys, &mint, &[("LOAD_CLAIM", "1")]).await;
    // Every check; how fast it is, is for the bench to say.
    let said = run(&folder, &served.url, &keys, &load, &[("TEST_JWT", &with), ("TIME_SCALE", TIME_SCALE)]).await;
    assert!(said.contains("http_req_failed rate=0.0000") && said.contains("checks rate=1.0000"), "{said}");

    // Without the claim one person is one person: the limit answers.
    let without = run(&folder, &served.url, &keys, &mint, &[]).await;
    let mut command = Command::new(load[0]);
    command.args(&load[1..]).current_dir(&folder).env("BASE_URL", &served.url).env("TEST_JWT", without);
    let output = command.env("TIME_SCALE", "0.005").output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("\"429\":"), "{said}");
    served.stop().await;
}
