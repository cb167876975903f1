//! The wire towards Flinks: requests to HTTP and JSON, replies to outcomes and failures.
//!
//! A request that carries credentials or answers leaves at most once. The one exception is Flinks' refusal of the
//! *authorize token*, which it checks before it asks the bank: then the call is sent once more, with a new token.

mod ask;
mod decode;
mod departure;
mod encode;
mod exchange;
mod fault;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod json;
mod observer;
mod token;
mod wire;

pub use self::{
    departure::Departure,
    http::Endpoint,
    observer::{Exchanged, Observer, TokenEvent, Verdict},
    token::KeyStanding,
};

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use self::{
    ask::Question,
    decode::{Challenged, Meaning},
    exchange::Exchange,
    http::Http,
    observer::Unwatched,
    token::Tokens,
};
use crate::{
    domain::{
        challenge::Round,
        failure::{Call, Failure, Reason},
        names::{AuthKey, InstanceName, RequestId},
        outcome::{CachedOutcome, Outcome},
        request::{AnswerChallenges, Authorize, CachedAuthorize, Subject},
    },
    trace::{Trace, Tracer},
};

/// What is needed to call one Flinks instance.
#[derive(Clone, Debug)]
pub struct InstanceConfig {
    /// Ends before the endpoint's name, with a slash: `…/v3/{customerId}/BankingServices/`.
    pub base: Url,
    /// With it a token is minted for each session; without it none is sent.
    pub secret_key: Option<AuthKey>,
}

impl InstanceConfig {
    /// `url` is the API's root: scheme, host, and the version's path, `/v3` when there is none.
    pub fn new(url: &Url, customer_id: Uuid, secret_key: Option<AuthKey>) -> Self {
        let version = match url.path() {
            "/" => "/v3",
            path => path.trim_end_matches('/'),
        };
        let mut base = url.clone();
        base.set_path(&format!("{version}/{customer_id}/BankingServices/"));
        Self { base, secret_key }
    }
}

/// What bounds every call to Flinks.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For making a connection, TLS included.
    pub connect_timeout: Duration,
    /// For the body of a reply.
    pub max_response_bytes: usize,
    /// How long a round of challenges can be answered.
    pub round_lifetime: Duration,
    /// How old an authorize token may be when it is used.
    pub token_max_age: Duration,
    /// How many unused authorize tokens are held at most, for each instance.
    pub max_tokens: usize,
}

