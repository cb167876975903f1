//! A client's runner: given the plan, heard out line by line.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
};

/// How long a run of all cases may take.
const LONGEST: Duration = Duration::from_secs(300);

/// What a runner said.
pub(crate) struct Heard {
    /// By case, its line.
    pub(crate) results: BTreeMap<String, Line>,
    /// All of its standard error.
    pub(crate) complaints: String,
    /// How it ended, unless well.
    pub(crate) end: Option<String>,
}

/// What a runner said of a case.
pub(crate) struct Line {
    pub(crate) result: Value,
    /// When: the times in it are near this one, and not near the end of the run.
    pub(crate) heard: Timestamp,
}

/// The runners that `install` left in a folder, by what they are called in the table.
pub(crate) fn find(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let language = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(variant) = name.strip_prefix("conformance") {
            let is_one = path.is_file() && (variant.is_empty() || variant.starts_with('-'));
            if is_one {
                found.push((format!("{language}{variant}"), path));
            }
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(io::Error::other(format!("{}: no runner", folder.display()))),
        false => Ok(found),
    }
}

/// Runs one to its end.
pub(crate) async fn run(runner: &Path, plan: &Path) -> io::Result<Heard> {
    let mut process = command(runner)
        .arg(plan)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(process.stdout.take().expect("it was asked for")).lines();
    let mut errors = process.stderr.take().expect("it was asked for");
    let listening = tokio::spawn(async move {
        let mut text = Vec::new();
        errors.read_to_end(&mut text).await.ok();
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut results = BTreeMap::new();
    let hearing = async {
        while let Some(line) = lines.next_line().await? {
            match serde_json::from_str::<Value>(&line) {
                Ok(result) => {
                    let case = result["case"].as_str().unwrap_or_default().to_owned();
                    let line = Line {
                        result,
                        heard: Timestamp::now(),
                    };
                    if results.insert(case.clone(), line).is_some() {
                        return Ok(Some(format!("two results for {case:?}")));
                    }
                }
                Err(error) => return Ok(Some(format!("a line that is no JSON ({error}): {line}"))),
            }
        }
        let status = process.wait().await?;
        Ok::<_, io::Error>((!status.success()).then(|| status.to_string()))
    };
    let end = match tokio::time::timeout(LONGEST, hearing).await {
        Ok(end) => end?,
        Err(_) => Some(format!("not done after {LONGEST:?}")),
    };
    process.kill().await.ok();
    Ok(Heard {
        results,
        complaints: listening.await.unwrap_or_default(),
        end,
    })
}

/// A program of an installed client. No proxy of the machine stands between it and the loopback.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.kill_on_drop(true).stdin(Stdio::null());
    for name in PROXIES {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

/// The variables that name a proxy.
const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "grpc_proxy", "all_proxy"];

/// Runs the example of a client: what it prints, on both outputs, and how it ends. It speaks clear text to the
/// loopback, so the proxy that its environment names, and that nobody serves, must not matter.
pub(crate) async fn example(folder: &Path, gateway: &str) -> io::Result<Output> {
    let mut command = command(&folder.join("example"));
    for name in PROXIES {
        command
            .env(name, "http://127.0.0.1:9")
            .env(name.to_uppercase(), "http://127.0.0.1:9");
    }
    command.env_remove("no_proxy").env_remove("NO_PROXY");
    command.arg(gateway).output().await
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    async fn heard(script: &str) -> Heard {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("conformance");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        run(&path, folder.path()).await.unwrap()
    }

    /// One test, since a program that is being written while another thread starts one cannot be run.
    #[tokio::test]
    async fn results_are_heard_and_all_else_is_a_fault() {
        let well = heard(r#"echo '{"case": "a", "steps": []}'; echo hm >&2"#).await;
        assert!(well.results.contains_key("a"));
        assert_eq!((well.complaints.as_str(), well.end), ("hm\n", None));
        for script in [
            "exit 3",
            "kill -9 $$",
            "echo nonsense",
            r#"echo '{"case": "a"}'; echo '{"case": "a"}'"#,
        ] {
            assert!(heard(script).await.end.is_some(), "{script}");
        }
    }
}
