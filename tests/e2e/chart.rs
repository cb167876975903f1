//! The Helm chart renders what Kubernetes takes and what the gateway reads, or says which value breaks which rule.

use std::{collections::BTreeMap, fs, path::Path, process::Output};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_gateway::{callers, config::SETTINGS, pb};
use jiff::SignedDuration;
use serde_json::Value;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    harness::*,
    image::copy,
    pki::{self, Authority, Folder, VERSIONS},
    process::{Process, command},
    tools,
};

/// What the chart sets by values of its own, and what would put a secret into a manifest.
const OWN: [&str; 13] = [
    "listen",
    "admin_listen",
    "tls_certificate_file",
    "tls_private_key_file",
    "tls_client_ca_file",
    "callers",
    "callers_file",
    "upstream_url",
    "customer_id",
    "secret_key",
    "secret_key_file",
    "continuation_keys",
    "continuation_keys_file",
];

/// Enough for an installation; `UPSTREAM` is where Flinks is.
const LEAST: &str = "
instances:
  default: {upstream_url: UPSTREAM, customer_id: CUSTOMER, secretKey: flinks-secret-key}
secrets: {name: flinks}
callers: {anyone: true}
";

const FLINKS: &str = "https://acme-ca-api.private.fin.ag";

const TLS: &str = "tls: {secretName: gateway-tls, clientCa: {secretName: clients}}";

fn folder() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/deploy/helm/flinks-gateway"
    ))
}

