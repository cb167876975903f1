//! Who is let in: known, permitted, and within the limits. Whoever is not is told at once, and nothing queues.
//!
//! Health is for all, so that a load balancer needs no key; reflection by its setting.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Request, Response, header::AUTHORIZATION};
use http_body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Status, body::Body};
use tower::{Layer, Service};

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

/// What it takes to be let in.
#[derive(Clone, Debug)]
pub(super) struct AdmissionLayer {
    callers: Arc<ArcSwap<Callers>>,
    calls: Arc<Semaphore>,
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
        if is_open {
            return Ok(Taken::default());
        }
        let peer = request.extensions().get::<Peer>();
        let caller = Arc::clone(
            self.callers
                .load()
                .identify(peer.unwrap_or(&Peer::default()), key(request))?,
        );
        if let Some(call) = request.extensions().get::<Call>() {
            call.caller(&caller.name);
        }
        let taken = match method.name() {
            None => Taken::default(),
            Some(name) if !caller.may_call(name) => return Err(Refusal::CallerNotPermitted),
            Some(_) => self.take(&caller)?,
        };
        request.extensions_mut().insert(caller);
        Ok(taken)
    }

    fn take(&self, caller: &Caller) -> Result<Taken, Refusal> {
        let whole = Arc::clone(&self.calls).try_acquire_owned();
        let whole = whole.map_err(|_| {
            self.metrics.shed(Limit::Calls);
            Refusal::Overloaded
        })?;
        let own = caller.allowance.take();
        let own = own.inspect_err(|_| self.metrics.shed(Limit::CallerCalls))?;
        Ok(Taken(Some((whole, self.metrics.call_begins())), own))
    }
}

/// The key that a caller shows. Whatever else is in the header is one nobody has.
fn key(request: &Request<Body>) -> Option<&[u8]> {
    let header = request.headers().get(AUTHORIZATION)?.as_bytes();
    let (scheme, key) = header.split_at_checked(7).unwrap_or((header, &[]));
    Some(if scheme.eq_ignore_ascii_case(b"bearer ") {
        key
    } else {
        &[]
    })
}

/// What a call takes up of the limits; given back by drop, once its answer was read.
#[derive(Default)]
struct Taken(
    Option<(OwnedSemaphorePermit, metrics::Held)>,
    Option<OwnedSemaphorePermit>,
);

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
            Ok(match taken {
                Taken(None, None) => response,
                taken => response.map(|inner| {
                    Body::new(Held {
                        inner,
                        _taken: taken,
                    })
                }),
            })
        })
    }
}

/// An answer's body, which counts as the call's until it was read: a peer that reads slowly does not get more for it.
struct Held {
    inner: Body,
    _taken: Taken,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
