//! `flinks-gateway check`: the settings in effect, and whether what they name is there and does what it should.
//!
//! For people, on standard output. No secret is printed, nor anything that was received but names and dates of
//! certificates.

mod certificates;
mod reach;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use flinks_gateway::{
    callers::{Caller, CallerLimits, Callers, CertificateName},
    config::{self, Config, Effective, Sources},
};

use super::serve::{self, Args};

/// What the checks have found so far.
#[derive(Default)]
struct Findings {
    failures: usize,
    warnings: usize,
}

impl Findings {
    fn ok(&mut self, text: &str) {
        say(&format!("ok    {text}"));
    }

    fn warn(&mut self, text: &str) {
        self.warnings += 1;
        say(&format!("warn  {text}"));
    }

    fn fail(&mut self, text: &str) {
        self.failures += 1;
        say(&format!("FAIL  {text}"));
    }
}

/// Writes a line. Control characters in what others chose could steer a terminal.
fn say(line: &str) {
    let line = line.replace(char::is_control, "\u{fffd}");
    // A reader that has gone away, as `head` does, misses nothing but the lines: the exit code tells the same.
    writeln!(io::stdout(), "{line}").ok();
}

pub(crate) async fn run(args: Args) -> ExitCode {
    let sources = args.sources();
    #[cfg_attr(not(feature = "sandbox"), expect(unused_mut, reason = "no sandbox"))]
    let mut config = match serve::read(&sources) {
        Ok(config) => config,
        Err(code) => return code,
    };
    say("settings");
    settings(&sources, &config.effective);
    say("");
    say("callers");
    for caller in config.callers.all() {
        say(&format!("  {}", described(&config.callers, caller)));
    }
    say("");
    say("checks");
    let mut findings = Findings::default();
    for name in sources.env.keys().filter(|name| config::is_misspelt(name)) {
        findings.warn(&format!(
            "{name} looks like a setting but is none; flinks-gateway serve --help lists them"
        ));
    }
    if config.continuation_keys.is_none() {
        findings.warn(
            "continuation_keys are not set: each process makes its own, and no other can take the answers to its \
             rounds; make one with openssl rand -base64 32",
        );
    }
    certificates::check(&mut findings, &config.effective);
    #[cfg(feature = "sandbox")]
    let _sandbox = if sources.sandbox {
        match serve::start_sandbox(&mut config).await {
            Ok(sandbox) => Some(sandbox),
            Err(error) => {
                findings.fail(&error.to_string());
                None
            }
        }
    } else {
        None
    };
    upstreams(&mut findings, &config).await;
    say("");
    let Findings { failures, warnings } = findings;
    if failures > 0 {
        say(&format!("not well: {failures} to mend"));
        return ExitCode::FAILURE;
    }
    say(&match warnings {
        0 => "all is well".to_owned(),
        1 => "well, with a warning".to_owned(),
        _ => format!("well, with {warnings} warnings"),
    });
    ExitCode::SUCCESS
}

/// Each with its value and where it came from.
fn settings(sources: &Sources, effective: &[Effective]) {
    let width = effective.iter().map(|setting| setting.name.len()).max();
    let width = width.unwrap_or_default();
    let line = |name: &str, value: &str, origin: &str| {
        say(&format!("  {name:width$}  {value}  ({origin})"));
    };
    if let Some(file) = &sources.file {
        let origin = format!("--config or {}CONFIG", config::PREFIX);
        line("config", &file.display().to_string(), &origin);
    }
    if sources.sandbox {
        line("sandbox", "true", "--sandbox");
    }
    for Effective {
        name,
        value,
        origin,
    } in effective
    {
        line(name, value, origin);
    }
}

fn described(callers: &Callers, caller: &Caller) -> String {
    let mut known: Vec<String> = caller
        .certificates
        .iter()
        .map(|name| match name {
            CertificateName::Uri(name) | CertificateName::Dns(name) => name.clone(),
        })
        .collect();
    match (callers, caller.key_hashes.len()) {
        (Callers::Anyone(_), _) => known.push("whoever reaches the port".to_owned()),
        (_, 0) => {}
        (_, 1) => known.push("a key".to_owned()),
        (_, keys) => known.push(format!("{keys} keys")),
    }
    let or_all =
        |names: Option<Vec<&str>>| names.map_or("all".to_owned(), |names| names.join(", "));
    let methods = caller.methods.as_ref();
    let methods = methods.map(|names| names.iter().map(String::as_str).collect());
    let instances = caller.instances.as_ref();
    let instances = instances.map(|names| names.iter().map(|name| name.0.as_str()).collect());
    let CallerLimits { calls, rate } = caller.allowance.limits();
    let calls = match calls {
        0 => "no limit".to_owned(),
        calls => calls.to_string(),
    };
    let rate = rate.map_or("no limit".to_owned(), |rate| format!("{rate} a second"));
    format!(
        "{}: known by {}; methods: {}; instances: {}; calls at once: {calls}; rate: {rate}",
        caller.name.as_str(),
        known.join(", "),
        or_all(methods),
        or_all(instances),
    )
}

async fn upstreams(findings: &mut Findings, config: &Config) {
    for (name, instance) in &config.instances {
        let upstream = reach::Upstream {
            name: &name.0,
            instance,
            authorities: &config.tls.upstream_authorities,
            limits: &config.upstream,
        };
        upstream.check(findings).await;
    }
}
