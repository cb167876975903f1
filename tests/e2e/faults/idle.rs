//! Thousands of connections that say nothing cost little, and nothing once they are gone.

use std::time::Duration;

use super::{
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank},
    scaled,
};
use crate::raw::Peer;

/// How many files this process may have open.
fn file_limit() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    usize::try_from(limit.current.unwrap_or(u64::MAX)).unwrap_or(usize::MAX)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_idle_connections_cost_little_and_leave_nothing_behind() {
    // Other tests have files as well.
    let connections = scaled(5_000, 10_000).min(file_limit().saturating_sub(1_500).max(200));
    let calls = scaled(60, 3_000);
    let bank = Bank::open(5 * calls, |asked: &Asked| {
        let good = Act::good(asked);
        async { good }
    })
    .await;
    let subject = Subject::serve(|command| {
        command.envs(bank.settings());
        command.args([
            "--max-connections",
            "20000",
            "--log-level",
            "info,flinks_gateway::call=warn",
        ]);
    });
    let mut tally = Tally::new("idle connections");
    let mut customer = Customer::new(subject.client(), "");
    let mut next = 0;
    let mut called = async |tally: &mut Tally| {
        for _ in 0..calls {
            let answer = customer.call(Kind::Live, next).await;
            assert!(answer.is_ok(), "{answer:?}");
            tally.count(&answer);
            next += 1;
        }
    };
    called(&mut tally).await;
    let mut marks = vec![subject.memory()];
    // The second wave finds what the first has left.
    for _ in 0..2 {
        let address = subject.process.address;
        let opening: Vec<_> = (0..8)
            .map(|part| {
                let count = connections / 8 + usize::from(part < connections % 8);
                tokio::spawn(async move {
                    let mut idle = Vec::with_capacity(count);
                    for _ in 0..count {
                        idle.push(Peer::connect(address, &[]).await);
                    }
                    idle
                })
            })
            .collect();
        
        let mut idle = Vec::with_capacity(connections);
        for opening in opening {
            idle.extend(opening.await.unwrap());
        }
        tally.faults += idle.len();
        #[expect(clippy::cast_precision_loss, reason = "a count of connections")]
        let open = connections as f64;
        while subject.held().await.1 < open {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        
        called(&mut tally).await;
        
        marks.push(subject.memory());
        drop(idle);
        while subject.held().await.1 > 1.0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        
        called(&mut tally).await;
        
        marks.push(subject.memory());
    }
    let each = (marks[1].saturating_sub(marks[0])) * 1024 / u64::try_from(connections).unwrap();
    let mib: Vec<u64> = marks.iter().map(|kib| kib / 1024).collect();
    tally.note(format!(
        "{connections} at once, twice: {each} bytes each; MiB before, with, without, with, without: {mib:?}"
    ));
    assert!(each < 64 << 10, "{each} bytes a connection");
    let more = marks[3].saturating_sub(marks[1]);
    assert!(more < 32 << 10, "the second wave took {more} KiB more");
    tally.doubled += bank.doubled();
    drop(customer);
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
