//! What operators see and are woken by is tested: alerts fire and are silent, the runbook knows each, the dashboard can be
//! read, and all of them ask for nothing that is not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use flinks_gateway::pb;
use serde_json::Value;

use crate::{
    admin::Scrape,
    chart::documents,
    harness::*,
    metrics::{Watched, page, varied_run},
    process::{self, Process},
    prometheus::Prometheus,
    tools::program,
};

const ALERTS: &str = "deploy/helm/flinks-gateway/files/alerts.yaml";
const TESTS: &str = "deploy/prometheus/alerts_test.yaml";
const DASHBOARD: &str = "deploy/helm/flinks-gateway/files/dashboard.json";
const RUNBOOK: &str = "docs/runbook.md";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// A list in JSON.
fn list(of: &Value) -> impl Iterator<Item = &Value> {
    of.as_array().into_iter().flatten()
}

fn str_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// All alerts by their names.
fn alerts() -> BTreeMap<String, Value> {
    let rules = &documents(&text(ALERTS))[0];
    let rules = list(&rules["groups"]).flat_map(|group| list(&group["rules"]));
    rules
        .map(|rule| (str_of(&rule["alert"]).to_owned(), rule.clone()))
        .collect()
}

#[test]
fn promtool_takes_the_rules_and_their_tests() {
    for arguments in [["check", "rules", ALERTS], ["test", "rules", TESTS]] {
        let mut promtool = program("promtool");
        promtool.args(&arguments[..2]).arg(path(arguments[2]));
        let output = promtool.output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}

#[test]
fn every_alert_is_tested_to_fire_and_to_be_silent() {
    let (mut fire, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for test in list(&documents(&text(TESTS))[0]["tests"]) {
        for case in list(&test["alert_rule_test"]) {
            let name = str_of(&case["alertname"]).to_owned();
            match list(&case["exp_alerts"]).count() {
                0 => silent.insert(name),
                _ => fire.insert(name),
            };
        }
    }
    let all: BTreeSet<String> = alerts().into_keys().collect();
    assert_eq!((&fire, &silent), (&all, &all));
}

#[test]
fn the_runbook_has_a_section_for_every_alert_and_no_other() {
    let runbook = text(RUNBOOK);
    let sections: BTreeMap<&str, &str> = runbook
        .split("\n### ")
        .skip(1)
        .map(|section| section.split_once('\n').unwrap())
        .collect();
    let alerts = alerts();
    let told: Vec<&str> = sections.keys().copied().collect();
    let known: Vec<&str> = alerts.keys().map(String::as_str).collect();
    assert_eq!(told, known);
    for (name, alert) in &alerts {
        let anchor = format!("docs/runbook.md#{}", name.to_lowercase());
        assert_eq!(alert["annotations"]["runbook"], *anchor);
        for annotation in ["summary", "description"] {
            assert!(str_of(&alert["annotations"][annotation]).ends_with('.'));
        }
        let severity = str_of(&alert["labels"]["severity"]);
        assert!(["page", "ticket"].contains(&severity), "{name}");
        let section = sections[name.as_str()];
        assert!(section.starts_with(&format!("\n*{severity}*")), "{name}");
        for part in ["**Customers**", "**Look at**", "**Do**", "**Threshold**"] {
            assert!(section.contains(part), "{name} lacks {part}");
        }
    }
}

/// What an expression of PromQL names.
#[derive(Debug, Default)]
struct Names {
    /// A metric with its matchers: label and value.
    selectors: Vec<(String, Vec<(String, String)>)>,
    /// Labels that are grouped, matched or kept by.
    grouped: BTreeSet<String>,
}

/// Words that stand between expressions.
const WORDS: [&str; 15] = [
    "and",
    "or",
    "unless",
    "by",
    "on",
    "offset",
    "bool",
    "group_left",
    "group_right",
    "sum",
    "min",
    "max",
    "count",
    "avg",
    "ignoring",
];

impl Names {
    /// Prometheus itself says whether an expression is one; this takes the names out of those that are.
    fn of(expression: &str) -> Self {
        let mut names = Self::default();
        let mut rest = expression;
        while let Some(first) = rest.chars().next() {
            if first == '[' {
                rest = &rest[rest.find(']').unwrap()..];
            } else if first.is_ascii_digit() {
                rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.');
                continue;
            } else if first.is_ascii_alphabetic() {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let (word, after) = rest.split_at(rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
                rest = after.trim_start();
                match rest.chars().next() {
                    Some('(') if ["by", "on", "group_left", "ignoring"].contains(&word) => {
                        let (labels, after) = rest[1..].split_once(')').unwrap();
                        let labels = labels.split(',').map(|label| label.trim().to_owned());
                        names.grouped.extend(labels);
                        rest = after;
                    }
                    // A function, or a word before parentheses.
                    Some('(') => {}
                    _ if WORDS.contains(&word) => {}
                    Some('{') => {
                        let (matchers, after) = matchers(&rest[1..]);
                        names.selectors.push((word.to_owned(), matchers));
                        rest = after;
                    }
                    _ => names.selectors.push((word.to_owned(), Vec::new())),
                }
                continue;
            }
            rest = &rest[first.len_utf8()..];
        }
        names
    }
}

/// Reads `label="value", …}`, and gives what is after it.
fn matchers(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut matchers = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',', '\n']);
        if let Some(after) = rest.strip_prefix('}') {
            return (matchers, after);
        }
        let (label, after) = rest.split_once('"').unwrap();
        let (value, after) = after.split_once('"').unwrap();
        let label = label.trim_end_matches(['=', '!', '~']).trim();
        matchers.push((label.to_owned(), value.to_owned()));
        rest = after;
    }
}

