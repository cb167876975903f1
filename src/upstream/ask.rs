//! One exchange as operators see it: asked, answered, and told of in a span.
//!
//! The span says what was asked, where, and what came of it, by status and Flinks' code. Never what was sent or
//! received, nor the customer id in the path.

use bytes::Bytes;
use http::HeaderValue;
use opentelemetry::{
    KeyValue,
    trace::{Span as _, SpanKind, Status},
};

use super::{
    decode::{Challenged, Meaning},
    http::{Endpoint, Http, Reply},
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

    fn asking(&self, trace: &Trace, endpoint: Endpoint) -> Asking {
        let name = match endpoint {
            Endpoint::Authorize => "POST /{version}/{customerId}/BankingServices/Authorize",
            Endpoint::GenerateAuthorizeToken => {
                "POST /{version}/{customerId}/BankingServices/GenerateAuthorizeToken"
            }
        };
        let mut span = trace.span(name, SpanKind::Client);
        if let Some(span) = span.recorded() {
            let url = self.url(endpoint);
            span.set_attribute(KeyValue::new("http.request.method", "POST"));
            span.set_attribute(KeyValue::new("url.template", &name["POST ".len()..]));
            if let Some(host) = url.host_str() {
                span.set_attribute(KeyValue::new("server.address", host.to_owned()));
            }
            if let Some(port) = url.port_or_known_default() {
                span.set_attribute(KeyValue::new("server.port", i64::from(port)));
            }
        }
        Asking { span, ended: false }
    }
}

/// An exchange under way. One that is dropped was given up.
struct Asking {
    span: Span,
    ended: bool,
}

impl Asking {
    fn end<A: Answer>(&mut self, status: Option<u16>, answer: Result<&A, &Failure>) {
        self.ended = true;
        let Some(span) = self.span.recorded() else {
            return;
        };
        let (status, code, fault) = match answer {
            Ok(answer) => (status, answer.flinks_code(), None),
            Err(failure) => (
                status.or(failure.http_status),
                failure.flinks_code.as_ref(),
                fault(failure.reason),
            ),
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
            Some(_) | None => fault.map(Into::into),
        };
        if let Some(error) = error {
            fail(span, error);
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if !self.ended
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
fn fault(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::UpstreamUnreachable => Some("unreachable"),
        Reason::OutcomeUnknown => Some("connection_lost"),
        Reason::UpstreamResponseInvalid(_) => Some("invalid_response"),
        _ => None,
    }
}
