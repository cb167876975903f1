//! The calls: a fixed number in flight, each answer checked, each latency noted.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use flinks_gateway::pb::{
    self, authorization_service_client::AuthorizationServiceClient, authorize_response::Outcome,
};
use hdrhistogram::Histogram;
use http::header;
use tokio::task::JoinSet;
use tonic::{
    metadata::{Ascii, MetadataValue},
    transport::Channel,
};

use crate::{
    Result, messages,
    process::{Bank, Process},
};

/// How many connections a client spreads its calls over.
const CONNECTIONS: usize = 8;

/// How long it may take until every caller has had an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One who calls.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// The bank, over HTTP.
    Http(reqwest::Client, reqwest::Url),
    /// A gRPC server, which may be shown a key.
    Grpc(
        AuthorizationServiceClient<Channel>,
        Option<MetadataValue<Ascii>>,
    ),
}

impl Caller {
    pub(crate) fn of_bank(bank: &Bank) -> Result<Vec<Self>> {
        Ok(vec![Self::Http(
            reqwest::Client::new(),
            bank.url().parse()?,
        )])
    }

    /// As many callers as there are connections for so many calls in flight.
    pub(crate) async fn of_server(server: &Process, in_flight: usize) -> Result<Vec<Self>> {
        Self::with_key(server, in_flight, None).await
    }

    /// The same with a key to show.
    pub(crate) async fn with_key(
        server: &Process,
        in_flight: usize,
        key: Option<&str>,
    ) -> Result<Vec<Self>> {
        let endpoint = server.endpoint()?;
        let key: Option<MetadataValue<Ascii>> = match key {
            None => None,
            Some(key) => Some(format!("Bearer {key}").parse()?),
        };
        let mut callers = Vec::new();
        for _ in 0..in_flight.min(CONNECTIONS) {
            let channel = endpoint.connect().await?;
            let client = AuthorizationServiceClient::new(channel);
            callers.push(Self::Grpc(client, key.clone()));
        }
        Ok(callers)
    }

    /// Signs in, and makes sure that the answer is the session.
    pub(crate) async fn call(&mut self) -> Result<()> {
        match self {
            Self::Http(client, url) => {
                let response = client
                    .post(url.clone())
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(messages::BODY)
                    .send()
                    .await?;
                let status = response.status();
                let body = response.bytes().await?;
                if status != 200 || body != messages::SESSION {
                    return Err(
                        format!("the bank answered {status} and {} bytes", body.len()).into(),
                    );
                }
                Ok(())
            }
            Self::Grpc(client, key) => {
                let mut request = tonic::Request::new(messages::request());
                if let Some(key) = key {
                    let metadata = request.metadata_mut();
                    metadata.insert("authorization", key.clone());
                }
                // An `Err` is any grpc-status but OK.
                let response = client.authorize(request).await?;
                match response.into_inner().outcome {
                    Some(Outcome::Session(pb::Session { request_id, .. }))
                        if request_id == messages::REQUEST_ID =>
                    {
                        Ok(())
                    }
                    _ => Err("grpc-status is OK, and yet the answer is not the session".into()),
                }
            }
        }
    }
}

/// What was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) elapsed: Duration,
    /// Of the server.
    pub(crate) cpu: Duration,
    /// In nanoseconds; one for each call.
    pub(crate) latency: Histogram<u64>,
}

struct Shared {
    latency: Mutex<Histogram<u64>>,
    noting: AtomicBool,
    stopping: AtomicBool,
    answered_once: AtomicUsize,
}

/// Keeps so many calls in flight: first for `warm_up` and until each caller had an answer, then to be measured. Without
/// a warm-up the very first calls are measured as well.
pub(crate) async fn closed_loop(
    callers: &[Caller],
    in_flight: usize,
    warm_up: Duration,
    measured: Duration,
    server: &Process,
) -> Result<Measured> {
    let shared = Arc::new(Shared {
        latency: Mutex::new(histogram()?),
        noting: AtomicBool::new(warm_up.is_zero()),
        stopping: AtomicBool::new(false),
        answered_once: AtomicUsize::new(0),
    });
    let mut workers = JoinSet::new();
    for caller in callers.iter().cycle().take(in_flight) {
        workers.spawn(worker(caller.clone(), Arc::clone(&shared)));
    }
    let warm = async {
        tokio::time::sleep(warm_up).await;
        let everyone = if warm_up.is_zero() { 0 } else { in_flight };
        while shared.answered_once.load(Ordering::Relaxed) < everyone {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    unless_broken(&mut workers, tokio::time::timeout(PATIENCE, warm))
        .await?
        .map_err(|_| "some callers had no answer for a long time")?;
    shared.noting.store(true, Ordering::Relaxed);
    let (begun, cpu_before) = (Instant::now(), server.cpu()?);
    unless_broken(&mut workers, tokio::time::sleep(measured)).await?;
    shared.noting.store(false, Ordering::Relaxed);
    let (elapsed, cpu) = (begun.elapsed(), server.cpu()? - cpu_before);
    shared.stopping.store(true, Ordering::Relaxed);
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    let latency = shared.latency();
    Ok(Measured {
        elapsed,
        cpu,
        latency: latency.clone(),
    })
}

/// Makes so many calls at once, each one time; gives back their latencies in nanoseconds.
pub(crate) async fn all_at_once(callers: &[Caller], calls: usize) -> Result<Histogram<u64>> {
    let mut workers = JoinSet::new();
    for caller in callers.iter().cycle().take(calls) {
        let mut caller = caller.clone();
        workers.spawn(async move {
            let begun = Instant::now();
            caller.call().await.map(|()| begun.elapsed())
        });
    }
    let mut latency = histogram()?;
    while let Some(ended) = workers.join_next().await {
        latency.saturating_record(ended??.as_nanos() as u64);
    }
    Ok(latency)
}

fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1_000, 120_000_000_000, 3)?)
}

async fn worker(mut caller: Caller, shared: Arc<Shared>) -> Result<()> {
    let mut first = true;
    while !shared.stopping.load(Ordering::Relaxed) {
        let begun = Instant::now();
        caller.call().await?;
        if shared.noting.load(Ordering::Relaxed) {
            let nanoseconds = begun.elapsed().as_nanos() as u64;
            shared.latency().saturating_record(nanoseconds);
        }
        if first {
            first = false;
            shared.answered_once.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

impl Shared {
    fn latency(&self) -> std::sync::MutexGuard<'_, Histogram<u64>> {
        self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits, unless a worker ends meanwhile: then something is wrong.
async fn unless_broken<T>(
    workers: &mut JoinSet<Result<()>>,
    waiting: impl Future<Output = T>,
) -> Result<T> {
    tokio::select! {
        waited = waiting => Ok(waited),
        Some(ended) = workers.join_next() => {
            ended??;
            Err("a worker ended early".into())
        }
    }
}
