//! One address, behind it one gateway after another: a rollout in the middle of a sign-in.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use flinks_sandbox::Sandbox;
use tokio::net::{TcpListener, TcpStream};

use crate::{gateway::Gateway, seen};

/// The user name at the bank that has the gateway drained while it waits for the bank.
const MARK: &str = "note=drain";

/// Serves on an address of its own. Connections go to the newest gateway; whenever the bank is asked for a login with
/// [`MARK`], another gateway takes its place and it drains.
pub(crate) async fn start(
    binary: PathBuf,
    settings: Vec<(&'static str, String)>,
    sandbox: Arc<Sandbox>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut gateway = Gateway::start(&binary, &settings).await?;
    let current = Arc::new(Mutex::new(gateway.address));
    let newest = Arc::clone(&current);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let address = *newest.lock().unwrap_or_else(PoisonError::into_inner);
            tokio::spawn(async move {
                if let Ok(mut server) = TcpStream::connect(address).await {
                    client.set_nodelay(true).ok();
                    server.set_nodelay(true).ok();
                    tokio::io::copy_bidirectional(&mut client, &mut server)
                        .await
                        .ok();
                }
            });
        }
    });
    tokio::spawn(async move {
        let mut rolled = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let marked = seen::at_the_bank(&sandbox, MARK);
            if marked > rolled {
                rolled = marked;
                let Ok(next) = Gateway::start(&binary, &settings).await else {
                    return;
                };
                *current.lock().unwrap_or_else(PoisonError::into_inner) = next.address;
                let old = std::mem::replace(&mut gateway, next);
                tokio::spawn(old.drain());
            }
        }
    });
    Ok(address)
}
