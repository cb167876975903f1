//! Servers as processes: started, measured from `/proc`, and ended with this one.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde::Deserialize;
use tonic::transport::{ClientTlsConfig, Endpoint};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{Result, messages};

/// How long a server may take to start before something must be wrong.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    tls: Option<ClientTlsConfig>,
}

/// What a gateway has beside what every one of them has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    /// Settings without the prefix of their variables.
    pub(crate) settings: Vec<(&'static str, String)>,
    /// How its clients do TLS.
    pub(crate) tls: Option<ClientTlsConfig>,
}

impl From<Tokens> for Setup {
    fn from(tokens: Tokens) -> Self {
        let settings = match tokens {
            Tokens::None => Vec::new(),
            Tokens::Minted => vec![("SECRET_KEY", "benchmark".to_owned())],
        };
        Self {
            settings,
            tls: None,
        }
    }
}

/// An address that was free a moment ago. The gateway would tell a port of its own only in its log, which nobody reads
/// here.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Process {
    /// This program in another role.
    pub(crate) fn role(role: &str, arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg(role)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let written = child.stdout.take().ok_or("standard output is a pipe")?;
        BufReader::new(written).read_line(&mut line)?;
        let address = line
            .trim()
            .parse()
            .map_err(|_| format!("{role} did not start"))?;
        Ok(Self {
            child,
            address,
            tls: None,
        })
    }

    /// The gateway with production settings, once it says that it serves; and how long that took.
    pub(crate) async fn gateway(bank: &Bank, setup: impl Into<Setup>) -> Result<(Self, Duration)> {
        let Setup { settings, tls } = setup.into();
        let address = free_address()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_flinks-gateway"));
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("FLINKS_GATEWAY_")) {
            command.env_remove(name);
        }
        command
            .arg("serve")
            .env("FLINKS_GATEWAY_LISTEN", address.to_string())
            .env(
                "FLINKS_GATEWAY_UPSTREAM_URL",
                format!("http://{}", bank.0.address),
            )
            .env("FLINKS_GATEWAY_CUSTOMER_ID", messages::CUSTOMER_ID)
            .env("FLINKS_GATEWAY_CALLERS", "anyone")
            .env("FLINKS_GATEWAY_LOG_LEVEL", "info")
            .envs(
                settings
                    .into_iter()
                    .map(|(name, value)| (format!("FLINKS_GATEWAY_{name}"), value)),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started = Instant::now();
        let mut process = Self {
            child: command.spawn()?,
            address,
            tls,
        };
        let endpoint = process.endpoint()?;
        while !serves(&endpoint).await {
            if let Some(status) = process.child.try_wait()? {
                return Err(format!("the gateway ended: {status}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err("the gateway does not serve".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok((process, started.elapsed()))
    }

    /// How a client reaches it.
    pub(crate) fn endpoint(&self) -> Result<Endpoint> {
        let endpoint = match &self.tls {
            None => Endpoint::from_shared(format!("http://{}", self.address))?,
            Some(tls) => {
                let endpoint = Endpoint::from_shared(format!("https://{}", self.address))?;
                endpoint.tls_config(tls.clone())?
            }
        };
        Ok(endpoint.tcp_nodelay(true))
    }

    /// The CPU time that its threads have used so far, in user mode and in the kernel.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut total = 0;
        for thread in fs::read_dir(self.proc("task"))? {
            // To the nanosecond, where /proc/PID/stat counts ticks of 10 ms.
            let schedstat = fs::read_to_string(thread?.path().join("schedstat"))?;
            let on_cpu = schedstat.split(' ').next().unwrap_or_default();
            total += on_cpu.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(total))
    }

    /// The most memory that it has held so far, in MiB.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        let status = fs::read_to_string(self.proc("status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        Ok(kib.ok_or("no VmHWM in /proc")?.parse::<f64>()? / 1024.0)
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is left to be told by it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Whether health says SERVING.
async fn serves(endpoint: &Endpoint) -> bool {
    let Ok(channel) = endpoint.connect().await else {
        return false;
    };
    let health = HealthClient::new(channel)
        .check(HealthCheckRequest::default())
        .await;
    health.is_ok_and(|health| health.into_inner().status() == ServingStatus::Serving)
}

/// Whether the gateway mints authorize tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tokens {
    None,
    Minted,
}

/// The bank.
#[derive(Debug)]
pub(crate) struct Bank(pub(crate) Process);

/// What it saw.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen {
    pub(crate) authorized: usize,
    pub(crate) with_token: usize,
    pub(crate) minted: usize,
    pub(crate) most_waiting: usize,
}

impl Bank {
    /// Answers a sign-in after one delay, and mints a token after the other.
    pub(crate) fn start(authorize_delay: Duration, mint_delay: Duration) -> Result<Self> {
        let text = |delay: Duration| delay.as_millis().to_string();
        let arguments = [text(authorize_delay), text(mint_delay)];
        Process::role("upstream", &[&arguments[0], &arguments[1]]).map(Self)
    }

    /// Where sign-ins are posted.
    pub(crate) fn url(&self) -> String {
        let Process { address, .. } = self.0;
        let customer = messages::CUSTOMER_ID;
        format!("http://{address}/v3/{customer}/BankingServices/Authorize")
    }

    pub(crate) async fn seen(&self) -> Result<Seen> {
        let url = format!("http://{}/seen", self.0.address);
        let body = reqwest::get(url).await?.bytes().await?;
        Ok(serde_json::from_slice(&body)?)
    }
}
