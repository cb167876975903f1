//! A real Prometheus that scrapes gateways, and reckons with alerts.

use std::{
    fmt::Write,
    net::SocketAddr,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use url::form_urlencoded;

use crate::{admin::ask, harness::PATIENCE, tools::program};

pub struct Prometheus {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    /// Scrapes ports, each as a job in the namespace `bank`, and evaluates rules.
    pub fn start(jobs: &[(&str, SocketAddr)], rules: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("prometheus.yml");
        std::fs::write(folder.path().join("rules.yaml"), rules).unwrap();
        let mut text =
            "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}\n\
                        rule_files: [rules.yaml]\nscrape_configs:\n"
                .to_owned();
        for (job, port) in jobs {
            writeln!(
                text,
                "- {{job_name: {job}, static_configs: [{{targets: ['{port}'], labels: {{namespace: bank}}}}]}}"
            )
            .unwrap();
        }
        std::fs::write(&config, text).unwrap();
        // Free a moment ago: Prometheus does not tell which port it was given. Nothing else is at this address.
        let free = std::net::TcpListener::bind("127.0.0.9:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = program("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            address,
            _folder: folder,
        }
    }

    /// The answer of its API, once it has started.
    pub async fn api(&self, path: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            assert!(Instant::now() < until, "Prometheus does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let request = format!("GET {path} HTTP/1.0\r\naccept: application/json");
        let page = ask(self.address, &request).await;
        serde_json::from_str(&page.text).unwrap_or_default()
    }

    /// What it makes of a query now.
    pub async fn answer(&self, query: &str) -> Value {
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        self.api(&format!("/api/v1/query?query={query}")).await
    }

    /// The value of a query, once there is one that is wanted.
    pub async fn query(&self, query: &str, is_wanted: impl Fn(f64) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.answer(query).await;
            let value = answer["data"]["result"][0]["value"][1]
                .as_str()
                .and_then(|value| value.parse().ok());
            if value.is_some_and(&is_wanted) {
                return;
            }
            if Instant::now() > until {
                let targets = self.api("/api/v1/targets").await;
                panic!("{query}: {answer}\n{}", targets["data"]["activeTargets"]);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The alerts that fire, as their labels.
    pub async fn firing(&self) -> Vec<Value> {
        let answer = self.api("/api/v1/alerts").await;
        let alerts = answer["data"]["alerts"].as_array().cloned();
        let firing = alerts.unwrap_or_default().into_iter();
        firing
            .filter(|alert| alert["state"] == "firing")
            .map(|mut alert| alert["labels"].take())
            .collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
