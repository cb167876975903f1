//! Whether calls should be sent here: told by gRPC's health service, and by `/readyz` in the same words.
//!
//! An instance is ready once Flinks has minted a token for its secret key, and no longer where Flinks has refused that
//! key for a grace time. That is a fault of this replica's settings: a rollout with wrong keys stops at its first one.
//! An outage is not: where Flinks cannot be reached all replicas would leave at once, and callers would get no answer
//! in place of a typed one. So an outage never ends readiness, and delays it at the start by no more than the grace.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    domain::names::InstanceName,
    upstream::{Flinks, KeyStanding},
};

const SERVICE: &str = "flinks.gateway.v1.AuthorizationService";

/// The health of a server and all that it depends on. Clones share it.
#[derive(Clone, Debug)]
pub struct Health(Arc<watch::Sender<State>>);

/// What is known of a server's health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether it takes no more calls.
    pub draining: bool,
    /// Each instance.
    pub instances: BTreeMap<InstanceName, InstanceState>,
}

/// What is known of an instance's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It has minted no token yet.
    Starting,
    /// Calls to it can succeed.
    Ready,
    /// Flinks refuses its secret key.
    KeyRefused,
}

impl State {
    /// Whether calls should be sent to the server.
    pub fn is_ready(&self) -> bool {
        let mut instances = self.instances.values();
        !self.draining && instances.all(|state| *state == InstanceState::Ready)
    }
}

impl Health {
    /// Watches the instances. Those without a secret key are ready at once. Must be called in a tokio runtime.
    pub fn watch(flinks: &Flinks, grace: Duration) -> Self {
        let mut instances = BTreeMap::new();
        let mut keys = Vec::new();
        for (name, standing) in flinks.keys() {
            let state = match standing {
                None => InstanceState::Ready,
                Some(standing) => {
                    keys.push((name.clone(), standing));
                    InstanceState::Starting
                }
            };
            instances.insert(name.clone(), state);
        }
        let health = Self(Arc::new(watch::Sender::new(State {
            draining: false,
            instances,
        })));
        for (name, standing) in keys {
            tokio::spawn(health.clone().follow(name, standing, grace));
        }
        health
    }

    /// What is known, now and from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.0.subscribe()
    }

    /// From now on the server is not ready.
    pub(super) fn drain(&self) {
        self.0.send_modify(|state| state.draining = true);
    }

    /// Keeps an instance's state up to what Flinks says to its key, for as long as that can change.
    async fn follow(
        self,
        name: InstanceName,
        mut standing: watch::Receiver<KeyStanding>,
        grace: Duration,
    ) {
        let begun = Instant::now();
        let mut state = InstanceState::Starting;
        loop {
            let says = *standing.borrow_and_update();
            let (next, until) = next(state, says, begun, grace, Instant::now());
            if next != state {
                state = next;
                match state {
                    InstanceState::Starting => {}
                    InstanceState::Ready if says == KeyStanding::Accepted => {
                        tracing::info!(instance = name.0, "ready");
                    }
                    InstanceState::Ready => tracing::warn!(
                        instance = name.0,
                        "no authorize token could be minted, since Flinks cannot be asked; calls are taken all the same"
                    ),
                    InstanceState::KeyRefused => tracing::error!(
                        instance = name.0,
                        "Flinks refuses the secret key; no calls are taken until it mints a token"
                    ),
                }
                self.0.send_modify(|all| {
                    all.instances.insert(name.clone(), state);
                });
            }
            let changed = standing.changed();
            let changed = match until {
                None => changed.await,
                Some(until) => tokio::time::timeout_at(until, changed)
                    .await
                    .unwrap_or(Ok(())),
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

/// What an instance's state becomes, and when that must be asked again though nothing changes.
fn next(
    state: InstanceState,
    says: KeyStanding,
    begun: Instant,
    grace: Duration,
    now: Instant,
) -> (InstanceState, Option<Instant>) {
    use InstanceState::{KeyRefused, Ready, Starting};
    let (becomes, until) = match (says, state) {
        (KeyStanding::Accepted, _) => return (Ready, None),
        (KeyStanding::Unknown, _) => (Ready, begun + grace),
        // What was never ready needs no time of grace.
        (KeyStanding::Refused { .. }, Starting | KeyRefused) => return (KeyRefused, None),
        (KeyStanding::Refused { since }, Ready) => (KeyRefused, since + grace),
    };
    if now < until {
        (state, Some(until))
    } else {
        (becomes, None)
    }
}

/// Tells the clients of gRPC's health service.
pub(super) struct Told {
    reporter: HealthReporter,
    state: watch::Receiver<State>,
    told: BTreeMap<String, ServingStatus>,
}

impl Told {
    /// Tells how it is now.
    pub(super) async fn begin(health: &Health, reporter: HealthReporter) -> Self {
        let mut told = Self {
            reporter,
            state: health.state(),
            told: BTreeMap::new(),
        };
        told.tell().await;
        told
    }

    /// Tells what has changed.
    pub(super) async fn tell(&mut self) {
        let state = self.state.borrow_and_update().clone();
        for (service, status) in services(&state) {
            if self.told.get(&service) != Some(&status) {
                self.reporter.set_service_status(&service, status).await;
                self.told.insert(service, status);
            }
        }
    }

    /// Tells all that changes from now on.
    pub(super) async fn follow(&mut self) -> Infallible {
        loop {
            if self.state.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            self.tell().await;
        }
    }

    /// Ends all watches: one that stayed open would hold its connection.
    pub(super) async fn end(mut self) {
        for service in self.told.keys() {
            self.reporter.clear_service_status(service).await;
        }
    }
}

/// The names that health is told for: the whole server, our service, and our service at each instance.
fn services(state: &State) -> Vec<(String, ServingStatus)> {
    let status = |is_ready| match is_ready {
        true => ServingStatus::Serving,
        false => ServingStatus::NotServing,
    };
    let whole = status(state.is_ready());
    let mut services = vec![(String::new(), whole), (SERVICE.to_owned(), whole)];
    for (name, instance) in &state.instances {
        let is_ready = !state.draining && *instance == InstanceState::Ready;
        services.push((format!("{SERVICE}/{}", name.0), status(is_ready)));
    }
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn an_instance_is_ready_by_what_flinks_says_and_by_the_time_of_grace() {
        use InstanceState::{KeyRefused, Ready, Starting};
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let refused = |seconds| KeyStanding::Refused { since: at(seconds) };
        let unknown = KeyStanding::Unknown;
        for (state, says, now, becomes, until) in [
            (Starting, unknown, 0, Starting, Some(60)),
            (Starting, unknown, 60, Ready, None),
            (Starting, KeyStanding::Accepted, 1, Ready, None),
            (Starting, refused(1), 1, KeyRefused, None),
            (Starting, refused(1), 600, KeyRefused, None),
            (KeyRefused, KeyStanding::Accepted, 600, Ready, None),
            (Ready, refused(600), 600, Ready, Some(660)),
            (Ready, refused(600), 660, KeyRefused, None),
            (Ready, KeyStanding::Accepted, 660, Ready, None),
        ] {
            let told = next(state, says, begun, GRACE, at(now));
            assert_eq!(
                told,
                (becomes, until.map(at)),
                "{state:?} {says:?} at {now}"
            );
        }
    }
}
