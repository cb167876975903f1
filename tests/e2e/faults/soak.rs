//! A million calls of every kind: memory stays flat, and each call has its one answer.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank, Framing, SESSION, Then, framed},
    says_unsent, scaled,
};

/// What the bank does with a call: most are answered, some in every bad way that takes no time.
fn act(asked: &Asked) -> Act {
    let refusal = |code: &str, status| {
        let body =
            format!(r#"{{"HttpStatusCode":{status},"FlinksCode":"{code}","Message":"canary-no"}}"#);
        framed(status, &body, Framing::Length)
    };
    let Some(call) = asked.call() else {
        return Act::good(asked);
    };
    let (bytes, then) = match call % 20 {
        12 => (refusal("INVALID_PASSWORD", 401), Then::Keep),
        13 => (refusal("RETRY_LATER", 503), Then::Keep),
        14 => (
            framed(200, "{\"HttpStatusCode\":", Framing::Length),
            Then::Keep,
        ),
        15 => (framed(200, SESSION, Framing::End), Then::Close),
        16 => (Vec::new(), Then::Reset),
        17 => (
            framed(502, "<html>canary</html>", Framing::Length),
            Then::Keep,
        ),
        _ => return Act::good(asked),
    };
    Act { bytes, then }
}

/// What is called, by the call's number: a fifth are asked something, and as many answer.
fn kind(call: usize) -> Option<Kind> {
    match call % 20 {
        0 | 4 | 8 | 18 => None,
        1 | 5 | 9 | 19 => Some(Kind::Answers),
        2 | 6 | 10 => Some(Kind::Cached),
        _ => Some(Kind::Live),
    }
}

fn expected(call: usize) -> &'static [&'static str] {
    match call % 20 {
        12 => &["CREDENTIALS_REJECTED"],
        13 => &["INSTITUTION_UNAVAILABLE"],
        14 | 17 => &["UPSTREAM_RESPONSE_INVALID"],
        16 => &["OUTCOME_UNKNOWN"],
        _ => &["OK"],
    }
}

/// What the process had after so many calls.
#[derive(Debug)]
struct Mark {
    calls: usize,
    /// KiB.
    memory: u64,
    files: usize,
    threads: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_flat_over_a_soak_and_each_call_has_one_answer() {
    const CUSTOMERS: usize = 32;
    let calls = scaled(20_000, 1_000_000);
    // A customer's turn is twenty calls.
    let calls = calls / (20 * CUSTOMERS) * (20 * CUSTOMERS);
    let bank = Arc::new(Bank::open(calls, |asked: &Asked| std::future::ready(act(asked))).await);
    let subject = Subject::serve(|command| {
        command.envs(bank.settings());
        // What is remembered of refused passwords has its bound, which a soak must not take for a leak.
        command.args(["--lockout-guard", "10s"]);
        command.args(["--log-level", "info,flinks_gateway::call=warn"]);
    });
    let subject = Arc::new(subject);
    let next = Arc::new(AtomicUsize::new(0));
    let answered = Arc::new(AtomicUsize::new(0));
    let marks = Arc::new(Mutex::new(Vec::new()));
    let every = calls / scaled(20, 10) / 20 * 20;
    let mark = |subject: &Subject, calls| Mark {
        calls,
        memory: subject.memory(),
        files: subject.files(),
        threads: subject.threads(),
    };
    marks.lock().unwrap().push(mark(&subject, 0));
    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|_| {
            let mut customer = Customer::new(subject.client(), "");
            let (next, answered, bank) =
                (Arc::clone(&next), Arc::clone(&answered), Arc::clone(&bank));
            let (marks, subject) = (Arc::clone(&marks), Arc::clone(&subject));
            tokio::spawn(async move {
                let mut tally = Tally::new("");
                loop {
                    let turn = next.fetch_add(20, Ordering::Relaxed);
                    if turn >= calls {
                        return tally;
                    }
                    for call in turn..turn + 20 {
                        let answer = async {
                            match kind(call) {
                                Some(kind) => customer.call(kind, call).await,
                                None => customer.be_asked(call).await,
                            }
                        };
                        let Ok(answer) =
                            tokio::time::timeout(Duration::from_secs(60), answer).await
                        else {
                            tally.calls += 1;
                            tally.lost += 1;
                            continue;
                        };
                        let reason = answer.as_ref().err().map_or("OK", |error| &error.reason);
                        assert!(expected(call).contains(&reason), "{call}: {answer:?}");
                        assert!(!says_unsent(&answer));
                        assert_eq!(bank.arrived(call), 1, "{call}: {answer:?}");
                        tally.faults += usize::from((12..18).contains(&(call % 20)));
                        tally.count(&answer);
                    }
                    let before = answered.fetch_add(20, Ordering::Relaxed);
                    if (before + 20) / every > before / every {
                        let mark = mark(&subject, before + 20);
                        marks.lock().unwrap().push(mark);
                    }
                }
            })
        })
        .collect();
    let mut tally = Tally::new("soak");
    for customer in customers {
        tally.add(customer.await.unwrap());
    }
    let marks = std::mem::take(&mut *marks.lock().unwrap());
    for Mark {
        calls,
        memory,
        files,
        threads,
    } in &marks
    {
        tally.note(format!(
            "{calls}: {memory} KiB, {files} files, {threads} threads"
        ));
    }
    // The first quarter is warming up.
    let warm = &marks[marks.len() / 4..];
    let (slope, mean) = fit(warm);
    let over = slope
        * warm
            .last()
            .map_or(0.0, |last| to_float(last.calls - warm[0].calls));
    tally.note(format!(
        "after the first quarter {:.3} KiB more per 1,000 calls, {over:.0} KiB in all, of {mean:.0} KiB",
        slope * 1000.0
    ));
    let bound = 2048.0 + mean * 0.1;
    assert!(
        over < bound,
        "{over:.0} KiB more over {calls} calls: {marks:#?}"
    );
    tally.doubled += bank.doubled();
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}

#[expect(
    clippy::cast_precision_loss,
    reason = "neither calls nor memory have so many digits"
)]
fn to_float(number: usize) -> f64 {
    number as f64
}

/// The slope, and the mean, of memory over calls.
fn fit(marks: &[Mark]) -> (f64, f64) {
    let points: Vec<(f64, f64)> = marks
        .iter()
        .map(|mark| {
            (
                to_float(mark.calls),
                to_float(usize::try_from(mark.memory).unwrap()),
            )
        })
        .collect();
    let count = to_float(points.len());
    let (x, y) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    let (above, below) = points.iter().fold((0.0, 0.0), |(above, below), point| {
        (
            above + (point.0 - x) * (point.1 - y),
            below + (point.0 - x).powi(2),
        )
    });
    (above / below, y)
}