/// The labels that Prometheus and Kubernetes give.
const THEIRS: [&str; 3] = ["namespace", "job", "instance"];

/// The labels of each series: the page about metrics tells them, and a test compares it with what is scraped.
fn series() -> BTreeMap<String, BTreeSet<String>> {
    let mut series = BTreeMap::new();
    for (metric, (kind, mut labels)) in page() {
        labels.extend(THEIRS.map(str::to_owned));
        if kind == "histogram" {
            for suffix in ["_sum", "_count"] {
                series.insert(format!("{metric}{suffix}"), labels.clone());
            }
            labels.insert("le".to_owned());
            series.insert(format!("{metric}_bucket"), labels);
        } else {
            series.insert(metric, labels);
        }
    }
    series
}

/// Holds an expression against what there is; each value of a label must be one of the contract, or have been seen.
fn check(expression: &str, seen: &Scrape) {
    let series = series();
    let names = Names::of(expression);
    assert!(!names.selectors.is_empty(), "{expression}");
    let mut all = BTreeSet::new();
    for (metric, matchers) in &names.selectors {
        let labels = series
            .get(metric)
            .unwrap_or_else(|| panic!("{metric} is no metric: {expression}"));
        all.extend(labels);
        for (label, value) in matchers {
            assert!(labels.contains(label), "{metric} has no {label}");
            let values = value.split('|').filter(|value| {
                !value.is_empty() && !value.starts_with('$') && !THEIRS.contains(&label.as_str())
            });
            for value in values {
                assert!(
                    is_known(metric, label, value, seen),
                    "{metric} {label} {value}"
                );
            }
        }
    }
    for label in &names.grouped {
        assert!(all.contains(label), "{label} is no label: {expression}");
    }
}

fn is_known(metric: &str, label: &str, value: &str, seen: &Scrape) -> bool {
    if label == "error_type" {
        let reason = format!("ERROR_REASON_{value}");
        return pb::ErrorReason::from_str_name(&reason).is_some()
            || metric.starts_with("http_client_") && value == "abandoned";
    }
    let of_metric = seen.samples.iter().filter(|(name, ..)| name == metric);
    let mut values = of_metric.filter_map(|(_, labels, _)| labels.get(label));
    match value.strip_suffix(".+") {
        Some(start) => values.any(|known| known.starts_with(start)),
        None => values.any(|known| known == value),
    }
}

