//! Files of settings that change while the process serves: certificates, keys, callers.
//!
//! All settings are read again by the same rules as at the start, and what can be swapped is swapped for the calls to
//! come. Where anything is at fault nothing is swapped. Files are compared by what is in them, which also follows the
//! symbolic links that Kubernetes swaps; a watch on the file system would see half of such a swap.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use aws_lc_rs::digest::{Context, SHA256};

use crate::{
    config::{self, Config, Sources},
    grpc::continuation::Keys,
    server,
    tls::Watched,
    upstream::Flinks,
};

/// What is swapped.
#[derive(Clone, Debug)]
pub struct Handles {
    /// At the port.
    pub server: server::Swappable,
    /// The keys for continuations.
    pub continuation_keys: Arc<ArcSwap<Keys>>,
    /// Towards Flinks.
    pub flinks: Arc<Flinks>,
    /// The certificates in use that are from files.
    pub certificates: Arc<ArcSwap<Vec<Watched>>>,
}

/// Reads files again whenever they have changed, and at once on SIGHUP. Never ends.
pub async fn watch(
    sources: Sources,
    mut files: Vec<PathBuf>,
    interval: Duration,
    handles: Handles,
) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).expect("signals can be handled");
    let mut seen = fingerprint(&files);
    loop {
        let asked = tokio::select! {
            () = tokio::time::sleep(interval) => false,
            _ = hangup.recv() => true,
        };
        let now = fingerprint(&files);
        if now == seen && !asked {
            continue;
        }
        seen = now;
        match config::read(&sources) {
            Ok(config) => {
                files.clone_from(&config.files);
                // What was read may be newer than what was seen: then it is read once more.
                apply(config, &handles);
            }
            Err(misconfigured) => {
                for fault in misconfigured.faults {
                    tracing::error!(
                        setting = fault.origin,
                        rule = fault.rule,
                        "a changed file cannot be used; all goes on as before"
                    );
                }
            }
        }
    }
}

fn apply(config: Config, handles: &Handles) {
    let before = handles.server.tls.load();
    if before.is_some() != config.tls.server.is_some() {
        tracing::error!("TLS is switched on and off by a restart only; all goes on as before");
        return;
    }
    if let Err(error) = handles
        .flinks
        .reload(config.instances, &config.tls.upstream_authorities)
    {
        tracing::error!(%error, "a changed file cannot be used; all goes on as before");
        return;
    }
    let callers = config.callers.after(&handles.server.callers.load());
    handles.server.callers.store(Arc::new(callers));
    handles.server.tls.store(config.tls.server.map(Arc::new));
    if let Some(keys) = config.continuation_keys {
        handles.continuation_keys.store(Arc::new(keys));
    }
    handles.certificates.store(Arc::new(config.tls.watched));
    tracing::info!("files of settings were read again");
}

/// What is in the files, or that they cannot be read.
fn fingerprint(files: &[PathBuf]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for file in files {
        match fs::read(file) {
            Ok(bytes) => {
                context.update(&bytes.len().to_be_bytes());
                context.update(&bytes);
            }
            Err(error) => context.update(error.kind().to_string().as_bytes()),
        }
    }
    context.finish().as_ref().to_vec()
}
