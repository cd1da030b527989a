//! Where a followed link leads: to this site and nowhere else.

use reqwest::Url;

use super::Accounts;

impl Accounts {
    /// The wanted page if it is one of ours, else the front page.
    pub fn landing(&self, wanted: Option<&str>) -> String {
        let ours = Url::parse(&self.public_url).ok();
        let found = ours.zip(wanted).and_then(|(ours, wanted)| {
            let url = ours.join(wanted).ok()?;
            let is_ours = url.origin() == ours.origin() && url.username().is_empty() && url.password().is_none();
            is_ours.then_some(url)
        });
        found.map_or_else(
            || self.public_url.clone(),
            |mut url| {
                url.set_fragment(None);
                url.to_string()
            },
        )
    }
}

/// An address with these in its query, beside what is there.
pub fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse(url) else { return url.to_owned() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.to_string()
}

/// An address with these in its fragment, which no server sees.
pub fn with_fragment(url: &str, pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse(url) else { return url.to_owned() };
    let mut form = url.clone();
    form.query_pairs_mut().clear().extend_pairs(pairs);
    url.set_fragment(form.query());
    url.to_string()
}
