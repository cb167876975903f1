// Written by clients/generate from the contract. Do not edit.

use std::time::Duration;

use tonic::Code;

use crate::call::RetryPolicy;

/// What `service_config.json` says of a method.
pub(crate) fn policy(service: &str, method: &str) -> Option<RetryPolicy> {
    match (service, method) {
        ("flinks.gateway.v1.AuthorizationService", "CachedAuthorize") => Some(RetryPolicy {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_millis(2000),
            backoff_multiplier: 2.0,
            codes: &[Code::Unavailable],
        }),
        _ => None,
    }
}
