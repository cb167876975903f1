//! A call that is under way all the time, at a gateway that takes no other beside it.

use std::{io, net::SocketAddr, time::Duration};

use flinks_sandbox::{SCENARIO_BANK, Sandbox};
use tonic::{Request, metadata::AsciiMetadataValue, transport::Endpoint};

use crate::{
    newer::pb::{
        AuthorizeRequest, Credentials, authorization_service_client::AuthorizationServiceClient,
        authorize_request::Subject,
    },
    seen,
};

/// Makes a call that the bank never answers, as the caller with this key, and waits until the bank has it. It ends
/// with the gateway.
pub(crate) async fn occupy(
    sandbox: &Sandbox,
    gateway: SocketAddr,
    name: &str,
    key: Option<&str>,
) -> io::Result<()> {
    let endpoint = Endpoint::from_shared(format!("http://{gateway}")).map_err(io::Error::other)?;
    let channel = endpoint.connect().await.map_err(io::Error::other)?;
    let username = format!("hang;note=under-way-{name}");
    let mut request = Request::new(AuthorizeRequest {
        save: Some(true),
        subject: Some(Subject::Credentials(Credentials {
            institution: SCENARIO_BANK.to_owned(),
            username: username.clone(),
            password: "canary-password".to_owned(),
        })),
        ..AuthorizeRequest::default()
    });
    if let Some(key) = key {
        let value = AsciiMetadataValue::try_from(format!("Bearer {key}"));
        let value = value.map_err(io::Error::other)?;
        request.metadata_mut().insert("authorization", value);
    }
    let call = tokio::spawn(async move {
        let mut client = AuthorizationServiceClient::new(channel);
        client.authorize(request).await
    });
    while seen::at_the_bank(sandbox, &username) == 0 {
        if call.is_finished() {
            let error = call.await?.err();
            let why = error.map(|status| status.to_string()).unwrap_or_default();
            return Err(io::Error::other(format!("the call ended: {why}")));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
