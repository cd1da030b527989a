//! What Discord takes at once: the numbers of its API, version 10.
//!
//! Source: the published `OpenAPI` description, and where that is silent or too generous (2000 characters, 5 rows, 6000 in all
//! embeds) what the platform refuses.

/// Characters of a message's text.
pub(crate) const CONTENT: usize = 2000;
/// Characters of an embed's title.
pub(crate) const EMBED_TITLE: usize = 256;
/// Characters of an embed's description.
pub(crate) const EMBED_DESCRIPTION: usize = 4096;
/// Fields of an embed.
pub(crate) const EMBED_FIELDS: usize = 25;
/// Characters of a field's name.
pub(crate) const FIELD_NAME: usize = 256;
/// Characters of a field's value.
pub(crate) const FIELD_VALUE: usize = 1024;
/// Characters of all texts of all embeds of a message.
pub(crate) const EMBED_TOTAL: usize = 6000;
/// Rows of components under a message.
pub(crate) const ROWS: usize = 5;
/// Buttons in a row.
pub(crate) const BUTTONS: usize = 5;
/// Characters on a button.
pub(crate) const BUTTON_LABEL: usize = 80;
/// Options of a select menu.
pub(crate) const OPTIONS: usize = 25;
/// Characters of an option's label and of its description.
pub(crate) const OPTION_TEXT: usize = 100;
/// Characters of a component's id.
pub(crate) const CUSTOM_ID: usize = 100;
/// Characters of a modal's title and of an input's label.
pub(crate) const MODAL_LABEL: usize = 45;
/// Characters of what is typed into a modal.
pub(crate) const MODAL_VALUE: usize = 4000;
/// Messages that one request reads.
pub(crate) const PAGE: usize = 100;
