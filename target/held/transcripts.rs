//! One whole event in each language, as it reads in a chat: vague at first, an idea taken, a correction, taken back, published.

use port::recorder::Recorder;

use super::published;
use crate::harness::{self, program::Program};

async fn talk(organizer: &mut Recorder, lines: &[&str]) -> String {
    let mut last = Vec::new();
    for line in lines {
        last = organizer.say(line).await.unwrap();
    }
    assert!(published(&last).is_some(), "{}", organizer.transcript());
    organizer.transcript()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_event_in_four_languages() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let talks: [(&str, &[&str]); 4] = [
        (
            "en",
            &[
                "hi, we'd like to put on a pottery workshop in Toronto, sometime in February",
                "it's called Clay and Coffee, at the Old Mill Hall",
                "about 20 people, the 18th, 10 to 4",
                "make it 11am",
                "undo",
                "45 dollars",
                "what's left?",
                "publish it",
                "yes",
            ],
        ),
        (
            "fr",
            &[
                "bonjour, je voudrais organiser un atelier de poterie à Montréal en février",
                "ça s'appelle Terre et Café, au 45 rue Saint-Denis",
                "une vingtaine de personnes, le 18 de 10h à 16h",
                "plutôt à 11h",
                "annule",
                "45 dollars",
                "publie",
                "oui",
            ],
        ),
        (
            "es",
            &[
                "hola, quiero organizar un taller de cerámica en Madrid en febrero",
                "se llama Barro y Café, en el Molino Viejo",
                "unas 20 personas, el día 18 de 10 a 16",
                "mejor a las 11",
                "deshacer",
                "45 euros",
                "publícalo",
                "sí",
            ],
        ),
        (
            "zh",
            &[
                "你好，我想二月份在上海办一个陶艺工作坊",
                "叫泥土与咖啡，在老磨坊",
                "大约20人，18号上午10点到下午4点",
                "改到上午11点",
                "撤销",
                "每张票200元",
                "发布",
                "是的",
            ],
        ),
    ];
    for (language, lines) in talks {
        let mut organizer = program.organizer(&format!("{language}@example.com"));
        let transcript = talk(&mut organizer, lines).await;
        insta::assert_snapshot!(format!("a_whole_event_in_{language}"), transcript);
    }
    program.stop().await;
}
