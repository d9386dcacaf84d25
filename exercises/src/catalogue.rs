//! What is known of each exercise beside its code: `exercises/catalogue.toml`.

use serde::{Deserialize, Serialize};

/// All exercises, in the order in which the book brings them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// One table each.
    #[serde(rename = "exercise")]
    pub exercises: Vec<Exercise>,
}

/// One exercise.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// `stun::xor_address`: a name and not a number, so that it survives reordering.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What to do, in one line.
    pub task: String,
    /// "RFC 8489 section 14.2"
    pub spec: String,
    /// The page and the section of it that teaches this: `stun.html#xor-mapped-address`.
    pub page: String,
    /// How long it takes, about.
    pub minutes: u32,
    /// Three, each saying more than the one before.
    pub hints: Vec<String>,
}

impl Catalogue {
    /// Reads the catalogue.
    ///
    /// # Errors
    /// Where the text is not TOML, or a key is missing, unknown or of the wrong type: says where.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The catalogue as it was when this was compiled.
    #[must_use]
    pub fn built_in() -> Self {
        // A catalogue that does not parse fails a test; a student still gets a verdict, without the links.
        Self::parse(include_str!("../catalogue.toml")).unwrap_or(Self { exercises: Vec::new() })
    }

    /// The exercise of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| exercise.id == id)
    }

    /// The chapters, each once, in order.
    #[must_use]
    pub fn chapters(&self) -> Vec<&str> {
        let mut chapters: Vec<_> = self.exercises.iter().map(Exercise::chapter).collect();
        chapters.dedup();
        chapters
    }
}

impl Exercise {
    /// `stun` of `stun::xor_address`.
    #[must_use]
    pub fn chapter(&self) -> &str {
        self.id.split_once("::").map_or("", |(chapter, _)| chapter)
    }

    /// `xor_address` of `stun::xor_address`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.split_once("::").map_or(&self.id, |(_, name)| name)
    }

    /// What the student edits, below `exercises/`: `stun/xor_address.rs`.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}/{}.rs", self.chapter(), self.name())
    }

    /// The cargo target: `stun_xor_address`, for `cargo test -p exercises --test stun_xor_address`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{}_{}", self.chapter(), self.name())
    }
}
