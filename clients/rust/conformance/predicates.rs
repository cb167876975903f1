// Written by clients/generate from the contract. Do not edit.

use flinks_gateway_client::GatewayError;

/// The names of all predicates that are true.
pub fn predicates(error: &GatewayError) -> Vec<&'static str> {
    let all = [
        ("is_invalid_request", error.is_invalid_request()),
        ("is_continuation_invalid", error.is_continuation_invalid()),
        ("is_request_refused", error.is_request_refused()),
        ("is_credentials_rejected", error.is_credentials_rejected()),
        ("is_answers_rejected", error.is_answers_rejected()),
        ("is_answers_mismatched", error.is_answers_mismatched()),
        ("is_login_not_found", error.is_login_not_found()),
        ("is_session_not_found", error.is_session_not_found()),
        ("is_session_expired", error.is_session_expired()),
        ("is_already_authorized", error.is_already_authorized()),
        ("is_live_sign_in_required", error.is_live_sign_in_required()),
        ("is_login_disabled", error.is_login_disabled()),
        ("is_access_refused", error.is_access_refused()),
        ("is_bank_action_required", error.is_bank_action_required()),
        ("is_no_transactions", error.is_no_transactions()),
        ("is_institution_unavailable", error.is_institution_unavailable()),
        ("is_institution_disabled", error.is_institution_disabled()),
        ("is_session_conflict", error.is_session_conflict()),
        ("is_rate_limited", error.is_rate_limited()),
        ("is_upstream_failed", error.is_upstream_failed()),
        ("is_upstream_refused", error.is_upstream_refused()),
        ("is_upstream_keys_refused", error.is_upstream_keys_refused()),
        ("is_upstream_feature_disabled", error.is_upstream_feature_disabled()),
        ("is_upstream_response_invalid", error.is_upstream_response_invalid()),
        ("is_upstream_unreachable", error.is_upstream_unreachable()),
        ("is_outcome_unknown", error.is_outcome_unknown()),
        ("is_deadline_exceeded", error.is_deadline_exceeded()),
        ("is_gateway_fault", error.is_gateway_fault()),
        ("is_method_unknown", error.is_method_unknown()),
        ("is_credentials_held_back", error.is_credentials_held_back()),
        ("is_caller_unknown", error.is_caller_unknown()),
        ("is_caller_not_permitted", error.is_caller_not_permitted()),
        ("is_caller_limited", error.is_caller_limited()),
        ("is_gateway_overloaded", error.is_gateway_overloaded()),
    ];
    all.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect()
}
