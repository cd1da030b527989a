//! `eventos doctor`: what works, what is missing, and what to do about it.
//!
//! Promises: changes nothing but what any start would make; works beside a running `serve`; prints no secret, only whether
//! it is set. Exit 1 when something is missing that the program cannot do without.

mod database;
mod machine;
mod services;

use std::io::Write;

use super::out;
use crate::domain::clock::SystemClock;
use crate::settings::Settings;
use crate::telemetry;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It works.
    Works,
    /// It is not set or odd; the program runs without it.
    Note,
    /// The program cannot do without it.
    Missing,
}

/// One line of the table.
#[derive(Debug)]
struct Finding {
    state: State,
    what: &'static str,
    words: String,
}

impl Finding {
    fn works(what: &'static str, words: impl Into<String>) -> Self {
        Self { state: State::Works, what, words: words.into() }
    }

    fn note(what: &'static str, words: impl Into<String>) -> Self {
        Self { state: State::Note, what, words: words.into() }
    }

    fn missing(what: &'static str, words: impl Into<String>) -> Self {
        Self { state: State::Missing, what, words: words.into() }
    }

    fn line(&self) -> String {
        let mark = match self.state {
            State::Works => "ok",
            State::Note => "note",
            State::Missing => "MISSING",
        };
        // Words from elsewhere may have lines of their own.
        let words = self.words.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{mark:<8} {:<14} {words}", self.what)
    }
}

/// Looks at everything and says it.
pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    // Its own words are the table; a failure that is only logged would be no help here.
    telemetry::init(settings.log.format, "off")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let findings = runtime.block_on(examine(settings));
    let mut out = out::open();
    for finding in &findings {
        writeln!(out, "{}", finding.line())?;
    }
    let missing = findings.iter().filter(|finding| finding.state == State::Missing).count();
    anyhow::ensure!(missing == 0, "{missing} needed: see the lines that begin with MISSING");
    writeln!(out, "\nEverything that is needed works.")?;
    Ok(())
}

async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![machine::folder(settings), machine::space(settings)];
    findings.extend(database::examine(settings, &SystemClock).await);
    findings.push(machine::listening(settings).await);
    findings.push(machine::public_url(settings));
    findings.push(machine::proxies(settings));
    findings.push(machine::zones());
    findings.extend(services::examine(settings).await);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_aligned_and_single() {
        let lines = [Finding::works("database", "a\nb"), Finding::missing("data folder", "c")].map(|one| one.line());
        assert_eq!(lines, ["ok       database       a b", "MISSING  data folder    c"]);
    }
}
