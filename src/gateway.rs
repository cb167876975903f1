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
        outcome::Institution,
        refusal::Refusal,
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
    guard: LockoutGuard,
    metrics: Metrics,
    known: KnownInstitutions,
}

impl Gateway {
    /// Puts the service together. The keys may be swapped while it serves.
    pub fn new(
        flinks: Arc<Flinks>,
        instances: Instances,
        keys: Arc<ArcSwap<Keys>>,
        guard: LockoutGuard,
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

    /// Notes the bank that a caller names, if Flinks has named it too: it might be something typed into the wrong field.
    fn note_asked(&self, call: &Call, institution: Option<&str>) {
        if let Some(institution) = institution.filter(|name| self.known.knows(name)) {
            call.institution(institution);
        }
    }

    /// Notes the bank as Flinks names it.
    fn note_institution(&self, call: &Call, institution: Option<&Institution>) {
        if let Some(institution) = institution {
            self.known.learn(&institution.name);
            call.institution(&institution.name);
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
        let institution = request.subject.institution();
        self.note_asked(&call, institution);
        let institution = self.metrics.institution(institution);
        let attempt = self
            .guard
            .check(&request)
            .inspect_err(|_| self.metrics.held_back())?;
        let outcome = upstream(
            &call,
            pin!(
                self.flinks
                    .authorize(request, call.deadline, &call.trace, &call.departure)
            ),
        )
        .await;
        self.guard.learn(attempt, &outcome);
        self.metrics.signed_in(institution, 0, &outcome);
        let outcome = outcome?;
        call.outcome(outcome.name());
        self.note_institution(&call, outcome.institution());
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
        let institution = request.round.institution.as_ref();
        self.note_institution(&call, institution);
        // The clock of the replica that asked may be ahead.
        let thought = Duration::try_from(now.duration_since(request.round.issued));
        self.metrics.thought(thought.unwrap_or_default());
        let institution = self
            .metrics
            .institution(institution.map(|it| it.name.as_str()));
        let (session, number) = (request.round.request_id.clone(), request.round.number);
        let outcome = upstream(
            &call,
            pin!(self.flinks.answer_challenges(
                request,
                call.deadline,
                &call.trace,
                &call.departure
            )),
        )
        .await;
        self.guard.learn_in(&session, &outcome);
        self.metrics.signed_in(institution, number, &outcome);
        let outcome = outcome?;
        call.outcome(outcome.name());
        self.note_institution(&call, outcome.institution());
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
        call.outcome(outcome.name());
        self.note_institution(&call, outcome.institution());
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
