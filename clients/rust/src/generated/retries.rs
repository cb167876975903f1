// Written by clients/generate from the contract. Do not edit.

use std::time::Duration;

use tonic::Code;

use crate::call::RetryPolicy;

/// What `service_config.json` says of a method of the service.
pub(crate) fn policy(method: &str) -> Option<RetryPolicy> {
    match method {
        "CachedAuthorize" => Some(RetryPolicy {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_millis(2000),
            backoff_multiplier: 2.0,
            codes: &[Code::Unavailable],
        }),
        _ => None,
    }
}
