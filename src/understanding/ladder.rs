//! Whom to ask, how long to wait, and when to stop asking: the first model, the second one, and the rules always.
//!
//! Promises: one climb makes a bounded number of calls within a bounded time, whatever servers do or tell us; what one rung
//! began and did not end is never mixed with the next one's: the next is asked only while nothing was said yet; dropping a
//! climb ends the call upstream. The rules are no rung: whoever gets no answer here has theirs.

mod breaker;
mod pressure;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, timeout_at};

use super::model::{Model, Piece, Pieces, Request, Trouble, Usage};
use breaker::Breaker;
use pressure::Pressure;

pub use pressure::Pressing;

/// A model, and how long it may think.
#[derive(Debug)]
pub struct Rung {
    model: Arc<dyn Model>,
    first_token: Duration,
    breaker: Breaker,
}

/// Bounds of a climb.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Calls of one climb, over all rungs.
    pub tries: u32,
    /// From the first call to the last word.
    pub whole: Duration,
    /// Between two pieces of an answer.
    pub gap: Duration,
    /// The first pause before the same rung is asked again; doubled each time.
    pub pause: Duration,
    /// So many failures one after the other open a rung's breaker.
    pub failures: u32,
    /// For so long a rung is then left alone.
    pub rest: Duration,
    /// When models are left alone altogether.
    pub pressing: Pressing,
}

/// The models that are asked, best first.
#[derive(Debug)]
pub struct Ladder {
    rungs: Vec<Rung>,
    policy: Policy,
    pressure: Pressure,
}

/// Words of a model, as they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The rung that says them, from 0.
    pub rung: usize,
    /// What it says.
    pub text: String,
}

/// What came of a climb.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Climb {
    /// The rung that answered, from 0; `None`: none did.
    pub rung: Option<usize>,
    /// What the server calls that model.
    pub model: Option<String>,
    /// The answer was given to its end.
    pub whole: bool,
    /// The calls that were proposed, each with its arguments as JSON text; none of an answer that broke off.
    pub calls: Vec<Call>,
    /// What it cost, where the server said so.
    pub usage: Option<Usage>,
    /// Calls that were made.
    pub tries: u32,
    /// From the first call to the first words, in milliseconds.
    pub first_words_ms: Option<u64>,
    /// What went wrong on the way, by model.
    pub troubles: Vec<(String, Trouble)>,
}

/// A proposed call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// Its arguments as JSON text.
    pub arguments: String,
}

/// How one call to a model ended.
enum Answer {
    Whole,
    /// Words were said, and then it broke off.
    Cut(Trouble),
    /// Nothing was said.
    Nothing(Trouble),
}

impl Ladder {
    /// A ladder of these models, each with the time it has for its first token.
    pub fn new(models: Vec<(Arc<dyn Model>, Duration)>, policy: Policy) -> Self {
        let rung = |(model, first_token)| Rung { model, first_token, breaker: Breaker::default() };
        Self { rungs: models.into_iter().map(rung).collect(), policy, pressure: Pressure::new(policy.pressing) }
    }

    /// The name of the model on this rung.
    pub fn model(&self, rung: usize) -> Option<&str> {
        self.rungs.get(rung).map(|rung| rung.model.name())
    }

