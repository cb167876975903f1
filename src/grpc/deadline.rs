//! The caller's deadline: `grpc-timeout`, as the gRPC protocol writes it.

use std::time::{Duration, Instant};

use http::HeaderMap;

/// How much earlier than the caller's word a call ends, so that its answer arrives before the caller's own timer
/// rings, and tells what is known.
const AHEAD: Duration = Duration::from_millis(5);

/// How long after a call's deadline one that did not end itself is ended: one whose message is slow to arrive.
pub const BACKSTOP: Duration = Duration::from_millis(3);

/// How long calls may take at most, whatever the caller allows.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For calls that ask the bank.
    pub live: Duration,
    /// For calls that read Flinks' cache.
    pub cached: Duration,
}

impl Timeouts {
    /// How long any call may take.
    pub fn longest(&self) -> Duration {
        self.live.max(self.cached)
    }
}

/// When a call that arrived at `arrived` must be over: by the caller's word, and at the latest after `cap`.
pub fn of(headers: &HeaderMap, arrived: Instant, cap: Duration) -> Instant {
    let asked = timeout(headers).map(|timeout| timeout.saturating_sub(AHEAD));
    arrived + asked.map_or(cap, |asked| asked.min(cap))
}

/// The caller's timeout; none when there is none, or none that can be read. A number with a plus sign can: tonic's
/// clients and servers take it as well.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(
            http::HeaderName::from_static("grpc-timeout"),
            http::HeaderValue::from_str(value).unwrap(),
        )])
    }

    #[test]
    fn every_unit_is_read() {
        for (text, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("6n", Some(Duration::from_nanos(6))),
            ("99999999S", Some(Duration::from_secs(99_999_999))),
            ("999999999S", None),
            ("S", None),
            ("", None),
            ("+1S", Some(Duration::from_secs(1))),
            ("-1S", None),
            ("1x", None),
        ] {
            assert_eq!(timeout(&headers(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_shorter_of_caller_and_configuration_counts() {
        let now = Instant::now();
        let cap = Duration::from_secs(10);
        assert_eq!(of(&HeaderMap::new(), now, cap), now + cap);
        assert_eq!(of(&headers("1H"), now, cap), now + cap);
        assert_eq!(
            of(&headers("1S"), now, cap),
            now + Duration::from_millis(995)
        );
        assert_eq!(of(&headers("1m"), now, cap), now);
    }
}
