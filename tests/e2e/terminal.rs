//! `flinks-gateway authorize` as a person meets it: the built binary on a real terminal.

use std::{
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use pty_process::{Command, Pts, Pty};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Child,
};

use crate::{
    harness::{self, Gateway, Sandbox},
    pki, process,
};

/// Far more than any step takes; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

const EVERY_KIND: &str = "question+select+choice+choices+image+text_or_call+unknown";

/// A person at a terminal, who sees the program's output and types.
struct Person {
    terminal: Pty,
    program: Child,
    /// All there was to see, so far.
    screen: String,
    /// How much of it was looked at.
    seen: usize,
}

impl Person {
    fn runs(gateway: &Gateway, arguments: &[&str]) -> Self {
        Self::runs_on(gateway, arguments).0
    }

    /// The program's side of the terminal as well: while it is held, the terminal outlives the program.
    fn runs_on(gateway: &Gateway, arguments: &[&str]) -> (Self, Pts) {
        let (terminal, side) = pty_process::open().unwrap();
        // Wide enough for no line to be broken.
        terminal.resize(pty_process::Size::new(50, 500)).unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_flinks-gateway"))
            .arg("authorize")
            .args(["--address", &format!("http://{}", gateway.address)])
            .args(arguments)
            .kill_on_drop(true)
            .spawn_borrowed(&side)
            .unwrap();
        let person = Self {
            terminal,
            program,
            screen: String::new(),
            seen: 0,
        };
        (person, side)
    }

    /// Waits until a text shows up, and returns what came before it.
    async fn sees(&mut self, text: &str) -> String {
        loop {
            if let Some(place) = self.screen[self.seen..].find(text) {
                let before = self.screen[self.seen..][..place].to_owned();
                self.seen += place + text.len();
                return before;
            }
            assert!(
                self.reads().await,
                "never saw {text:?} in:\n{}",
                self.screen
            );
        }
    }

    async fn types(&mut self, line: &str) {
        self.terminal
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
    }

    /// Waits for one text and answers it.
    async fn answers(&mut self, prompt: &str, line: &str) {
        self.sees(prompt).await;
        self.types(line).await;
    }

    /// Reads to the end of the program.
    async fn leaves(mut self) -> (ExitStatus, String) {
        while self.reads().await {}
        let status = tokio::time::timeout(PATIENCE, self.program.wait()).await;
        (
            status.expect("the program does not end").unwrap(),
            self.screen,
        )
    }

    /// Takes in what is there next. False once the program has closed the terminal, which Linux tells by an error.
    async fn reads(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.terminal.read(&mut bytes)).await;
        let Ok(read) = read else {
            panic!("nothing comes any more after:\n{}", self.screen);
        };
        let count = read.unwrap_or(0);
        // A character cut in two would be lost, but nothing that is looked for has one.
        self.screen
            .push_str(&String::from_utf8_lossy(&bytes[..count]));
        count > 0
    }
}

async fn bank() -> (Sandbox, Gateway) {
    let (sandbox, gateway, _) = harness::all().await;
    (sandbox, gateway)
}

#[tokio::test]
async fn a_person_is_asked_for_everything_and_the_password_is_not_echoed() {
    let (_sandbox, gateway) = bank().await;
    let mut person = Person::runs(&gateway, &[]);
    person.answers("Institution: ", "FlinksCapital").await;
    person.answers("User name: ", "Greatday_nomfa").await;
    person.answers("Password: ", "Everyday").await;
    person.answers("(y/n): ", "perhaps").await;
    person.sees("Please type y or n.").await;
    person.answers("(y/n): ", "y").await;
    let (status, screen) = person.leaves().await;

    assert_eq!(status.code(), Some(0), "{screen}");
    for part in [
        "Signed in.",
        "Request id",
        "LoginId",
        "This is a secret",
        "/GetAccountsDetail",
    ] {
        assert!(screen.contains(part), "{part} in:\n{screen}");
    }
    assert!(
        screen.contains("Greatday_nomfa"),
        "this terminal echoes:\n{screen}"
    );
    assert!(
        !screen.contains("Everyday"),
        "the password was echoed:\n{screen}"
    );
}

