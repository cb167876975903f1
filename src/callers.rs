//! Who may call, and what.
//!
//! A caller is known by a name in its client certificate, or by a key in `authorization: Bearer`, of which only the
//! SHA-256 is configured: keys are random and long, so a plain hash cannot be turned back. Hashes are compared in
//! constant time, each with all, so that no timing tells how near a guess was.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::{
    names::{CallerName, InstanceName},
    refusal::Refusal,
};

/// The SHA-256 of a caller's key.
pub type KeyHash = [u8; 32];

/// A name in a client certificate's subject alternative names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CertificateName {
    /// A URI, such as a SPIFFE id: compared exactly.
    Uri(String),
    /// A DNS name in lower case.
    Dns(String),
}

/// The names in the certificate that a connection's client has proven to hold.
#[derive(Clone, Debug, Default)]
pub struct Peer(pub Arc<[CertificateName]>);

/// All callers.
#[derive(Clone, Debug)]
pub enum Callers {
    /// Whoever reaches the port: somebody in front of it has looked already.
    Anyone(Arc<Caller>),
    /// These alone.
    These(Vec<Arc<Caller>>),
}

/// A caller.
#[derive(Debug)]
pub struct Caller {
    /// What it is called in logs and metrics.
    pub name: CallerName,
    /// How it is known by certificate.
    pub certificates: Vec<CertificateName>,
    /// How it is known by key.
    pub key_hashes: Vec<KeyHash>,
    /// The RPCs it may call, such as `Authorize`; none for all.
    pub methods: Option<Vec<String>>,
    /// The Flinks instances it may name; none for all.
    pub instances: Option<Vec<InstanceName>>,
    /// How much it may call.
    pub allowance: Arc<Allowance>,
}

/// How much a caller may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerLimits {
    /// Calls at once; 0 for no limit.
    pub calls: usize,
    /// Calls a second, and at once after a pause; none for no limit.
    pub rate: Option<NonZeroU32>,
}

/// What is left of a caller's limits.
#[derive(Debug)]
pub struct Allowance {
    limits: CallerLimits,
    calls: Option<Arc<Semaphore>>,
    rate: Option<DefaultDirectRateLimiter>,
}

/// How long who has too many calls under way is told to wait: one may end at any time.
const SOON: Duration = Duration::from_secs(1);

impl Callers {
    /// Anyone, as the one caller `anyone`.
    pub fn anyone(limits: CallerLimits) -> Self {
        Self::Anyone(Arc::new(Caller {
            name: CallerName::anyone(),
            certificates: Vec::new(),
            key_hashes: Vec::new(),
            methods: None,
            instances: None,
            allowance: Arc::new(Allowance::new(limits)),
        }))
    }

    /// Who calls: by the key where one is shown, which must then be right, else by the certificate.
    pub fn identify(&self, peer: &Peer, key: Option<&[u8]>) -> Result<&Arc<Caller>, Refusal> {
        let callers = match self {
            Self::Anyone(caller) => return Ok(caller),
            Self::These(callers) => callers,
        };
        let found = match key {
            // Nobody is known by an empty one, which is what is left of a header that is not understood.
            Some([]) => None,
            Some(key) => by_key(callers, key),
            None => callers.iter().find(|caller| {
                let mut names = caller.certificates.iter();
                names.any(|name| peer.0.contains(name))
            }),
        };
        found.ok_or(Refusal::CallerUnknown)
    }

    /// The same callers with what the callers before have used up, where their limits are the same.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        let known = |caller: &Caller| {
            before
                .all()
                .find(|old| {
                    old.name == caller.name && old.allowance.limits == caller.allowance.limits
                })
                .map(|old| Arc::clone(&old.allowance))
        };
        let carry = |mut caller: Arc<Caller>| {
            if let (Some(allowance), Some(caller)) = (known(&caller), Arc::get_mut(&mut caller)) {
                caller.allowance = allowance;
            }
            caller
        };
        match self {
            Self::Anyone(caller) => Self::Anyone(carry(caller)),
            Self::These(callers) => Self::These(callers.into_iter().map(carry).collect()),
        }
    }

    /// Each of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Caller>> {
        match self {
            Self::Anyone(caller) => std::slice::from_ref(caller).iter(),
            Self::These(callers) => callers.iter(),
        }
    }
}

/// Compares with every key, and stops at none.
fn by_key<'a>(callers: &'a [Arc<Caller>], key: &[u8]) -> Option<&'a Arc<Caller>> {
    let hash = key_hash(key);
    let mut found = None;
    for caller in callers {
        for known in &caller.key_hashes {
            if verify_slices_are_equal(known, &hash).is_ok() {
                found = Some(caller);
            }
        }
    }
    found
}

impl Caller {
    /// Whether it may call an RPC of ours.
    pub fn may_call(&self, method: &str) -> bool {
        let methods = self.methods.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|allowed| allowed == method))
    }

    /// Whether it may use a Flinks instance.
    pub fn may_use(&self, instance: &InstanceName) -> bool {
        let instances = self.instances.as_ref();
        instances.is_none_or(|instances| instances.contains(instance))
    }
}

/// The hash of a key, as it is configured.
pub fn key_hash(key: &[u8]) -> KeyHash {
    let mut hash = KeyHash::default();
    hash.copy_from_slice(digest(&SHA256, key).as_ref());
    hash
}

impl Allowance {
    /// All of it.
    pub fn new(limits: CallerLimits) -> Self {
        Self {
            limits,
            calls: (limits.calls > 0).then(|| Arc::new(Semaphore::new(limits.calls))),
            rate: limits
                .rate
                .map(|rate| RateLimiter::direct(Quota::per_second(rate))),
        }
    }

    /// What it was at first.
    pub fn limits(&self) -> CallerLimits {
        self.limits
    }

    /// Takes one call of it, given back when the permit is dropped.
    pub fn take(&self) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        let permit = match &self.calls {
            None => None,
            Some(calls) => Some(
                Arc::clone(calls)
                    .try_acquire_owned()
                    .map_err(|_| Refusal::CallerLimited { retry_after: SOON })?,
            ),
        };
        if let Some(rate) = &self.rate {
            rate.check().map_err(|early| Refusal::CallerLimited {
                retry_after: early.wait_time_from(DefaultClock::default().now()),
            })?;
        }
        Ok(permit)
    }
}
