//! `flinks-gateway demo`, which is a smoke test of the whole binary.

use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flinks-gateway"));
    command.arg("demo").args(arguments).output().unwrap()
}

#[test]
fn the_story_happens_as_it_is_told() {
    let output = demo(&["--listen", "127.0.0.1:0", "--exit"]);
    let (story, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(0), "{story}{complaint}");
    for part in [
        "1. Authorize",
        "2. AnswerChallenges",
        "3. CachedAuthorize",
        "ERROR_REASON_CREDENTIALS_REJECTED",
        "That was the story.",
    ] {
        assert!(story.contains(part), "{part} in:\n{story}");
    }
    assert_eq!(complaint, "");
}

#[test]
fn a_port_that_is_taken_is_told_with_the_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = demo(&[
        "--listen",
        &taken.local_addr().unwrap().to_string(),
        "--exit",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--listen"));
}