#[tokio::test]
async fn challenges_of_every_kind_are_answered_in_one_session() {
    let (sandbox, gateway) = bank().await;
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        EVERY_KIND,
        "--no-save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    person.sees("Time left").await;

    person.sees("Challenge 1 of 7").await;
    person.answers("Answer: ", "Rex").await;

    person.sees("2. Who taught you to swim?").await;
    person.answers("Question (1-3): ", "4").await;
    person.sees("Please type one number from 1 to 3.").await;
    person.answers("Question (1-3): ", "2").await;
    person.answers("Answer: ", "Nobody").await;

    person.sees("2. Rue Sainte-Catherine").await;
    person.answers("Choice (1-3): ", "2").await;

    person.sees("3. Credit card").await;
    person.answers("such as 1,2): ", "3, 1").await;

    person.sees("1. ").await;
    let first = person.sees("\r\n").await;
    let pictures = Path::new(&first).parent().unwrap().to_owned();
    assert!(Path::new(&first).is_file(), "{first}");
    person.answers("Picture (1-4): ", "3").await;

    person.answers("Phone (1-2): ", "1").await;
    person.answers("By text or call: ", "call").await;

    person.sees("WaitForPush").await;
    person.sees("2. Send it again").await;
    person.sees(r#""ExpiresIn": 120"#).await;
    person.answers("Key (Enter means the prompt): ", "").await;
    person
        .answers(
            "Value (1-2 from the list, or a text; =1 is the text 1): ",
            "1",
        )
        .await;
    person.answers("Another value (Enter for none): ", "").await;
    let (status, screen) = person.leaves().await;

    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(screen.contains("the login was not saved"), "{screen}");
    assert!(
        !pictures.exists(),
        "the pictures stayed behind in {}",
        pictures.display()
    );

    let sent = harness::authorize_bodies(&sandbox).pop().unwrap();
    let responses = &sent["SecurityResponses"];
    for (key, values) in [
        (
            "What was the name of your first pet?",
            serde_json::json!(["Rex"]),
        ),
        ("Who taught you to swim?", serde_json::json!(["Nobody"])),
        (
            "Which of these streets did you live on?",
            serde_json::json!(["Rue Sainte-Catherine"]),
        ),
        (
            "Which of these products do you have?",
            serde_json::json!(["Chequing", "Credit card"]),
        ),
        ("(•••) •••-1234", serde_json::json!(["Call"])),
        (
            "Approve this sign-in on your phone",
            serde_json::json!(["Approved"]),
        ),
    ] {
        assert_eq!(responses[key], values, "{key}");
    }
    assert!(responses["Which picture is yours?"].is_array());
}

#[tokio::test]
async fn a_wrong_password_shows_the_reason_and_the_next_step() {
    let (_sandbox, gateway) = bank().await;
    // Here, unlike at the other bank, the code is the same in both generations.
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        "ok",
        "--save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "WrOnG").await;
    let (status, screen) = person.leaves().await;

    assert_eq!(status.code(), Some(1), "{screen}");
    for part in [
        "INVALID_ARGUMENT",
        "ERROR_REASON_CREDENTIALS_REJECTED",
        "type user name and password with care",
        "NEXT_STEP_CORRECT_CREDENTIALS",
        "must not repeat",
        "INVALID_PASSWORD",
        "x-request-id",
    ] {
        assert!(screen.contains(part), "{part} in:\n{screen}");
    }
    assert!(
        !screen.contains("WrOnG"),
        "the password was echoed:\n{screen}"
    );
}

#[tokio::test]
async fn a_rejected_answer_is_asked_for_again() {
    let (_sandbox, gateway) = bank().await;
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        "question",
        "--save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    person.answers("Answer: ", "wrong").await;
    person
        .sees("The bank did not accept the answers, and asks again.")
        .await;
    person.answers("Answer: ", "right").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(0), "{screen}");
}

#[tokio::test]
async fn identical_prompts_are_both_answered() {
    let (sandbox, gateway) = bank().await;
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        "same*2",
        "--save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    person.answers("Answer: ", "first").await;
    person.answers("Answer: ", "second").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(0), "{screen}");
    let sent = harness::authorize_bodies(&sandbox).pop().unwrap();
    let answers = &sent["SecurityResponses"]["Enter a code from your card"];
    assert_eq!(*answers, serde_json::json!(["first", "second"]));
}

