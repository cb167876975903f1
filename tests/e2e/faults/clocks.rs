//! The wall clock jumps, hours forward and back and years: rounds end by it, and nothing else minds.

use std::path::Path;

use super::{
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank},
    says_unsent, scaled,
};
use crate::pki::{Authority, Folder, Terminator, VERSIONS};

/// Where Debian puts it: `tests/install` installs it.
fn library() -> String {
    let mut places = ["/usr/lib", "/usr/lib64"]
        .map(Path::new)
        .into_iter()
        .flat_map(|folder| {
            let below = std::fs::read_dir(folder).into_iter().flatten().flatten();
            below.map(|entry| entry.path().join("faketime/libfaketime.so.1"))
        });
    let found = places.find(|path| path.exists());
    let found = found.expect("libfaketime is not installed: run tests/install");
    found.to_str().unwrap().to_owned()
}

/// A wall clock that is so far off.
struct WallClock(Folder);

impl WallClock {
    fn set(&self, off: &str) {
        // At once and whole: the process reads it whenever it asks for the time.
        let fresh = self.0.put("fresh", off);
        std::fs::rename(fresh, self.0.path("off")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_clock_that_jumps_ends_rounds_and_nothing_else() {
    let jumps: &[&str] = &["+2h", "-2h", "+0", "+400d", "-400d", "+30y", "-30y", "+0"];
    let turns = jumps.len() * scaled(1, 20);
    let calls = 10_000 * turns;
    let authority = Authority::new("bank's");
    let bank = Bank::open(calls, |asked: &Asked| {
        let good = Act::good(asked);
        async { good }
    })
    .await;
    let front = Terminator::start(bank.address, authority.server().serve(&VERSIONS)).await;
    let folder = Folder::new();
    let ca = folder.put("ca.pem", &authority.pem);
    let clock = WallClock(Folder::new());
    clock.set("+0");
    let subject = Subject::serve(|command| {
        command.envs(bank.settings());
        command.args(["--upstream-url", &front.url(), "--upstream-ca", &ca]);
        command.args(["--token-max-age", "10m", "--max-rate-per-caller", "100000"]);
        command.args(["--reload-interval", "50ms", "--live-timeout", "20s"]);
        command.env("LD_PRELOAD", library());
        command.env("FAKETIME_TIMESTAMP_FILE", clock.0.path("off"));
        command.env("FAKETIME_NO_CACHE", "1");
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    });
    let mut tally = Tally::new("wall clock jumps");
    let mut next = 0;
    let mut number = || {
        next += 1;
        next - 1
    };
    let mut customer = Customer::new(subject.client(), "");
    let (mut ended, mut went_on) = (0, 0);
    for turn in 0..turns {
        // A round that is open while the clock jumps, and calls that are under way.
        let asked = customer.be_asked(number()).await;
        assert!(asked.is_ok(), "{asked:?}");
        tally.count(&asked);
        let under_way: Vec<_> = (0..scaled(20, 50))
            .map(|nth| {
                let (mut customer, call) = (customer.clone(), number());
                let kind = [Kind::Live, Kind::Cached][nth % 2];
                tokio::spawn(async move { (call, customer.call(kind, call).await) })
            })
            .collect();
        let before = jumps[(turn + jumps.len() - 1) % jumps.len()];
        let off = jumps[turn % jumps.len()];
        clock.set(off);
        tally.faults += 1;
        for call in under_way {
            let (call, answer) = call.await.unwrap();
            assert!(answer.is_ok(), "{off}: {answer:?}");
            assert_eq!(bank.arrived(call), 1);
            tally.count(&answer);
        }
        let call = number();
        let answer = customer.call(Kind::Answers, call).await;
        let is_later = days(off) > days(before);
        match &answer {
            Ok(()) => {
                assert!(!is_later, "{before} {off}: a round outlived its time");
                went_on += 1;
            }
            Err(error) => {
                assert!(is_later, "{before} {off}: {error:?}");
                assert_eq!(error.reason, "SESSION_EXPIRED");
                assert_eq!(bank.arrived(call), 0, "and was sent");
                ended += 1;
            }
        }
        tally.count(&answer);
        // Deadlines, tokens, limits and health go by a clock that does not jump.
        for kind in [Kind::Live, Kind::Cached, Kind::Live, Kind::Cached] {
            let call = number();
            let answer = customer.call(kind, call).await;
            assert!(answer.is_ok(), "{off}: {answer:?}");
            assert!(!says_unsent(&answer) && bank.arrived(call) == 1);
            tally.count(&answer);
        }
        // New rounds can be answered.
        let call = number();
        let asked = customer.be_asked(call).await;
        assert!(asked.is_ok(), "{off}: {asked:?}");
        tally.count(&asked);
        let call = number();
        let answer = customer.call(Kind::Answers, call).await;
        assert!(answer.is_ok(), "{off}: {answer:?}");
        tally.count(&answer);
    }
    tally.note(format!(
        "rounds under way: {ended} ended, {went_on} went on"
    ));
    tally.doubled += bank.doubled();
    drop(customer);
    bank.close().await;
    drop(front);
    subject.settle(&mut tally).await;
    tally.close();
}

/// About how late a clock is.
fn days(off: &str) -> f64 {
    let unit = match off.chars().last().unwrap() {
        'h' => 1.0 / 24.0,
        'd' => 1.0,
        'y' => 365.0,
        _ => return 0.0,
    };
    off[..off.len() - 1].parse::<f64>().unwrap() * unit
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_judged_by_the_wall_clock_and_recovers_with_it() {
    let authority = Authority::new("bank's");
    let shown = authority.issue_with(&["localhost"], |params| {
        // Around now, whenever that is.
        let now = std::time::SystemTime::now();
        let day = std::time::Duration::from_secs(24 * 60 * 60);
        params.not_before = (now - day).into();
        params.not_after = (now + 30 * day).into();
    });
    let bank = Bank::open(100, |asked: &Asked| {
        let good = Act::good(asked);
        async { good }
    })
    .await;
    let front = Terminator::start(bank.address, shown.serve(&VERSIONS)).await;
    let folder = Folder::new();
    let ca = folder.put("ca.pem", &authority.pem);
    let clock = WallClock(Folder::new());
    clock.set("+0");
    let subject = Subject::serve(|command| {
        // A connection for each call, and no tokens whose mints would come in between.
        command
            .envs(bank.settings())
            .env_remove("FLINKS_GATEWAY_SECRET_KEY");
        command.args(["--upstream-url", &front.url(), "--upstream-ca", &ca]);
        command.env("LD_PRELOAD", library());
        command.env("FAKETIME_TIMESTAMP_FILE", clock.0.path("off"));
        command.env("FAKETIME_NO_CACHE", "1");
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    });
    let mut tally = Tally::new("certificates under a clock that jumps");
    let mut customer = Customer::new(subject.client(), "");
    for (call, off) in ["+400d", "+0", "-400d", "+0", "+400d", "+0"]
        .into_iter()
        .enumerate()
    {
        clock.set(off);
        tally.faults += 1;
        let answer = customer.call(Kind::Live, call).await;
        if off == "+0" {
            assert!(answer.is_ok(), "{answer:?}");
        } else if bank.arrived(call) == 0 {
            // Over a connection that was open before it goes as ever.
            assert!(says_unsent(&answer), "{off}: {answer:?}");
        }
        tally.count(&answer);
    }
    assert!(tally.answered("UPSTREAM_UNREACHABLE") >= 1);
    tally.doubled += bank.doubled();
    drop(customer);
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
