//! The three RPCs: decode, call, encode. The only file that sees both wires.

use std::{pin::pin, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::{
    call::{Call, KnownInstitutions},
    callers::Caller,
    domain::{
        failure::{self, Failure, Reason},
        names::InstanceName,
        outcome::{CachedOutcome, Institution, Outcome},
        refusal::Refusal,
        request::Subject,
    },
    grpc::{
        continuation::Keys,
        decode::{self, Instances, Unanswerable},
        encode,
    },
    lockout::LockoutGuard,
    pb::{self, authorization_service_server::AuthorizationService},
    telemetry::metrics::Metrics,
    trace::Tracer,
    upstream::Flinks,
};

/// The service `flinks.gateway.v1.AuthorizationService`.
#[derive(Debug)]
pub struct Gateway {
    flinks: Arc<Flinks>,
    instances: Instances,
    keys: Arc<ArcSwap<Keys>>,
    guard: Option<LockoutGuard>,
    metrics: Metrics,
    known: KnownInstitutions,
}

impl Gateway {
    /// Puts the service together. The keys may be swapped while it serves.
    pub fn new(
        flinks: Arc<Flinks>,
        instances: Instances,
        keys: Arc<ArcSwap<Keys>>,
        guard: Option<LockoutGuard>,
        metrics: Metrics,
    ) -> Self {
        Self {
            flinks,
            instances,
            keys,
            guard,
            metrics,
            known: KnownInstitutions::default(),
        }
    }

    /// Cancelled, it ends all calls in flight at once, each with what is known of its outcome.
    pub fn cut_off(&self) -> CancellationToken {
        self.flinks.cut_off()
    }

    /// Makes the spans of calls, here and towards Flinks.
    pub fn tracer(&self) -> Tracer {
        self.flinks.tracer()
    }

    /// Notes the bank as Flinks names it.
    fn note(&self, call: &Call, institution: Option<&Institution>) {
        if let Some(institution) = institution {
            self.known.learn(&institution.name);
            call.institution(&institution.name);
        }
    }

    fn note_outcome(&self, call: &Call, outcome: &Outcome) {
        match outcome {
            Outcome::Session(session) => {
                call.outcome("session");
                self.note(call, session.institution.as_ref());
            }
            Outcome::Challenged(round) => {
                call.outcome("challenge_round");
                self.note(call, round.institution.as_ref());
            }
            Outcome::Pending(_) => call.outcome("pending"),
        }
    }
}

#[tonic::async_trait]
impl AuthorizationService for Gateway {
    async fn authorize(
        &self,
        request: Request<pb::AuthorizeRequest>,
    ) -> Result<Response<pb::AuthorizeResponse>, Status> {
        let (message, call, caller) = accept(request);
        let request = decode::authorize(message, &self.instances)?;
        permitted(&caller, &call, &request.instance)?;
        let institution = match &request.subject {
            Subject::Credentials { institution, .. } => Some(institution.as_str()),
            Subject::Login(_) => None,
        };
        if let Some(institution) = institution
            && self.known.knows(institution)
        {
            call.institution(institution);
        }
        let institution = self.metrics.institution(institution);
        let attempt = match &self.guard {
            Some(guard) => guard
                .check(&request)
                .inspect_err(|_| self.metrics.held_back())?,
            None => None,
        };
        let outcome = upstream(
            &call,
            pin!(self.flinks.authorize(request, call.deadline, &call.trace)),
        )
        .await;
        self.metrics.signed_in(institution, 0, &outcome);
        if let (Some(guard), Some(attempt)) = (&self.guard, attempt) {
            match &outcome {
                Ok(Outcome::Challenged(round)) => guard.challenged(attempt, &round.request_id),
                Err(failure) if failure.reason == Reason::CredentialsRejected => {
                    guard.refused(attempt);
                }
                Ok(Outcome::Session(_) | Outcome::Pending(_)) | Err(_) => {}
            }
        }
        let outcome = outcome?;
        self.note_outcome(&call, &outcome);
        let keys = self.keys.load();
        Ok(Response::new(encode::authorize(
            outcome,
            &keys,
            &caller.name,
        )))
    }

    async fn answer_challenges(
        &self,
        request: Request<pb::AnswerChallengesRequest>,
    ) -> Result<Response<pb::AnswerChallengesResponse>, Status> {
        let (message, call, caller) = accept(request);
        let keys = self.keys.load_full();
        let now = Timestamp::now();
        let request =
            decode::answer_challenges(message, &keys, &caller.name, &self.instances, now)?;
        permitted(&caller, &call, &request.round.instance)?;
        self.note(&call, request.round.institution.as_ref());
        // The clock of the replica that asked may be ahead.
        let thought = Duration::try_from(now.duration_since(request.round.issued));
        self.metrics.thought(thought.unwrap_or_default());
        let institution = request.round.institution.as_ref();
        let institution = self
            .metrics
            .institution(institution.map(|it| it.name.as_str()));
        let (session, number) = (request.round.request_id.clone(), request.round.number);
        let outcome = upstream(
            &call,
            pin!(
                self.flinks
                    .answer_challenges(request, call.deadline, &call.trace)
            ),
        )
        .await
        .inspect_err(|failure| {
            if let Some(guard) = &self.guard
                && failure.reason == Reason::CredentialsRejected
            {
                guard.refused_in(&session);
            }
        });
        self.metrics.signed_in(institution, number, &outcome);
        let outcome = outcome?;
        self.note_outcome(&call, &outcome);
        Ok(Response::new(encode::answer_challenges(
            outcome,
            &keys,
            &caller.name,
        )))
    }

    async fn cached_authorize(
        &self,
        request: Request<pb::CachedAuthorizeRequest>,
    ) -> Result<Response<pb::CachedAuthorizeResponse>, Status> {
        let (message, call, caller) = accept(request);
        let request = decode::cached_authorize(message, &self.instances)?;
        permitted(&caller, &call, &request.instance)?;
        let outcome = upstream(
            &call,
            pin!(
                self.flinks
                    .cached_authorize(request, call.deadline, &call.trace)
            ),
        )
        .await?;
        match &outcome {
            CachedOutcome::Session(session) => {
                call.outcome("session");
                self.note(&call, session.institution.as_ref());
            }
            CachedOutcome::Pending(_) => call.outcome("pending"),
        }
        Ok(Response::new(encode::cached_authorize(outcome)))
    }
}

/// Takes a request apart: what is asked, the call that asks, and whose it is.
fn accept<M>(mut request: Request<M>) -> (M, Call, Arc<Caller>) {
    let call = request.extensions_mut().remove();
    let caller = request.extensions_mut().remove();
    (
        request.into_inner(),
        call.expect("the server's layer is around every call"),
        caller.expect("the server's layer lets no unknown caller in"),
    )
}

/// Refuses an instance that is not the caller's to use, and notes it otherwise.
fn permitted(caller: &Caller, call: &Call, instance: &InstanceName) -> Result<(), Refusal> {
    if !caller.may_use(instance) {
        return Err(Refusal::CallerNotPermitted);
    }
    call.instance(instance);
    Ok(())
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

impl From<Unanswerable> for Status {
    fn from(unanswerable: Unanswerable) -> Self {
        match unanswerable {
            Unanswerable::Invalid(invalid) => invalid.into(),
            Unanswerable::Expired(request_id) => Failure {
                request_id: Some(request_id),
                ..Failure::new(Reason::SessionExpired).during(failure::Call::AnswerChallenges)
            }
            .into(),
        }
    }
}
