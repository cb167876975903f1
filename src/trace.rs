//! Spans, and the W3C context in which they travel from caller to gateway to Flinks.
//!
//! A [`Trace`] is handed down as a value, like the deadline. Where no exporter runs there are no spans, and what came
//! in is what goes out. Of a span nothing is told but what its call site says: no log line becomes part of one.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    trace::{
        SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId,
        TraceState, Tracer as _,
    },
};
use opentelemetry_sdk::trace::{self as sdk, SdkTracer};

/// The header of a span's place.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The header of what tracing systems add to that.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Makes spans; by default none.
#[derive(Clone, Debug, Default)]
pub struct Tracer(Option<SdkTracer>);

impl Tracer {
    /// Makes spans with a tracer that somebody exports from.
    pub fn new(tracer: SdkTracer) -> Self {
        Self(Some(tracer))
    }

    /// The trace that a request belongs to, by its headers. What cannot be read counts as not sent.
    pub fn continued(&self, headers: &HeaderMap) -> Trace {
        Trace {
            tracer: self.clone(),
            place: place(headers).unwrap_or(SpanContext::NONE),
        }
    }

    /// A trace that begins here.
    pub fn begun(&self) -> Trace {
        Trace {
            tracer: self.clone(),
            place: SpanContext::NONE,
        }
    }
}

/// A place in a trace: that of the span which others hang from.
#[derive(Clone, Debug)]
pub struct Trace {
    tracer: Tracer,
    place: SpanContext,
}

impl Trace {
    /// Begins a span below this place. It is under way until it is dropped.
    pub fn span(&self, name: &'static str, kind: SpanKind) -> Span {
        // What is decided above holds below: in a trace that nobody keeps there is nothing to make.
        let dropped = self.place.is_valid() && !self.place.is_sampled();
        let Some(tracer) = self.tracer.0.as_ref().filter(|_| !dropped) else {
            return self.unrecorded();
        };
        // Below no span at all, whether there is a trace is the sampler's to say.
        let above = match self.place.is_valid() {
            true => Context::new().with_remote_span_context(self.place.clone()),
            false => Context::new(),
        };
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        let span = tracer.build_with_context(builder, &above);
        Span {
            trace: Self {
                tracer: self.tracer.clone(),
                place: opentelemetry::trace::Span::span_context(&span).clone(),
            },
            recorded: Some(span).filter(opentelemetry::trace::Span::is_recording),
        }
    }

    /// No span, at this place.
    pub fn unrecorded(&self) -> Span {
        Span {
            trace: self.clone(),
            recorded: None,
        }
    }

    /// Which trace this is, and which span; none where there is no trace.
    pub fn ids(&self) -> Option<(TraceId, SpanId)> {
        let ids = (self.place.trace_id(), self.place.span_id());
        self.place.is_valid().then_some(ids)
    }

    /// The header that takes this place along.
    pub fn traceparent(&self) -> Option<HeaderValue> {
        let (trace, span) = self.ids()?;
        let sampled = u8::from(self.place.is_sampled());
        let text = format!("00-{trace}-{span}-{sampled:02x}");
        Some(HeaderValue::from_str(&text).expect("digits and dashes are visible ASCII"))
    }
}

/// A span under way, until it is dropped.
#[derive(Debug)]
pub struct Span {
    trace: Trace,
    recorded: Option<sdk::Span>,
}

impl Span {
    /// Its own place.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What to tell of it to; none where nobody will read it.
    pub fn recorded(&mut self) -> Option<&mut impl opentelemetry::trace::Span> {
        self.recorded.as_mut()
    }
}

/// The place that headers tell of.
fn place(headers: &HeaderMap) -> Option<SpanContext> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let parent = parents.next().filter(|_| parents.next().is_none())?;
    let (trace, span, flags) = traceparent(parent.as_bytes())?;
    let place = SpanContext::new(trace, span, flags, true, tracestate(headers));
    place.is_valid().then_some(place)
}

/// `00-` 32 hex digits `-` 16 hex digits `-` 2 hex digits; a later version may go on after another dash. Stricter than
/// the SDK's propagator, which takes signs and short numbers as well.
fn traceparent(text: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let digits = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        let lower = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        digits
            .iter()
            .all(lower)
            .then(|| std::str::from_utf8(digits).ok())?
    };
    let version = digits(0..2).filter(|version| *version != "ff")?;
    let trace = TraceId::from_hex(digits(3..35)?).ok()?;
    let span = SpanId::from_hex(digits(36..52)?).ok()?;
    let flags = u8::from_str_radix(digits(53..55)?, 16).ok()?;
    let dashes = [2, 35, 52].iter().all(|place| text[*place] == b'-');
    let ends = match text.get(55) {
        None => true,
        Some(next) => version != "00" && *next == b'-',
    };
    let known = TraceFlags::new(flags) & TraceFlags::SAMPLED;
    (dashes && ends).then_some((trace, span, known))
}

/// Goes to the collector with the spans, and nowhere else. A long one is nobody's to carry.
fn tracestate(headers: &HeaderMap) -> TraceState {
    const LONGEST: usize = 512;
    let texts: Option<Vec<&str>> = headers
        .get_all(TRACESTATE)
        .iter()
        .map(|value| value.to_str().ok())
        .collect();
    let text = texts.map(|texts| texts.join(",")).unwrap_or_default();
    match text.len() {
        1..=LONGEST => text.parse().unwrap_or_default(),
        _ => TraceState::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn continued(parent: &str) -> Trace {
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, parent.parse().unwrap());
        Tracer::default().continued(&headers)
    }

    #[test]
    fn what_came_in_goes_out() {
        for good in [GOOD, &GOOD.replace("-01", "-00")] {
            assert_eq!(continued(good).traceparent().unwrap(), good);
        }
        let later = continued(&GOOD.replacen("00", "01", 1).replace("-01", "-ff-more"));
        assert_eq!(later.traceparent().unwrap(), GOOD);
    }

    #[test]
    fn what_cannot_be_read_is_no_trace() {
        for bad in [
            "",
            "00",
            &GOOD[..54],
            &GOOD.to_ascii_uppercase(),
            &format!("{GOOD}-"),
            &format!("{GOOD}0"),
            &GOOD.replacen("00", "ff", 1),
            &GOOD.replacen("00-", "00_", 1),
            &GOOD.replace("0af7", "+af7"),
            &GOOD.replace("0af7", "0ag7"),
            &GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &GOOD.replace("b7ad6b7169203331", &"0".repeat(16)),
            "00-é",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                TRACEPARENT,
                HeaderValue::from_bytes(bad.as_bytes()).unwrap(),
            );
            let trace = Tracer::default().continued(&headers);
            assert!(
                trace.ids().is_none() && trace.traceparent().is_none(),
                "{bad}"
            );
        }
        let mut twice = HeaderMap::new();
        twice.append(TRACEPARENT, HeaderValue::from_static(GOOD));
        twice.append(TRACEPARENT, HeaderValue::from_static(GOOD));
        assert!(Tracer::default().continued(&twice).ids().is_none());
    }
}
