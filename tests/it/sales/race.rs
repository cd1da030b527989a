//! Five hundred buyers for a hundred seats, in two processes: a hundred tickets, and four hundred clear answers.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::scene;
use super::{encoded, order_of_text};
use crate::harness::{self, Database, Folder, Role};

/// A program of its own process, and where it is.
pub(super) struct Served {
    child: Child,
    pub(super) url: String,
}

impl Served {
    pub(super) fn start(database: &Database, folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
        command
            .env("DATABASE_URL", database.url())
            .env("STRIPE_WEBHOOK_SECRET", "whsec_test")
            .envs(settings.iter().copied());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.find_map(|line| line.unwrap().strip_prefix("ready ").map(str::to_owned)).unwrap();
        Self { child, url: ready.trim_end_matches('/').to_owned() }
    }

    /// Whether it ended by itself, however slow the machine is.
    pub(super) fn has_died(&mut self) -> bool {
        let begun = std::time::Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A browser that follows nothing by itself.
pub(super) fn browser() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// Programs of their own process have the world's clock, and so has the database: the event is a month away whenever this runs.
pub(super) const IN_A_MONTH: &str =
    "update events set starts_local = date_trunc('minute', now() at time zone 'UTC') + interval '30 days'";

/// Buys as people do: whoever is told that the shop is busy sends the form once more.
async fn buys(browser: reqwest::Client, url: String, number: usize) -> (u16, String) {
    let page = format!("{url}/e/rush/tickets");
    let form = loop {
        let shown = browser.get(&page).send().await.unwrap().text().await.unwrap();
        let form =
            shown.split_once("name=\"form\" value=\"").and_then(|rest| rest.1.split('"').next().map(str::to_owned));
        match form {
            Some(form) => break form,
            // Sold out before the page was there: it says so, and offers the line.
            None if shown.contains("Sold out") => return (409, shown),
            None => {}
        }
    };
    let email = format!("guest{number}@example.com");
    let fields = [("form", form.as_str()), ("kind-all", "1"), ("name", "Guest"), ("email", &email)];
    loop {
        let request =
            browser.post(&page).header("content-type", "application/x-www-form-urlencoded").body(encoded(&fields));
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let place =
            answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = answer.text().await.unwrap();
        if status != 503 {
            return (status, if status == 303 { order_of_text(&place) } else { body });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_buyers_for_a_hundred_seats_in_two_processes() {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    scene::publish(&mut conn, "Rush", Some(0), &[]).await;
    sqlx::query(IN_A_MONTH).execute(&mut conn).await.unwrap();
    sqlx::query("update events set capacity = 100").execute(&mut conn).await.unwrap();
    let folder = Folder::new("rush");
    // What is left for the publisher is not looked at here.
    let quiet = [("EVENTOS_PUBLISHER__PARALLEL", "0")];
    let programs = [Served::start(&database, &folder, &quiet), Served::start(&database, &folder, &quiet)];
    let browser = browser();
    let crowd = (0..500).map(|number| tokio::spawn(buys(browser.clone(), programs[number % 2].url.clone(), number)));
    let answers: Vec<(u16, String)> = futures::future::join_all(crowd).await.into_iter().map(Result::unwrap).collect();
    let mut won: Vec<&str> =
        answers.iter().filter(|(status, _)| *status == 303).map(|(_, place)| place.as_str()).collect();
    won.sort_unstable();
    won.dedup();
    let clear = answers.iter().filter(|(status, body)| {
        *status == 409 && (body.contains("sold out") || body.contains("Sold out") || body.contains("Only 0 left"))
    });
    let lost = clear.count();
    drop(programs);
    assert_eq!((won.len(), lost), (100, 400), "{:?}", answers.iter().map(|(status, _)| status).collect::<Vec<_>>());
    let counts: (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from orders where status = 'paid'), (select count(*) from tickets where status = 'valid'),
           (select count(distinct code) from tickets)",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(counts, (100, 100, 100));
}
