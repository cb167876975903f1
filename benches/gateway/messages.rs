//! The same sign-in for all: what is asked, and what is answered.

use flinks_gateway::pb;

/// What Flinks answers to a sign-in that succeeds.
pub(crate) const SESSION: &str = include_str!("session.json");

/// The request id in it.
pub(crate) const REQUEST_ID: &str = "006fd2f3-055b-4ef6-a9fc-c1261cd76ec6";

/// The customer id in the bank's URLs.
pub(crate) const CUSTOMER_ID: &str = "43387ca6-0391-4c82-857d-70d95f087ecb";

/// What is posted where nothing is encoded: the same as the gateway makes of [`request`].
pub(crate) const BODY: &str = r#"{"Institution":"FlinksCapital","Username":"Greatday","Password":"Everyday","MostRecentCached":false,"Save":true,"Language":"en","Tag":"loan-application-4711"}"#;

/// What is called.
pub(crate) fn request() -> pb::AuthorizeRequest {
    pb::AuthorizeRequest {
        subject: Some(pb::authorize_request::Subject::Credentials(
            pb::Credentials {
                institution: "FlinksCapital".to_owned(),
                username: "Greatday".to_owned(),
                password: "Everyday".to_owned(),
            },
        )),
        save: Some(true),
        language: pb::Language::En.into(),
        tag: "loan-application-4711".to_owned(),
        ..pb::AuthorizeRequest::default()
    }
}

/// What is answered where nothing is decoded: the same as the gateway makes of [`SESSION`].
pub(crate) fn response() -> pb::AuthorizeResponse {
    let link = |resource: pb::Resource, rel: &str, href: &str, example: &str| pb::Link {
        resource: resource.into(),
        rel: rel.to_owned(),
        href: href.to_owned(),
        example: example.to_owned(),
    };
    let session = pb::Session {
        request_id: REQUEST_ID.to_owned(),
        login: Some(pb::Login {
            login_id: "b0debb48-f9f1-46c6-80a4-08d7dd88d478".to_owned(),
            username: "Greatday".to_owned(),
            r#type: pb::LoginType::Personal.into(),
            scheduled_refresh: false,
            last_refresh_time: Some(prost_types::Timestamp {
                seconds: 1_586_990_763,
                nanos: 169_058_500,
            }),
            type_name: "Personal".to_owned(),
        }),
        institution: Some(pb::Institution {
            name: "FlinksCapital".to_owned(),
            display_name: "Flinks Capital".to_owned(),
            id: 14,
        }),
        links: vec![
            link(
                pb::Resource::AccountsDetail,
                "AccountsDetail",
                "/GetAccountsDetail",
                "/GetAccountsDetailAsync/{requestId}",
            ),
            link(
                pb::Resource::AccountsSummary,
                "AccountsSummary",
                "/GetAccountsSummary",
                "",
            ),
            link(pb::Resource::Statements, "Statements", "/GetStatements", ""),
        ],
        tag: String::new(),
    };
    pb::AuthorizeResponse {
        outcome: Some(pb::authorize_response::Outcome::Session(session)),
    }
}
