//! A call: its deadline, its token, and what of it may be repeated.

use std::{future::Future, sync::atomic::Ordering, time::Duration};

use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Code, Request, Response, Status};

use crate::{
    Client, GatewayError,
    channel::{Channel, Taken},
    error::{code, is_unsent},
    generated::retries,
    stubs::v1::authorization_service_client::AuthorizationServiceClient,
};

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
    /// How long to wait after an attempt, counted from 1, that ended so; none when it was the last. It is a fifth more or
    /// less than the policy says, so that the clients of a gateway that comes back do not all come at once.
    fn backoff(&self, attempt: i32, code: Code) -> Option<Duration> {
        let grown = self.initial_backoff.mul_f64(self.backoff_multiplier.powi(attempt - 1));
        let backoff = grown.min(self.max_backoff).mul_f64(0.8 + 0.4 * fastrand::f64());
        (attempt < self.max_attempts && self.codes.contains(&code)).then_some(backoff)
    }
}

pub(crate) type Stub = AuthorizationServiceClient<Channel>;

impl Client {
    /// Calls a method by its name in the contract; `send` is the stub's.
    pub(crate) async fn call<Q: Clone, R: Into<Option<O>>, O, F>(
        &self,
        method: &str,
        timeout: Duration,
        message: Q,
        send: impl Fn(Stub, Request<Q>) -> F,
    ) -> Result<O, GatewayError>
    where
        F: Future<Output = Result<Response<R>, Status>>,
    {
        let policy = retries::policy(method);
        let fail = |status: Status| GatewayError::new(&status, policy.is_some());
        let late = || fail(Status::deadline_exceeded("the call's deadline passed"));
        let deadline = Instant::now() + timeout.min(MAX_TIMEOUT);
        let attempts = async {
            let token = match &self.token {
                Some(token) => Some(token.0.header().await?),
                None => None,
            };
            let (mut attempt, mut sent_again) = (1, false);
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(late());
                }
                let taken = Taken::default();
                let mut request = Request::new(message.clone());
                request.set_timeout(left);
                request.extensions_mut().insert(taken.clone());
                token.clone().map(|token| request.metadata_mut().insert("authorization", token));
                let status = match send(self.stub.clone(), request).await {
                    Ok(response) => return Ok(response),
                    Err(status) => status,
                };
                // The connection at hand was gone, after GOAWAY, before anything took the message: it goes over a new
                // one. Both hyper and the message itself say so; whatever was taken is never sent again.
                if !sent_again && is_unsent(&status) && !taken.load(Ordering::SeqCst) {
                    sent_again = true;
                    continue;
                }
                match policy.as_ref().and_then(|policy| policy.backoff(attempt, code(&status))) {
                    Some(backoff) if Instant::now() + backoff < deadline => sleep(backoff).await,
                    _ => return Err(fail(status)),
                }
                attempt += 1;
            }
        };
        let response = timeout_at(deadline, attempts).await.unwrap_or_else(|_| Err(late()))?;
        let (metadata, reply, _) = response.into_parts();
        reply.into().ok_or_else(|| {
            let message = "the gateway answered with an outcome that this client does not know";
            fail(Status::with_metadata(Code::Unknown, message, metadata))
        })
    }
}
