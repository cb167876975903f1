//! Spans to a collector, by OTLP over gRPC.
//!
//! Calls put their spans into a queue and never wait: what does not fit is lost, and counted. A thread of its own takes
//! them out, many at a time, so that neither a slow collector nor the work of encoding is in a call's way.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use opentelemetry::{Context, InstrumentationScope, KeyValue, trace::TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    resource::EnvResourceDetector,
    trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanExporter as _, SpanProcessor},
};
use rustls::RootCertStore;
use tokio::{
    runtime::{self, Runtime},
    sync::{Notify, mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;
use tonic::transport::ClientTlsConfig;
use url::Url;

use super::metrics::Metrics;
use crate::trace::Tracer;

/// Where traces go, and how many.
#[derive(Clone, Debug)]
pub struct Options {
    /// The collector, by OTLP over gRPC.
    pub endpoint: Url,
    /// The share to keep where the caller has not decided, from 0 to 1.
    pub ratio: f64,
}

/// How many spans may wait to be sent: about 4 MB.
const QUEUE: usize = 4096;

/// How many are sent at once.
const BATCH: usize = 512;

/// How long the first of them waits for others.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the collector may take for a batch.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long the last spans of a process may take.
const FAREWELL: Duration = Duration::from_secs(3);

/// How often losses are told.
const TELLING: Duration = Duration::from_secs(60);

/// Traces cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The exporter cannot be set up.
    #[error("traces cannot be exported: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Nor its thread.
    #[error("traces cannot be exported: {0}")]
    Thread(#[from] io::Error),
}

/// The way of spans to the collector.
#[derive(Debug)]
pub struct Export {
    tracer: Tracer,
    provider: SdkTracerProvider,
    ended: oneshot::Receiver<()>,
}

impl Export {
    /// Starts it. The collector need not be there.
    pub fn start(
        Options { endpoint, ratio }: Options,
        metrics: Metrics,
    ) -> Result<Self, SetUpError> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let resource = resource();
        let mut exporter = exporter(&endpoint, &runtime)?;
        exporter.set_resource(&resource);
        let (sender, spans) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            many: Notify::new(),
            lost: AtomicU64::new(0),
            metrics,
            end: CancellationToken::new(),
        });
        let queue = Queue {
            spans: sender,
            shared: Arc::clone(&shared),
        };
        let (tell, ended) = oneshot::channel();
        thread::Builder::new()
            .name("traces".to_owned())
            .spawn(move || {
                runtime.block_on(send(exporter, spans, &shared));
                // Whoever waited may have gone.
                tell.send(()).ok();
            })?;
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                ratio,
            ))))
            .with_resource(resource)
            .with_span_processor(queue)
            .build();
        let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME"))
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        Ok(Self {
            tracer: Tracer::new(provider.tracer_with_scope(scope)),
            provider,
            ended,
        })
    }

    /// What makes the spans.
    pub fn tracer(&self) -> Tracer {
        self.tracer.clone()
    }

    /// Sends what is left, but not for long. Of later spans nothing is kept.
    pub async fn end(self) {
        // Nothing can be said of a shutdown that is not said of the spans themselves.
        self.provider.shutdown().ok();
        if tokio::time::timeout(FAREWELL, self.ended).await.is_err() {
            tracing::warn!("the last traces are lost: the collector does not take them");
        }
    }
}

/// Who sends. What the OpenTelemetry variables of the environment say of it counts more than what is said here.
fn resource() -> Resource {
    let detected = Resource::builder().build();
    let unnamed = |name: &opentelemetry::Value| name.as_str().starts_with("unknown_service");
    let name = detected
        .get(&"service.name".into())
        .filter(|name| !unnamed(name))
        .unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
    let instance = uuid::Uuid::new_v4().to_string();
    Resource::builder()
        .with_attributes([
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance),
        ])
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attribute(KeyValue::new("service.name", name))
        .build()
}

/// Its channel lives in the runtime given.
fn exporter(endpoint: &Url, runtime: &Runtime) -> Result<SpanExporter, SetUpError> {
    let _inside = runtime.enter();
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint.as_str())
        .with_timeout(TIMEOUT);
    let exporter = match endpoint.scheme() {
        "https" => exporter.with_tls_config(tls()),
        _ => exporter,
    };
    Ok(exporter.build()?)
}

/// A collector is known by the public authorities, or by those of the system.
fn tls() -> ClientTlsConfig {
    let mut system = RootCertStore::empty();
    system.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    ClientTlsConfig::new()
        .with_webpki_roots()
        .trust_anchors(system.roots)
}

#[derive(Debug)]
struct Shared {
    /// Told when there is a batch.
    many: Notify,
    /// And not told yet.
    lost: AtomicU64,
    metrics: Metrics,
    end: CancellationToken,
}

impl Shared {
    fn lose(&self, spans: u64) {
        self.lost.fetch_add(spans, Ordering::Relaxed);
        self.metrics.spans_lost(spans);
    }
}

/// Where spans wait.
#[derive(Debug)]
struct Queue {
    spans: mpsc::Sender<SpanData>,
    shared: Arc<Shared>,
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.spans.try_send(span).is_err() {
            self.shared.lose(1);
        }
        if self.spans.capacity() <= QUEUE - BATCH {
            self.shared.many.notify_one();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.shared.many.notify_one();
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.shared.end.cancel();
        Ok(())
    }
}

/// Sends spans until the end, and what is left then.
async fn send(exporter: SpanExporter, mut spans: mpsc::Receiver<SpanData>, shared: &Shared) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut losses = Losses::default();
    loop {
        tokio::select! {
            biased;
            () = shared.end.cancelled(), if !spans.is_closed() => {
                spans.close();
                continue;
            }
            count = spans.recv_many(&mut batch, BATCH) => if count == 0 {
                // Closed, and empty.
                break;
            }
        }
        if batch.len() < BATCH {
            tokio::select! {
                () = shared.end.cancelled() => spans.close(),
                () = shared.many.notified() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
            while batch.len() < BATCH
                && let Ok(span) = spans.try_recv()
            {
                batch.push(span);
            }
        }
        let count = batch.len() as u64;
        if let Err(error) = exporter.export(std::mem::take(&mut batch)).await {
            shared.lose(count);
            // Never what the collector wrote: code and cause alone.
            losses.error = Some(error.to_string());
        }
        losses.tell(shared);
    }
    losses.told = None;
    losses.tell(shared);
}

/// When losses were told last, and what the last failure was.
#[derive(Default)]
struct Losses {
    told: Option<Instant>,
    error: Option<String>,
}

impl Losses {
    /// Tells them, unless it was done a short while ago.
    fn tell(&mut self, shared: &Shared) {
        let lately = self.told.is_some_and(|told| told.elapsed() < TELLING);
        if lately || shared.lost.load(Ordering::Relaxed) == 0 {
            return;
        }
        self.told = Some(Instant::now());
        let spans = shared.lost.swap(0, Ordering::Relaxed);
        let error = self.error.take();
        let error = error.as_deref().unwrap_or("there were too many at once");
        tracing::warn!(spans, error, "traces are lost; calls go on");
    }
}