/// The panels that show something, with their titles and queries.
fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(&dashboard["panels"]).filter(|panel| panel["type"] != "row")
}

/// A query as Grafana would send it.
fn filled(query: &str) -> String {
    let mut query = query.replace("$__rate_interval", "1m");
    for variable in THEIRS {
        query = query.replace(&format!("${variable}"), ".*");
    }
    assert!(!query.contains('$'), "{query}");
    query
}

/// The expressions that the runbook has for whoever reads it.
fn runbook_queries() -> Vec<String> {
    let runbook = text(RUNBOOK);
    let blocks = runbook.split("```promql\n").skip(1);
    blocks
        .map(|block| block.split_once("```").unwrap().0.to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_dashboard_and_runbook_name_what_there_is_and_show_it() {
    let authority = rcgen::generate_simple_self_signed(["flinks.example".to_owned()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority.cert.pem()).unwrap();
    let mut watched = Watched::start(|command| {
        command.arg("--upstream-ca").arg(file.path());
        command.args([
            "--metrics-institutions",
            SCENARIO_BANK,
            "--max-calls-per-caller",
            "2",
        ]);
    })
    .await;
    let prometheus = Prometheus::start(&[("gateway", watched.admin)], &text(ALERTS));
    // Twice, so that what is seen for the first time is seen to grow.
    for _ in 0..2 {
        let scraped = prometheus.answer("count_over_time(up[1h])").await;
        varied_run(&mut watched).await;
        watched.client.refused("reset").await;
        limited(&watched).await;
        let before = str_of(&scraped["data"]["result"][0]["value"][1])
            .parse()
            .unwrap_or(0.0);
        prometheus
            .query("count_over_time(up[1h])", |now| now > before + 2.0)
            .await;
    }
    let seen = watched.scrape().await;
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    let mut shown = BTreeSet::new();
    for panel in panels(&dashboard) {
        for target in list(&panel["targets"]) {
            let query = str_of(&target["expr"]);
            check(query, &seen);
            shown.extend(Names::of(query).selectors.into_iter().map(|(name, _)| name));
            has_data(&prometheus, str_of(&panel["title"]), &filled(query)).await;
        }
    }
    for variable in list(&dashboard["templating"]["list"]).skip(1) {
        let query = str_of(&variable["query"]["query"]);
        let query = query.strip_prefix("label_values(").unwrap();
        check(query.rsplit_once(',').unwrap().0, &seen);
    }
    for metric in page().keys() {
        assert!(
            shown.iter().any(|name| name.starts_with(metric)),
            "{metric} is not shown"
        );
    }
    let expressions = alerts()
        .into_values()
        .map(|alert| str_of(&alert["expr"]).to_owned());
    for expression in expressions.chain(runbook_queries()) {
        check(&expression, &seen);
        let answer = prometheus.answer(&expression).await;
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
    }
    let rules = prometheus.api("/api/v1/rules").await;
    let evaluated = list(&rules["data"]["groups"][0]["rules"]);
    let healths: Vec<&str> = evaluated.map(|rule| str_of(&rule["health"])).collect();
    assert_eq!(healths, vec!["ok"; alerts().len()]);
}

/// A caller reaches its limit, and gives up what it has at the bank.
async fn limited(watched: &Watched) {
    let hung: Vec<_> = (0..2)
        .map(|_| {
            let mut client = watched.client.clone();
            let call = within(Duration::from_millis(500), sign_in("hang"));
            tokio::spawn(async move { client.authorize(call).await.err().unwrap().reason })
        })
        .collect();
    wait_for("both hang", || watched.sandbox.unfinished() == 2).await;
    let error = watched.client.clone().refused("ok").await;
    assert_eq!(error.reason, "CALLER_LIMITED");
    for call in hung {
        assert_eq!(call.await.unwrap(), "DEADLINE_EXCEEDED");
    }
}

/// Waits until a query gives a number.
async fn has_data(prometheus: &Prometheus, title: &str, query: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = prometheus.answer(query).await;
        assert_eq!(answer["status"], "success", "{title}: {query}: {answer}");
        let mut samples = list(&answer["data"]["result"]);
        if samples.any(|sample| sample["value"][1] != "NaN") {
            return;
        }
        assert!(
            Instant::now() < until,
            "{title} shows nothing: {query}: {answer}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn the_dashboard_is_whole() {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in list(&dashboard["panels"]) {
        let title = str_of(&panel["title"]);
        assert!(
            !title.is_empty() && ids.insert(panel["id"].as_u64().unwrap()),
            "{title}"
        );
        let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{title}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "{title} overlaps another");
            }
        }
    }
    for panel in panels(&dashboard) {
        let title = str_of(&panel["title"]);
        assert!(
            str_of(&panel["description"]).ends_with('.'),
            "{title} has no description"
        );
        assert!(
            !str_of(&panel["fieldConfig"]["defaults"]["unit"]).is_empty(),
            "{title} has no unit"
        );
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        let targets: Vec<&Value> = list(&panel["targets"]).collect();
        assert!(!targets.is_empty(), "{title} has no query");
        let names: BTreeSet<&str> = targets
            .iter()
            .map(|target| str_of(&target["refId"]))
            .collect();
        assert_eq!(names.len(), targets.len(), "{title}");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            let query = str_of(&target["expr"]);
            for (metric, matchers) in Names::of(query).selectors {
                let chosen = THEIRS.map(|label| (label.to_owned(), format!("${label}")));
                let joined = metric == "flinks_gateway_build_info" && matchers.is_empty();
                assert!(
                    joined || chosen.iter().all(|matcher| matchers.contains(matcher)),
                    "{title}: {metric} is not of what was chosen"
                );
            }
        }
    }
    let variables: Vec<&str> = list(&dashboard["templating"]["list"])
        .map(|variable| str_of(&variable["name"]))
        .collect();
    assert_eq!(variables, ["datasource", "namespace", "job", "instance"]);
}

