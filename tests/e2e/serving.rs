//! The server around the service: health, reflection, request ids, panics, and how it ends.

use std::time::Duration;

use flinks_gateway::pb;
use tonic::{Code, Request};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::{v1, v1alpha};

use crate::harness::*;

const SERVICE: &str = "flinks.gateway.v1.AuthorizationService";

fn health(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

#[tokio::test]
async fn health_is_told_for_the_server_and_the_service() {
    let (_sandbox, gateway, _client) = all().await;
    gateway.ready().await;
    let mut client = HealthClient::new(gateway.channel().await);
    for service in ["", SERVICE, &format!("{SERVICE}/default")] {
        let status = client
            .check(health(service))
            .await
            .unwrap()
            .into_inner()
            .status();
        assert_eq!(status, ServingStatus::Serving);
    }
    assert_eq!(
        client.check(health("other")).await.err().unwrap().code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn a_drain_is_told_first_finishes_calls_and_ends() {
    let (_sandbox, mut gateway, mut client) = all().await;
    gateway.ready().await;
    let mut watching = HealthClient::new(gateway.channel().await);
    let mut watch = watching.watch(health(SERVICE)).await.unwrap().into_inner();
    assert_eq!(
        watch.message().await.unwrap().unwrap().status(),
        ServingStatus::Serving
    );
    let round = client.challenged("question/delay_300.ok").await;
    let call = tokio::spawn({
        let mut client = client.clone();
        async move { client.answer(right_answers(&round)).await }
    });
    let slow = tokio::spawn({
        let mut client = client.clone();
        async move { client.authorize(sign_in("delay_300.ok")).await }
    });
    // Both are under way once Flinks holds them.
    while _sandbox.unfinished() < 2 {
        tokio::task::yield_now().await;
    }
    gateway.drain();
    assert_eq!(
        watch.message().await.unwrap().unwrap().status(),
        ServingStatus::NotServing
    );
    assert!(
        watch.message().await.unwrap().is_none(),
        "a watch does not hold the drain up"
    );
    assert!(call.await.unwrap().is_ok());
    assert!(slow.await.unwrap().is_ok());
    tokio::time::timeout(Duration::from_secs(5), gateway.server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let refused = tokio::net::TcpStream::connect(gateway.address).await;
    assert!(refused.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_drain_has_a_limit_and_tells_calls_what_is_known_of_them() {
    let (sandbox, mut gateway, client) = all_with(options(), |config| {
        config.server.limits.drain_timeout = Duration::from_millis(50);
    })
    .await;
    let mut calling = client.clone();
    let call = tokio::spawn(async move { calling.refused("hang").await });
    while sandbox.unfinished() == 0 {
        tokio::task::yield_now().await;
    }
    gateway.drain();
    let error = call.await.unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::Unknown, "OUTCOME_UNKNOWN")
    );
    assert!(!error.retryable);
    tokio::time::timeout(Duration::from_secs(5), gateway.server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn the_callers_request_id_comes_back_and_a_bad_one_is_replaced() {
    let (_sandbox, gateway, _client) = all().await;
    let mut client =
        pb::authorization_service_client::AuthorizationServiceClient::new(gateway.channel().await);
    let mut returned = async |given: Option<&'static str>| {
        let mut request = Request::new(sign_in("ok"));
        if let Some(given) = given {
            request
                .metadata_mut()
                .insert("x-request-id", given.parse().unwrap());
        }
        let response = client.authorize(request).await.unwrap();
        response
            .metadata()
            .get("x-request-id")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(returned(Some("trace-1:a.b_c")).await, "trace-1:a.b_c");
    for bad in [
        None,
        Some("with space"),
        Some("quote\""),
        Some(Box::leak("x".repeat(129).into_boxed_str())),
    ] {
        let id = returned(bad).await;
        assert!(uuid::Uuid::try_parse(&id).is_ok(), "{id}");
    }
}

#[tokio::test]
async fn reflection_lists_public_services_and_describes_them_with_comments() {
    let (_sandbox, gateway, _client) = all().await;
    let mut client =
        v1::server_reflection_client::ServerReflectionClient::new(gateway.channel().await);
    let ask = |request| v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(request),
    };
    use v1::{
        server_reflection_request::MessageRequest as Ask,
        server_reflection_response::MessageResponse as Told,
    };
    let asked = tokio_stream::iter([
        ask(Ask::ListServices(String::new())),
        ask(Ask::FileContainingSymbol(SERVICE.to_owned())),
        ask(Ask::FileContainingSymbol("google.rpc.ErrorInfo".to_owned())),
    ]);
    let mut told = client
        .server_reflection_info(asked)
        .await
        .unwrap()
        .into_inner();
    let Some(Told::ListServicesResponse(list)) =
        told.message().await.unwrap().unwrap().message_response
    else {
        panic!("no list");
    };
    let mut names: Vec<_> = list
        .service
        .into_iter()
        .map(|service| service.name)
        .collect();
    names.sort();
    assert_eq!(names, [SERVICE, "grpc.health.v1.Health"]);
    let Some(Told::FileDescriptorResponse(file)) =
        told.message().await.unwrap().unwrap().message_response
    else {
        panic!("no file");
    };
    let text = String::from_utf8_lossy(&file.file_descriptor_proto[0]).into_owned();
    assert!(text.contains("Signs a customer in"), "comments are served");
    let details = told.message().await.unwrap().unwrap().message_response;
    assert!(
        matches!(details, Some(Told::FileDescriptorResponse(_))),
        "error details can be shown"
    );

    let mut old =
        v1alpha::server_reflection_client::ServerReflectionClient::new(gateway.channel().await);
    let asked = tokio_stream::iter([v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            v1alpha::server_reflection_request::MessageRequest::ListServices(String::new()),
        ),
    }]);
    let told = old
        .server_reflection_info(asked)
        .await
        .unwrap()
        .into_inner()
        .message()
        .await
        .unwrap()
        .unwrap();
    let Some(v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list)) =
        told.message_response
    else {
        panic!("no list");
    };
    assert_eq!(list.service.len(), 2);
}

#[tokio::test]
async fn a_named_instance_is_reached_by_its_name_alone() {
    use flinks_gateway::{
        domain::names::{AuthKey, InstanceName},
        upstream::InstanceConfig,
    };
    let (ca, us) = (sandbox(options()).await, sandbox(options()).await);
    let instance = |sandbox: &Sandbox| {
        let key = AuthKey::parse(sandbox.options().secret_key.clone());
        InstanceConfig::new(
            &sandbox.url().parse().unwrap(),
            sandbox.options().customer_id,
            key,
        )
    };
    let gateway = Gateway::with(&ca, |config| {
        config.instances.clear();
        config
            .instances
            .insert(InstanceName("ca".to_owned()), instance(&ca));
        config
            .instances
            .insert(InstanceName("us".to_owned()), instance(&us));
    })
    .await;
    let mut client = gateway.client();
    let request = |name: &str| pb::AuthorizeRequest {
        instance: name.to_owned(),
        ..sign_in("question")
    };
    let Ok(pb::authorize_response::Outcome::ChallengeRound(round)) =
        client.authorize(request("us")).await
    else {
        panic!("not challenged");
    };
    client.answer(right_answers(&round)).await.unwrap();
    assert_eq!(
        (authorize_bodies(&ca).len(), authorize_bodies(&us).len()),
        (0, 2)
    );
    for unknown in ["", "eu"] {
        let error = client.authorize(request(unknown)).await.err().unwrap();
        assert_eq!(
            error.violations,
            [("instance".to_owned(), "UNKNOWN_INSTANCE".to_owned())]
        );
    }
}