    /// The names of its models.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.rungs.iter().map(|rung| rung.model.name())
    }

    /// Models are left alone, because they are too slow just now (R121).
    pub fn is_spared(&self) -> bool {
        self.pressure.is_on()
    }

    /// Nobody would be asked just now: models are too slow and none is due to be tried, or every rung rests.
    pub fn rests(&self) -> bool {
        let now = Instant::now();
        !self.rungs.iter().any(|rung| rung.breaker.is_ready(now)) || self.pressure.holds_back(now)
    }

    /// Whether somebody may be asked just now. Of those who find models too slow, this lets one through in a while to try.
    pub fn admits(&self) -> bool {
        let now = Instant::now();
        self.rungs.iter().any(|rung| rung.breaker.is_ready(now)) && self.pressure.lets_pass(now)
    }

    /// An answer was not waited for any longer: as slow as one that did not come.
    pub fn note_late(&self) {
        self.pressure.note(true, Instant::now());
    }

    /// Asks until somebody answers; [`Self::admits`] comes before. The words go into `words` as they come.
    pub async fn climb(&self, request: &Request, words: &UnboundedSender<Words>) -> Climb {
        let mut climb = Climb::default();
        let begun = Instant::now();
        let end = begun + self.policy.whole;
        for (number, rung) in self.rungs.iter().enumerate() {
            if climb.tries >= self.policy.tries || Instant::now() >= end {
                break;
            }
            // Each rung below keeps a call.
            let below = u32::try_from(self.rungs.len() - number - 1).unwrap_or(0);
            let most = self.policy.tries.saturating_sub(below).max(climb.tries + 1);
            match self.ask((number, rung), request, words, (begun, end, most), &mut climb).await {
                Some(Answer::Whole) => {
                    (climb.rung, climb.model, climb.whole) = (Some(number), Some(rung.model.name().to_owned()), true);
                    return climb;
                }
                Some(Answer::Cut(_)) => {
                    (climb.rung, climb.model) = (Some(number), Some(rung.model.name().to_owned()));
                    climb.calls.clear();
                    return climb;
                }
                Some(Answer::Nothing(_)) | None => climb.calls.clear(),
            }
        }
        climb
    }

    /// Asks one rung, again where that may help and there is time. `None`: it is left alone just now.
    async fn ask(
        &self,
        (number, rung): (usize, &Rung),
        request: &Request,
        words: &UnboundedSender<Words>,
        (begun, end, most): (Instant, Instant, u32),
        climb: &mut Climb,
    ) -> Option<Answer> {
        let patience = (Instant::now() + rung.first_token).min(end);
        let mut pause = self.policy.pause;
        let mut last = None;
        while climb.tries < most && rung.breaker.lets_pass(Instant::now()) {
            climb.tries += 1;
            let answer = self.call((number, rung), request, words, (begun, patience, end), climb).await;
            let trouble = match &answer {
                Answer::Whole => None,
                Answer::Cut(trouble) | Answer::Nothing(trouble) => Some(trouble.clone()),
            };
            let late = trouble == Some(Trouble::Late);
            self.pressure.note(late, Instant::now());
            let Some(trouble) = trouble else {
                rung.breaker.went_well();
                return Some(answer);
            };
            rung.breaker.failed(&trouble, self.policy, Instant::now());
            climb.troubles.push((rung.model.name().to_owned(), trouble.clone()));
            let wished = if let Trouble::Busy { retry_after: Some(wished) } = &trouble { Some(*wished) } else { None };
            let wait = wished.unwrap_or(pause);
            let again = matches!(answer, Answer::Nothing(_)) && trouble.may_pass() && Instant::now() + wait < patience;
            last = Some(answer);
            if !again {
                break;
            }
            sleep(wait).await;
            pause *= 2;
        }
        last
    }

    /// One call.
    async fn call(
        &self,
        (number, rung): (usize, &Rung),
        request: &Request,
        words: &UnboundedSender<Words>,
        (begun, patience, end): (Instant, Instant, Instant),
        climb: &mut Climb,
    ) -> Answer {
        climb.calls.clear();
        let opened = timeout_at(patience, rung.model.answer(request)).await;
        let mut pieces: Pieces = match opened {
            Err(_) => return Answer::Nothing(Trouble::Late),
            Ok(Err(trouble)) => return Answer::Nothing(trouble),
            Ok(Ok(pieces)) => pieces,
        };
        let (mut said, mut any) = (false, false);
        let broke = |said: bool, trouble| if said { Answer::Cut(trouble) } else { Answer::Nothing(trouble) };
        loop {
            let until = if any { (Instant::now() + self.policy.gap).min(end) } else { patience };
            let piece = match timeout_at(until, pieces.next()).await {
                Err(_) => return broke(said, Trouble::Late),
                Ok(None) => return broke(said, Trouble::Broken("it ended without a word".to_owned())),
                Ok(Some(Err(trouble))) => return broke(said, trouble),
                Ok(Some(Ok(piece))) => piece,
            };
            match piece {
                Piece::Words(text) => {
                    (said, any) = (true, true);
                    let took = || u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                    climb.first_words_ms.get_or_insert_with(took);
                    // Nobody listens any more: the climb is about to be dropped.
                    words.send(Words { rung: number, text }).ok();
                }
                Piece::Call { index, name, arguments } => {
                    any = true;
                    put(&mut climb.calls, index, name, &arguments);
                }
                Piece::End { usage } => {
                    climb.usage = usage;
                    return Answer::Whole;
                }
            }
        }
    }
}

/// More calls than this in one answer are nonsense.
const CALLS: usize = 8;
/// Longer arguments than this are nonsense, in bytes.
const ARGUMENTS: usize = 16 * 1024;

fn put(calls: &mut Vec<Call>, index: u32, name: Option<String>, arguments: &str) {
    let Ok(index) = usize::try_from(index) else { return };
    if index >= CALLS {
        return;
    }
    while calls.len() <= index {
        calls.push(Call::default());
    }
    if let Some(call) = calls.get_mut(index) {
        if let Some(name) = name {
            call.name = name;
        }
        if call.arguments.len() + arguments.len() <= ARGUMENTS {
            call.arguments.push_str(arguments);
        }
    }
}

#[cfg(test)]
mod tests;
