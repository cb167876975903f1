//! Answers to challenges.

use std::fmt;

use crate::{
    redacted::Redacted,
    stubs::v1::{self, challenge_answer::Answer as Kind},
};

/// The answer to one challenge, made by the function for its kind. Texts are sent byte for byte.
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Answer(pub(crate) v1::ChallengeAnswer);

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("challenge_id", &self.0.challenge_id).field("answer", &Redacted).finish()
    }
}

/// How a bank delivers a code to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryMethod {
    /// A text message.
    Text,
    /// A voice call.
    Call,
}

impl Answer {
    /// To a [`QuestionAndAnswer`](crate::ChallengeKind::QuestionAndAnswer): what the customer typed.
    pub fn text(challenge_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(challenge_id, Kind::Text(text.into()))
    }

    /// To a [`QuestionSelection`](crate::ChallengeKind::QuestionSelection): one of its questions, verbatim, and the
    /// answer.
    pub fn selected_question(
        challenge_id: impl Into<String>,
        question: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let (question, text) = (question.into(), text.into());
        let answer = v1::SelectedQuestion { question, text };
        Self::new(challenge_id, Kind::SelectedQuestion(answer))
    }

    /// To a [`MultipleChoice`](crate::ChallengeKind::MultipleChoice): one of its choices, verbatim.
    pub fn choice(challenge_id: impl Into<String>, choice: impl Into<String>) -> Self {
        Self::new(challenge_id, Kind::Choice(choice.into()))
    }

    /// To a [`MultipleSelection`](crate::ChallengeKind::MultipleSelection): one or more of its choices, verbatim.
    pub fn choices(challenge_id: impl Into<String>, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::new(challenge_id, Kind::Choices(v1::Choices { values }))
    }

    /// To an [`ImageSelection`](crate::ChallengeKind::ImageSelection): the picture's place, from 0.
    pub fn image_index(challenge_id: impl Into<String>, index: usize) -> Self {
        // What the wire cannot count is beyond the last picture, and refused as such.
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        Self::new(challenge_id, Kind::ImageIndex(index))
    }

    /// To a [`TextOrCall`](crate::ChallengeKind::TextOrCall): one of its phone numbers, verbatim, and how the code
    /// comes.
    pub fn code_delivery(
        challenge_id: impl Into<String>,
        phone_number: impl Into<String>,
        method: DeliveryMethod,
    ) -> Self {
        let method = match method {
            DeliveryMethod::Text => v1::DeliveryMethod::Text,
            DeliveryMethod::Call => v1::DeliveryMethod::Call,
        };
        let answer = v1::CodeDelivery { phone_number: phone_number.into(), method: method.into() };
        Self::new(challenge_id, Kind::CodeDelivery(answer))
    }

    /// To any challenge, an [`Unrecognized`](crate::ChallengeKind::Unrecognized) one above all: what is sent to Flinks,
    /// spelled out. The key is usually the prompt.
    pub fn raw(
        challenge_id: impl Into<String>,
        key: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let (key, values) = (key.into(), values.into_iter().map(Into::into).collect());
        Self::new(challenge_id, Kind::Raw(v1::RawAnswer { key, values }))
    }

    fn new(challenge_id: impl Into<String>, answer: Kind) -> Self {
        Self(v1::ChallengeAnswer { challenge_id: challenge_id.into(), answer: Some(answer) })
    }
}
