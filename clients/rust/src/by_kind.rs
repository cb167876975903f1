//! An answerer from a function for each kind of challenge.

use std::{error::Error, fmt, future::Future, pin::Pin};

use crate::{Answer, Challenge, ChallengeKind, ChallengeRound, Image, UnrecognizedChallenge};

type Answered<'a, E> = Pin<Box<dyn Future<Output = Result<Answer, E>> + Send + 'a>>;
type Answers<'a, E> = Pin<Box<dyn Future<Output = Result<Vec<Answer>, ByKindError<E>>> + Send + 'a>>;
type Function<'a, T, E> = Option<Box<dyn FnMut(Challenge, T) -> Answered<'a, E> + Send + 'a>>;

/// An answerer for [`Client::sign_in`](crate::Client::sign_in), from a function for each kind of challenge.
///
/// ```
/// # use flinks_gateway_client::{Answer, ByKind, Client, AuthorizeRequest};
/// # async fn f(client: Client, request: AuthorizeRequest) {
/// let answerer = ByKind::new()
///     .question_and_answer(|challenge| async move {
///         let typed = "Montreal"; // ask the customer challenge.prompt
///         Ok::<_, std::io::Error>(Answer::text(challenge.id, typed))
///     })
///     .multiple_choice(|challenge, mut choices| async move {
///         Ok(Answer::choice(challenge.id, choices.swap_remove(0)))
///     })
///     .into_answerer();
/// let signed_in = client.sign_in(request, answerer).await;
/// # }
/// ```
#[must_use]
pub struct ByKind<'a, E> {
    question_and_answer: Function<'a, (), E>,
    question_selection: Function<'a, Vec<String>, E>,
    multiple_choice: Function<'a, Vec<String>, E>,
    multiple_selection: Function<'a, Vec<String>, E>,
    image_selection: Function<'a, Vec<Image>, E>,
    text_or_call: Function<'a, Vec<String>, E>,
    unrecognized: Function<'a, UnrecognizedChallenge, E>,
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

impl<E> fmt::Debug for ByKind<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKind").finish_non_exhaustive()
    }
}

macro_rules! function {
    ($kind:ident: $given:ty, $doc:literal) => {
        #[doc = $doc]
        pub fn $kind<F>(mut self, mut function: impl FnMut(Challenge, $given) -> F + Send + 'a) -> Self
        where
            F: Future<Output = Result<Answer, E>> + Send + 'a,
        {
            self.$kind = Some(Box::new(move |challenge, given| Box::pin(function(challenge, given))));
            self
        }
    };
}

impl<'a, E> ByKind<'a, E> {
    /// One that answers nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers questions.
    pub fn question_and_answer<F>(mut self, mut function: impl FnMut(Challenge) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Result<Answer, E>> + Send + 'a,
    {
        self.question_and_answer = Some(Box::new(move |challenge, ()| Box::pin(function(challenge))));
        self
    }

    function!(question_selection: Vec<String>, "Picks one of these questions and answers it.");
    function!(multiple_choice: Vec<String>, "Picks one of these choices.");
    function!(multiple_selection: Vec<String>, "Picks one or more of these choices.");
    function!(image_selection: Vec<Image>, "Picks one of these pictures.");
    function!(text_or_call: Vec<String>, "Picks one of these phone numbers, and how the code comes.");
    function!(unrecognized: UnrecognizedChallenge, "Answers what the gateway or this client does not know.");

    /// The answerer. It asks for nothing when a kind of the round has no function.
    pub fn into_answerer(mut self) -> impl FnMut(ChallengeRound) -> Answers<'a, E> + Send + 'a
    where
        E: Send + 'a,
    {
        move |round| {
            let answers = round.challenges.into_iter().map(|challenge| {
                let kind = challenge.kind.name();
                self.answer(challenge).ok_or(ByKindError::Unanswered { kind })
            });
            let answers = answers.collect::<Result<Vec<_>, _>>();
            Box::pin(async move {
                let mut answered = Vec::new();
                for answer in answers? {
                    answered.push(answer.await.map_err(ByKindError::Function)?);
                }
                Ok(answered)
            })
        }
    }

    fn answer(&mut self, challenge: Challenge) -> Option<Answered<'a, E>> {
        fn ask<'a, T, E>(function: &mut Function<'a, T, E>, challenge: Challenge, given: T) -> Option<Answered<'a, E>> {
            function.as_mut().map(|function| function(challenge, given))
        }
        match challenge.kind.clone() {
            ChallengeKind::QuestionAndAnswer => ask(&mut self.question_and_answer, challenge, ()),
            ChallengeKind::QuestionSelection { questions } => ask(&mut self.question_selection, challenge, questions),
            ChallengeKind::MultipleChoice { choices } => ask(&mut self.multiple_choice, challenge, choices),
            ChallengeKind::MultipleSelection { choices } => ask(&mut self.multiple_selection, challenge, choices),
            ChallengeKind::ImageSelection { images } => ask(&mut self.image_selection, challenge, images),
            ChallengeKind::TextOrCall { phone_numbers } => ask(&mut self.text_or_call, challenge, phone_numbers),
            ChallengeKind::Unrecognized(unrecognized) => ask(&mut self.unrecognized, challenge, unrecognized),
        }
    }
}

/// How [`ByKind`] fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByKindError<E> {
    /// There is no function for a kind that the bank asks.
    Unanswered {
        /// The contract's name of the kind, such as `text_or_call`.
        kind: &'static str,
    },
    /// What the function returned.
    Function(E),
}

impl<E: fmt::Display> fmt::Display for ByKindError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered { kind } => write!(f, "no function answers challenges of the kind {kind}"),
            Self::Function(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for ByKindError<E> {}
