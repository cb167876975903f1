//! What a sign-in will go through: the steps a username spells at
//! `ScenarioBank`, or that a user of `FlinksCapital` has by definition.
//!
//! Only data; `bank/play.rs` plays it. The grammar is in `scenario/parse.rs`
//! and, for readers, in `SCENARIOS.md`.

mod parse;

use std::time::Duration;

pub(crate) use parse::parse;

#[derive(Clone)]
pub(crate) struct Scenario {
    /// The first answers the sign-in, each further one the next accepted
    /// answer; past the end every answer opens the session.
    pub(crate) steps: Vec<Step>,
    /// What a cached call of the saved login is answered with.
    pub(crate) cached: Step,
    /// What `/DeleteCard` is answered with, if not with success.
    pub(crate) delete: Option<Step>,
    pub(crate) wrong: Wrong,
    pub(crate) request_id_changes: bool,
    pub(crate) token: TokenRefusal,
    pub(crate) shape: Shape,
}

impl Scenario {
    pub(crate) fn of(steps: Vec<Step>) -> Scenario {
        Scenario {
            steps,
            cached: Step::from(Action::Ok),
            delete: None,
            wrong: Wrong::Default,
            request_id_changes: false,
            token: TokenRefusal::Never,
            shape: Shape::default(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) delay: Duration,
    pub(crate) action: Action,
}

impl From<Action> for Step {
    fn from(action: Action) -> Step {
        Step {
            delay: Duration::ZERO,
            action,
        }
    }
}

#[derive(Clone)]
pub(crate) enum Action {
    /// 203 with these challenges.
    Round(Vec<Ask>),
    Ok,
    Pending,
    Dispatched,
    Error {
        code: String,
        status: Option<u16>,
        /// The error carries new challenges, and the session goes on.
        challenges: bool,
    },
    /// A JSON body that has no FlinksCode.
    Status(u16),
    /// 401 as for a used-up token; the session is not touched.
    TokenRefused,
    Fault(Fault),
}

/// So many challenges of one kind.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) kind: Kind,
    pub(crate) times: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of the three documented questions of FlinksCapital.
    Capital,
    Question,
    Select,
    Choice,
    Choices,
    Image,
    TextOrCall,
    Unknown,
    Same,
    Unicode,
}

/// What goes wrong below or inside HTTP.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Hang,
    Reset,
    Close,
    Truncated,
    HalfJson,
    Html(u16),
    Empty(u16),
    Text,
    NotUtf8,
    Huge(u64),
    Deep(usize),
    Redirect(u16),
    WrongTypes,
    Null,
    Array,
    Drip,
}

/// What a wrong answer does.
#[derive(Clone, Copy)]
pub(crate) enum Wrong {
    /// `Again` the first time in a round, then the end.
    Default,
    /// 401 with new challenges.
    Again,
    /// 401 `INVALID_SECURITY_RESPONSE_NO_RETRY`.
    Final,
    /// 401 `INVALID_SECURITY_RESPONSE` with nothing to answer.
    Closed,
    /// 203 with new challenges, as if nothing had happened.
    Reset,
}

/// Whether the authorize token is refused whatever it is.
#[derive(Clone, Copy)]
pub(crate) enum TokenRefusal {
    Never,
    Once,
    Always,
}

/// Departures of the reply from its usual shape.
#[derive(Clone, Default)]
pub(crate) struct Shape {
    pub(crate) old: bool,
    pub(crate) lower: bool,
    pub(crate) string_status: bool,
    pub(crate) http_200: bool,
    pub(crate) no_login: bool,
    pub(crate) null_login: bool,
    pub(crate) no_links: bool,
    pub(crate) date: Date,
}

/// How `LastRefresh` is written.
#[derive(Clone, Copy, Default)]
pub(crate) enum Date {
    #[default]
    Seven,
    None,
    Zulu,
    Zero,
    Nine,
    Offset,
    Bad,
}
