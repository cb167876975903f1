//! `flinks-gateway demo`, which is a smoke test of the whole binary.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Output, Stdio},
};

use crate::process;

fn demo(arguments: &[&str]) -> Output {
    process::command()
        .arg("demo")
        .args(arguments)
        .output()
        .unwrap()
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
    let address = taken.local_addr().unwrap().to_string();
    for command in ["demo", "sandbox"] {
        let output = process::command()
            .args([command, "--listen", &address])
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(complaint.contains(&address), "{complaint}");
        assert!(complaint.contains("--listen"), "{complaint}");
    }
}

/// `tests/grpcurl.sh` runs the other lines.
#[test]
fn the_line_that_signs_in_as_a_person_works_as_it_is_printed() {
    let mut demo = process::command()
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = BufReader::new(demo.stdout.as_mut().unwrap())
        .lines()
        .map(Result::unwrap)
        .find(|line| line.contains(" authorize --address "))
        .unwrap();
    let mut person = Command::new("sh")
        .args(["-c", &line])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let typed = b"any\n1\n1\n1\ntext\n";
    person.stdin.take().unwrap().write_all(typed).unwrap();
    let output = person.wait_with_output().unwrap();
    // Whatever came of it, before anything is asserted.
    demo.kill().unwrap();
    demo.wait().unwrap();
    let (session, asked) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(0), "{line}\n{asked}");
    assert!(session.contains("Signed in."), "{session}");
}
