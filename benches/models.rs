//! What the house adds to a model's first token: turns over a server that thinks for 300 ms, beside the same client straight on it; and
//! when the organizer reads anything at all, also where the model says nothing for ten seconds (R5: 800 ms).

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventos::app::{App, Parts};
use eventos::domain::clock::{RandomIds, SystemClock};
use eventos::settings::Settings;
use eventos::store::database::Store;
use eventos::understanding::model::{Message, Model, Piece, Request, Role};
use eventos::understanding::openai::{OpenAi, Options};
use futures::StreamExt as _;
use port::{Body, Chat, Command, Door, Incoming, Replies, Reply, Sender, SessionChoice};
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const TOKENS: usize = 40;
/// The first token; no answer of the house has it.
const FIRST: &str = "Marvellous";

/// How much comes, and how.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    turns: usize,
    over: Duration,
    /// Until the first token of the server.
    thinks: Duration,
    gap: Duration,
}

/// Until the first token of a server that works.
const THINKS: Duration = Duration::from_millis(300);

const LOADS: &[Load] = &[
    Load {
        name: "50 turns/s, 5 ms a token",
        turns: 500,
        over: Duration::from_secs(10),
        thinks: THINKS,
        gap: Duration::from_millis(5),
    },
    Load {
        name: "100 streams in 10 s, 50 ms a token",
        turns: 100,
        over: Duration::from_secs(10),
        thinks: THINKS,
        gap: Duration::from_millis(50),
    },
    Load {
        name: "500 streams in 10 s, 50 ms a token",
        turns: 500,
        over: Duration::from_secs(10),
        thinks: THINKS,
        gap: Duration::from_millis(50),
    },
    Load {
        name: "2000 streams in 10 s, 50 ms a token",
        turns: 2_000,
        over: Duration::from_secs(10),
        thinks: THINKS,
        gap: Duration::from_millis(50),
    },
];

/// A model that says nothing for longer than anybody waits.
const SILENT: Load = Load {
    name: "50 turns/s, the model silent for 10 s",
    turns: 500,
    over: Duration::from_secs(10),
    thinks: Duration::from_secs(10),
    gap: Duration::from_millis(5),
};

/// When the organizer reads anything, and when the model's first token comes.
type Times = (Vec<Option<Duration>>, Vec<Option<Duration>>);

/// Prints the table.
pub(crate) async fn run(database: &PgConnectOptions, folder: &Path) {
    let row = |name: &str, straight: &str, house: &str, anything: &str| {
        println!("{name:<38} {straight:>34} {house:>34} {anything:>34}");
    };
    row("ms (p50 / p95 / p99)", "first token, straight", "first token, through the house", "anything to read");
    for load in LOADS {
        let base = format!("http://{}/v1", serve(load).await);
        let straight = straight(load, &base).await;
        let (anything, first) = house(load, &base, database, folder, "a concert for 80 people").await;
        row(load.name, &told(straight), &told(first), &told(anything));
    }
    let base = format!("http://{}/v1", serve(&SILENT).await);
    // Nothing in it is a fact that could be shown at once.
    let (anything, _) = house(&SILENT, &base, database, folder, "I wonder what people would like").await;
    row(SILENT.name, "", "", &told(anything));
}

/// The middle, the slow and the slowest, and how many failed.
fn told(times: Vec<Option<Duration>>) -> String {
    let all = times.len();
    let mut good: Vec<Duration> = times.into_iter().flatten().collect();
    good.sort();
    let at = |percent: usize| good.get((good.len() * percent / 100).min(good.len().saturating_sub(1)));
    let ms = |percent| at(percent).map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
    format!("{:.1} / {:.1} / {:.1} ({} failed)", ms(50), ms(95), ms(99), all - good.len())
}

async fn straight(load: &Load, base: &str) -> Vec<Option<Duration>> {
    let options = Options {
        base_url: base.to_owned(),
        api_key: SecretString::from("bench"),
        max_tokens_field: "auto".to_owned(),
        connect: Duration::from_secs(10),
        silence: Duration::from_secs(10),
    };
    let model = Arc::new(OpenAi::new(&options, "bench").unwrap());
    let request = Arc::new(Request {
        messages: vec![Message { role: Role::User, content: "words ".repeat(500) }],
        tools: Vec::new(),
        max_tokens: 400,
    });
    arriving(load, move |_| {
        let (model, request) = (model.clone(), request.clone());
        async move {
            let begun = Instant::now();
            let mut pieces = model.answer(&request).await.ok()?;
            let mut first = None;
            while let Some(piece) = pieces.next().await {
                match piece.ok()? {
                    Piece::Words(_) => first = first.or(Some(begun.elapsed())),
                    Piece::End { .. } => return first,
                    Piece::Call { .. } => {}
                }
            }
            None
        }
    })
    .await
}

