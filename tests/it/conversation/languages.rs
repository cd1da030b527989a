//! Talkative organizers in French, Spanish and Mandarin: who tells five things at once is done after three more messages.

use port::recorder::Recorder;
use port::{Body, Command, Reply};

use super::{published, said};
use crate::harness::{self, program::Program};

/// How somebody speaks.
struct Tongue {
    code: &'static str,
    yes: &'static str,
    /// "You choose."
    choose: &'static str,
    /// A word of the question, and what is answered to it.
    answers: &'static [(&'static str, &'static str)],
    /// What organizers begin with; each tells at least five things.
    openings: &'static [&'static str],
}

const TONGUES: &[Tongue] = &[
    Tongue {
        code: "fr",
        yes: "oui",
        choose: "choisissez",
        answers: &[
            ("appelle", "ça s'appelle Nuit des Lanternes"),
            ("genre", "un concert"),
            ("où", "au Vieux Moulin"),
            ("combien de personnes", "60 personnes"),
            ("heure", "à 19 h"),
            ("quand", "le 18 février 2027 à 19 h"),
            ("jour", "le 18 février 2027"),
            ("coûte", "12 dollars"),
            ("temps", "deux heures"),
        ],
        openings: &[
            "un atelier de poterie pour 20 personnes à Montréal le 12 mars 2027 à 14 h, 35 dollars",
            "On organise un concert à Québec le 4 juin 2027 à 20 h, 300 personnes, 25 $ le billet",
        ],
    },
    Tongue {
        code: "es",
        yes: "sí",
        choose: "elija usted",
        answers: &[
            ("llama", "se llama Noche de Faroles"),
            ("tipo", "un concierto"),
            ("dónde", "en el Molino Viejo"),
            ("lugar", "en el Molino Viejo"),
            ("cuántas personas", "60 personas"),
            ("hora", "a las 7 de la tarde"),
            ("cuándo", "el 18 de febrero de 2027 a las 7 de la tarde"),
            ("día", "el 18 de febrero de 2027"),
            ("cuesta", "12 euros"),
            ("dura", "dos horas"),
        ],
        openings: &[
            "un taller de cerámica para 20 personas en Madrid el 12 de marzo de 2027 a las 5 de la tarde, 35 euros",
            "Queremos hacer un concierto en Sevilla el 4 de junio de 2027 a las 21:00, 300 personas, 25 euros",
        ],
    },
    Tongue {
        code: "zh",
        yes: "好的",
        choose: "你决定吧",
        answers: &[
            ("什么名字", "叫灯笼之夜"),
            ("哪一类", "音乐会"),
            ("哪里", "在老磨坊"),
            ("什么地方", "在老磨坊"),
            ("多少人", "60人"),
            ("几点", "晚上七点"),
            ("哪一天", "2027年2月18日"),
            ("什么时候", "2027年2月18日晚上七点"),
            ("多少钱", "50元"),
            ("多久", "两个小时"),
        ],
        openings: &[
            "我想在北京办一个陶艺工作坊，2027年3月12日下午两点，20人，票价80元",
            "在上海办一场音乐会，2027年6月4日晚上八点，三百人，票价100元",
        ],
    },
];

fn answer(tongue: &Tongue, replies: &[Reply]) -> String {
    if replies.iter().any(|reply| matches!(reply, Reply::Confirm(_))) {
        return tongue.yes.to_owned();
    }
    let question =
        said(replies).split(['.', '!', '。', '！', '\n']).rfind(|part| part.contains(['?', '？'])).unwrap_or("");
    let question = question.to_lowercase();
    let answers: Vec<&str> =
        tongue.answers.iter().filter(|(word, _)| question.contains(word)).map(|(_, answer)| *answer).collect();
    if answers.is_empty() {
        tongue.choose.to_owned()
    } else {
        answers.join(if tongue.code == "zh" { "，" } else { ", " })
    }
}

async fn talk_through(organizer: &mut Recorder, tongue: &Tongue, opening: &str) {
    organizer.send(Body::Command(Command::Start)).await.unwrap();
    let mut replies = organizer.say(opening).await.unwrap();
    for _ in 0..3 {
        replies = organizer.say(&answer(tongue, &replies)).await.unwrap();
        if published(&replies).is_some() {
            return;
        }
    }
    panic!("{}: not published after 3 further messages:\n{}", tongue.code, organizer.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talkative_organizer_is_done_in_three_messages_in_every_language() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    for tongue in TONGUES {
        for (number, opening) in tongue.openings.iter().enumerate() {
            let mut organizer = program.organizer(&format!("{}{number}@example.com", tongue.code));
            talk_through(&mut organizer, tongue, opening).await;
        }
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_in_other_languages_that_nobody_here_wrote_need_three_messages() {
    let Some(path) = harness::cases("openings.dev.jsonl") else { return };
    let database = harness::database().await;
    let program = Program::start(&database).await;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(tongue) = TONGUES.iter().find(|tongue| case["lang"] == tongue.code) else { continue };
        if case["expected"].as_object().unwrap().len() < 5 {
            continue;
        }
        let mut organizer = program.organizer(&format!("{}@example.com", case["id"].as_str().unwrap()));
        talk_through(&mut organizer, tongue, case["text"].as_str().unwrap()).await;
    }
    program.stop().await;
}
