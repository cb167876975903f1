//! What each layer of the gateway costs: callers known by key, limits, metrics that are scraped, traces, all of them
//! together, and TLS beneath all.
//!
//! Every layer is beside the naive gateway of the same rounds, which runs on all threads as `#[tokio::main]` makes it: the
//! ratio is the figure to look at. The naive gateway on one thread shows how much of that is the threads alone.

use std::{fmt::Write, fs, net::SocketAddr, path::Path, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::{
    Plan, Result,
    figures::{median, thousands, verdict},
    load::{self, Caller},
    process::{Bank, Process, Setup, free_address},
};

const IN_FLIGHT: [usize; 2] = [16, 256];

const WARM_UP: Duration = Duration::from_millis(500);

/// More often than Prometheus is usually told to.
const SCRAPED_EVERY: Duration = Duration::from_secs(1);

/// The caller's key.
const KEY: &str = "bench-0123456789abcdef0123456789abcdef";

/// The caller's name in its certificate.
const CALLER: &str = "caller.example";

/// What is on in a row of the table.
#[derive(Clone, Copy, Debug, Default)]
struct Layers {
    callers: bool,
    limits: bool,
    metrics: bool,
    /// The share of traces that is kept.
    traces: Option<f64>,
    tls: Tls,
    /// More than one thread.
    threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tls {
    #[default]
    None,
    /// The server's.
    Server,
    /// The client's as well, and the caller known by it instead of its key.
    Mutual,
}

const NONE: Layers = Layers {
    callers: false,
    limits: false,
    metrics: false,
    traces: None,
    tls: Tls::None,
    threads: None,
};

const ALL: Layers = Layers {
    callers: true,
    limits: true,
    metrics: true,
    traces: Some(0.01),
    tls: Tls::None,
    threads: None,
};

/// All but the naive gateway, which has no layers.
const ROWS: [(&str, Layers); 11] = [
    ("gateway, callers=anyone", NONE),
    (
        "callers by key",
        Layers {
            callers: true,
            ..NONE
        },
    ),
    (
        "limits",
        Layers {
            limits: true,
            ..NONE
        },
    ),
    (
        "metrics",
        Layers {
            metrics: true,
            ..NONE
        },
    ),
    (
        "traces, 1 of 100",
        Layers {
            traces: Some(0.01),
            ..NONE
        },
    ),
    (
        "traces, all",
        Layers {
            traces: Some(1.0),
            ..NONE
        },
    ),
    ("**all**, 1 trace of 100", ALL),
    (
        "**all**, all traces",
        Layers {
            traces: Some(1.0),
            ..ALL
        },
    ),
    (
        "all, 1 trace of 100, TLS",
        Layers {
            tls: Tls::Server,
            ..ALL
        },
    ),
    (
        "all, 1 trace of 100, mTLS",
        Layers {
            tls: Tls::Mutual,
            ..ALL
        },
    ),
    (
        "all, 1 trace of 100, 2 threads",
        Layers {
            threads: Some(2),
            ..ALL
        },
    ),
];

/// The rows that the aim is about.
const AIM: [&str; 2] = [ROWS[0].0, ROWS[6].0];

pub(crate) async fn section(plan: Plan) -> Result<()> {
    let files = Files::new()?;
    println!(
        "What layers cost, medians of {} rounds of {:?} each. CPU time is of the gateway.\n",
        plan.rounds, plan.each
    );
    println!("| in flight | layers | CPU µs/call | × naive |");
    println!("| ---: | --- | ---: | ---: |");
    let mut aims = Vec::new();
    for in_flight in IN_FLIGHT {
        let mut rounds = vec![Vec::new(); 2 + ROWS.len()];
        for round in 1..=plan.rounds {
            eprintln!(
                "layers: round {round} of {}, {in_flight} in flight",
                plan.rounds
            );
            rounds[0].push(naive(&[], in_flight, plan.each).await?);
            rounds[1].push(naive(&["one-thread"], in_flight, plan.each).await?);
            for ((name, layers), cells) in ROWS.iter().zip(&mut rounds[2..]) {
                let cpu = measure(*layers, &files, in_flight, plan.each).await;
                cells.push(cpu.map_err(|error| format!("{name}: {error}"))?);
            }
        }
        let mut medians = rounds.into_iter().map(median);
        let naive = medians.next().unwrap_or(f64::NAN);
        let lonely = medians.next().unwrap_or(f64::NAN);
        let in_flight = thousands(in_flight as f64);
        println!("| {in_flight} | naive gateway | {naive:.1} | 1.00 |");
        let ratio = lonely / naive;
        println!("| {in_flight} | naive gateway, one thread | {lonely:.1} | {ratio:.2} |");
        for ((name, _), cpu) in ROWS.iter().zip(medians) {
            println!("| {in_flight} | {name} | {cpu:.1} | {:.2} |", cpu / naive);
            if AIM.contains(name) {
                aims.push((format!("{name} at {in_flight}"), cpu / naive));
            }
        }
    }
    let ratios: Vec<String> = aims
        .iter()
        .map(|(name, ratio)| format!("{name} {ratio:.2}"))
        .collect();
    println!(
        "\n- CPU per call, times the naive gateway's, without TLS: {} (aim: at most 1.3): {}\n",
        ratios.join(", "),
        verdict(aims.iter().all(|(_, ratio)| *ratio <= 1.3)),
    );
    Ok(())
}

async fn naive(arguments: &[&str], in_flight: usize, each: Duration) -> Result<f64> {
    let bank = Bank::start(Duration::ZERO, Duration::ZERO)?;
    let server = Process::role("naive", &[&[bank.url().as_str()], arguments].concat())?;
    let callers = Caller::of_server(&server, in_flight).await?;
    cpu(&callers, in_flight, each, &server).await
}

async fn measure(layers: Layers, files: &Files, in_flight: usize, each: Duration) -> Result<f64> {
    let bank = Bank::start(Duration::ZERO, Duration::ZERO)?;
    let collector = Process::role("collector", &[])?;
    let admin = free_address()?;
    let setup = layers.setup(files, admin, collector.address);
    let (server, _) = Process::gateway(&bank, setup).await?;
    let key = Some(KEY).filter(|_| layers.callers && layers.tls != Tls::Mutual);
    let callers = Caller::with_key(&server, in_flight, key).await?;
    let measured = cpu(&callers, in_flight, each, &server);
    if !layers.metrics {
        return measured.await;
    }
    tokio::select! {
        measured = measured => measured,
        failed = scrape(admin) => failed,
    }
}

/// Microseconds a call.
async fn cpu(
    callers: &[Caller],
    in_flight: usize,
    each: Duration,
    server: &Process,
) -> Result<f64> {
    let measured = load::closed_loop(callers, in_flight, WARM_UP, each, server).await?;
    Ok(measured.cpu.as_secs_f64() * 1e6 / measured.latency.len() as f64)
}

/// Ends when a scrape fails.
async fn scrape(admin: SocketAddr) -> Result<f64> {
    loop {
        let scraped = reqwest::get(format!("http://{admin}/metrics")).await?;
        scraped.error_for_status()?.bytes().await?;
        tokio::time::sleep(SCRAPED_EVERY).await;
    }
}

impl Layers {
    fn setup(self, files: &Files, admin: SocketAddr, collector: SocketAddr) -> Setup {
        let mut setup = Setup::default();
        let mut set = |name, value: String| setup.settings.push((name, value));
        if self.callers {
            // This wins over what every gateway of the benchmark has.
            set("CALLERS", String::new());
            let file = match self.tls {
                Tls::Mutual => "by_certificate.toml",
                Tls::None | Tls::Server => "by_key.toml",
            };
            set("CALLERS_FILE", files.path(file));
        }
        if self.limits {
            set("MAX_CALLS_PER_CALLER", "10000".to_owned());
            set("MAX_RATE_PER_CALLER", "1000000".to_owned());
        }
        if self.metrics {
            set("ADMIN_LISTEN", admin.to_string());
        }
        if let Some(ratio) = self.traces {
            set("OTLP_ENDPOINT", format!("http://{collector}"));
            set("TRACE_RATIO", ratio.to_string());
        }
        if let Some(threads) = self.threads {
            set("WORKER_THREADS", threads.to_string());
        }
        if self.tls != Tls::None {
            set("TLS_CERTIFICATE_FILE", files.path("server.pem"));
            set("TLS_PRIVATE_KEY_FILE", files.path("server.key"));
            let tls = ClientTlsConfig::new();
            setup.tls = Some(tls.ca_certificate(files.authority.clone()));
        }
        if self.tls == Tls::Mutual {
            set("TLS_CLIENT_CA_FILE", files.path("authority.pem"));
            setup.tls = setup.tls.map(|tls| tls.identity(files.caller.clone()));
        }
        setup
    }
}

/// The files that settings name, and what clients hold of them.
struct Files {
    folder: TempDir,
    authority: Certificate,
    caller: Identity,
}

impl Files {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
        let mut hash = String::new();
        for byte in digest(&SHA256, KEY.as_bytes()).as_ref() {
            write!(hash, "{byte:02x}")?;
        }
        let known_by = |list: &str| format!("[bench]\n{list}\n");
        let by_key = format!("key_sha256 = [\"{hash}\"]");
        write("by_key.toml", &known_by(&by_key))?;
        let by_certificate = format!("certificates = [\"{CALLER}\"]");
        write("by_certificate.toml", &known_by(&by_certificate))?;

        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&key)?.pem();
        write("authority.pem", &authority)?;
        let issuer = Issuer::new(params, key);
        let issue = |name: &str| -> Result<(String, String)> {
            let key = KeyPair::generate()?;
            let params = CertificateParams::new(vec![name.to_owned()])?;
            let pem = params.signed_by(&key, &issuer)?.pem();
            Ok((pem, key.serialize_pem()))
        };
        let (certificate, key) = issue("127.0.0.1")?;
        write("server.pem", &certificate)?;
        write("server.key", &key)?;
        let (certificate, key) = issue(CALLER)?;
        Ok(Self {
            folder,
            authority: Certificate::from_pem(authority),
            caller: Identity::from_pem(certificate, key),
        })
    }

    fn path(&self, name: &str) -> String {
        let path: &Path = &self.folder.path().join(name);
        path.display().to_string()
    }
}