/// Mints one token and lets it die: whether Flinks takes an instance's secret key. Nothing else is asked. None where
/// there is no key.
pub async fn try_key(
    instance: &InstanceConfig,
    authorities: &[CertificateDer<'static>],
    limits: &Limits,
) -> Option<Result<(), Failure>> {
    let secret_key = instance.secret_key.as_ref()?;
    let http = Http::new(
        instance.base.clone(),
        authorities,
        limits.connect_timeout,
        limits.max_response_bytes,
        Tracer::default(),
        Arc::new(Unwatched),
    );
    Some(token::mint(&http, secret_key).await.map(drop))
}

/// The configured Flinks instances.
#[derive(Debug)]
pub struct Flinks {
    instances: BTreeMap<InstanceName, Instance>,
    authorities: ArcSwap<Vec<CertificateDer<'static>>>,
    round_lifetime: Duration,
    tracer: Tracer,
    cut_off: CancellationToken,
}

#[derive(Debug)]
struct Instance {
    http: Arc<Http>,
    tokens: Option<Tokens>,
}

impl Flinks {
    /// Sets up the instances, each with what `observe` gives to watch it, and begins to mint their first tokens. Must be
    /// called in a tokio runtime.
    pub fn new(
        instances: BTreeMap<InstanceName, InstanceConfig>,
        authorities: &[CertificateDer<'static>],
        limits: Limits,
        tracer: Tracer,
        observe: impl Fn(&InstanceName, &Url) -> Arc<dyn Observer>,
    ) -> Self {
        let instance = |(name, config): (InstanceName, InstanceConfig)| {
            let observer = observe(&name, &config.base);
            let http = Http::new(
                config.base,
                authorities,
                limits.connect_timeout,
                limits.max_response_bytes,
                tracer.clone(),
                observer,
            );
            let http = Arc::new(http);
            let tokens = config.secret_key.map(|secret_key| {
                let limits = token::Limits {
                    max_age: limits.token_max_age,
                    max_tokens: limits.max_tokens,
                };
                let tokens = Tokens::new(Arc::clone(&http), secret_key, limits);
                tokens.warm_up();
                tokens
            });
            (name, Instance { http, tokens })
        };
        Self {
            instances: instances.into_iter().map(instance).collect(),
            authorities: ArcSwap::from_pointee(authorities.to_vec()),
            round_lifetime: limits.round_lifetime,
            tracer,
            cut_off: CancellationToken::new(),
        }
    }

    /// Cancelled, it ends all calls in flight at once, each with what is known of its outcome.
    pub fn cut_off(&self) -> CancellationToken {
        self.cut_off.clone()
    }

    /// The instances, and what Flinks says to the secret key of each that has one.
    pub fn keys(
        &self,
    ) -> impl Iterator<Item = (&InstanceName, Option<watch::Receiver<KeyStanding>>)> {
        let instances = self.instances.iter();
        instances.map(|(name, it)| (name, it.tokens.as_ref().map(Tokens::standing)))
    }

    /// Makes the spans of exchanges.
    pub fn tracer(&self) -> Tracer {
        self.tracer.clone()
    }

    /// Goes on with other keys, and other authorities to know Flinks by. Instances are the same for as long as the
    /// process lives: of others nothing is taken.
    pub fn reload(
        &self,
        instances: BTreeMap<InstanceName, InstanceConfig>,
        authorities: &[CertificateDer<'static>],
    ) {
        // The same authorities keep the connections that are open.
        if self.authorities.load().as_slice() != authorities {
            for instance in self.instances.values() {
                instance.http.trust(authorities);
            }
            self.authorities.store(Arc::new(authorities.to_vec()));
        }
        for (name, config) in instances {
            let tokens = self.instances.get(&name).and_then(|it| it.tokens.as_ref());
            if let (Some(tokens), Some(secret_key)) = (tokens, config.secret_key) {
                tokens.rekey(secret_key);
            }
        }
    }

    /// Signs a customer in at their bank. With its token at hand, the request waits for its departure to be granted.
    pub async fn authorize(
        &self,
        request: Authorize,
        deadline: Instant,
        trace: &Trace,
        departure: &Departure,
    ) -> Result<Outcome, Failure> {
        let exchange = &self.exchange(deadline, trace, Some(departure));
        let by_login_id = matches!(request.subject, Subject::Login(_));
        let work = async {
            let instance = self.instance(&request.instance);
            let token = instance.fresh_token(exchange).await?;
            let body = encode::authorize(&request);
            let (meaning, token) = instance
                .authorize(exchange, body, token, by_login_id, None)
                .await?;
            let lifetime = self.round_lifetime;
            Ok(outcome(
                meaning,
                request.instance,
                by_login_id,
                token,
                1,
                lifetime,
            ))
        };
        let result = exchange.run(pin!(work)).await;
        result.map_err(|failure| failure.during(Call::Authorize))
    }

    /// Answers a round of challenges. The answers wait for their departure to be granted.
    pub async fn answer_challenges(
        &self,
        request: AnswerChallenges,
        deadline: Instant,
        trace: &Trace,
        departure: &Departure,
    ) -> Result<Outcome, Failure> {
        let exchange = &self.exchange(deadline, trace, Some(departure));
        let session = request.round.request_id.clone();
        let work = async {
            let instance = self.instance(&request.round.instance);
            let token = request.round.token.clone();
            let body = encode::answer_challenges(&request);
            let by_login_id = request.round.by_login_id;
            let (meaning, token) = instance
                .authorize(exchange, body, token, by_login_id, Some(&session))
                .await?;
            let number = request.round.number.saturating_add(1);
            let (instance, lifetime) = (request.round.instance, self.round_lifetime);
            Ok(outcome(
                meaning,
                instance,
                by_login_id,
                token,
                number,
                lifetime,
            ))
        };
        let result = exchange.run(pin!(work)).await;
        result.map_err(|failure| Failure {
            request_id: failure.request_id.clone().or(Some(session)),
            ..failure.during(Call::AnswerChallenges)
        })
    }

    /// Reopens a saved login from the cache.
    pub async fn cached_authorize(
        &self,
        request: CachedAuthorize,
        deadline: Instant,
        trace: &Trace,
    ) -> Result<CachedOutcome, Failure> {
        let exchange = &self.exchange(deadline, trace, None);
        let work = async {
            let instance = self.instance(&request.instance);
            let token = instance.fresh_token(exchange).await?;
            let body = encode::cached_authorize(&request);
            let (meaning, _) = instance
                .authorize(exchange, body, token, true, None)
                .await?;
            match meaning {
                Meaning::Session(session) => Ok(CachedOutcome::Session(session)),
                Meaning::Pending(pending) => Ok(CachedOutcome::Pending(pending)),
                Meaning::Challenged(round) => Err(Failure {
                    http_status: Some(round.http_status),
                    flinks_code: round.flinks_code,
                    request_id: Some(round.request_id),
                    ..Failure::new(Reason::LiveSignInRequired)
                }),
            }
        };
        let result = exchange.run(pin!(work)).await;
        result.map_err(|failure| failure.during(Call::CachedAuthorize))
    }

    fn exchange(
        &self,
        deadline: Instant,
        trace: &Trace,
        departure: Option<&Departure>,
    ) -> Exchange {
        let (trace, cut_off) = (trace.clone(), self.cut_off.clone());
        Exchange::new(deadline, trace, departure.cloned(), cut_off)
    }

    fn instance(&self, name: &InstanceName) -> &Instance {
        // Requests are decoded against the same names.
        self.instances
            .get(name)
            .expect("a request names a configured instance")
    }
}

impl Instance {
    async fn fresh_token(&self, exchange: &Exchange) -> Result<Option<AuthKey>, Failure> {
        match &self.tokens {
            Some(tokens) => tokens.take(&exchange.trace).await.map(Some),
            None => Ok(None),
        }
    }

    /// Posts to `/Authorize`, and gives back the token that the session now goes by.
    async fn authorize(
        &self,
        exchange: &Exchange,
        body: Bytes,
        token: Option<AuthKey>,
        by_login_id: bool,
        session: Option<&RequestId>,
    ) -> Result<(Meaning, Option<AuthKey>), Failure> {
        if let Some(departure) = &exchange.departure {
            departure.wait().await;
        }
        let post = async |token: Option<AuthKey>| {
            exchange.may_send()?;
            let auth_key = token.as_ref().map(encode::auth_key);
            let question = Question {
                endpoint: Endpoint::Authorize,
                auth_key,
                body: body.clone(),
            };
            let read = |reply| decode::authorize(reply, by_login_id, session);
            Ok((self.http.ask(&exchange.trace, question, read).await?, token))
        };
        match (post(token).await, &self.tokens) {
            (Err(refused), Some(tokens)) if decode::is_token_refused(&refused) => {
                let again = async { post(Some(tokens.replace(&exchange.trace).await?)).await };
                again.await.map_err(after_refusal)
            }
            (answered, _) => answered,
        }
    }
}

/// Once a token was refused it is no longer true that nothing was sent, though the bank was not asked.
fn after_refusal(failure: Failure) -> Failure {
    match failure.reason {
        Reason::UpstreamUnreachable => Failure {
            reason: Reason::UpstreamFailed,
            ..failure
        },
        _ => failure,
    }
}

/// What a reply's meaning is to the caller, who is told nothing of HTTP.
fn outcome(
    meaning: Meaning,
    instance: InstanceName,
    by_login_id: bool,
    token: Option<AuthKey>,
    number: i32,
    round_lifetime: Duration,
) -> Outcome {
    match meaning {
        Meaning::Session(session) => Outcome::Session(session),
        Meaning::Pending(pending) => Outcome::Pending(pending),
        Meaning::Challenged(Challenged {
            request_id,
            challenges,
            answers_rejected,
            http_status: _,
            flinks_code: _,
            institution,
            tag,
        }) => {
            let issued = Timestamp::now();
            Outcome::Challenged(Box::new(Round {
                request_id,
                instance,
                by_login_id,
                token,
                challenges,
                number,
                previous_answers_rejected: answers_rejected,
                issued,
                expires: issued + round_lifetime,
                institution,
                tag,
            }))
        }
    }
}
