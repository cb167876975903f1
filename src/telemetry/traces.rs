//! Traces: where they go.

use reqwest::Url;

/// Where traces go, and how many.
#[derive(Clone, Debug)]
pub struct Options {
    /// The collector, by OTLP over gRPC.
    pub endpoint: Url,
    /// The share to keep where the caller has not decided, from 0 to 1.
    pub ratio: f64,
}
