//! What a bank may ask before it lets a customer in.

use std::{collections::BTreeMap, fmt, time::SystemTime};

use bytes::Bytes;

use crate::{
    Institution, convert,
    redacted::{Redacted, message},
};

/// The questions that a bank asks at once: all are answered together.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ChallengeRound {
    /// All that an answer needs: keep it where the customer's session is kept, like a password, and answer from any
    /// process.
    pub continuation: String,
    /// Flinks' name for the session that is being opened.
    pub request_id: String,
    /// What is asked, in the bank's order.
    pub challenges: Vec<Challenge>,
    /// Which round of the sign-in this is, from 1.
    pub round: i32,
    /// Whether the bank refused the answers to the round before and asks again.
    pub previous_answers_rejected: bool,
    /// Until when the round can be answered.
    pub expire_time: Option<SystemTime>,
    /// The bank; none when Flinks did not name it.
    pub institution: Option<Institution>,
    /// The request's tag, as Flinks echoed it.
    pub tag: String,
}

message!(ChallengeRound {
    continuation: hide,
    request_id: show,
    challenges: show(convert::all),
    round: show,
    previous_answers_rejected: show,
    expire_time: show(convert::time),
    institution: show(convert::option),
    tag: hide,
});

/// One question.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Challenge {
    /// Names the challenge within its round.
    pub id: String,
    /// What to show the customer; empty where the bank lets pictures or phone numbers speak.
    pub prompt: String,
    /// How it is answered, and what there is to pick from.
    pub kind: ChallengeKind,
}

message!(Challenge { id: show, prompt: hide, kind: show(convert::kind) });

/// How a challenge is answered. A kind newer than this client is `Unrecognized`, so that a `match` is complete:
///
/// ```
/// # use flinks_gateway_client::{Answer, Challenge, ChallengeKind::*, DeliveryMethod};
/// fn first(id: &str, challenge: &Challenge) -> Option<Answer> {
///     match &challenge.kind {
///         QuestionAndAnswer => Some(Answer::text(id, "Montreal")),
///         QuestionSelection { questions } => Some(Answer::selected_question(id, &questions[0], "Rex")),
///         MultipleChoice { choices } => Some(Answer::choice(id, &choices[0])),
///         MultipleSelection { choices } => Some(Answer::choices(id, choices)),
///         ImageSelection { images: _ } => Some(Answer::image_index(id, 0)),
///         TextOrCall { phone_numbers } => Some(Answer::code_delivery(id, &phone_numbers[0], DeliveryMethod::Text)),
///         Unrecognized(_) => None,
///     }
/// }
/// ```
///
/// Without one of them it does not compile:
///
/// ```compile_fail
/// # use flinks_gateway_client::{Answer, Challenge, ChallengeKind::*, DeliveryMethod};
/// # fn first(id: &str, challenge: &Challenge) -> Option<Answer> {
/// #     match &challenge.kind {
/// #         QuestionAndAnswer => Some(Answer::text(id, "Montreal")),
/// #         QuestionSelection { questions } => Some(Answer::selected_question(id, &questions[0], "Rex")),
/// #         MultipleChoice { choices } => Some(Answer::choice(id, &choices[0])),
/// #         MultipleSelection { choices } => Some(Answer::choices(id, choices)),
/// #         ImageSelection { images: _ } => Some(Answer::image_index(id, 0)),
/// #         Unrecognized(_) => None,
/// #     }
/// # }
/// # // TextOrCall is missing
/// ```
#[derive(Clone, PartialEq)]
pub enum ChallengeKind {
    /// A question to answer in the customer's own words: [`Answer::text`](crate::Answer::text).
    QuestionAndAnswer,
    /// Pick a question and answer it: [`Answer::selected_question`](crate::Answer::selected_question).
    QuestionSelection {
        /// The questions to pick from.
        questions: Vec<String>,
    },
    /// Pick exactly one: [`Answer::choice`](crate::Answer::choice).
    MultipleChoice {
        /// What to pick from.
        choices: Vec<String>,
    },
    /// Pick one or more: [`Answer::choices`](crate::Answer::choices).
    MultipleSelection {
        /// What to pick from.
        choices: Vec<String>,
    },
    /// Pick a picture: [`Answer::image_index`](crate::Answer::image_index).
    ImageSelection {
        /// The pictures to pick from; the answer counts them from 0.
        images: Vec<Image>,
    },
    /// Pick the phone that a code is sent to, and how: [`Answer::code_delivery`](crate::Answer::code_delivery).
    TextOrCall {
        /// The phone numbers to pick from, masked by the bank.
        phone_numbers: Vec<String>,
    },
    /// Something that the gateway, or this client, does not know: [`Answer::raw`](crate::Answer::raw).
    Unrecognized(UnrecognizedChallenge),
}

impl ChallengeKind {
    /// The contract's name of the kind, such as `question_and_answer`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::QuestionAndAnswer => "question_and_answer",
            Self::QuestionSelection { .. } => "question_selection",
            Self::MultipleChoice { .. } => "multiple_choice",
            Self::MultipleSelection { .. } => "multiple_selection",
            Self::ImageSelection { .. } => "image_selection",
            Self::TextOrCall { .. } => "text_or_call",
            Self::Unrecognized(_) => "unrecognized",
        }
    }
}

impl fmt::Debug for ChallengeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImageSelection { images } => f.debug_tuple(self.name()).field(images).finish(),
            Self::QuestionAndAnswer | Self::Unrecognized(_) => f.write_str(self.name()),
            Self::QuestionSelection { .. }
            | Self::MultipleChoice { .. }
            | Self::MultipleSelection { .. }
            | Self::TextOrCall { .. } => f.debug_tuple(self.name()).field(&Redacted).finish(),
        }
    }
}

/// A picture.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// The picture's bytes, ready to show.
    pub content: Bytes,
    /// What the bytes are, such as `image/png`.
    pub media_type: String,
}

message!(Image { content: hide, media_type: show });

/// A challenge of a kind that the gateway does not know; all empty when it is this client that does not.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct UnrecognizedChallenge {
    /// The kind in Flinks' own words.
    pub r#type: String,
    /// The strings that came with it, often the choices.
    pub iterables: Vec<String>,
    /// The whole challenge, as Flinks sent it.
    pub raw: Option<Json>,
}

message!(UnrecognizedChallenge { r#type: hide, iterables: hide, raw: hide(convert::raw) });

/// A piece of JSON of Flinks'. It does not print what it holds.
#[derive(Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Json").field(&Redacted).finish()
    }
}
