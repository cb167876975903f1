//! The client: three calls, and the conversation that they make.

use std::{
    error::Error,
    fmt,
    time::{Duration, SystemTime},
};

use derive_more::{Debug, Display, From};
use tokio::{runtime::Handle, time::timeout};

use crate::{
    Answer, AuthorizeRequest, CachedAuthorizeRequest, ChallengeRound, FinalOutcome, GatewayError, InvalidOptions,
    Options, Outcome,
    call::Stub,
    channel::channel,
    options::{Secret, Token},
    stubs::v1,
};

const MAX_MESSAGE_BYTES: usize = 32 << 20;

/// A client of a gateway.
///
/// Clones are cheap and share one connection, which closes with the last of them; calls run side by side on it. The
/// connection lives in the Tokio runtime that [`connect`](Self::connect) was called in. Dropping a call's future cancels
/// the call, at the gateway too.
#[derive(Clone, Debug)]
pub struct Client {
    #[expect(dead_code, reason = "for Debug")]
    address: String,
    #[debug(skip)]
    pub(crate) stub: Stub,
    pub(crate) token: Option<Secret<Token>>,
    live_timeout: Duration,
    cached_timeout: Duration,
}

impl Client {
    /// A client of the gateway at `host:port`. The first call connects, and later ones connect again where they must.
    ///
    /// # Errors
    ///
    /// When the options contradict each other or cannot be read, the address is none, or there is no Tokio runtime.
    pub fn connect(address: impl Into<String>, options: Options) -> Result<Self, InvalidOptions> {
        let address = address.into();
        let endpoint = options.endpoint(&address)?;
        if Handle::try_current().is_err() {
            return Err(InvalidOptions("connect needs a Tokio runtime".into()));
        }
        Ok(Self {
            address,
            stub: Stub::new(channel(&endpoint)).max_decoding_message_size(MAX_MESSAGE_BYTES),
            token: options.bearer_token,
            live_timeout: options.live_timeout.unwrap_or(Duration::from_secs(250)),
            cached_timeout: options.cached_timeout.unwrap_or(Duration::from_secs(35)),
        })
    }

    /// The same client, over the same connection, with another deadline for each of its calls:
    /// `client.within(Duration::from_secs(60)).authorize(request)`.
    #[must_use]
    pub fn within(&self, timeout: Duration) -> Self {
        Self { live_timeout: timeout, cached_timeout: timeout, ..self.clone() }
    }

    /// Signs a customer in at their bank now. Takes from seconds to minutes, as banks do.
    ///
    /// An outcome newer than this client is an error, so that a `match` is complete:
    ///
    /// ```compile_fail,E0004
    /// # use flinks_gateway_client::Outcome;
    /// fn is_over(outcome: &Outcome) -> bool {
    ///     match outcome {
    ///         Outcome::Session(_) => true,
    ///         Outcome::Pending(_) => true,
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Each call is an attempt at the bank, so it is never repeated; calling again is one more unless the error is
    /// [`retryable`](GatewayError::retryable).
    pub async fn authorize(&self, request: AuthorizeRequest) -> Result<Outcome, GatewayError> {
        let send = |mut stub: Stub, request| async move { stub.authorize(request).await };
        self.call("Authorize", self.live_timeout, request.into(), send).await
    }

    /// Answers the challenges of a round, from any process that has its continuation. The answers are checked before
    /// anything is sent to the bank: a slip costs no attempt.
    ///
    /// # Errors
    ///
    /// As for [`authorize`](Self::authorize): never repeated.
    pub async fn answer(
        &self,
        continuation: impl Into<String>,
        answers: impl IntoIterator<Item = Answer>,
    ) -> Result<Outcome, GatewayError> {
        let request = v1::AnswerChallengesRequest {
            continuation: continuation.into(),
            answers: answers.into_iter().map(Into::into).collect(),
        };
        let send = |mut stub: Stub, request| async move { stub.answer_challenges(request).await };
        self.call("AnswerChallenges", self.live_timeout, request, send).await
    }

