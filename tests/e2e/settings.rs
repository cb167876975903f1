//! The binary's command line: settings, faults, signals, log lines.

use flinks_gateway::pb::{self, authorization_service_client::AuthorizationServiceClient};

use crate::{
    harness::*,
    process::{self, Process, command},
};

fn run(args: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let output = command()
        .args(args)
        .envs(env.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn serving_nothing_is_refused_and_both_ways_on_are_told() {
    let (code, out, err) = run(&["serve"], &[]);
    assert_eq!((code, out.as_str()), (Some(64), ""));
    assert!(
        err.contains("FLINKS_GATEWAY_UPSTREAM_URL") && err.contains("--sandbox"),
        "{err}"
    );
}

#[test]
fn all_faults_are_told_at_once_before_the_listener_opens() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let env = [
        ("FLINKS_GATEWAY_UPSTREAM_URL", "http://bank.example"),
        ("FLINKS_GATEWAY_CUSTOMER_ID", "me"),
        ("FLINKS_GATEWAY_CONTINUATION_KEYS", "c2hvcnQ="),
    ];
    let (code, _, err) = run(
        &["serve", "--listen", &listen, "--live-timeout", "soon"],
        &env,
    );
    assert_eq!(code, Some(64));
    for name in [
        "FLINKS_GATEWAY_UPSTREAM_URL",
        "FLINKS_GATEWAY_CUSTOMER_ID",
        "FLINKS_GATEWAY_CONTINUATION_KEYS",
        "--live-timeout",
    ] {
        assert!(err.contains(name), "{name} in {err}");
    }
    assert!(!err.contains(&listen), "the address was tried: {err}");

    let (code, _, err) = run(&["serve", "--sandbox", "--listen", &listen], &[]);
    assert_eq!(code, Some(1));
    assert!(err.contains(&listen) && err.contains("--listen"), "{err}");
}

#[test]
fn a_sandbox_beside_an_upstream_is_refused() {
    let (code, _, err) = run(
        &[
            "serve",
            "--sandbox",
            "--upstream-url",
            "https://bank.example",
        ],
        &[],
    );
    assert_eq!(code, Some(64));
    assert!(err.contains("--sandbox"), "{err}");
}

#[test]
fn help_names_every_setting_and_a_wrong_command_line_is_64() {
    let (code, out, _) = run(&["serve", "--help"], &[]);
    assert_eq!(code, Some(0));
    for setting in flinks_gateway::config::SETTINGS {
        assert!(out.contains(&setting.env()), "{} in {out}", setting.env());
    }
    for args in [&["serve", "--no-such-flag"][..], &["nothing"], &[]] {
        assert_eq!(run(args, &[]).0, Some(64), "{args:?}");
    }
}

#[test]
fn a_process_that_dies_leaves_no_core_behind() {
    use std::os::unix::process::ExitStatusExt;
    let allowed = rustix::process::Rlimit {
        current: None,
        maximum: None,
    };
    // Where this process may not allow it, the limit that it was given stands.
    rustix::process::setrlimit(rustix::process::Resource::Core, allowed).ok();
    let process = Process::serve(|command| {
        command.arg("--sandbox");
    });
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let sizes: Vec<&str> = core.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(sizes, ["0", "0"]);
    let (status, _) = process.signal("ABRT");
    assert!(
        status.signal().is_some() && !status.core_dumped(),
        "{status:?}"
    );
}

#[tokio::test]
async fn a_process_drains_on_both_signals_and_leaves_with_0() {
    for signal in ["TERM", "INT"] {
        let process = Process::serve(|command| {
            command.arg("--sandbox");
        });
        let mut client = AuthorizationServiceClient::connect(format!("http://{}", process.address))
            .await
            .unwrap();
        let call = tokio::spawn(async move { client.authorize(sign_in("delay_500.ok")).await });
        // The call has arrived when the sandbox behind has been asked; nobody can see that from here but by time.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let (status, written) = tokio::task::spawn_blocking(move || process.signal(signal))
            .await
            .unwrap();
        assert_eq!(status.code(), Some(0), "{written}");
        assert!(call.await.unwrap().is_ok());
        assert!(written.contains("draining"), "{written}");
    }
}

#[tokio::test]
async fn each_call_is_one_line_with_its_level_by_its_code() {
    let process = Process::serve(|command| {
        command.args(["--sandbox", "--live-timeout", "200ms"]);
    });
    let mut client = AuthorizationServiceClient::connect(format!("http://{}", process.address))
        .await
        .unwrap();
    let mut ids = Vec::new();
    for scenario in [
        "ok",
        "question",
        "error_INVALID_PASSWORD",
        "html_502",
        "hang",
    ] {
        let reply = client.authorize(sign_in(scenario)).await;
        let metadata = match &reply {
            Ok(response) => response.metadata(),
            Err(status) => status.metadata(),
        };
        ids.push(
            metadata
                .get("x-request-id")
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned(),
        );
    }
    drop(client.authorize(pb::AuthorizeRequest::default()).await);
    let lines: Vec<_> = process
        .lines()
        .into_iter()
        .filter(|line| line["message"] == "call")
        .collect();
    let seen: Vec<[&str; 5]> = lines
        .iter()
        .map(|line| {
            ["level", "code", "reason", "outcome", "institution"]
                .map(|key| line[key].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ["INFO", "OK", "", "session", "ScenarioBank"],
            ["INFO", "OK", "", "challenge_round", "ScenarioBank"],
            [
                "INFO",
                "INVALID_ARGUMENT",
                "CREDENTIALS_REJECTED",
                "",
                "ScenarioBank"
            ],
            [
                "ERROR",
                "INTERNAL",
                "UPSTREAM_RESPONSE_INVALID",
                "",
                "ScenarioBank"
            ],
            [
                "WARN",
                "DEADLINE_EXCEEDED",
                "DEADLINE_EXCEEDED",
                "",
                "ScenarioBank"
            ],
            ["INFO", "INVALID_ARGUMENT", "INVALID_REQUEST", "", ""],
        ]
    );
    for (line, id) in lines.iter().zip(&ids) {
        assert_eq!(line["request_id"], id.as_str());
        assert_eq!(line["method"], "Authorize");
        assert!(
            line["upstream_ms"].as_f64().unwrap() > 0.0
                && line["gateway_ms"].as_f64().unwrap() >= 0.0
        );
    }
    assert_eq!(
        (&lines[3]["http_status"], &lines[3]["fault"]),
        (&"502".into(), &"html".into())
    );
}

#[test]
fn a_sandbox_names_the_settings_that_stand_in_its_way() {
    let (code, _, err) = run(
        &["serve", "--sandbox"],
        &[("FLINKS_GATEWAY_SECRET_KEY", "k")],
    );
    assert_eq!(code, Some(64));
    assert!(err.contains("FLINKS_GATEWAY_SECRET_KEY"), "{err}");
}

#[test]
fn a_value_that_is_no_text_is_a_fault() {
    use std::os::unix::ffi::OsStrExt;
    let value = std::ffi::OsStr::from_bytes(b"canary\xff");
    let names = [
        "UPSTREAM_URL",
        "CUSTOMER_ID",
        "SECRET_KEY",
        "CONTINUATION_KEYS",
        "LISTEN",
    ];
    let mut command = command();
    command.arg("serve");
    for name in names {
        command.env(format!("FLINKS_GATEWAY_{name}"), value);
    }
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64));
    for name in names {
        assert!(
            err.contains(&format!("FLINKS_GATEWAY_{name}: must ")),
            "{name} in {err}"
        );
    }
    assert!(!err.contains("canary"), "{err}");
}

