//! Files of settings that change while the process serves: certificates, keys, callers.
//!
//! All settings are read again by the same rules as at the start, and what can be swapped is swapped for the calls to
//! come. Where anything is at fault nothing is swapped: a certificate is not taken before its key is there. Files are
//! compared by what is in them, which also follows the symbolic links that Kubernetes swaps; a watch on the file
//! system would see half of such a swap.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    config::{self, Config, Files, Misconfigured, Sources},
    grpc::continuation::Keys,
    server,
    telemetry::metrics::Metrics,
    tls::Watched,
    upstream::Flinks,
};

/// How long files must stay as they are to be taken: who writes one in place may not be done.
const SETTLE: Duration = Duration::from_millis(200);

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
    /// Where reloads are counted.
    pub metrics: Metrics,
}

/// Told by SIGHUP to look at once.
#[derive(Debug)]
pub struct Hangups(Signal);

impl Hangups {
    /// From here on the signal does not end the process any more.
    pub fn listen() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }
}

/// Reads files again whenever they have changed, and at once when told so.
#[derive(Debug)]
pub struct Watch {
    sources: Arc<Sources>,
    interval: Duration,
    /// What is in use.
    used: Files,
    /// What was looked at last, and refused if it is not in use.
    seen: Files,
    kept: BTreeMap<String, String>,
}

impl Watch {
    /// Begins with what the process starts with.
    pub fn new(sources: Sources, config: &Config) -> Self {
        Self {
            sources: Arc::new(sources),
            interval: config.reload_interval,
            used: config.files.clone(),
            seen: config.files.clone(),
            kept: config.kept.clone(),
        }
    }

    /// Never ends.
    pub async fn run(mut self, mut hangups: Hangups, handles: Handles) {
        loop {
            let asked = tokio::select! {
                () = tokio::time::sleep(self.interval) => false,
                _ = hangups.0.recv() => true,
            };
            let (files, _) = self.read().await;
            if files == self.seen && !asked {
                continue;
            }
            let read = self.settled(files).await;
            match read {
                Ok(config) => {
                    self.apply(config, &handles);
                    handles.metrics.reloaded(true);
                }
                Err(misconfigured) => {
                    handles.metrics.reloaded(false);
                    for fault in misconfigured.faults {
                        refused(&fault.origin, &fault.rule);
                    }
                }
            }
        }
    }

    /// Reads until files stay as they are.
    async fn settled(&mut self, mut files: Files) -> Result<Config, Misconfigured> {
        loop {
            tokio::time::sleep(SETTLE).await;
            let (again, read) = self.read().await;
            if again == files {
                self.seen = again;
                return read;
            }
            files = again;
        }
    }

    async fn read(&self) -> (Files, Result<Config, Misconfigured>) {
        let sources = Arc::clone(&self.sources);
        let read = tokio::task::spawn_blocking(move || config::read(&sources));
        let read = read.await.expect("reading settings does not panic");
        let files = match &read {
            Ok(config) => config.files.clone(),
            Err(misconfigured) => misconfigured.files.clone(),
        };
        (files, read)
    }

    /// Swaps what can be swapped.
    fn apply(&mut self, config: Config, handles: &Handles) {
        let Config {
            files,
            kept,
            tls,
            mut instances,
            ..
        } = config;
        let is_kept = |name: &str| self.kept.get(name) == kept.get(name);
        // The key of an instance that is another now is not for the one that was started.
        instances.retain(|name, _| is_kept(&config::kept_instance(name)));
        let authorities = &tls.upstream_authorities;
        handles.flinks.reload(instances, authorities);
        let before = handles.server.tls.load_full();
        if let (Some(before), Some(tls)) = (before, tls.server) {
            let tls = tls.speaking_as(&before);
            handles.server.tls.store(Some(Arc::new(tls)));
        }
        let callers = config.callers.after(&handles.server.callers.load());
        handles.server.callers.store(Arc::new(callers));
        if let Some(keys) = config.continuation_keys
            && is_kept("continuation_keys")
        {
            handles.continuation_keys.store(Arc::new(keys));
        }
        handles.certificates.store(Arc::new(tls.watched));
        self.interval = config.reload_interval;

        match files.changed_since(&self.used) {
            changed if changed.is_empty() => {
                tracing::info!("files of settings were looked at: all is in use already");
            }
            changed => tracing::info!(changed, "files of settings were read again, and are in use"),
        }
        self.used = files;
        let names: BTreeSet<&String> = self.kept.keys().chain(kept.keys()).collect();
        for setting in names.into_iter().filter(|name| !is_kept(name)) {
            tracing::warn!(
                setting,
                "a changed setting needs a restart; until then all goes on as before"
            );
        }
    }
}

fn refused(setting: &str, rule: &str) {
    tracing::error!(
        setting,
        rule,
        "a changed file cannot be used; all goes on as before"
    );
}
