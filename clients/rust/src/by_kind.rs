//! An answerer from a function for each kind of challenge.

use std::{error::Error, fmt, future::Future, pin::Pin};

use crate::{Answer, Challenge, ChallengeKind as Kind, ChallengeRound, Image, UnrecognizedChallenge};

type Answered<'a, E> = Pin<Box<dyn Future<Output = Result<Answer, E>> + Send + 'a>>;
type Answers<'a, E> = Pin<Box<dyn Future<Output = Result<Vec<Answer>, ByKindError<E>>> + Send + 'a>>;

/// Makes [`ByKind`]: for each kind its pattern, and what it gives to its function beside the challenge.
macro_rules! by_kind {
    ($($(#[$doc:meta])* $name:ident($pattern:pat) $(, $given:ident: $type:ty)?;)*) => {
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
            $($name: Option<Box<dyn FnMut(Challenge $(, $type)?) -> Answered<'a, E> + Send + 'a>>,)*
        }

        impl<E> Default for ByKind<'_, E> {
            fn default() -> Self {
                Self { $($name: None),* }
            }
        }

        impl<'a, E> ByKind<'a, E> {
            $(
                $(#[$doc])*
                pub fn $name<F>(mut self, mut function: impl FnMut(Challenge $(, $type)?) -> F + Send + 'a) -> Self
                where
                    F: Future<Output = Result<Answer, E>> + Send + 'a,
                {
                    self.$name = Some(Box::new(move |challenge $(, $given)?| Box::pin(function(challenge $(, $given)?))));
                    self
                }
            )*

            fn answers(&self, challenge: &Challenge) -> bool {
                [$((stringify!($name), self.$name.is_some())),*].contains(&(challenge.kind.name(), true))
            }

            fn answer(&mut self, challenge: Challenge) -> Option<Answered<'a, E>> {
                Some(match challenge.kind.clone() {
                    $($pattern => self.$name.as_mut()?(challenge $(, $given)?),)*
                })
            }
        }
    };
}

by_kind! {
    /// Answers questions.
    question_and_answer(Kind::QuestionAndAnswer);
    /// Picks one of these questions and answers it.
    question_selection(Kind::QuestionSelection { questions }), questions: Vec<String>;
    /// Picks one of these choices.
    multiple_choice(Kind::MultipleChoice { choices }), choices: Vec<String>;
    /// Picks one or more of these choices.
    multiple_selection(Kind::MultipleSelection { choices }), choices: Vec<String>;
    /// Picks one of these pictures.
    image_selection(Kind::ImageSelection { images }), images: Vec<Image>;
    /// Picks one of these phone numbers, and how the code comes.
    text_or_call(Kind::TextOrCall { phone_numbers }), phone_numbers: Vec<String>;
    /// Answers what the gateway or this client does not know.
    unrecognized(Kind::Unrecognized(unrecognized)), unrecognized: UnrecognizedChallenge;
}

impl<E> fmt::Debug for ByKind<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKind").finish_non_exhaustive()
    }
}

impl<'a, E: Send + 'a> ByKind<'a, E> {
    /// One that answers nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answerer. It calls no function when a kind of the round has none.
    pub fn into_answerer(mut self) -> impl FnMut(ChallengeRound) -> Answers<'a, E> + Send + 'a {
        move |round| {
            let unanswered = round.challenges.iter().find(|challenge| !self.answers(challenge));
            if let Some(kind) = unanswered.map(|challenge| challenge.kind.name()) {
                return Box::pin(async move { Err(ByKindError::UnansweredChallenge { kind }) });
            }
            let answers: Vec<_> = round.challenges.into_iter().filter_map(|it| self.answer(it)).collect();
            Box::pin(async move {
                let mut answered = Vec::new();
                for answer in answers {
                    answered.push(answer.await.map_err(ByKindError::Function)?);
                }
                Ok(answered)
            })
        }
    }
}

/// How [`ByKind`] fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByKindError<E> {
    /// There is no function for a kind that the bank asks.
    UnansweredChallenge {
        /// The contract's name of the kind, such as `text_or_call`.
        kind: &'static str,
    },
    /// What the function returned.
    Function(E),
}

impl<E: fmt::Display> fmt::Display for ByKindError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnansweredChallenge { kind } => write!(f, "no function answers challenges of the kind {kind}"),
            Self::Function(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for ByKindError<E> {}