fn schema() -> Value {
    let text = fs::read_to_string(folder().join("values.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn hash(key: &str) -> String {
    let bytes = callers::key_hash(key.as_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Values in use, each by its name, on top of the least.
fn taken() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/chart/taken");
    let files = fs::read_dir(folder).unwrap();
    let taken: BTreeMap<_, _> = files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(taken.len() > 7);
    taken
}

/// Values that are refused, and what is told of each: the value and the rule.
const REFUSED: &str = include_str!("chart/refused.txt");

/// Fills in what values stand for.
fn filled(values: &str, upstream: &str) -> String {
    values
        .replace("UPSTREAM", upstream)
        .replace("CUSTOMER", &options().customer_id.to_string())
        .replace("HASH2", &hash("other"))
        .replace("HASH", &hash("key"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn helm(chart: &Path, verb: &str, release: &[&str], values: &str, upstream: &str) -> Output {
    let files = Folder::new();
    let least = files.put("least.yaml", &filled(LEAST, upstream));
    let more = files.put("more.yaml", &filled(values, upstream));
    let mut helm = tools::program("helm");
    helm.arg(verb).args(release).arg(chart);
    helm.args([
        "--kube-version",
        "1.33.0",
        "--values",
        &least,
        "--values",
        &more,
    ]);
    helm.output().unwrap()
}

/// What a release is made of.
struct Rendered(Vec<Value>);

impl Rendered {
    fn new(values: &str) -> Self {
        Self::with("bank", values, FLINKS)
    }

    fn with(release: &str, values: &str, upstream: &str) -> Self {
        let output = helm(folder(), "template", &[release], values, upstream);
        assert!(
            output.status.success(),
            "{values}: {}",
            text(&output.stderr)
        );
        Self(documents(&text(&output.stdout)))
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0
            .iter()
            .filter(move |document| document["kind"] == kind)
    }

    fn the(&self, kind: &str) -> &Value {
        let mut all = self.all(kind);
        all.next().unwrap_or_else(|| panic!("no {kind}"))
    }

    fn pod(&self) -> &Value {
        &self.the("Deployment")["spec"]["template"]["spec"]
    }

    fn container(&self) -> &Value {
        &self.pod()["containers"][0]
    }

    fn file(&self, name: &str) -> &str {
        self.the("ConfigMap")["data"][name]
            .as_str()
            .unwrap_or_default()
    }

    /// Puts the gateway's files, with the paths of a pod changed to those of a folder.
    fn put(&self, files: &Folder) -> String {
        let here = files.path("");
        let here = here.to_str().unwrap();
        let mounts = self.container()["volumeMounts"].as_array().unwrap();
        let mut config = self.file("gateway.toml").to_owned();
        for mount in mounts {
            let path = format!("{}/", mount["mountPath"].as_str().unwrap());
            config = config.replace(&path, here);
        }
        for left in ["/run/", "/etc/"] {
            assert!(!config.contains(left), "not mounted: {config}");
        }
        files.put("callers.toml", self.file("callers.toml"));
        files.put("gateway.toml", &config)
    }
}

/// YAML as Kubernetes reads it.
pub fn documents(yaml: &str) -> Vec<Value> {
    let files = Folder::new();
    let path = files.put("manifests.yaml", yaml);
    let script =
        "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";
    let output = tools::python()
        .args(["-c", script, &path])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let documents: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let documents = documents.into_iter();
    documents.filter(|document| !document.is_null()).collect()
}

/// A folder with all files of secrets that values name.
fn secrets() -> Folder {
    let files = Folder::new();
    files.put("flinks-secret-key", &options().secret_key);
    files.put("continuation-keys", &STANDARD.encode([7; 32]));
    let authority = Authority::new("callers");
    let shown = authority.server();
    files.put("tls.crt", &shown.pem);
    files.put("tls.key", &shown.key);
    files.put("ca.crt", &authority.pem);
    files
}

#[test]
fn every_setting_is_a_value_and_every_such_value_a_setting() {
    let schema = schema();
    let values = schema["properties"]["settings"]["properties"]
        .as_object()
        .unwrap();
    let tried = &taken()["every_setting"];
    for setting in SETTINGS {
        let value = values.get(setting.name);
        if OWN.contains(&setting.name) {
            assert!(value.is_none(), "the chart sets {} itself", setting.name);
            continue;
        }
        let value =
            value.unwrap_or_else(|| panic!("values.schema.json has no settings.{}", setting.name));
        assert_eq!(value["description"], setting.meaning, "{}", setting.name);
        let set = format!("\n  {}: ", setting.name);
        assert!(tried.contains(&set), "{} is tried", setting.name);
    }
    for name in values.keys() {
        let known = SETTINGS.iter().any(|setting| setting.name == name);
        assert!(known, "the gateway has no setting {name}");
    }
    for name in OWN {
        assert!(
            SETTINGS.iter().any(|setting| setting.name == name),
            "{name}"
        );
    }
    let instance = &schema["properties"]["instances"]["additionalProperties"]["properties"];
    for name in ["upstream_url", "customer_id"] {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        assert!(
            instance[name]["description"]
                .as_str()
                .unwrap()
                .starts_with(&setting.unwrap().meaning[..20])
        );
    }
}

#[test]
fn every_value_is_described_and_has_a_default() {
    let values = documents(&fs::read_to_string(folder().join("values.yaml")).unwrap());
    compare(&schema(), &values[0], "");
}

/// Compares what a schema lists with what the values are.
fn compare(schema: &Value, values: &Value, place: &str) {
    assert!(
        !schema["description"]
            .as_str()
            .unwrap_or_default()
            .is_empty(),
        "{place} is not described"
    );
    // Of tables with names of the operator's: each of them.
    let inner = &schema["additionalProperties"];
    for (name, property) in inner["properties"].as_object().into_iter().flatten() {
        assert_eq!(inner["additionalProperties"], false, "{place}");
        assert!(property["description"].is_string(), "{place}.{name}");
    }
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    assert_eq!(schema["additionalProperties"], false, "{place}");
    for (name, property) in properties {
        let place = format!("{place}.{name}");
        // Settings have the gateway's defaults; `global` is Helm's.
        assert!(
            values.get(name).is_some() || place.starts_with(".settings.") || name == "global",
            "{place}"
        );
        compare(property, &values[name], &place);
    }
    for name in values.as_object().unwrap().keys() {
        assert!(
            properties.contains_key(name),
            "{place}.{name} is not in the schema"
        );
    }
}

/// Under `--strict` Kubernetes' own schemas take no field that they do not know.
#[test]
fn what_is_rendered_is_what_kubernetes_takes() {
    let files = Folder::new();
    let mut paths = Vec::new();
    let mut expected = 0;
    for (name, values) in &taken() {
        let linted = helm(folder(), "lint", &["--strict"], values, FLINKS);
        assert!(linted.status.success(), "{name}: {}", text(&linted.stdout));
        let output = helm(folder(), "template", &["bank"], values, FLINKS);
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        let yaml = text(&output.stdout);
        expected += documents(&yaml).len();
        paths.push(files.put(&format!("{name}.yaml"), &yaml));
    }
    // The oldest that the chart says, and the newest that there is a schema for.
    let oldest = fs::read_to_string(folder().join("Chart.yaml")).unwrap();
    assert!(oldest.contains("kubeVersion: \">=1.27."), "{oldest}");
    for version in ["1.27.0", "1.37.0"] {
        let mut validate = tools::program("kubernetes-validate");
        validate.args(["--strict", "--kubernetes-version", version]);
        let output = validate.args(&paths).output().unwrap();
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{told}");
        let count = |part: &str| told.lines().filter(|line| line.contains(part)).count();
        // Those of the Prometheus operator have no schema there, and a test of their own here.
        let unknown = count("Couldn't find schema for kind");
        assert_eq!(unknown, 2, "{told}");
        assert_eq!(count(" passed for resource ") + unknown, expected, "{told}");
    }
}

#[tokio::test]
async fn the_gateway_reads_what_is_rendered() {
    let sandbox = sandbox(options()).await;
    let files = secrets();
    for (name, values) in &taken() {
        let rendered = Rendered::with("bank", values, &sandbox.url());
        let config = rendered.put(&files);
        let output = tokio::task::spawn_blocking(move || {
            let mut check = command();
            check.args(["check", "--config", &config]).output().unwrap()
        });
        let output = output.await.unwrap();
        let (told, faults) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{name}: {told}{faults}");
        if name == "every_setting" {
            for setting in SETTINGS
                .iter()
                .filter(|setting| !OWN.contains(&setting.name))
            {
                let mut lines = told.lines().map(str::trim);
                let line = lines.find(|line| line.starts_with(&format!("{} ", setting.name)));
                assert!(line.unwrap().contains("gateway.toml"), "{line:?}");
            }
            for value in [
                "1073741824  (max_conn",
                "1e-05  (trace_ratio",
                "off  (reflection",
                "off  (lockout_guard",
                "33554432  (max_request_bytes",
                "1000  (max_calls",
                "4294967295  (max_rate_per_caller",
                "FlinksCapital, \"Quoted\" \\ Bänk  (metrics_institutions",
            ] {
                assert!(told.contains(value), "{value} in {told}");
            }
        }
        if name == "names" {
            for caller in [
                "  0: known by spiffe://c/ns/\"q\"/sa/a\\b<&>, app.example; methods: Authorize; instances: all;",
                "  1e3: known by a key; methods: all; instances: all; calls at once: 1000000; rate: 4294967295 a second",
                "  no: known by a key; methods: all; instances: 1, us-2, default;",
            ] {
                assert!(told.contains(caller), "{caller} in {told}");
            }
        }
    }
}

#[test]
fn what_cannot_be_is_refused_with_the_value_and_the_rule() {
    let mut wrong = Vec::new();
    for line in REFUSED.lines() {
        let (values, told) = line.split_once(" → ").unwrap();
        let output = helm(folder(), "template", &["bank"], values, FLINKS);
        let error = text(&output.stderr);
        // A message of Go's own would name a line of a template.
        let is_told = told.split(" → ").all(|part| error.contains(part)) && !error.contains("nil");
        if output.status.success() || !is_told {
            wrong.push(format!("{line}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let nothing = tools::program("helm")
        .args(["template", "bank", "--kube-version", "1.33.0"])
        .arg(folder())
        .output()
        .unwrap();
    let error = text(&nothing.stderr);
    assert!(
        error.contains("instances: must have at least one"),
        "{error}"
    );
}

#[test]
fn the_page_shows_values_that_are_taken() {
    let page = include_str!("../../docs/kubernetes.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    let files = Folder::new();
    for block in blocks {
        let (values, _) = block.split_once("```").unwrap();
        let values = files.put("values.yaml", values);
        let mut helm = tools::program("helm");
        helm.args(["template", "flinks-gateway"]).arg(folder());
        helm.args(["--kube-version", "1.33.0", "--values", &values]);
        let output = helm.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let rendered = Rendered::with("flinks-gateway", "service: {headless: true}", FLINKS);
    let mut services = rendered.all("Service");
    for name in ["flinks-gateway-headless", "-admin"] {
        assert!(page.contains(name));
        let mut names = services
            .by_ref()
            .map(|service| service["metadata"]["name"].as_str());
        assert!(names.any(|told| told.unwrap().ends_with(name)), "{name}");
    }
}

#[test]
fn a_pod_is_given_the_time_that_its_drain_takes() {
    let given = |settings: &str| {
        let rendered = Rendered::new(&format!("settings: {settings}"));
        let seconds = rendered.pod()["terminationGracePeriodSeconds"].as_i64();
        seconds.unwrap() - 10
    };
    assert_eq!(given("{}"), 10 + 245);
    assert_eq!(given("{drain_delay: 0s, drain_timeout: 5s}"), 5);
    // The gateway's own defaults.
    assert_eq!(given("{drain_delay: null, drain_timeout: null}"), 30);
    for (name, default) in [("drain_delay", "0s"), ("drain_timeout", "30s")] {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        assert_eq!(setting.unwrap().default, default, "{name}");
    }
    // As the gateway reads them, rounded up.
    let seconds = |text: &str| {
        let read: SignedDuration = text.parse().unwrap();
        read.unsigned_abs().as_millis().div_ceil(1000)
    };
    for (delay, timeout) in [
        ("1500ms", "24h"),
        ("1h30m", "2 hours, 3 minutes, 4 seconds"),
        ("1hr 2mins 3.5secs", "PT1H0.5S"),
        ("2hrs 1min 1sec", "PT1M"),
        ("0.5h", "1 hour 2 minute 3 second"),
        ("1msec", "2500 milliseconds"),
        ("1 milli", "999 millis"),
        ("0,5s", "1m  30s"),
    ] {
        let settings = format!("{{drain_delay: '{delay}', drain_timeout: '{timeout}'}}");
        let expected = seconds(delay) + seconds(timeout);
        assert_eq!(
            u128::try_from(given(&settings)).unwrap(),
            expected,
            "{settings}"
        );
    }
}

#[test]
fn numbers_and_names_come_out_as_they_went_in() {
    let rendered = Rendered::new("{replicaCount: 0, podDisruptionBudget: {maxUnavailable: 1e2}}");
    assert_eq!(rendered.the("Deployment")["spec"]["replicas"], 0);
    assert_eq!(
        rendered.the("PodDisruptionBudget")["spec"]["maxUnavailable"],
        100
    );
    let rendered = Rendered::new("replicaCount: 1e5");
    assert_eq!(rendered.the("Deployment")["spec"]["replicas"], 100_000);

    let longest = "a".repeat(53);
    for (release, name) in [
        ("bank", "bank-flinks-gateway"),
        ("flinks-gateway", "flinks-gateway"),
        ("my-flinks-gateway-2", "my-flinks-gateway-2"),
        ("0", "flinks-gateway-0"),
        ("1.2", "flinks-gateway-1-2"),
        ("2-flinks-gateway", "gateway-2-flinks-gateway"),
        ("true", "true-flinks-gateway"),
        (&longest, &longest[..52]),
    ] {
        let rendered = Rendered::with(
            release,
            "{service: {headless: true}, dashboard: {enabled: true}}",
            FLINKS,
        );
        assert_eq!(rendered.the("Deployment")["metadata"]["name"], name);
        for document in &rendered.0 {
            let name = document["metadata"]["name"].as_str().unwrap();
            assert!(name.len() <= 63 && !name.contains('.'), "{name}");
            let labels = &document["metadata"]["labels"];
            assert_eq!(labels["app.kubernetes.io/instance"], release, "{name}");
        }
        let selector = &rendered.the("Deployment")["spec"]["selector"]["matchLabels"];
        assert_eq!(selector["app.kubernetes.io/instance"], release);
    }
    // Kubernetes would not take more; Helm says so by itself.
    let output = helm(folder(), "template", &[&"a".repeat(60)], "", FLINKS);
    assert!(
        text(&output.stderr).contains("53"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn secrets_are_mounted_and_never_in_a_manifest_or_the_environment() {
    let rendered = Rendered::new(TLS);
    assert!(rendered.container().get("env").is_none());
    assert_eq!(rendered.all("Secret").count(), 0);
    let volumes = rendered.pod()["volumes"].as_array().unwrap();
    for volume in volumes.iter().filter(|volume| volume["name"] != "config") {
        assert_eq!(volume["secret"]["defaultMode"], 0o440, "{volume}");
    }
    let mounts = rendered.container()["volumeMounts"].as_array().unwrap();
    assert_eq!(mounts.len(), 4);
    for mount in mounts {
        assert_eq!(mount["readOnly"], true, "{mount}");
        assert!(mount.get("subPath").is_none(), "never updated: {mount}");
    }
    let context = &rendered.container()["securityContext"];
    assert_eq!(context["readOnlyRootFilesystem"], true);
    assert_eq!(context["allowPrivilegeEscalation"], false);
    assert_eq!(context["capabilities"]["drop"][0], "ALL");
    assert_eq!(rendered.pod()["securityContext"]["runAsNonRoot"], true);
    assert_eq!(rendered.pod()["automountServiceAccountToken"], false);
}

#[test]
fn readiness_is_asked_by_grpc_where_no_tls_is_in_the_way() {
    let probes = |values: &str| {
        let rendered = Rendered::new(values);
        let container = rendered.container();
        for probe in ["livenessProbe", "startupProbe"] {
            assert_eq!(container[probe]["httpGet"]["path"], "/healthz");
        }
        container["readinessProbe"].clone()
    };
    assert_eq!(probes("")["grpc"]["port"], 50051);
    assert_eq!(probes(TLS)["httpGet"]["path"], "/readyz");
    assert_eq!(
        probes("probes: {readiness: http}")["httpGet"]["path"],
        "/readyz"
    );
    let protocol = |values: &str| {
        Rendered::new(values).the("Service")["spec"]["ports"][0]["appProtocol"].clone()
    };
    assert_eq!(protocol(""), "grpc");
    assert_eq!(protocol(TLS), "https");
}

#[test]
fn new_pods_come_where_a_running_one_would_not_take_the_change() {
    let stamp = |values: &str| {
        let rendered = Rendered::new(values);
        rendered.the("Deployment")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
            .clone()
    };
    let named = |hash: char| {
        let hash = hash.to_string().repeat(64);
        stamp(&format!(
            "callers: {{anyone: false, named: {{a: {{key_sha256: ['{hash}']}}}}}}"
        ))
    };
    let before = stamp("");
    assert_ne!(before, stamp("settings: {live_timeout: 1m}"));
    assert_ne!(
        before,
        stamp("instances: {eu: {upstream_url: UPSTREAM, customer_id: CUSTOMER}}")
    );
    assert_eq!(before, stamp("replicaCount: 9"));
    // Callers are read again while running.
    assert_eq!(named('a'), named('b'));
}

#[test]
fn traffic_is_let_through_where_it_belongs_and_nowhere_else() {
    let rendered = Rendered::new(
        "{settings: {otlp_endpoint: 'http://collector:4317/x'}, \
          networkPolicy: {callers: [{podSelector: {}}], collectors: [{podSelector: {matchLabels: {app: otel}}}]}, \
          instances: {eu: {upstream_url: 'https://[2001:db8::1]:8443/v3', customer_id: CUSTOMER}}}",
    );
    let policy = &rendered.the("NetworkPolicy")["spec"];
    assert_eq!(
        policy["policyTypes"],
        serde_json::json!(["Ingress", "Egress"])
    );
    assert_eq!(
        policy["ingress"],
        serde_json::json!([
            {"ports": [{"port": "grpc"}], "from": [{"podSelector": {}}]},
            {"ports": [{"port": "admin"}], "from": [{"namespaceSelector": {}}]},
        ])
    );
    assert_eq!(
        policy["egress"],
        serde_json::json!([
            {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
            {"ports": [{"port": 443}, {"port": 8443}],
             "to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}, {"ipBlock": {"cidr": "::/0"}}]},
            {"ports": [{"port": 4317}], "to": [{"podSelector": {"matchLabels": {"app": "otel"}}}]},
        ])
    );
    assert_eq!(
        Rendered::new("networkPolicy: {enabled: false}")
            .all("NetworkPolicy")
            .count(),
        0
    );
    // The operators' port leaves the cluster with no kind of Service.
    let rendered = Rendered::new("service: {type: LoadBalancer, headless: true}");
    for service in rendered.all("Service") {
        let ports = service["spec"]["ports"].as_array().unwrap();
        let has_admin = ports.iter().any(|port| port["targetPort"] == "admin");
        assert_eq!(
            has_admin,
            service["spec"]["clusterIP"] == "None" && ports[0]["port"] == 9464
        );
    }
}

#[test]
fn what_the_prometheus_operator_and_grafana_get_is_found_by_them() {
    let rendered = Rendered::new(
        "{serviceMonitor: {enabled: true, labels: {release: x}}, prometheusRule: {enabled: true, labels: {release: x}}, \
          dashboard: {enabled: true}}",
    );
    let monitor = rendered.the("ServiceMonitor");
    assert_eq!(monitor["metadata"]["labels"]["release"], "x");
    let selector = monitor["spec"]["selector"]["matchLabels"]
        .as_object()
        .unwrap();
    let endpoint = &monitor["spec"]["endpoints"][0];
    assert_eq!(endpoint["path"], "/metrics");
    let scraped = rendered.all("Service").filter(|service| {
        let labels = &service["metadata"]["labels"];
        selector.iter().all(|(name, value)| labels[name] == *value)
    });
    let scraped: Vec<&Value> = scraped.collect();
    assert_eq!(scraped.len(), 1, "each replica is scraped once");
    assert_eq!(scraped[0]["spec"]["ports"][0]["name"], endpoint["port"]);
    // What is tested is what they get.
    let file = |name: &str| fs::read_to_string(folder().join("files").join(name)).unwrap();
    let rules = &rendered.the("PrometheusRule")["spec"];
    assert_eq!(*rules, documents(&file("alerts.yaml"))[0]);
    let mut maps = rendered.all("ConfigMap");
    let shown = maps.find_map(|map| map["data"]["flinks-gateway.json"].as_str());
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(json(shown.unwrap()), json(&file("dashboard.json")));

    let rule = rendered.the("PrometheusRule");
    assert_eq!(rule["metadata"]["labels"]["release"], "x");
    let alerts = fs::read_to_string(folder().join("files/alerts.yaml")).unwrap();
    assert_eq!(rule["spec"], documents(&alerts)[0]);

    let mut maps = rendered.all("ConfigMap");
    let dashboard = maps
        .find(|map| map["metadata"]["labels"]["grafana_dashboard"] == "1")
        .unwrap();
    let shown: Value =
        serde_json::from_str(dashboard["data"]["flinks-gateway.json"].as_str().unwrap()).unwrap();
    let file = fs::read_to_string(folder().join("files/dashboard.json")).unwrap();
    assert_eq!(shown, serde_json::from_str::<Value>(&file).unwrap());
}

/// Helm shows notes only after an installation: here they are rendered as a manifest.
#[test]
fn the_notes_say_how_to_call_it() {
    let chart = tempfile::tempdir().unwrap();
    copy(folder(), chart.path());
    let notes = fs::read_to_string(folder().join("templates/NOTES.txt")).unwrap();
    let wrapped = format!(
        "{{{{- define \"notes\" }}}}{notes}{{{{ end -}}}}\nkind: Notes\nnotes: |\n  {{{{- include \"notes\" . | nindent 2 }}}}\n"
    );
    fs::write(chart.path().join("templates/notes.yaml"), wrapped).unwrap();
    for (values, told) in [
        (
            "service: {port: 80}",
            [
                "bank-flinks-gateway.default.svc:80 (clear text",
                "to whoever reaches it, in front of default.",
                "port-forward service/bank-flinks-gateway 50051:80 &",
                "grpcurl -plaintext 127.0.0.1:50051 describe",
                "take 240s.",
            ],
        ),
        (
            "{tls: {secretName: tls}, settings: {live_timeout: 3m}, \
              callers: {anyone: false, named: {b: {key_sha256: [HASH]}, a: {key_sha256: [HASH2]}}}}",
            [
                "svc:50051 (TLS)",
                "to a, b, in front of default.",
                "grpcurl -insecure -H 'authorization: Bearer KEY' 127.0.0.1:50051 describe",
                "rollout status deployment/bank-flinks-gateway",
                "take 3m.",
            ],
        ),
    ] {
        let output = helm(chart.path(), "template", &["bank"], values, FLINKS);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let rendered = Rendered(documents(&text(&output.stdout)));
        let notes = rendered.the("Notes")["notes"].as_str().unwrap();
        for part in told {
            assert!(notes.contains(part), "{part} in {notes}");
        }
    }
}

/// The routes for meshes are no part of the chart, and name what it makes of a release called like it.
#[test]
fn the_routes_for_meshes_lead_to_the_service_and_the_pods() {
    let rendered = Rendered::with("flinks-gateway", "", FLINKS);
    let service = rendered.the("Service");
    let (name, port) = (
        &service["metadata"]["name"],
        &service["spec"]["ports"][0]["port"],
    );
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let routes = |mesh: &str| {
        let path = deploy.join(mesh).join("flinks-gateway.yaml");
        documents(&fs::read_to_string(path).unwrap())
    };
    let host = format!("{}.flinks.svc.cluster.local", name.as_str().unwrap());
    let route = &routes("istio")[0];
    for http in route["spec"]["http"].as_array().unwrap() {
        let destination = &http["route"][0]["destination"];
        assert_eq!(destination["host"], host);
        assert_eq!(destination["port"]["number"], *port);
    }
    for route in routes("linkerd")
        .iter()
        .filter(|document| document["kind"] == "GRPCRoute")
    {
        let parent = &route["spec"]["parentRefs"][0];
        assert_eq!((&parent["name"], &parent["port"]), (name, port));
    }
    let labels = &rendered.the("Deployment")["spec"]["template"]["metadata"]["labels"];
    for document in routes("istio").iter().chain(&routes("linkerd")) {
        let selector = document["spec"]["selector"]["matchLabels"].as_object();
        for (label, value) in selector.into_iter().flatten() {
            assert_eq!(labels[label], *value, "{label}");
        }
    }
}

/// By what docs/callers.md says of requests in memory.
#[test]
fn a_container_has_the_memory_that_its_limits_let_requests_take() {
    let rendered = Rendered::new("");
    let limit = rendered.container()["resources"]["limits"]["memory"]
        .as_str()
        .unwrap();
    let limit: u64 = limit.strip_suffix("Gi").unwrap().parse::<u64>().unwrap() << 30;
    let config: toml::Table = rendered.file("gateway.toml").parse().unwrap();
    let calls = u64::try_from(config["max_calls"].as_integer().unwrap()).unwrap();
    let largest = SETTINGS
        .iter()
        .find(|setting| setting.name == "max_request_bytes")
        .unwrap();
    let largest: u64 = largest
        .default
        .strip_suffix("MiB")
        .unwrap()
        .parse::<u64>()
        .unwrap()
        << 20;
    assert!(calls * (256 << 10) + 64 * largest < limit * 9 / 10);
}

#[tokio::test]
async fn a_rendered_configuration_serves() {
    let sandbox = sandbox(options()).await;
    let rendered = Rendered::with(
        "bank",
        "{settings: {reflection: off}, \
          callers: {anyone: false, named: {lending: {key_sha256: [HASH], methods: [Authorize]}}}}",
        &sandbox.url(),
    );
    let files = secrets();
    let config = rendered.put(&files);
    let process = Process::serve(|command| {
        command.env_remove("FLINKS_GATEWAY_CALLERS");
        command.args(["--config", &config, "--admin-listen", "127.0.0.1:0"]);
    });
    let mut client = Client::native(process.address);
    let request = || with_key("key", sign_in("question"));
    let outcome = client.authorize(request()).await.unwrap();
    assert!(matches!(
        outcome,
        pb::authorize_response::Outcome::ChallengeRound(_)
    ));
    let stranger = with_key("other", sign_in("question"));
    let refused = client.authorize(stranger).await.err().unwrap();
    assert_eq!(refused.reason, "CALLER_UNKNOWN");
    // As Kubernetes asks, with no key.
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", process.address));
    let mut health = HealthClient::new(channel.unwrap().connect().await.unwrap());
    let status = health.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(status.into_inner().status(), ServingStatus::Serving);
    let elsewhere = client
        .cached(with_key("key", cached("a")))
        .await
        .err()
        .unwrap();
    assert_eq!(elsewhere.reason, "CALLER_NOT_PERMITTED");
}

#[tokio::test]
async fn a_rendered_configuration_serves_callers_by_their_certificates() {
    let sandbox = sandbox(options()).await;
    let rendered = Rendered::with(
        "bank",
        "{tls: {secretName: gateway-tls, clientCa: {secretName: clients}}, \
          callers: {anyone: false, named: {lending: {certificates: ['spiffe://c/lending']}}}}",
        &sandbox.url(),
    );
    let (files, authority) = (secrets(), Authority::new("ours"));
    let shown = authority.server();
    files.put("tls.crt", &shown.pem);
    files.put("tls.key", &shown.key);
    files.put("ca.crt", &authority.pem);
    let config = rendered.put(&files);
    let process = Process::serve(|command| {
        command.env_remove("FLINKS_GATEWAY_CALLERS");
        command.args(["--config", &config, "--admin-listen", "127.0.0.1:0"]);
    });
    let caller = |name: &str| {
        let shown = authority.issue(&[name]);
        let config = pki::client(&authority.pem, Some(&shown), &VERSIONS);
        Client::secured(process.address, config)
    };
    caller("spiffe://c/lending").session("ok").await;
    let refused = caller("spiffe://c/other").refused("ok").await;
    assert_eq!(refused.reason, "CALLER_UNKNOWN");
}
