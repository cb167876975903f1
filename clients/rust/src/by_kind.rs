//! An answerer from a function for each kind of challenge.

use std::{error::Error, fmt, future::Future, pin::Pin};

use derive_more::{Debug, Display};

use crate::{Answer, ByKind, ChallengeRound};

pub(crate) type Answered<'a, E> = Pin<Box<dyn Future<Output = Result<Answer, E>> + Send + 'a>>;
pub(crate) type Function<'a, A, E> = Box<dyn FnMut(A) -> Answered<'a, E> + Send + 'a>;
type Answers<'a, E> = Pin<Box<dyn Future<Output = Result<Vec<Answer>, ByKindError<E>>> + Send + 'a>>;

impl<'a, E: Send + 'a> ByKind<'a, E> {
    /// One that answers nothing.
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
    pub fn new() -> Self {
        Self::default()
    }

    /// The answerer. It calls no function when a kind of the round has none.
    pub fn into_answerer(mut self) -> impl FnMut(ChallengeRound) -> Answers<'a, E> + Send + 'a {
        move |round| {
            let mut kinds = round.challenges.iter().map(|challenge| &challenge.kind);
            if let Some(kind) = kinds.find(|kind| !self.answers(kind)).map(|kind| kind.name()) {
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

impl<E> fmt::Debug for ByKind<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKind").finish_non_exhaustive()
    }
}

/// How [`ByKind`] fails.
#[derive(Clone, Debug, Display, PartialEq, Eq)]
pub enum ByKindError<E> {
    /// There is no function for a kind that the bank asks.
    #[display("no function answers challenges of the kind {kind}")]
    UnansweredChallenge {
        /// The contract's name of the kind, such as `text_or_call`.
        kind: &'static str,
    },
    /// What the function returned.
    Function(E),
}

impl<E: fmt::Debug + fmt::Display> Error for ByKindError<E> {}
