//! Flinks mints no tokens for a while, under load: nothing leaves without one, and all goes on once it does again.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank, Framing, Then, framed},
    says_unsent, scaled,
};
use crate::harness::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Fair,
    Resets,
    Closes,
    Fails,
    Slow,
    Hangs,
    Garbage,
}

const OUTAGES: [Weather; 6] = [
    Weather::Resets,
    Weather::Fails,
    Weather::Slow,
    Weather::Closes,
    Weather::Garbage,
    Weather::Hangs,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_the_token_endpoint_sends_nothing_and_passes_without_a_restart() {
    const CUSTOMERS: usize = 16;
    let mut tally = Tally::new("token endpoint down");
    let most = scaled(400_000, 4_000_000);
    let weather = Arc::new(Mutex::new(Weather::Fair));
    let broken = Arc::new(AtomicUsize::new(0));
    let (today, count) = (Arc::clone(&weather), Arc::clone(&broken));
    let bank = Bank::open(most, move |asked: &Asked| {
        let good = Act::good(asked);
        let today = *today.lock().unwrap();
        let act = match today {
            _ if !asked.is_mint => good,
            Weather::Fair | Weather::Slow => good,
            Weather::Resets => Act {
                bytes: Vec::new(),
                then: Then::Reset,
            },
            Weather::Closes => Act {
                bytes: Vec::new(),
                then: Then::Close,
            },
            Weather::Fails => Act {
                bytes: framed(500, "{}", Framing::Length),
                then: Then::Keep,
            },
            Weather::Garbage => Act {
                bytes: framed(200, "<html>", Framing::Length),
                then: Then::Keep,
            },
            Weather::Hangs => Act {
                bytes: Vec::new(),
                then: Then::Stall,
            },
        };
        let is_slow = asked.is_mint && today == Weather::Slow;
        if asked.is_mint && today != Weather::Fair {
            count.fetch_add(1, Ordering::Relaxed);
        }
        async move {
            // So that the bank is not asked for tokens without end.
            let pause = if is_slow { 300 } else { 2 };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            act
        }
    })
    .await;
    let bank = Arc::new(bank);
    let subject = Subject::serve(|command| {
        command.envs(bank.settings());
        command.args(["--live-timeout", "3s", "--cached-timeout", "3s"]);
        command.args(["--log-level", "info,flinks_gateway::call=warn"]);
    });
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let good = Arc::new(AtomicUsize::new(0));
    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|nth| {
            let mut customer = Customer::new(subject.client(), "");
            let (stop, next, bank) = (Arc::clone(&stop), Arc::clone(&next), Arc::clone(&bank));
            let good = Arc::clone(&good);
            tokio::spawn(async move {
                let mut tally = Tally::new("");
                let kind = [Kind::Live, Kind::Cached][nth % 2];
                while !stop.load(Ordering::Relaxed) {
                    let call = next.fetch_add(1, Ordering::Relaxed);
                    let answer = customer.call(kind, call).await;
                    // No token, no sign-in.
                    let sent = bank.arrived(call);
                    let is_unsent = |error: &Error| error.next_step == "RETRY_NOW";
                    assert!(sent <= 1 && answer.is_err() || sent == 1, "{answer:?}");
                    assert!(sent == 0 || !says_unsent(&answer), "{answer:?}");
                    assert!(
                        sent == 0 || kind == Kind::Cached || !answer.as_ref().is_err_and(is_unsent),
                        "{answer:?}"
                    );
                    match &answer {
                        Ok(()) => drop(good.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => {
                            let allowed = [
                                "UPSTREAM_UNREACHABLE",
                                "UPSTREAM_FAILED",
                                "UPSTREAM_RESPONSE_INVALID",
                                "DEADLINE_EXCEEDED",
                            ];
                            assert!(allowed.contains(&error.reason.as_str()), "{error:?}");
                            // As a decent caller does.
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                    tally.count(&answer);
                }
                tally
            })
        })
        .collect();
    let served = async |what: &str| {
        let before = good.load(Ordering::Relaxed);
        wait_for(what, || good.load(Ordering::Relaxed) > before + 100).await;
    };
    served("calls are served").await;
    let lasts = Duration::from_millis(u64::try_from(scaled(1000, 15_000)).unwrap());
    for outage in OUTAGES {
        *weather.lock().unwrap() = outage;
        let before = broken.load(Ordering::Relaxed);
        tokio::time::sleep(lasts).await;
        wait_for("an outage is felt", || {
            broken.load(Ordering::Relaxed) > before
        })
        .await;
        *weather.lock().unwrap() = Weather::Fair;
        served("calls are served again").await;
    }
    stop.store(true, Ordering::Relaxed);
    for customer in customers {
        tally.add(customer.await.unwrap());
    }
    tally.faults = broken.load(Ordering::Relaxed);
    tally.doubled += bank.doubled();
    let mints = bank.mints.load(Ordering::Relaxed);
    tally.note(format!("{} outages; {mints} mints", OUTAGES.len()));
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
