//! The templates: in the program, or read anew from a folder while somebody works on them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// Every template, by its name.
const BUILT_IN: &[(&str, &str)] = &[
    ("system", include_str!("../../../prompts/system.txt")),
    ("turn", include_str!("../../../prompts/turn.txt")),
    ("stages/1", include_str!("../../../prompts/stages/1.txt")),
    ("stages/2", include_str!("../../../prompts/stages/2.txt")),
    ("stages/3", include_str!("../../../prompts/stages/3.txt")),
    ("stages/4", include_str!("../../../prompts/stages/4.txt")),
    ("stages/5", include_str!("../../../prompts/stages/5.txt")),
    ("stages/6", include_str!("../../../prompts/stages/6.txt")),
];

/// A template that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// It is wrong, or names what there is not.
    #[error("prompt {name}: {reason}")]
    Template {
        /// The template.
        name: String,
        /// Why.
        reason: String,
    },
    /// Its file cannot be read.
    #[error("cannot read the prompt {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

/// The templates.
#[derive(Debug)]
pub struct Prompts {
    folder: Option<PathBuf>,
    loaded: Mutex<Loaded>,
}

#[derive(Debug, Clone)]
struct Loaded {
    environment: Arc<Environment<'static>>,
    /// The newest file of the folder.
    newest: Option<SystemTime>,
}

impl Prompts {
    /// The built-in templates; from this folder instead, and anew whenever a file of it changed, when there is one.
    ///
    /// # Errors
    /// The first template that cannot be used.
    pub fn load(folder: Option<&Path>) -> Result<Self, PromptError> {
        let folder = folder.map(Path::to_owned);
        let loaded = read(folder.as_deref())?;
        Ok(Self { folder, loaded: Mutex::new(loaded) })
    }

    /// A template with its values.
    ///
    /// # Errors
    /// When it names what there is not.
    pub fn render(&self, name: &str, values: &impl Serialize) -> Result<String, PromptError> {
        let environment = self.environment()?;
        let wrong =
            |error: minijinja::Error| PromptError::Template { name: name.to_owned(), reason: format!("{error:#}") };
        let template = environment.get_template(name).map_err(wrong)?;
        Ok(template.render(Value::from(Serde(values))).map_err(wrong)?.trim_end().to_owned())
    }

    fn environment(&self) -> Result<Arc<Environment<'static>>, PromptError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &self.folder
            && newest(folder) != loaded.newest
        {
            *loaded = read(Some(folder))?;
        }
        Ok(loaded.environment.clone())
    }
}

fn read(folder: Option<&Path>) -> Result<Loaded, PromptError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Every value is escaped, so that no text can write the sign that ends its section.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("data".into()));
    environment.set_formatter(|out, state, value| {
        if value.is_undefined() {
            return minijinja::escape_formatter(out, state, value);
        }
        let text = value.to_string();
        let safe =
            if value.is_safe() { text } else { text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") };
        out.write_str(&safe).map_err(Into::into)
    });
    for (name, built_in) in BUILT_IN {
        let source = match folder {
            Some(folder) => file(&path(folder, name))?,
            None => (*built_in).to_owned(),
        };
        let wrong =
            |error: minijinja::Error| PromptError::Template { name: (*name).to_owned(), reason: format!("{error:#}") };
        environment.add_template_owned((*name).to_owned(), source).map_err(wrong)?;
    }
    Ok(Loaded { environment: Arc::new(environment), newest: folder.and_then(newest) })
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.txt"))
}

fn file(path: &Path) -> Result<String, PromptError> {
    std::fs::read_to_string(path)
        .map_err(|error| PromptError::File { path: path.display().to_string(), reason: error.to_string() })
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let changed = |name: &str| std::fs::metadata(path(folder, name)).and_then(|file| file.modified()).ok();
    BUILT_IN.iter().filter_map(|(name, _)| changed(name)).max()
}
