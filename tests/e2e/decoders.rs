//! No bytes from outside break a decoder: those that fuzzing begins with, and those that it once found.

use std::{fs, path::Path};

#[path = "../../fuzz/src/lib.rs"]
mod targets;

#[test]
fn what_callers_send_is_decoded_or_refused() {
    replay("request", targets::request::run);
}

#[test]
fn what_flinks_replies_is_understood_or_a_fault_that_quotes_nothing() {
    replay("reply", targets::reply::run);
}

#[test]
fn only_what_was_sealed_here_opens() {
    replay("continuation", targets::continuation::run);
}

#[test]
fn settings_are_taken_or_all_their_faults_told() {
    replay("settings", targets::settings::run);
}

#[test]
fn every_call_is_answered_however_it_is_written() {
    replay("call", targets::call::run);
}

#[expect(clippy::print_stdout, reason = "which input it was, when one fails")]
fn replay(target: &str, run: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut replayed = 0;
    for kind in ["seeds", "regressions"] {
        let Ok(inputs) = fs::read_dir(root.join(kind).join(target)) else {
            // What was never broken has no regressions.
            assert_eq!(kind, "regressions", "{target} has no seeds");
            continue;
        };
        for input in inputs {
            let path = input.unwrap().path();
            println!("{}", path.display());
            run(&fs::read(path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 5, "{target} has {replayed} inputs");
}