#[tokio::test]
async fn what_the_gateway_refuses_is_typed_again() {
    let (sandbox, gateway) = bank().await;
    let arguments = ["--institution", "ScenarioBank", "--save"];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("User name: ", &"x".repeat(300)).await;
    person.answers("Password: ", "any").await;
    person.sees("Nothing was sent to the bank.").await;
    person
        .sees("credentials.username must be at most 256 characters")
        .await;
    person.answers("User name: ", "ok").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(0), "{screen}");
    assert_eq!(harness::authorize_bodies(&sandbox).len(), 1);
}

#[test]
fn a_command_line_that_no_gateway_takes_is_refused_before_anything_is_asked() {
    let long = |count: usize| "x".repeat(count);
    for (flag, value, rule) in [
        ("--login-id", "foo".to_owned(), "a LoginId is a UUID"),
        ("--institution", long(129), "at most 128"),
        ("--username", long(257), "at most 256"),
        ("--tag", long(513), "at most 512"),
    ] {
        // Nobody is at this address: dialling it would be another exit code.
        let output = process::command()
            .args(["authorize", "--address", "http://127.0.0.1:1", flag, &value])
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{flag}: {complaint}");
        assert!(complaint.contains(rule), "{complaint}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test]
async fn the_longest_values_of_a_command_line_are_taken_by_the_gateway() {
    let (sandbox, gateway) = bank().await;
    let username = format!("{:x<256}", "ok;note=");
    let tag = "é".repeat(512);
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        &username,
        "--tag",
        &tag,
        "--save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(0), "{screen}");
    assert_eq!(
        harness::authorize_bodies(&sandbox).pop().unwrap()["Tag"],
        *tag
    );

    let institution = "x".repeat(128);
    let arguments = ["--institution", &institution, "--username", "ok", "--save"];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(1), "{screen}");
    assert_eq!(
        harness::authorize_bodies(&sandbox).len(),
        2,
        "the bank refuses it, not the gateway"
    );
}

#[tokio::test]
async fn a_port_without_tls_is_guessed() {
    let (_sandbox, gateway) = bank().await;
    let address = format!("https://{}", gateway.address);
    let output = tokio::process::Command::from(process::command())
        .args(["authorize", "--address", &address])
        .output()
        .await
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(
        complaint.contains("This port may not speak TLS: try http://"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_caller_shows_its_certificate_or_its_key() {
    const KEY: &str = "vB1cZ0pYwq";
    let authority = pki::Authority::new("Test");
    let (server, lending) = (authority.server(), authority.issue(&["lending.example"]));
    let folder = pki::Folder::new();
    let ca = folder.put("ca.pem", &authority.pem);
    let certificate = folder.put("lending.pem", &lending.pem);
    let private_key = folder.put("lending.key", &lending.key);
    let key = folder.put("key", KEY);
    let wrong = folder.put("wrong", "another");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, KEY.as_bytes());
    let hash: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let callers = format!(
        "[lending]\ncertificates = ['lending.example']\n[reports]\nkey_sha256 = ['{hash}']\n"
    );
    let callers = folder.put("callers.toml", &callers);
    let gateway = process::Process::serve(|command| {
        command
            .env_remove("FLINKS_GATEWAY_CALLERS")
            .args(["--sandbox", "--callers-file", &callers])
            .args([
                "--tls-certificate-file",
                &folder.put("server.pem", &server.pem),
            ])
            .args([
                "--tls-private-key-file",
                &folder.put("server.key", &server.key),
            ])
            .args(["--tls-client-ca-file", &ca, "--tls-client-auth", "optional"]);
    });
    let address = format!("https://localhost:{}", gateway.address.port());
    for (shown, exit, says) in [
        (
            &["--certificate", &certificate, "--private-key", &private_key][..],
            0,
            "Signed in.",
        ),
        (&["--key-file", &key], 0, "Signed in."),
        (&["--key-file", &wrong], 1, "CALLER_UNKNOWN"),
        (&[], 1, "CALLER_UNKNOWN"),
        (&["--certificate", &certificate], 64, "--private-key"),
        (
            &["--key-file", "/nonexistent"],
            64,
            "--key-file /nonexistent",
        ),
    ] {
        let mut command = process::command();
        command
            .args(["authorize", "--address", &address, "--ca", &ca, "--no-save"])
            .args([
                "--institution",
                "FlinksCapital",
                "--username",
                "Greatday_nomfa",
            ])
            .args(shown)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Gone already where its command line was wrong.
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"Everyday\n").ok();
        let output = tokio::task::spawn_blocking(|| child.wait_with_output());
        let output = output.await.unwrap().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{shown:?}: {told}");
        assert!(told.contains(says), "{shown:?}: {told}");
        assert!(!told.contains(KEY), "{told}");
    }
}

#[test]
fn help_fills_the_lines() {
    let output = process::command()
        .args(["authorize", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let paragraph = help
        .split("\n\n")
        .find(|text| text.contains("never an argument"));
    let mut lines: Vec<&str> = paragraph.unwrap().lines().collect();
    lines.pop();
    for line in lines {
        assert!(line.len() > 80, "{line:?} is broken by hand in:\n{help}");
    }
}

#[tokio::test]
async fn a_saved_login_is_reopened_from_the_cache() {
    let (_sandbox, gateway, mut client) = harness::all().await;
    let login_id = client.session("ok").await.login.unwrap().login_id;
    let mut person = Person::runs(&gateway, &["--login-id", "-", "--cached"]);
    person.answers("LoginId: ", &login_id).await;
    person.sees("Signed in.").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(0), "{screen}");
}

#[tokio::test]
async fn without_a_terminal_the_password_is_a_line_of_standard_input() {
    let (_sandbox, gateway) = bank().await;
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_flinks-gateway"))
        .args([
            "authorize",
            "--address",
            &format!("http://{}", gateway.address),
        ])
        .args([
            "--institution",
            "FlinksCapital",
            "--username",
            "Greatday_nomfa",
            "--no-save",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    program
        .stdin
        .take()
        .unwrap()
        .write_all(b"Everyday\n")
        .await
        .unwrap();
    let output = tokio::time::timeout(PATIENCE, program.wait_with_output())
        .await
        .unwrap()
        .unwrap();

    assert_eq!(output.status.code(), Some(0));
    let (session, asked) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(session.contains("Signed in."), "{session}");
    assert!(!session.contains("Password"), "{session}");
    assert!(asked.contains("Password: "), "{asked}");
}

#[tokio::test]
async fn a_pending_sign_in_has_an_exit_code_of_its_own() {
    let (_sandbox, gateway) = bank().await;
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        "pending",
        "--save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    person.sees("OPERATION_PENDING").await;
    let (status, screen) = person.leaves().await;
    assert_eq!(status.code(), Some(2), "{screen}");
}

#[tokio::test]
async fn ctrl_c_takes_the_pictures_away() {
    let (_sandbox, gateway) = bank().await;
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        "image",
        "--save",
    ];
    let mut person = Person::runs(&gateway, &arguments);
    person.answers("Password: ", "any").await;
    person.sees("1. ").await;
    let first = person.sees("\r\n").await;
    let pictures = Path::new(&first).parent().unwrap().to_owned();
    person.sees("Picture (1-4): ").await;
    assert!(pictures.is_dir());
    person.terminal.write_all(b"\x03").await.unwrap();
    let (status, screen) = person.leaves().await;
    assert_eq!(
        (status.code(), status.signal()),
        (Some(130), None),
        "{screen}"
    );
    assert!(
        !pictures.exists(),
        "the pictures stayed behind in {}",
        pictures.display()
    );
}

#[tokio::test]
async fn ctrl_c_at_the_password_gives_the_terminal_its_echo_back() {
    let (_sandbox, gateway) = bank().await;
    let arguments = [
        "--institution",
        "ScenarioBank",
        "--username",
        "ok",
        "--save",
    ];
    let (mut person, _side) = Person::runs_on(&gateway, &arguments);
    person.sees("Password: ").await;
    person.terminal.write_all(b"secret\x03").await.unwrap();
    let status = tokio::time::timeout(PATIENCE, person.program.wait())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(status.code(), Some(130));
    // The terminal itself answers now, for nobody else is there.
    person.types("echo").await;
    while !person.screen.contains("echo") {
        assert!(person.reads().await, "no echo in:\n{}", person.screen);
    }
    assert!(!person.screen.contains("secret"), "{}", person.screen);
}
