//! Operators see what happens: a real Prometheus takes it, the page about it is complete, and the numbers are true.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::Path,
    process::Command,
    time::Duration,
};

use flinks_gateway::pb;

use crate::{
    admin::{Scrape, ask, get},
    harness::*,
    process::{self, Process},
    prometheus::Prometheus,
    tools::program,
};

/// A gateway with an operators' port, before a sandbox.
pub struct Watched {
    pub sandbox: Sandbox,
    process: Process,
    pub admin: SocketAddr,
    pub client: Client,
}

impl Watched {
    pub async fn start(change: impl FnOnce(&mut Command)) -> Self {
        let sandbox = sandbox(options()).await;
        let process = Process::serve(|command| {
            command
                .args(["--admin-listen", "127.0.0.1:0"])
                .envs(process::before(&sandbox));
            change(command);
        });
        Self {
            admin: process.admin.unwrap(),
            client: Client::native(process.address),
            sandbox,
            process,
        }
    }

    pub async fn scrape(&self) -> Scrape {
        Scrape::of(self.admin).await
    }

    /// Scrapes until something is true: what a call leaves behind may be counted a moment after its answer.
    async fn until(&self, what: &str, is_true: impl Fn(&Scrape) -> bool) -> Scrape {
        let until = std::time::Instant::now() + PATIENCE;
        loop {
            let scrape = self.scrape().await;
            if is_true(&scrape) {
                return scrape;
            }
            assert!(
                std::time::Instant::now() < until,
                "{what}:\n{}",
                scrape.text
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Something of everything that is counted.
pub async fn varied_run(watched: &mut Watched) {
    let client = &mut watched.client;
    let login_id = client.session("ok").await.login.unwrap().login_id;
    client.cached(cached(&login_id)).await.ok().unwrap();
    let round = client.challenged("question+choices*2/image").await;
    let answered = client.answer(right_answers(&round)).await;
    let Ok(pb::answer_challenges_response::Outcome::ChallengeRound(round)) = answered else {
        panic!("no second round");
    };
    client.answer(right_answers(&round)).await.ok().unwrap();
    client.refused("error_INVALID_PASSWORD").await;
    client.refused("error_SOMETHING_NEW").await;
    client.refused("status_500").await;
    client.session("ok;token=refused_once").await;
    watched.process.tell("HUP");
    watched
        .until("a reload", |scrape| {
            scrape.sum("flinks_gateway_reloads_total", &[]) >= 1.0
        })
        .await;
}

#[tokio::test]
async fn a_real_prometheus_scrapes_and_understands_them() {
    let mut watched = Watched::start(|_| {}).await;
    varied_run(&mut watched).await;
    let prometheus = Prometheus::start(&[("gateway", watched.admin)], "");
    prometheus.query("up", |up| up == 1.0).await;
    let samples = watched.scrape().await.samples.len();
    prometheus
        .query("scrape_samples_scraped", |scraped| {
            scraped >= samples as f64
        })
        .await;
    prometheus
        .query("sum(flinks_gateway_sign_ins_total)", |count| count == 6.0)
        .await;
    let quantile = "histogram_quantile(0.5, sum by (le) (rpc_server_call_duration_seconds_bucket))";
    prometheus.query(quantile, |median| median > 0.0).await;
    // It scrapes OpenMetrics, and knows each family by its type.
    let metadata = prometheus.api("/api/v1/metadata").await;
    let kind = |name: &str| metadata["data"][name][0]["type"].as_str().unwrap_or("none");
    assert_eq!(kind("flinks_gateway_sign_ins"), "counter", "{metadata}");
    assert_eq!(kind("rpc_server_call_duration_seconds"), "histogram");
    assert_eq!(kind("flinks_gateway_build"), "info");
}

#[tokio::test]
async fn promtool_finds_nothing_to_say_about_them() {
    let mut watched = Watched::start(|_| {}).await;
    varied_run(&mut watched).await;
    let page = get(watched.admin, "/metrics").await;
    assert!(
        page.head
            .contains("content-type: text/plain; version=0.0.4")
    );
    let mut text = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut text, page.text.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut text).unwrap();
    let output = program("promtool")
        .args(["check", "metrics"])
        .stdin(text)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[tokio::test]
async fn whoever_asks_for_openmetrics_gets_it_whole() {
    let watched = Watched::start(|_| {}).await;
    let asked =
        "GET /metrics HTTP/1.1\r\naccept: application/openmetrics-text;version=1.0.0,*/*;q=0.1";
    let page = ask(watched.admin, asked).await;
    assert!(
        page.head
            .contains("content-type: application/openmetrics-text; version=1.0.0")
    );
    assert!(page.text.ends_with("\n# EOF\n"), "{}", page.text);
}

/// A metric as the page about them tells it: its type, and its labels.
pub type Row = (String, BTreeSet<String>);

pub fn page() -> BTreeMap<String, Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let name = cells.next()?.trim().trim_matches('`').to_owned();
        let kind = cells.next()?.trim().to_owned();
        let labels = cells.next()?.split('`').skip(1).step_by(2);
        Some((name, (kind, labels.map(str::to_owned).collect())))
    });
    rows.collect()
}

#[tokio::test]
async fn the_page_about_them_tells_each_with_its_labels_and_no_other() {
    let authority = rcgen::generate_simple_self_signed(["flinks.example".to_owned()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority.cert.pem()).unwrap();
    let mut watched = Watched::start(|command| {
        command.arg("--upstream-ca").arg(file.path());
    })
    .await;
    varied_run(&mut watched).await;
    let scrape = watched.scrape().await;
    let seen = scrape.kinds.iter().map(|(name, kind)| {
        let is_sample = |sample: &str| match sample.strip_prefix(name) {
            Some("") => true,
            Some(suffix) => kind == "histogram" && ["_bucket", "_sum", "_count"].contains(&suffix),
            None => false,
        };
        let samples = scrape.samples.iter();
        let labels = samples
            .filter(|(sample, ..)| is_sample(sample))
            .flat_map(|(_, labels, _)| labels.keys().cloned())
            .filter(|label| label != "le");
        (name.clone(), (kind.clone(), labels.collect()))
    });
    let (seen, told): (BTreeMap<String, Row>, _) = (seen.collect(), page());
    for (name, row) in &seen {
        assert_eq!(told.get(name), Some(row), "docs/metrics.md on {name}");
    }
    for name in told.keys() {
        assert!(seen.contains_key(name), "{name} is told of and not there");
    }
}

#[tokio::test]
async fn calls_are_counted_by_method_code_reason_and_caller() {
    let mut watched = Watched::start(|_| {}).await;
    varied_run(&mut watched).await;
    let scrape = watched.scrape().await;
    let calls = |method: &str, code: &str, reason: &str| {
        scrape.sum(
            "rpc_server_call_duration_seconds_count",
            &[
                ("rpc_system_name", "grpc"),
                (
                    "rpc_method",
                    &format!("flinks.gateway.v1.AuthorizationService/{method}"),
                ),
                ("rpc_response_status_code", code),
                ("error_type", reason),
            ],
        )
    };
    assert_eq!(calls("Authorize", "OK", ""), 3.0, "{}", scrape.text);
    assert_eq!(calls("AnswerChallenges", "OK", ""), 2.0);
    assert_eq!(calls("CachedAuthorize", "OK", ""), 1.0);
    assert_eq!(
        calls("Authorize", "INVALID_ARGUMENT", "CREDENTIALS_REJECTED"),
        1.0
    );
    assert_eq!(
        calls("Authorize", "FAILED_PRECONDITION", "UPSTREAM_REFUSED"),
        1.0
    );
    assert_eq!(calls("Authorize", "ABORTED", "UPSTREAM_FAILED"), 1.0);
    let anyone = scrape.sum("flinks_gateway_caller_calls_total", &[("caller", "anyone")]);
    assert_eq!(anyone, 9.0);
    assert_eq!(scrape.sum("flinks_gateway_connections", &[]), 1.0);
    assert_eq!(
        scrape.sum("flinks_gateway_connections_opened_total", &[]),
        1.0
    );
    assert_eq!(scrape.sum("flinks_gateway_calls_in_flight", &[]), 0.0);
}

#[tokio::test]
async fn requests_to_flinks_are_counted_by_what_came_of_them() {
    let mut watched = Watched::start(|_| {}).await;
    varied_run(&mut watched).await;
    let client = &mut watched.client;
    let hung = sign_in("hang");
    client
        .authorize(within(Duration::from_millis(300), hung))
        .await
        .err()
        .unwrap();
    let requests = |scrape: &Scrape, labels: &[(&str, &str)]| {
        let path = (
            "url_template",
            "/{version}/{customerId}/BankingServices/Authorize",
        );
        let labels: Vec<_> = labels.iter().copied().chain([path]).collect();
        scrape.sum("http_client_request_duration_seconds_count", &labels)
    };
    let abandoned = [
        ("error_type", "abandoned"),
        ("http_response_status_code", ""),
    ];
    let scrape = watched
        .until("the request that nobody waits for", |scrape| {
            requests(scrape, &abandoned) == 1.0
        })
        .await;
    let code = |code| [("flinks_code", code)];
    assert_eq!(
        requests(&scrape, &code("INVALID_PASSWORD")),
        1.0,
        "{}",
        scrape.text
    );
    assert_eq!(requests(&scrape, &code("other")), 1.0);
    assert!(!scrape.text.contains("SOMETHING_NEW"));
    let failed = [
        ("http_response_status_code", "500"),
        ("error_type", "UPSTREAM_FAILED"),
    ];
    assert_eq!(requests(&scrape, &failed), 1.0);
    let port = watched.sandbox.address().port().to_string();
    let server = [
        ("server_address", "127.0.0.1"),
        ("server_port", port.as_str()),
    ];
    assert_eq!(
        requests(&scrape, &server),
        11.0,
        "one more for the refused token"
    );
}

#[tokio::test]
async fn the_pool_of_tokens_adds_up() {
    let mut watched = Watched::start(|_| {}).await;
    varied_run(&mut watched).await;
    let of = |scrape: &Scrape, name: &str| {
        scrape.sum(
            &format!("flinks_gateway_{name}"),
            &[("flinks_instance", "default")],
        )
    };
    // Mints that were under way have ended.
    let scrape = watched
        .until("each token is somewhere", |scrape| {
            let minted = of(scrape, "token_mints_total");
            minted == watched.sandbox.tokens_minted() as f64
                && minted
                    == of(scrape, "tokens_taken_total")
                        // One was refused, and another minted in its place.
                        + of(scrape, "tokens_refused_total")
                        + of(scrape, "tokens")
                        + of(scrape, "tokens_wasted_total")
        })
        .await;
    // Seven sign-ins and one look into the cache; answers go with their session's.
    assert_eq!(of(&scrape, "tokens_taken_total"), 7.0, "{}", scrape.text);
    assert_eq!(of(&scrape, "tokens_refused_total"), 1.0);
    let from_pool = scrape.sum("flinks_gateway_tokens_taken_total", &[("from", "pool")]);
    assert_eq!(of(&scrape, "token_age_seconds_count"), from_pool);
    assert_eq!(scrape.sum("flinks_gateway_ready", &[]), 1.0);
    assert_eq!(of(&scrape, "instance_ready"), 1.0);
}

#[tokio::test]
async fn banks_are_seen_to_challenge_and_to_fail() {
    let mut watched = Watched::start(|command| {
        command.args(["--metrics-institutions", SCENARIO_BANK]);
    })
    .await;
    let client = &mut watched.client;
    let round = client
        .challenged("question+text_or_call/question;wrong=again")
        .await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    let wrong = same_answer(&round, |challenge| match challenge.kind {
        Some(pb::challenge::Kind::TextOrCall(_)) => right_answer(challenge).answer.unwrap(),
        _ => pb::challenge_answer::Answer::Text("wrong".to_owned()),
    });
    use pb::answer_challenges_response::Outcome;
    let mut answers = wrong;
    let mut answered = 0;
    loop {
        answered += 1;
        match client.answer(answers).await.unwrap() {
            Outcome::ChallengeRound(round) => answers = right_answers(&round),
            Outcome::Session(_) => break,
            Outcome::Pending(_) => panic!("pending"),
        }
    }
    client.session("ok").await;
    client.refused("error_INVALID_PASSWORD").await;
    client
        .authorize(credentials("SomeOtherBank", "ok", "password"))
        .await
        .ok();

    let scrape = watched.scrape().await;
    let ended = |labels: &[(&str, &str)]| scrape.sum("flinks_gateway_sign_ins_total", labels);
    let bank = ("institution", SCENARIO_BANK);
    let session = ("outcome", "session");
    assert_eq!(
        ended(&[bank, session, ("challenged", "true")]),
        1.0,
        "{}",
        scrape.text
    );
    assert_eq!(ended(&[bank, session, ("challenged", "false")]), 1.0);
    let failure = [
        bank,
        ("outcome", "failure"),
        ("error_type", "CREDENTIALS_REJECTED"),
    ];
    assert_eq!(ended(&failure), 1.0);
    assert_eq!(ended(&[("institution", "other")]), 1.0);
    assert!(!scrape.text.contains("SomeOtherBank"));
    let rounds = |rejected| {
        let labels = [bank, ("previous_answers_rejected", rejected)];
        scrape.sum("flinks_gateway_challenge_rounds_total", &labels)
    };
    assert_eq!(rounds("true"), 1.0);
    assert_eq!(rounds("false") + rounds("true"), f64::from(answered));
    let kind = |kind| scrape.sum("flinks_gateway_challenges_total", &[("kind", kind)]);
    assert!(kind("question_and_answer") >= 2.0 && kind("text_or_call") >= 1.0);
    let rounds = scrape.sum("flinks_gateway_rounds_until_session_sum", &[]);
    assert_eq!(
        rounds,
        f64::from(answered),
        "one session without, and one after these"
    );
    assert_eq!(
        scrape.sum("flinks_gateway_rounds_until_session_count", &[]),
        2.0
    );
    let thoughts = scrape.sum("flinks_gateway_thinking_time_seconds_count", &[]);
    assert_eq!(thoughts, f64::from(answered));
    assert!(scrape.sum("flinks_gateway_thinking_time_seconds_sum", &[]) >= 0.03);
}

#[tokio::test]
async fn what_is_turned_away_and_held_back_is_counted() {
    let mut watched = Watched::start(|command| {
        command.args(["--max-calls", "1"]);
    })
    .await;
    let client = &mut watched.client;
    client.refused("error_INVALID_PASSWORD").await;
    assert_eq!(
        client.refused("error_INVALID_PASSWORD").await.reason,
        "CREDENTIALS_HELD_BACK"
    );
    let hung = tokio::spawn({
        let mut client = client.clone();
        async move { client.authorize(sign_in("hang")).await }
    });
    held(&watched.sandbox).await;
    assert_eq!(client.refused("ok").await.reason, "GATEWAY_OVERLOADED");
    let scrape = watched.scrape().await;
    assert_eq!(
        scrape.sum("flinks_gateway_credentials_held_back_total", &[]),
        1.0
    );
    assert_eq!(
        scrape.sum("flinks_gateway_shed_total", &[("limit", "calls")]),
        1.0
    );
    assert_eq!(scrape.sum("flinks_gateway_shed_total", &[]), 1.0);
    assert_eq!(scrape.sum("flinks_gateway_calls_in_flight", &[]), 1.0);
    // A call that its caller gave up is over.
    hung.abort();
    watched
        .until("the call is over", |scrape| {
            scrape.sum("flinks_gateway_calls_in_flight", &[]) == 0.0
                && scrape.sum(
                    "rpc_server_call_duration_seconds_count",
                    &[("rpc_response_status_code", "CANCELLED")],
                ) == 1.0
        })
        .await;
}

#[tokio::test]
async fn certificates_tell_how_long_they_last_and_reloads_how_they_went() {
    let certificate = |days: i64| {
        let mut of = rcgen::CertificateParams::new(["flinks.example".to_owned()]).unwrap();
        of.not_after = rcgen::date_time_ymd(1970, 1, 1).saturating_add(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .try_into()
                .unwrap(),
        );
        of.not_after += Duration::from_secs(u64::try_from(days).unwrap() * 24 * 60 * 60);
        let key = rcgen::KeyPair::generate().unwrap();
        of.self_signed(&key).unwrap().pem()
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let write = |text: String| std::fs::write(file.path(), text).unwrap();
    write(certificate(10) + &certificate(20));
    let mut watched = Watched::start(|command| {
        command.arg("--upstream-ca").arg(file.path());
    })
    .await;
    let days = |scrape: &Scrape, place: &str| {
        let labels = [("setting", "upstream_ca"), ("place", place)];
        let left = scrape.sum("flinks_gateway_certificate_expires_in_seconds", &labels);
        (left / (24.0 * 60.0 * 60.0)).round()
    };
    let reloads = |scrape: &Scrape, result: &str| {
        scrape.sum("flinks_gateway_reloads_total", &[("result", result)])
    };
    let succeeded =
        |scrape: &Scrape| scrape.sum("flinks_gateway_last_reload_succeeded", &[]) == 1.0;
    let scrape = watched.scrape().await;
    assert_eq!((days(&scrape, "0"), days(&scrape, "1")), (10.0, 20.0));
    assert!(succeeded(&scrape));

    write("no certificate".to_owned());
    watched.process.tell("HUP");
    let refused = watched
        .until("a refused reload", |scrape| {
            reloads(scrape, "refused") >= 1.0
        })
        .await;
    assert!(!succeeded(&refused));
    assert_eq!(days(&refused, "0"), 10.0, "the old one is still in use");

    write(certificate(30));
    watched.process.tell("HUP");
    let applied = watched
        .until("an applied reload", |scrape| {
            reloads(scrape, "applied") >= 1.0
        })
        .await;
    assert!(succeeded(&applied));
    assert_eq!((days(&applied, "0"), days(&applied, "1")), (30.0, 0.0));
}
