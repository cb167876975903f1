//! The three RPCs: decode, call, encode. The only file that sees both wires.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tonic::{Request, Response, Status};

use crate::{
    domain::{
        failure::{self, Failure, Reason},
        outcome::{CachedOutcome, Institution, Outcome},
        request::Subject,
    },
    grpc::{
        continuation::Keys,
        deadline,
        decode::{self, Instances, Unanswerable},
        encode,
    },
    pb::{self, authorization_service_server::AuthorizationService},
    telemetry::Call,
    upstream::Flinks,
};

/// How long calls may take at most, whatever the caller allows.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For calls that ask the bank.
    pub live: Duration,
    /// For calls that read Flinks' cache.
    pub cached: Duration,
}

/// The service `flinks.gateway.v1.AuthorizationService`.
#[derive(Debug)]
pub struct Gateway {
    flinks: Flinks,
    instances: Instances,
    keys: Keys,
    timeouts: Timeouts,
}

impl Gateway {
    /// Puts the service together.
    pub fn new(flinks: Flinks, instances: Instances, keys: Keys, timeouts: Timeouts) -> Self {
        Self {
            flinks,
            instances,
            keys,
            timeouts,
        }
    }
}

#[tonic::async_trait]
impl AuthorizationService for Gateway {
    async fn authorize(
        &self,
        request: Request<pb::AuthorizeRequest>,
    ) -> Result<Response<pb::AuthorizeResponse>, Status> {
        let (message, call, deadline) = accept(request, self.timeouts.live);
        let request = decode::authorize(message, &self.instances)?;
        if let Subject::Credentials { institution, .. } = &request.subject {
            call.institution(institution);
        }
        let outcome = upstream(&call, self.flinks.authorize(request, deadline)).await?;
        note(&call, &outcome);
        Ok(Response::new(encode::authorize(outcome, &self.keys)))
    }

    async fn answer_challenges(
        &self,
        request: Request<pb::AnswerChallengesRequest>,
    ) -> Result<Response<pb::AnswerChallengesResponse>, Status> {
        let (message, call, deadline) = accept(request, self.timeouts.live);
        let request =
            decode::answer_challenges(message, &self.keys, &self.instances, Timestamp::now())?;
        note_institution(&call, request.round.institution.as_ref());
        let outcome = upstream(&call, self.flinks.answer_challenges(request, deadline)).await?;
        note(&call, &outcome);
        Ok(Response::new(encode::answer_challenges(
            outcome, &self.keys,
        )))
    }

    async fn cached_authorize(
        &self,
        request: Request<pb::CachedAuthorizeRequest>,
    ) -> Result<Response<pb::CachedAuthorizeResponse>, Status> {
        let (message, call, deadline) = accept(request, self.timeouts.cached);
        let request = decode::cached_authorize(message, &self.instances)?;
        let outcome = upstream(&call, self.flinks.cached_authorize(request, deadline)).await?;
        match &outcome {
            CachedOutcome::Session(session) => {
                call.outcome("session");
                note_institution(&call, session.institution.as_ref());
            }
            CachedOutcome::Pending(_) => call.outcome("pending"),
        }
        Ok(Response::new(encode::cached_authorize(outcome)))
    }
}

/// Takes a request apart: what is asked, its log line, and when it must be over.
fn accept<M>(mut request: Request<M>, cap: Duration) -> (M, Call, Instant) {
    // The layer that writes log lines is on every server; only a bare service is called without it.
    let call = request
        .extensions_mut()
        .remove::<Call>()
        .unwrap_or_default();
    let deadline = deadline::of(request.metadata().as_ref(), call.arrived, cap);
    (request.into_inner(), call, deadline)
}

/// Waits for Flinks, and notes how long it took and why it failed.
async fn upstream<T>(
    call: &Call,
    exchange: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let result = call.upstream(exchange).await;
    if let Err(failure) = &result {
        call.cause(std::error::Error::source(failure));
    }
    result
}

fn note(call: &Call, outcome: &Outcome) {
    match outcome {
        Outcome::Session(session) => {
            call.outcome("session");
            note_institution(call, session.institution.as_ref());
        }
        Outcome::Challenged(round) => {
            call.outcome("challenge_round");
            note_institution(call, round.institution.as_ref());
        }
        Outcome::Pending(_) => call.outcome("pending"),
    }
}

fn note_institution(call: &Call, institution: Option<&Institution>) {
    if let Some(institution) = institution {
        call.institution(&institution.name);
    }
}

impl From<Unanswerable> for Status {
    fn from(unanswerable: Unanswerable) -> Self {
        match unanswerable {
            Unanswerable::Invalid(invalid) => invalid.into(),
            Unanswerable::Expired(round) => Failure {
                request_id: Some(round.request_id),
                ..Failure::new(Reason::SessionExpired).during(failure::Call::AnswerChallenges)
            }
            .into(),
        }
    }
}