    /// Reopens a saved login from Flinks' cache, without asking the bank.
    ///
    /// # Errors
    ///
    /// Those of the login's last refresh too. `UNAVAILABLE` is repeated as `service_config.json` says.
    pub async fn cached_authorize(&self, request: CachedAuthorizeRequest) -> Result<FinalOutcome, GatewayError> {
        let send = |mut stub: Stub, request| async move { stub.cached_authorize(request).await };
        self.call("CachedAuthorize", self.cached_timeout, request.into(), send).await
    }

    /// A whole sign-in: [`authorize`](Self::authorize), then the answerer and [`answer`](Self::answer) for each round.
    ///
    /// The answerer is a function such as `async |round| …`, or what [`ByKind`](crate::ByKind) makes. It has until the
    /// round's `expire_time`; then its future is dropped and nothing is sent. A kind of challenge newer than this client is
    /// `Unrecognized`, so that a `match` is complete:
    ///
    /// ```
    /// # use flinks_gateway_client::{Answer, Challenge, ChallengeKind::*, DeliveryMethod};
    /// fn first(id: &str, challenge: &Challenge) -> Option<Answer> {
    ///     match &challenge.kind {
    ///         QuestionAndAnswer { .. } => Some(Answer::text(id, "Montreal")),
    ///         QuestionSelection { questions, .. } => Some(Answer::selected_question(id, &questions[0], "Rex")),
    ///         MultipleChoice { choices, .. } => Some(Answer::choice(id, &choices[0])),
    ///         MultipleSelection { choices, .. } => Some(Answer::choices(id, choices)),
    ///         ImageSelection { .. } => Some(Answer::image_index(id, 0)),
    ///         TextOrCall { phone_numbers, .. } => {
    ///             Some(Answer::code_delivery(id, &phone_numbers[0], DeliveryMethod::Text))
    ///         }
    ///         Unrecognized(_) => None,
    ///     }
    /// }
    /// ```
    ///
    /// Without one of them it does not compile:
    ///
    /// ```compile_fail,E0004
    /// # use flinks_gateway_client::{Challenge, ChallengeKind::*};
    /// # fn first(challenge: &Challenge) {
    /// #     match &challenge.kind {
    /// #         QuestionAndAnswer { .. } | QuestionSelection { .. } | MultipleChoice { .. } => {}
    /// #         MultipleSelection { .. } | ImageSelection { .. } | Unrecognized(_) => {}
    /// #     }
    /// # }
    /// # // TextOrCall is missing
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the calls, `SESSION_EXPIRED` when the answers were not there in time, and the answerer's own, unchanged.
    pub async fn sign_in<F, E>(
        &self,
        request: AuthorizeRequest,
        mut answerer: impl FnMut(ChallengeRound) -> F,
    ) -> Result<FinalOutcome, SignInError<E>>
    where
        F: Future<Output = Result<Vec<Answer>, E>>,
    {
        let mut outcome = self.authorize(request).await?;
        loop {
            let round = match outcome {
                Outcome::Session(session) => return Ok(FinalOutcome::Session(session)),
                Outcome::Pending(pending) => return Ok(FinalOutcome::Pending(pending)),
                Outcome::ChallengeRound(round) => round,
            };
            let (continuation, request_id) = (round.continuation.clone(), round.request_id.clone());
            let expired = || GatewayError::expired(&request_id);
            // No time, or one that this machine cannot count to, is far enough away.
            let left = |until: Option<SystemTime>| {
                until.map_or(Duration::MAX, |until| until.duration_since(SystemTime::now()).unwrap_or_default())
            };
            let (until, answers) = (round.expire_time, answerer(round));
            let answers = timeout(left(until), answers).await.map_err(|_| expired())?.map_err(SignInError::Answerer)?;
            if left(until).is_zero() {
                return Err(expired().into());
            }
            outcome = self.answer(continuation, answers).await?;
        }
    }
}

/// How a sign-in fails.
#[derive(Clone, Debug, Display, From)]
pub enum SignInError<E> {
    /// A call failed, or the round expired.
    #[from]
    Gateway(GatewayError),
    /// What the answerer returned.
    Answerer(E),
}

// For any error that can be told, also those that are no `Error` themselves: boxed ones, `anyhow`'s, strings.
impl<E: fmt::Debug + fmt::Display> Error for SignInError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Gateway(error) => error.source(),
            Self::Answerer(_) => None,
        }
    }
}
