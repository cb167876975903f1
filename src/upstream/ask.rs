//! One exchange as operators see it: asked, answered, told of in a span, and counted.
//!
//! The span says what was asked, where, and what came of it, by status and Flinks' code. Never what was sent or
//! received, nor the customer id in the path.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderValue;
use opentelemetry::{
    KeyValue,
    trace::{Span as _, SpanKind, Status},
};

use super::{
    decode::{Challenged, Meaning},
    fault,
    http::{Endpoint, Http, Reply},
    observer::{Exchanged, Observer, Verdict},
};
use crate::{
    domain::{
        failure::{Failure, Reason},
        names::{AuthKey, FlinksCode},
    },
    trace::{Span, Trace},
};

/// What is asked.
pub(super) struct Question {
    pub endpoint: Endpoint,
    pub auth_key: Option<HeaderValue>,
    pub body: Bytes,
}

/// What is told of an answer.
pub(super) trait Answer {
    /// Flinks' code in it.
    fn flinks_code(&self) -> Option<&FlinksCode>;
}

impl Answer for Meaning {
    fn flinks_code(&self) -> Option<&FlinksCode> {
        match self {
            Self::Session(_) => None,
            Self::Challenged(Challenged { flinks_code, .. }) => flinks_code.as_ref(),
            Self::Pending(pending) => pending.flinks_code.as_ref(),
        }
    }
}

impl Answer for AuthKey {
    fn flinks_code(&self) -> Option<&FlinksCode> {
        None
    }
}

impl Http {
    /// Asks, and reads what is answered.
    pub(super) async fn ask<A: Answer>(
        &self,
        trace: &Trace,
        question: Question,
        read: impl FnOnce(Reply) -> Result<A, Failure>,
    ) -> Result<A, Failure> {
        let Question {
            endpoint,
            auth_key,
            body,
        } = question;
        let mut asking = self.asking(trace, endpoint);
        let traceparent = asking.span.trace().traceparent();
        let reply = self.post(endpoint, auth_key, traceparent, body).await;
        let status = reply.as_ref().ok().map(|reply| reply.status);
        let answer = reply.and_then(read);
        asking.end(status, answer.as_ref());
        answer
    }

    fn asking(&self, trace: &Trace, endpoint: Endpoint) -> Asking<'_> {
        let name = match endpoint {
            Endpoint::Authorize => "POST /{version}/{customerId}/BankingServices/Authorize",
            Endpoint::GenerateAuthorizeToken => {
                "POST /{version}/{customerId}/BankingServices/GenerateAuthorizeToken"
            }
        };
        let mut span = trace.span(name, SpanKind::Client);
        if let Some(span) = span.recorded() {
            let url = self.base();
            span.set_attribute(KeyValue::new("http.request.method", "POST"));
            span.set_attribute(KeyValue::new("url.template", endpoint.template()));
            if let Some(host) = url.host_str() {
                span.set_attribute(KeyValue::new("server.address", host.to_owned()));
            }
            if let Some(port) = url.port_or_known_default() {
                span.set_attribute(KeyValue::new("server.port", i64::from(port)));
            }
        }
        Asking {
            span,
            observer: self.observer(),
            begun: Instant::now(),
            exchanged: Exchanged {
                endpoint,
                http_status: None,
                flinks_code: None,
                verdict: Verdict::Abandoned,
                took: Duration::ZERO,
            },
        }
    }
}

/// An exchange under way. One that is dropped was given up.
struct Asking<'a> {
    span: Span,
    observer: &'a dyn Observer,
    begun: Instant,
    exchanged: Exchanged,
}

impl Asking<'_> {
    fn end<A: Answer>(&mut self, status: Option<u16>, answer: Result<&A, &Failure>) {
        let (status, code, lost) = match answer {
            Ok(answer) => (status, answer.flinks_code(), None),
            Err(failure) => (
                status.or(failure.http_status),
                failure.flinks_code.as_ref(),
                transport_fault(failure.reason),
            ),
        };
        self.exchanged.http_status = status;
        self.exchanged.flinks_code = code.map(fault::label);
        self.exchanged.verdict = match answer {
            Ok(_) => Verdict::Answered,
            Err(failure) => Verdict::Failed(failure.reason),
        };
        let Some(span) = self.span.recorded() else {
            return;
        };
        if let Some(status) = status {
            span.set_attribute(KeyValue::new(
                "http.response.status_code",
                i64::from(status),
            ));
        }
        if let Some(code) = code {
            let code = code.as_str().to_owned();
            span.set_attribute(KeyValue::new("flinks_gateway.flinks_code", code));
        }
        let error = match status {
            Some(status @ 400..) => Some(status.to_string().into()),
            Some(_) | None => lost.map(Into::into),
        };
        if let Some(error) = error {
            fail(span, error);
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.exchanged.took = self.begun.elapsed();
        self.observer.exchanged(&self.exchanged);
        if self.exchanged.verdict == Verdict::Abandoned
            && let Some(span) = self.span.recorded()
        {
            fail(span, "cancelled".into());
        }
    }
}

fn fail(span: &mut impl opentelemetry::trace::Span, error: opentelemetry::Value) {
    span.set_attribute(KeyValue::new("error.type", error));
    span.set_status(Status::error(""));
}

/// What went wrong where no status says it.
fn transport_fault(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::UpstreamUnreachable => Some("unreachable"),
        Reason::OutcomeUnknown => Some("connection_lost"),
        Reason::UpstreamResponseInvalid(_) => Some("invalid_response"),
        _ => None,
    }
}
