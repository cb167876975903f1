//! A call: its deadline, its token, and what of it may be repeated.

use std::{error::Error, future::Future, time::Duration};

use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Code, Request, Response, Status};

use crate::{
    GatewayError,
    channel::Channel,
    convert::IntoOutcome,
    error::{code, is_unsent},
    generated::retries,
    options::Authorization,
    stubs::v1::{self, authorization_service_client::AuthorizationServiceClient},
};

const SERVICE: &str = "flinks.gateway.v1.AuthorizationService";
const MAX_MESSAGE_BYTES: usize = 32 << 20;

/// The longest deadline: beyond it timers and headers run out of digits.
const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How often, how soon and after which codes a method is repeated.
pub(crate) struct RetryPolicy {
    pub(crate) max_attempts: i32,
    pub(crate) initial_backoff: Duration,
    pub(crate) max_backoff: Duration,
    pub(crate) backoff_multiplier: f64,
    pub(crate) codes: &'static [Code],
}

impl RetryPolicy {
    /// How long to wait after an attempt, counted from 1: a fifth more or less than the policy says, so that the
    /// clients of a gateway that comes back do not all come at once.
    fn backoff(&self, attempt: i32) -> Duration {
        let grown = self.initial_backoff.mul_f64(self.backoff_multiplier.powi(attempt - 1));
        grown.min(self.max_backoff).mul_f64(0.8 + 0.4 * fastrand::f64())
    }
}

type Stub = AuthorizationServiceClient<Channel>;

/// A request of the contract, and the method that takes it.
pub(crate) trait Call: Clone + Send {
    type Response: IntoOutcome;
    const METHOD: &str;
    fn send(
        stub: Stub,
        request: Request<Self>,
    ) -> impl Future<Output = Result<Response<Self::Response>, Status>> + Send;
}

impl Call for v1::AuthorizeRequest {
    type Response = v1::AuthorizeResponse;
    const METHOD: &str = "Authorize";
    async fn send(mut stub: Stub, request: Request<Self>) -> Result<Response<Self::Response>, Status> {
        stub.authorize(request).await
    }
}

impl Call for v1::AnswerChallengesRequest {
    type Response = v1::AnswerChallengesResponse;
    const METHOD: &str = "AnswerChallenges";
    async fn send(mut stub: Stub, request: Request<Self>) -> Result<Response<Self::Response>, Status> {
        stub.answer_challenges(request).await
    }
}

impl Call for v1::CachedAuthorizeRequest {
    type Response = v1::CachedAuthorizeResponse;
    const METHOD: &str = "CachedAuthorize";
    async fn send(mut stub: Stub, request: Request<Self>) -> Result<Response<Self::Response>, Status> {
        stub.cached_authorize(request).await
    }
}

/// How calls are made over a channel.
#[derive(Clone)]
pub(crate) struct Caller {
    stub: Stub,
    authorization: Authorization,
}

impl Caller {
    pub(crate) fn new(channel: Channel, authorization: Authorization) -> Self {
        Self { stub: Stub::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES), authorization }
    }

    pub(crate) async fn call<C: Call>(
        &self,
        message: C,
        timeout: Duration,
    ) -> Result<<C::Response as IntoOutcome>::Outcome, GatewayError> {
        let policy = retries::policy(SERVICE, C::METHOD);
        let repeatable = policy.is_some();
        let fail = |status: &Status| GatewayError::new(status, repeatable);
        let deadline = Instant::now() + timeout.min(MAX_TIMEOUT);
        let (metadata, reply, _) = timeout_at(deadline, self.attempts(message, deadline, policy))
            .await
            .unwrap_or_else(|_| Err(late()))
            .map_err(|status| fail(&status))?
            .into_parts();
        reply.into_outcome().ok_or_else(|| {
            let message = "the gateway answered with an outcome that this client does not know";
            fail(&Status::with_metadata(Code::Unknown, message, metadata))
        })
    }

    /// Repeats what the policy allows, and nothing without one.
    async fn attempts<C: Call>(
        &self,
        message: C,
        deadline: Instant,
        policy: Option<RetryPolicy>,
    ) -> Result<Response<C::Response>, Status> {
        let authorization = self.authorization.header().await?;
        let request = || {
            let mut request = Request::new(message.clone());
            if let Some(header) = authorization.clone() {
                request.metadata_mut().insert("authorization", header);
            }
            // Rounded up, so that tonic's own timer, which reads the header, is never ahead of ours: it would answer
            // CANCELLED.
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            request.set_timeout(Duration::from_millis(left.as_micros().div_ceil(1000) as u64));
            Some(request)
        };
        let mut attempt = 1;
        loop {
            let status = match self.send(&request).await {
                Ok(response) => return Ok(response),
                Err(status) => status,
            };
            let Some(policy) = policy.as_ref().filter(|policy| policy.codes.contains(&code(&status))) else {
                return Err(status);
            };
            let backoff = policy.backoff(attempt);
            if attempt == policy.max_attempts || Instant::now() + backoff >= deadline {
                return Err(status);
            }
            sleep(backoff).await;
            attempt += 1;
        }
    }

    /// Sends a request, over a new connection where the one at hand turns out to be gone before a byte was written: after
    /// GOAWAY, while other calls still used it. Nothing that was written is ever written again.
    async fn send<C: Call>(&self, request: impl Fn() -> Option<Request<C>>) -> Result<Response<C::Response>, Status> {
        let result = C::send(self.stub.clone(), request().ok_or_else(late)?).await;
        match result {
            Err(status) if was_unsent(&status) => C::send(self.stub.clone(), request().ok_or_else(late)?).await,
            result => result,
        }
    }
}

fn late() -> Status {
    Status::deadline_exceeded("the call's deadline passed")
}

fn was_unsent(status: &Status) -> bool {
    let mut source = status.source();
    while let Some(error) = source {
        if is_unsent(error) {
            return true;
        }
        source = error.source();
    }
    false
}
