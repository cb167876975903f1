//! Real Envoys in front of gateways: one of any configuration, and a mesh's.

use std::{
    net::SocketAddr,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{harness::PATIENCE, tools::program};

/// An Envoy that runs until it is dropped.
pub struct Envoy {
    child: Child,
    folder: TempDir,
    /// Of its one listener.
    pub address: SocketAddr,
    pub admin: SocketAddr,
}

impl Envoy {
    /// Starts on a configuration whose listener and administration have port 0, and waits until it serves.
    pub async fn start(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("envoy.yaml");
        std::fs::write(&file, configuration).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = program("envoy")
            .args(["--concurrency", "1", "--log-level", "warning"])
            // Several run at once, and share nothing.
            .args(["--disable-hot-restart", "--admin-address-path"])
            .arg(folder.path().join("admin"))
            .arg("--config-path")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut envoy = Self {
            child,
            folder,
            address: nowhere,
            admin: nowhere,
        };
        let until = Instant::now() + PATIENCE;
        loop {
            let told = std::fs::read_to_string(envoy.folder.path().join("admin"));
            if let Ok(admin) = told.unwrap_or_default().parse() {
                envoy.admin = admin;
                if envoy.is_serving().await {
                    return envoy;
                }
            }
            let ended = envoy.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < until, "{}", envoy.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn is_serving(&mut self) -> bool {
        let (status, _) = self.ask("/ready").await;
        let listeners: Value =
            serde_json::from_str(&self.ask("/listeners?format=json").await.1).unwrap_or_default();
        let socket = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
        let Some(port) = socket["port_value"].as_u64() else {
            return false;
        };
        self.address.set_port(u16::try_from(port).unwrap());
        status == 200
    }

    /// What it wrote, its access log included.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Asks its administration.
    pub async fn ask(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}{path}", self.admin)).await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// One of its counters or gauges; 0 where there is none.
    pub async fn count(&self, name: &str) -> u64 {
        let (_, text) = self.ask(&format!("/stats?filter=^{name}$")).await;
        let value = text.trim().rsplit(' ').next();
        value.and_then(|value| value.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How a mesh's proxy repeats calls.
pub enum Repeats {
    /// As Istio has the proxy of whoever calls do, unless told otherwise.
    Callers,
    /// As Istio has the proxy of who is called do: what was reset before it was read.
    Callees,
}

/// A proxy of a mesh.
pub async fn sidecar(repeats: Repeats, to: &[SocketAddr]) -> Envoy {
    sidecar_within(Duration::ZERO, repeats, to).await
}

/// One that gives each call so much time; none for any.
pub async fn sidecar_within(time: Duration, repeats: Repeats, to: &[SocketAddr]) -> Envoy {
    let time = format!("{}s", time.as_secs_f64());
    // istio/istio, pilot/pkg/networking/core/route/retry/retry.go
    let policy = match repeats {
        Repeats::Callers => json!({
            "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
            "retriable_status_codes": [503],
            "num_retries": 2,
            "retry_host_predicate": [{
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": { "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate" },
            }],
            "host_selection_retry_max_attempts": 5,
        }),
        Repeats::Callees => json!({ "retry_on": "reset-before-request", "num_retries": 2 }),
    };
    let socket = |address: SocketAddr| json!({ "socket_address": { "address": "127.0.0.1", "port_value": address.port() } });
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let endpoints: Vec<Value> = to
        .iter()
        .map(|address| json!({ "endpoint": { "address": socket(*address) } }))
        .collect();
    let configuration = json!({
        "admin": { "address": socket(nowhere) },
        "static_resources": {
            "listeners": [{
                "name": "calls",
                "address": socket(nowhere),
                "filter_chains": [{ "filters": [{
                    "name": "envoy.filters.network.http_connection_manager",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                        "stat_prefix": "calls",
                        // Replies are looked at for what nobody should add.
                        "server_header_transformation": "PASS_THROUGH",
                        "route_config": { "virtual_hosts": [{
                            "name": "all",
                            "domains": ["*"],
                            "routes": [{
                                "match": { "prefix": "/" },
                                "route": { "cluster": "gateways", "timeout": time, "retry_policy": policy },
                            }],
                        }] },
                        "http_filters": [{
                            "name": "envoy.filters.http.router",
                            "typed_config": {
                                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                                "suppress_envoy_headers": true,
                            },
                        }],
                    },
                }] }],
            }],
            "clusters": [{
                "name": "gateways",
                "type": "STATIC",
                "connect_timeout": "10s",
                "load_assignment": { "cluster_name": "gateways", "endpoints": [{ "lb_endpoints": endpoints }] },
                // As Istio has it: a cluster's limit on retries would hide some of them.
                "circuit_breakers": { "thresholds": [{
                    "max_connections": u32::MAX, "max_pending_requests": u32::MAX,
                    "max_requests": u32::MAX, "max_retries": u32::MAX,
                }] },
                "typed_extension_protocol_options": { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "explicit_http_config": { "http2_protocol_options": {} },
                } },
            }],
        },
    });
    Envoy::start(&configuration.to_string()).await
}
