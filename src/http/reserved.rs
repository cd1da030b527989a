//! The parts of the address space: who reads the errors of each, programs or people.
//!
//! Promises: where nothing is, a program gets JSON and a person a page.

/// Who reads the answers of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// A program: errors are JSON.
    Program,
    /// A person with a browser: errors are pages.
    Person,
}

/// A part of the address space.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// Everything at and below this path.
    pub(super) prefix: &'static str,
    /// Who asks.
    pub(super) audience: Audience,
}

const AREAS: &[Area] = &[
    Area { prefix: "/functions", audience: Audience::Program },
    Area { prefix: "/rest", audience: Audience::Program },
    Area { prefix: "/auth", audience: Audience::Program },
    Area { prefix: "/api", audience: Audience::Program },
    Area { prefix: "/webhooks", audience: Audience::Program },
    Area { prefix: "/telegram", audience: Audience::Program },
    Area { prefix: "/discord", audience: Audience::Program },
    Area { prefix: "/metrics", audience: Audience::Program },
    Area { prefix: "/config.json", audience: Audience::Program },
    Area { prefix: "/openapi.json", audience: Audience::Program },
    Area { prefix: "/livez", audience: Audience::Program },
    Area { prefix: "/readyz", audience: Audience::Program },
    Area { prefix: "/files", audience: Audience::Program },
    Area { prefix: "/checkin", audience: Audience::Person },
];

const ROOT: Area = Area { prefix: "/", audience: Audience::Person };
const ELSEWHERE: Area = Area { prefix: "elsewhere", audience: Audience::Person };

/// The area of this path.
pub(super) fn area(path: &str) -> &'static Area {
    let holds =
        |area: &&Area| path.strip_prefix(area.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if path == "/" { &ROOT } else { AREAS.iter().find(holds).unwrap_or(&ELSEWHERE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_a_whole_segment() {
        assert_eq!(area("/rest/v1/events").prefix, "/rest");
        assert_eq!(area("/restaurant").prefix, "elsewhere");
        assert_eq!(area("/checkin/x").audience, Audience::Person);
        assert_eq!(area("/discord/x").audience, Audience::Program);
        assert_eq!(area("/api/x").audience, Audience::Program);
        assert_eq!((area("/").prefix, area("/").audience), ("/", Audience::Person));
        assert_eq!(area("/dashboard/events/1").audience, Audience::Person);
    }
}
