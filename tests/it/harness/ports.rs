//! Ports for programs of others, which want to be told theirs.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;

use eventos::domain::clock::{Ids as _, RandomIds};

/// Below those that systems give to connections and to whoever asks for any: nobody comes here by chance.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// A port that no other test has as long as this lives. One that was only looked for and let go again could be anybody's by the time it
/// is listened on.
pub(crate) struct Port {
    number: u16,
    // Locked as long as it is open.
    _held: File,
}

impl Port {
    pub(crate) fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ports");
        fs::create_dir_all(&folder).unwrap();
        let begin = u16::try_from(RandomIds.id().as_u128() % u128::from(COUNT)).unwrap();
        let numbers = (0..COUNT).map(|step| FIRST + (begin + step) % COUNT);
        let mut held = numbers.filter_map(|number| {
            let file = File::options().create(true).append(true).open(folder.join(number.to_string())).unwrap();
            // What no test holds may still be some other program's.
            let is_free = file.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", number)).is_ok();
            is_free.then_some(Self { number, _held: file })
        });
        held.next().expect("a port is free")
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }
}

#[test]
fn a_port_is_one_tests_own() {
    let ports: Vec<Port> = (0..50).map(|_| Port::new()).collect();
    let mut numbers: Vec<u16> = ports.iter().map(Port::number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), ports.len());
    assert!(ports.iter().all(|port| TcpListener::bind(("127.0.0.1", port.number())).is_ok()));
}
