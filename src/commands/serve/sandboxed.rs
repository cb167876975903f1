//! A gateway on a sandbox of its own, over a real socket, with authorize tokens as Flinks wants them.

use std::net::SocketAddr;

use flinks_gateway::{
    config::{Config, DEFAULT_INSTANCE},
    domain::names::{AuthKey, InstanceName},
    upstream::InstanceConfig,
};
use flinks_sandbox::{Options, Sandbox};

use super::{Running, StartError, start};

/// Starts both. The sandbox lives as long as the gateway.
pub(crate) async fn start_sandboxed(mut config: Config) -> Result<Running, StartError> {
    let sandbox = start_sandbox(&mut config).await?;
    tracing::info!(url = sandbox.url(), "sandbox");
    let running = start(config)?;
    Ok(Running {
        _sandbox: Some(sandbox),
        ..running
    })
}

/// Starts a sandbox, and makes it the instance.
pub(crate) async fn start_sandbox(config: &mut Config) -> Result<Sandbox, StartError> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let sandbox = Sandbox::start(loopback, Options::default())
        .await
        .map_err(StartError::Sandbox)?;
    config.instances.insert(
        InstanceName(DEFAULT_INSTANCE.to_owned()),
        InstanceConfig::new(
            &sandbox.url().parse().expect("a sandbox has a URL"),
            sandbox.options().customer_id,
            AuthKey::parse(sandbox.options().secret_key.clone()),
        ),
    );
    Ok(sandbox)
}
