//! What a bank asks, and the state of the sign-in that asks it.

use std::fmt;

use jiff::Timestamp;

use super::{
    names::{AuthKey, InstanceName, RequestId, Secret},
    outcome::Institution,
};

/// The questions of one round, with all it takes to answer them at any replica.
#[derive(Debug)]
pub struct Round {
    /// Flinks' name for the session being opened.
    pub request_id: RequestId,
    /// The Flinks instance that asks.
    pub instance: InstanceName,
    /// Whether the customer is known by a LoginId, and typed no credentials.
    pub by_login_id: bool,
    /// The token that the session began with, and must go on with.
    pub token: Option<AuthKey>,
    /// What is asked, at least one.
    pub challenges: Vec<Challenge>,
    /// Which round this is, from 1.
    pub number: i32,
    /// Whether the bank refused the answers to the round before.
    pub previous_answers_rejected: bool,
    /// When the customer was asked.
    pub issued: Timestamp,
    /// When Flinks gives up waiting.
    pub expires: Timestamp,
    /// The bank, when Flinks named it.
    pub institution: Option<Institution>,
    /// The request's tag, as echoed.
    pub tag: Option<Secret>,
}

/// One question.
#[derive(Debug)]
pub struct Challenge {
    /// What the customer is shown.
    pub prompt: Secret,
    /// How it is answered.
    pub kind: Kind,
}

/// The kinds of question, by Flinks' `Type` and form.
#[derive(Debug)]
pub enum Kind {
    /// `QuestionAndAnswer`.
    QuestionAndAnswer,
    /// `QuestionAndAnswer` with questions to pick from.
    QuestionSelection(Vec<Secret>),
    /// `MultipleChoice`.
    MultipleChoice(Vec<Secret>),
    /// `MultipleChoiceMultipleAnswers`.
    MultipleSelection(Vec<Secret>),
    /// `ImageSelection`: base64 exactly as it came, which is also what answers it.
    ImageSelection(Vec<Secret>),
    /// `TextOrCall`: phone numbers.
    TextOrCall(Vec<Secret>),
    /// Anything else, or one of the above that does not keep to its form.
    Unrecognized(Unrecognized),
}

/// A question of a kind not known here.
#[derive(Debug)]
pub struct Unrecognized {
    /// Flinks' `Type`.
    pub type_name: Secret,
    /// Flinks' `Iterables`, as far as they are texts.
    pub iterables: Vec<Secret>,
    /// The whole of it.
    pub raw: Vec<(Secret, Value)>,
}

/// Data without a shape of its own, and thus of unknown secrecy.
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Secret),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name.
    Object(Vec<(Secret, Value)>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