async fn house(load: &Load, base: &str, database: &PgConnectOptions, folder: &Path, words: &'static str) -> Times {
    // A house that shuts down closes its own.
    let store = Store::connect(database.clone(), 16).await.unwrap();
    let parts = Parts {
        store,
        private: true,
        cluster: None,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        public_url: "http://bench.test".to_owned(),
        local_zone: None,
    };
    let mut settings = Settings::defaults(folder.join("models")).unwrap();
    std::fs::create_dir_all(&settings.data_dir).unwrap();
    settings.limits.ai_wizard = 0;
    settings.publisher.parallel = 0;
    settings.openai_api_key = Some(SecretString::from("bench"));
    let models = &mut settings.models;
    base.clone_into(&mut models.base_url);
    (models.session_tokens, models.user_day_tokens, models.day_tokens) = (0, 0, 0);
    if load.thinks == THINKS {
        // Every answer is the model's, however busy the machine.
        models.answer_within_ms = 60_000;
    }
    (models.first_token_ms, models.whole_ms) = (20_000, 60_000);
    settings.wizard.turn_deadline_s = 120;
    let app = App::assemble(parts, &settings).await.unwrap();
    let door = app.door.clone();
    let run = format!("{}-{}", load.turns, load.gap.as_millis());
    // Sessions that were greeted before: the turns are measured, not the signing up.
    let greeted = Load { over: Duration::from_millis(load.turns as u64 * 20), ..*load };
    let greeting = door.clone();
    let named = run.clone();
    let sessions = arriving(&greeted, move |number| {
        let (door, run) = (greeting.clone(), named.clone());
        async move { Some(said(&*door, &run, number, SessionChoice::New, Body::Command(Command::Start)).await?.0) }
    })
    .await;
    let sessions = Arc::new(sessions);
    let times = arriving(load, move |number| {
        let (door, run, sessions) = (door.clone(), run.clone(), sessions.clone());
        async move {
            let session = sessions.get(number)?.clone()?;
            let (_, anything, first) =
                said(&*door, &run, number, SessionChoice::Id(session), Body::Text(words.to_owned())).await?;
            Some((anything, first))
        }
    })
    .await;
    app.shutdown().await;
    times.into_iter().map(Option::unwrap_or_default).unzip()
}

/// One turn: its session, when there was anything to read, and when the model's first token came.
async fn said(
    door: &dyn Door,
    run: &str,
    number: usize,
    session: SessionChoice,
    body: Body,
) -> Option<(String, Option<Duration>, Option<Duration>)> {
    let (replies, mut heard) = Replies::channel();
    let from = Sender::Local { email: Some(format!("model{run}-{number}@example.com")) };
    let id = format!("{run}-{number}-{}", matches!(body, Body::Text(_)));
    let begun = Instant::now();
    let chat = Chat { channel: "bench", account: String::new(), session };
    let accepted = door.accept(Incoming { id, from, chat, body, replies }).await.ok()?;
    let (mut anything, mut first) = (None, None);
    while let Some(reply) = heard.recv().await {
        match reply {
            Reply::Delta(piece) => {
                anything = anything.or(Some(begun.elapsed()));
                if piece.contains(FIRST) {
                    first = first.or(Some(begun.elapsed()));
                }
            }
            Reply::Trouble { .. } => return None,
            Reply::Done => return Some((accepted.session, anything, first)),
            _ => {}
        }
    }
    None
}

/// So many at even distances; what becomes of each.
async fn arriving<T, F, Fut>(load: &Load, turn: F) -> Vec<Option<T>>
where
    T: Send + 'static,
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Option<T>> + Send + 'static,
{
    let begun = Instant::now();
    let mut turns = Vec::new();
    for number in 0..load.turns {
        let at = load.over * u32::try_from(number).unwrap_or(0) / u32::try_from(load.turns).unwrap_or(1);
        tokio::time::sleep_until((begun + at).into()).await;
        turns.push(tokio::spawn(turn(number)));
    }
    let mut all = Vec::new();
    for turn in turns {
        all.push(turn.await.unwrap());
    }
    all
}

/// Listens, thinks, and answers in tokens.
async fn serve(load: &Load) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (thinks, gap) = (load.thinks, load.gap);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move { drop(Box::pin(answer(stream, thinks, gap)).await) });
        }
    });
    address
}

async fn answer(mut stream: TcpStream, thinks: Duration, gap: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = Vec::new();
    let mut part = [0_u8; 16_384];
    loop {
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            break;
        }
    }
    tokio::time::sleep(thinks).await;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n").await?;
    for number in 0..TOKENS {
        let token = if number == 0 { FIRST } else { " indeed" };
        let event = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{token}\"}}}}]}}\n\n");
        stream.write_all(event.as_bytes()).await?;
        tokio::time::sleep(gap).await;
    }
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":700,\"completion_tokens\":40}}\n\ndata: [DONE]\n\n";
    stream.write_all(end.as_bytes()).await
}
