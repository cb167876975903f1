//! Who is let in: known, permitted, and within the limits. Whoever is not is told at once, and nothing queues.
//!
//! Health is for all, so that a load balancer needs no key; reflection by its setting.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use arc_swap::ArcSwap;
use http::{Request, Response, header::AUTHORIZATION};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Status, body::Body};
use tower::{Layer, Service};

use super::{
    answers::{self, Held},
    arrivals::{Arriving, Large, MOST_LARGE, Place},
};
use crate::{
    call::{Call, Method},
    callers::{Caller, Callers, Peer},
    domain::refusal::Refusal,
    telemetry::metrics::{self, Limit, Metrics},
};

/// Who may ask for the contract by reflection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reflection {
    /// Those who may call.
    Callers,
    /// Whoever reaches the port.
    Anyone,
    /// Nobody: the port has none.
    Off,
}

/// The connection that a call comes on.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    peer: Peer,
    /// Room for calls of the standard services. Health is for strangers too, so nobody can be held to anything else.
    standard: Arc<Semaphore>,
}

impl Origin {
    pub(super) fn new(peer: Peer) -> Self {
        Self {
            peer,
            standard: Arc::new(Semaphore::new(MOST_STANDARD)),
        }
    }
}

/// Calls of health and reflection at once on one connection.
const MOST_STANDARD: usize = 16;

/// How long an answer may take to be read after the call's deadline.
const READING: Duration = Duration::from_secs(60);

/// What it takes to be let in.
#[derive(Clone, Debug)]
pub(super) struct AdmissionLayer {
    callers: Arc<ArcSwap<Callers>>,
    calls: Arc<Semaphore>,
    large: Arc<Semaphore>,
    reflection: Reflection,
    metrics: Metrics,
}

impl AdmissionLayer {
    pub(super) fn new(
        callers: Arc<ArcSwap<Callers>>,
        max_calls: usize,
        reflection: Reflection,
        metrics: Metrics,
    ) -> Self {
        Self {
            callers,
            calls: Arc::new(Semaphore::new(max_calls)),
            large: Arc::new(Semaphore::new(MOST_LARGE)),
            reflection,
            metrics,
        }
    }

    /// Looks at a call; gives what it takes up while it lasts.
    fn admit(&self, request: &mut Request<Body>) -> Result<Taken, Refusal> {
        let path = request.uri().path();
        let method = Method::of(path);
        let is_open = path.starts_with("/grpc.health.v1.Health/")
            || (method == Method::Standard && self.reflection == Reflection::Anyone);
        let origin = request.extensions().get::<Origin>();
        if !is_open {
            let caller = self.caller(origin, request)?;
            if let Some(name) = method.name() {
                if !caller.may_call(name) {
                    return Err(Refusal::CallerNotPermitted);
                }
                let taken = self.take(&caller, name, request)?;
                request.extensions_mut().insert(caller);
                return Ok(taken);
            }
        }
        match origin {
            Some(origin) if method == Method::Standard => {
                let permit = Arc::clone(&origin.standard).try_acquire_owned();
                let permit = permit.map_err(|_| {
                    self.metrics.shed(Limit::StandardCalls);
                    Refusal::Overloaded
                })?;
                Ok(Taken {
                    _whole: Some(permit),
                    ..Taken::default()
                })
            }
            // Nothing answers but at once.
            _ => Ok(Taken::default()),
        }
    }

    fn caller(
        &self,
        origin: Option<&Origin>,
        request: &Request<Body>,
    ) -> Result<Arc<Caller>, Refusal> {
        let nobody = Peer::default();
        let peer = origin.map_or(&nobody, |origin| &origin.peer);
        let callers = self.callers.load();
        let caller = callers.identify(peer, key(request))?;
        if let Some(call) = request.extensions().get::<Call>() {
            call.caller(&caller.name);
        }
        Ok(Arc::clone(caller))
    }

    fn take(
        &self,
        caller: &Caller,
        method: &str,
        request: &mut Request<Body>,
    ) -> Result<Taken, Refusal> {
        let whole = Arc::clone(&self.calls).try_acquire_owned();
        let whole = whole.map_err(|_| {
            self.metrics.shed(Limit::Calls);
            Refusal::Overloaded
        })?;
        let own = caller.allowance.take();
        let own = own.inspect_err(|_| self.metrics.shed(Limit::CallerCalls))?;
        if let Some(call) = request.extensions().get::<Call>() {
            answers::must_end((call.deadline + READING).into());
        }
        let place = Place::default();
        let large = match method {
            "AnswerChallenges" => Large::Room(
                Arc::clone(&self.large),
                Arc::clone(&place),
                self.metrics.clone(),
            ),
            _ => Large::No,
        };
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Arriving {
            body,
            weight: 0,
            large,
        });
        Ok(Taken {
            _whole: Some(whole),
            _counted: Some(self.metrics.call_begins()),
            _own: own,
            _large: place,
        })
    }
}

/// The key that a caller shows. Of more than one header none counts: who wrote which is not to be seen. What is not
/// understood is an empty key, which nobody has.
fn key(request: &Request<Body>) -> Option<&[u8]> {
    let mut headers = request.headers().get_all(AUTHORIZATION).iter();
    let header = headers.next()?.as_bytes();
    let (scheme, key) = header.split_at_checked(7).unwrap_or((header, &[]));
    Some(match headers.next() {
        None if scheme.eq_ignore_ascii_case(b"bearer ") => key,
        _ => &[],
    })
}

/// What a call takes up of the limits; given back by drop, once its answer was read.
#[derive(Debug, Default)]
struct Taken {
    /// Of all calls, or of the standard ones on a connection.
    _whole: Option<OwnedSemaphorePermit>,
    /// Among those under way.
    _counted: Option<metrics::Held>,
    /// Of the caller's.
    _own: Option<OwnedSemaphorePermit>,
    /// Of the large ones.
    _large: Place,
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admission<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Admission {
            inner,
            layer: self.clone(),
        }
    }
}

/// See [`AdmissionLayer`].
#[derive(Clone, Debug)]
pub(super) struct Admission<S> {
    inner: S,
    layer: AdmissionLayer,
}

impl<S> Service<Request<Body>> for Admission<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let taken = match self.layer.admit(&mut request) {
            Ok(taken) => taken,
            Err(refusal) => {
                let response = Status::from(refusal).into_http();
                return Box::pin(async { Ok(response) });
            }
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(|body| Body::new(Held::new(body, taken))))
        })
    }
}
