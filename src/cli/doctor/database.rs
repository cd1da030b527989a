//! The database: reachable, new enough, up to date, with a login that obeys row level security, and with the same time as we.

use secrecy::ExposeSecret as _;
use sqlx::postgres::PgConnectOptions;

use super::Finding;
use crate::app;
use crate::domain::clock::Clock;
use crate::settings::Settings;
use crate::store::checkup::{self, Checkup};
use crate::store::cluster::{Cluster, DATABASE, Role};
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::migrate;

/// The oldest PostgreSQL on which the migrations run.
const OLDEST_MAJOR: u32 = 15;
/// Leases and tokens bear so much; beyond it they end too early or too late.
const SKEW_S: u64 = 5;

/// Everything about it.
pub(super) async fn examine(settings: &Settings, clock: &dyn Clock) -> Vec<Finding> {
    if let Some(url) = &settings.database_url {
        // The reason alone: the address may hold a password.
        return match url.expose_secret().parse::<PgConnectOptions>() {
            Ok(login) => of_login(login, "the server of DATABASE_URL", settings, clock).await,
            Err(_) => {
                vec![Finding::missing("database", "DATABASE_URL is no address such as postgres://user@host/name.")]
            }
        };
    }
    if !settings.data_dir.join("postgres/pgdata").exists() {
        return vec![unmade(settings)];
    }
    match app::open_cluster(settings).await {
        Ok(cluster) => of_cluster(cluster, settings, clock).await,
        Err(error) => vec![Finding::missing("database", format!("{error:#}"))],
    }
}

/// Nothing was ever started here; whether it can be is known by its programs.
fn unmade(settings: &Settings) -> Finding {
    let what = "database";
    match app::find_postgres(settings) {
        Ok(major) => {
            Finding::works(what, format!("PostgreSQL {major} is found; `eventos serve` makes the private database"))
        }
        Err(error) => Finding::missing(what, format!("{error:#}")),
    }
}

async fn of_cluster(cluster: Cluster, settings: &Settings, clock: &dyn Clock) -> Vec<Finding> {
    let login = cluster.connect_options(Role::Authenticator, DATABASE);
    let findings = of_login(login, "the private database", settings, clock).await;
    cluster.close().await;
    findings
}

async fn of_login(login: PgConnectOptions, name: &str, settings: &Settings, clock: &dyn Clock) -> Vec<Finding> {
    let store = match Store::connect(login, 1).await {
        Ok(store) => store,
        Err(StoreError::Refused(reason)) => return vec![Finding::missing("database login", format!("{reason}."))],
        Err(error) => {
            return vec![Finding::missing(
                "database",
                format!("{name}: {error}. Does it run, and did `eventos migrate`?"),
            )];
        }
    };
    let looked = checkup::look(&store).await;
    store.close().await;
    match looked {
        Ok(checkup) => {
            let mut findings = of_checkup(&checkup, name, clock.now().as_second());
            findings.extend(demo(checkup.demo_venues, settings.server.public_url.starts_with("https://")));
            findings
        }
        Err(error) => vec![Finding::missing("database", format!("{name}: {error}"))],
    }
}

fn of_checkup(checkup: &Checkup, name: &str, now_s: i64) -> Vec<Finding> {
    let mut findings = vec![version(&checkup.server, name)];
    findings.push(Finding::works("database login", "obeys row level security"));
    findings.push(schema(checkup.schema, migrate::newest()));
    findings.push(match checkup.signing_keys {
        None | Some(0) => Finding::note("signing keys", "none yet; the first sign-in here makes them"),
        Some(count) => Finding::works("signing keys", format!("{count} in use")),
    });
    let skew_s = checkup.clock_s.abs_diff(now_s);
    findings.push(if skew_s <= SKEW_S {
        Finding::works("clock", "the same here and in the database")
    } else {
        Finding::missing("clock", format!("{skew_s} s from the database's; set both by a time server (NTP)."))
    });
    findings
}

/// Invented venues are for trying things out; `is_public`: others come here.
fn demo(venues: i64, is_public: bool) -> Option<Finding> {
    let what = "demo venues";
    match (venues, is_public) {
        (0, _) => None,
        (_, false) => Some(Finding::works(what, format!("{venues} that are invented, to try things out with"))),
        (_, true) => Some(Finding::note(
            what,
            format!(
                "organizers are offered {venues} that are invented. Set EVENTOS_DATABASE__DEMO_DATA=false, then remove \
                 them (docs/runbook.md, \"Venues from a table\")."
            ),
        )),
    }
}

fn version(server: &str, name: &str) -> Finding {
    let major = server.split(|c: char| !c.is_ascii_digit()).next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= OLDEST_MAJOR) {
        Finding::works("database", format!("{name} answers, PostgreSQL {server}"))
    } else {
        Finding::missing("database", format!("{name} is PostgreSQL {server}; {OLDEST_MAJOR} or newer is needed."))
    }
}

fn schema(found: Option<i64>, newest: i64) -> Finding {
    let what = "schema";
    match found {
        Some(found) if found == newest => Finding::works(what, format!("up to date (migration {newest})")),
        Some(found) if found > newest => Finding::note(
            what,
            format!("at migration {found}, newer than this program ({newest}); use the newer program when you can."),
        ),
        Some(found) => Finding::missing(what, format!("at migration {found} of {newest}; run `eventos migrate`.")),
        None => Finding::missing(what, format!("older than this program (migration {newest}); run `eventos migrate`.")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn what_is_old_or_apart_is_said() {
        let checkup = |server: &str, schema, clock_s| Checkup {
            server: server.to_owned(),
            schema,
            signing_keys: Some(1),
            demo_venues: 0,
            clock_s,
        };
        let states = |checkup: &Checkup| -> Vec<State> {
            of_checkup(checkup, "it", 1000).iter().map(|finding| finding.state).collect()
        };
        let newest = Some(migrate::newest());
        assert_eq!(states(&checkup("17.6 (Debian)", newest, 1004)), [State::Works; 5]);
        let odd = states(&checkup("14.1", Some(3), 994));
        assert_eq!(odd, [State::Missing, State::Works, State::Missing, State::Works, State::Missing]);
        assert_eq!(states(&checkup("18beta1", None, 1000))[2], State::Missing);
        assert_eq!(schema(Some(99_999), 15).state, State::Note);
        let demo = |venues, is_public| demo(venues, is_public).map(|finding| finding.state);
        assert_eq!([demo(0, true), demo(61, false), demo(61, true)], [None, Some(State::Works), Some(State::Note)]);
    }
}
