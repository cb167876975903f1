//! The documented test bank: its users, its questions, its right answers.

use crate::scenario::{Action, Ask, Kind, Scenario, Step};

/// The number Flinks gives this institution.
pub(crate) const INSTITUTION_ID: u16 = 14;

const PASSWORD: &str = "everyday";

/// A question in both languages. The English prompts are those captured from
/// the real bank; the French ones are ours, for nobody has published them.
pub(crate) struct Question {
    english: (&'static str, &'static [&'static str]),
    french: (&'static str, &'static [&'static str]),
}

impl Question {
    /// The prompt and the answers that are right.
    pub(crate) fn in_language(&self, french: bool) -> (&'static str, &'static [&'static str]) {
        if french { self.french } else { self.english }
    }
}

pub(crate) const QUESTIONS: [Question; 3] = [
    Question {
        english: ("What city were you born in?", &["Montreal"]),
        french: ("Où êtes-vous né ?", &["Montréal", "Montreal"]),
    },
    Question {
        english: ("What is the best country on earth?", &["Canada"]),
        french: ("Quel est le plus beau pays du monde ?", &["Canada"]),
    },
    Question {
        english: ("What shape do people like most?", &["Triangle"]),
        french: ("Quelle forme plaît le plus aux gens ?", &["Triangle"]),
    },
];

/// The steps of a user, or `None` for somebody this bank does not know.
pub(crate) fn user(username: &str) -> Option<Scenario> {
    let question = || {
        Step::from(Action::Round(vec![Ask {
            kind: Kind::Capital,
            times: 1,
        }]))
    };
    let error = |code: &str| {
        Step::from(Action::Error {
            code: code.to_owned(),
            status: None,
            challenges: false,
        })
    };
    let steps = match username.to_lowercase().as_str() {
        // The last two differ from the first only once data is asked for.
        "greatday" | "test_dispatched" | "test_pending" => vec![question()],
        "greatday_nomfa" => vec![],
        "test_disabled_account" => vec![error("DISABLED_LOGIN")],
        "test_service_unavailable" => vec![error("RETRY_LATER")],
        _ => return None,
    };
    Some(Scenario::of(steps))
}

/// Whether this is the password; all users share it.
pub(crate) fn password_is_right(password: &str) -> bool {
    password.to_lowercase() == PASSWORD
}
