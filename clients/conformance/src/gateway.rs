//! Real gateways: the binary under test, one process each.

use std::{io, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

/// A running gateway. It is killed when it is dropped.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    process: Child,
    log: JoinHandle<Vec<String>>,
}

impl Gateway {
    /// Starts one with these settings and no others, and waits until it serves.
    pub(crate) async fn start(binary: &Path, settings: &[(&str, String)]) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .env_clear()
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in settings {
            command.env(format!("FLINKS_GATEWAY_{}", name.to_uppercase()), value);
        }
        let mut process = command.spawn()?;
        let log = process.stderr.take().expect("it was asked for");
        let mut lines = BufReader::new(log).lines();
        let mut said = String::new();
        let address = loop {
            let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await??;
            let Some(line) = line else {
                return Err(io::Error::other(format!("the gateway ended: {said}")));
            };
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let (Some("serving"), Some(address)) =
                (entry["message"].as_str(), entry["address"].as_str())
            {
                break address.parse().map_err(io::Error::other)?;
            }
            said.push_str(&line);
        };
        // A pipe that nobody reads would fill up and stop the gateway.
        let log = tokio::spawn(async move {
            let mut log = Vec::new();
            while let Ok(Some(line)) = lines.next_line().await {
                log.push(line);
            }
            log
        });
        Ok(Self {
            address,
            process,
            log,
        })
    }

    /// Ends it at once: what it has logged since it serves.
    pub(crate) async fn end(mut self) -> Vec<String> {
        self.process.kill().await.ok();
        self.log.await.unwrap_or_default()
    }

    /// Tells it to drain, as Kubernetes would, and waits for its end.
    pub(crate) async fn drain(mut self) {
        if let Some(id) = self.process.id() {
            Command::new("kill").arg(id.to_string()).status().await.ok();
        }
        self.process.wait().await.ok();
    }
}