#[test]
fn a_file_that_cannot_be_read_is_the_only_fault_told() {
    let (code, _, err) = run(&["serve", "--config", "/nonexistent.toml"], &[]);
    assert_eq!(code, Some(64));
    assert!(
        err.contains("/nonexistent.toml: cannot be read") && !err.contains("UPSTREAM"),
        "{err}"
    );
}

#[test]
fn a_misspelt_variable_is_warned_of_and_those_of_kubernetes_are_not() {
    let process = Process::serve(|command| {
        command
            .arg("--sandbox")
            .env("FLINKS_GATEWAY_LIVE_TIMEOT", "1s")
            .env("FLINKS_GATEWAY_SERVICE_HOST", "10.0.0.1")
            .env("FLINKS_GATEWAY_PORT", "tcp://10.0.0.1:50051");
    });
    let warned: Vec<_> = process
        .lines()
        .into_iter()
        .filter_map(|line| line["name"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(warned, ["FLINKS_GATEWAY_LIVE_TIMEOT"]);
}

#[tokio::test]
async fn a_second_signal_ends_the_drain() {
    let sandbox = sandbox(options()).await;
    let mut process = Process::serve(|command| {
        command.envs(process::before(&sandbox));
    });
    let mut client = AuthorizationServiceClient::connect(format!("http://{}", process.address))
        .await
        .unwrap();
    let call = tokio::spawn(async move { client.authorize(sign_in("hang")).await.is_err() });
    while sandbox.unfinished() == 0 {
        tokio::task::yield_now().await;
    }
    process.tell("TERM");
    while !process.written().contains("draining") {
        tokio::task::yield_now().await;
    }
    let (status, written) = tokio::task::spawn_blocking(move || process.signal("TERM"))
        .await
        .unwrap();
    assert_eq!(status.code(), Some(1), "{written}");
    assert!(call.await.unwrap());
}

#[tokio::test]
async fn calls_are_served_on_as_many_threads_as_were_asked_for() {
    for (threads, all) in [("1", 1), ("3", 1 + 3)] {
        let sandbox = sandbox(options()).await;
        let process = Process::serve(|command| {
            // Files are looked at on a thread of their own.
            command
                .args(["--worker-threads", threads, "--reload-interval", "1h"])
                .envs(process::before(&sandbox));
        });
        Client::native(process.address).session("ok").await;
        let running = std::fs::read_dir(format!("/proc/{}/task", process.id())).unwrap();
        assert_eq!(running.count(), all, "{threads}");
    }
}
