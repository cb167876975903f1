// Written by clients/generate from the contract. Do not edit.

use std::future::Future;

use super::values::*;
use crate::by_kind::{Answered, Function};

/// An answerer for [`Client::sign_in`](crate::Client::sign_in), from a function for each kind of challenge.
#[must_use]
pub struct ByKind<'a, E> {
    question_and_answer: Option<Function<'a, (Challenge,), E>>,
    question_selection: Option<Function<'a, (Challenge, Vec<String>), E>>,
    multiple_choice: Option<Function<'a, (Challenge, Vec<String>), E>>,
    multiple_selection: Option<Function<'a, (Challenge, Vec<String>), E>>,
    image_selection: Option<Function<'a, (Challenge, Vec<Image>), E>>,
    text_or_call: Option<Function<'a, (Challenge, Vec<String>), E>>,
    unrecognized: Option<Function<'a, (Challenge, UnrecognizedChallenge), E>>,
}

impl<E> Default for ByKind<'_, E> {
    fn default() -> Self {
        Self {
            question_and_answer: None,
            question_selection: None,
            multiple_choice: None,
            multiple_selection: None,
            image_selection: None,
            text_or_call: None,
            unrecognized: None,
        }
    }
}

impl<'a, E> ByKind<'a, E> {
    /// A question to answer in the customer's own words: a security question, or a
    /// code that the bank has sent. `Challenge.prompt` is all there is to it.
    /// Flinks: `QuestionAndAnswer`.
    pub fn question_and_answer<F>(mut self, mut function: impl FnMut(Challenge) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.question_and_answer = Some(Box::new(move |(challenge,)| Box::pin(function(challenge))));
        self
    }

    /// The customer picks one of several questions and answers it. Flinks:
    /// `QuestionAndAnswer` with `Iterables`.
    pub fn question_selection<F>(mut self, mut function: impl FnMut(Challenge, Vec<String>) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.question_selection =
            Some(Box::new(move |(challenge, questions)| Box::pin(function(challenge, questions))));
        self
    }

    /// The customer picks exactly one choice. Flinks: `MultipleChoice`.
    pub fn multiple_choice<F>(mut self, mut function: impl FnMut(Challenge, Vec<String>) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.multiple_choice = Some(Box::new(move |(challenge, choices)| Box::pin(function(challenge, choices))));
        self
    }

    /// The customer picks one or more choices. Flinks:
    /// `MultipleChoiceMultipleAnswers`.
    pub fn multiple_selection<F>(mut self, mut function: impl FnMut(Challenge, Vec<String>) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.multiple_selection = Some(Box::new(move |(challenge, choices)| Box::pin(function(challenge, choices))));
        self
    }

    /// The customer picks the picture they once chose. Flinks: `ImageSelection`.
    pub fn image_selection<F>(mut self, mut function: impl FnMut(Challenge, Vec<Image>) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.image_selection = Some(Box::new(move |(challenge, images)| Box::pin(function(challenge, images))));
        self
    }

    /// The customer picks the phone that the bank sends a code to, and how. The code
    /// is asked for in the next round. Flinks: `TextOrCall`.
    pub fn text_or_call<F>(mut self, mut function: impl FnMut(Challenge, Vec<String>) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.text_or_call =
            Some(Box::new(move |(challenge, phone_numbers)| Box::pin(function(challenge, phone_numbers))));
        self
    }

    /// A challenge of a kind that the gateway does not know, or one that does not
    /// keep to its kind's form. Show the prompt and what else is here, and answer
    /// with `ChallengeAnswer.raw`.
    pub fn unrecognized<F>(
        mut self,
        mut function: impl FnMut(Challenge, UnrecognizedChallenge) -> F + Send + 'a,
    ) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.unrecognized =
            Some(Box::new(move |(challenge, unrecognized)| Box::pin(function(challenge, unrecognized))));
        self
    }

    /// Whether there is a function for a kind.
    pub(crate) fn answers(&self, kind: &ChallengeKind) -> bool {
        match kind {
            ChallengeKind::QuestionAndAnswer { .. } => self.question_and_answer.is_some(),
            ChallengeKind::QuestionSelection { .. } => self.question_selection.is_some(),
            ChallengeKind::MultipleChoice { .. } => self.multiple_choice.is_some(),
            ChallengeKind::MultipleSelection { .. } => self.multiple_selection.is_some(),
            ChallengeKind::ImageSelection { .. } => self.image_selection.is_some(),
            ChallengeKind::TextOrCall { .. } => self.text_or_call.is_some(),
            ChallengeKind::Unrecognized { .. } => self.unrecognized.is_some(),
        }
    }

    /// Calls the function for a challenge.
    pub(crate) fn answer(&mut self, challenge: Challenge) -> Option<Answered<'a, E>> {
        Some(match challenge.kind.clone() {
            ChallengeKind::QuestionAndAnswer { .. } => self.question_and_answer.as_mut()?((challenge,)),
            ChallengeKind::QuestionSelection { questions, .. } => {
                self.question_selection.as_mut()?((challenge, questions))
            }
            ChallengeKind::MultipleChoice { choices, .. } => self.multiple_choice.as_mut()?((challenge, choices)),
            ChallengeKind::MultipleSelection { choices, .. } => self.multiple_selection.as_mut()?((challenge, choices)),
            ChallengeKind::ImageSelection { images, .. } => self.image_selection.as_mut()?((challenge, images)),
            ChallengeKind::TextOrCall { phone_numbers, .. } => self.text_or_call.as_mut()?((challenge, phone_numbers)),
            ChallengeKind::Unrecognized(unrecognized) => self.unrecognized.as_mut()?((challenge, unrecognized)),
        })
    }
}