/// As the alerts are, without waiting.
fn at_once() -> String {
    let rules = text(ALERTS);
    let lines = rules
        .lines()
        .map(|line| match line.trim_start().strip_prefix("for:") {
            Some(_) => "        for: 0s",
            None => line,
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_gateway_whose_key_is_refused_makes_prometheus_fire_and_one_that_works_does_not() {
    let sandbox = sandbox(options()).await;
    let serve = |key: &str| -> (Process, SocketAddr) {
        let process = Process::serve(|command| {
            command.args(["--admin-listen", "127.0.0.1:0"]);
            command.envs(process::before(&sandbox));
            command.env("FLINKS_GATEWAY_SECRET_KEY", key);
        });
        let admin = process.admin.unwrap();
        (process, admin)
    };
    let (_wrong, wrong) = serve("of-another-customer");
    let (_right, right) = serve(&sandbox.options().secret_key);
    let prometheus = Prometheus::start(&[("wrong", wrong), ("right", right)], &at_once());
    let expected = ["FlinksGatewayDown", "FlinksGatewayKeysRefused"];
    let until = Instant::now() + PATIENCE;
    loop {
        let firing = prometheus.firing().await;
        let mut names: Vec<&str> = firing
            .iter()
            .map(|labels| str_of(&labels["alertname"]))
            .collect();
        names.sort_unstable();
        let is_page = |labels: &Value| labels["job"] == "wrong" && labels["severity"] == "page";
        if names == expected && firing.iter().all(is_page) {
            return;
        }
        assert!(Instant::now() < until, "{firing:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
