//! Which of an answer's calls a part belongs to.
//!
//! Most servers number their calls. Some do not (Ollama, older gateways): there a call begins anew with an id or a name of its own.

/// The places of an answer's calls.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The call whose part came last, and its id.
    last: Option<(u32, Option<String>)>,
    /// The next place that no call has.
    free: u32,
}

impl Places {
    /// The place of a part; `index`, `id` and `name` are what its server says of it, if anything.
    pub(super) fn of(&mut self, index: Option<u32>, id: Option<&str>, name: Option<&str>) -> u32 {
        let id = id.filter(|id| !id.is_empty());
        let known = self.last.as_ref().and_then(|(_, known)| known.as_deref());
        let begins = match (id, name) {
            // A server may repeat the name with each part of one call.
            (Some(id), _) => known != Some(id),
            (None, name) => name.is_some(),
        };
        let goes_on = self.last.as_ref().map(|(place, _)| *place).filter(|_| !begins);
        let place = index.or(goes_on).unwrap_or(self.free);
        let id = id.or(known.filter(|_| goes_on == Some(place))).map(str::to_owned);
        self.last = Some((place, id));
        self.free = self.free.max(place.saturating_add(1));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(parts: &[(Option<u32>, Option<&str>, Option<&str>)]) -> Vec<u32> {
        let mut places = Places::default();
        parts.iter().map(|(index, id, name)| places.of(*index, *id, *name)).collect()
    }

    #[test]
    fn a_call_without_a_number_takes_the_next_free_place() {
        let part = |id, name| (None, id, name);
        let whole = [part(Some("a"), Some("f")), part(Some("b"), Some("f")), part(Some("c"), Some("g"))];
        assert_eq!(places(&whole), [0, 1, 2]);
        let in_parts =
            [part(Some("a"), Some("f")), part(None, None), part(Some("b"), Some("f")), part(Some("b"), Some("f"))];
        assert_eq!(places(&in_parts), [0, 0, 1, 1], "the same id is the same call");
        assert_eq!(places(&[part(None, Some("f")), part(None, None), part(None, Some("f"))]), [0, 0, 1]);
        assert_eq!(places(&[part(Some(""), Some("f")), part(Some(""), None)]), [0, 0], "an empty id is none");
        assert_eq!(places(&[part(None, None), part(None, None)]), [0, 0]);
    }

    #[test]
    fn a_number_is_believed() {
        let part = |index, id, name| (Some(index), id, name);
        let side_by_side = [
            part(0, Some("a"), Some("f")),
            part(1, Some("b"), Some("f")),
            part(0, None, None),
            part(1, None, None),
            (None, Some("c"), Some("f")),
        ];
        assert_eq!(places(&side_by_side), [0, 1, 0, 1, 2]);
    }
}
