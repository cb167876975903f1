//! Thousands of connections that say nothing cost little, and nothing once they are gone.

use std::time::Duration;

use tokio::net::TcpStream;

use super::{
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank},
    scaled,
};
use crate::{harness::*, raw::Peer};

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
    let bank = Bank::open(7 * calls, |asked: &Asked| {
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
    // Each wave finds what the one before has left.
    for _ in 0..3 {
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
        "{connections} at once, three times: {each} bytes each; MiB before, with, without, with, …: {mib:?}"
    ));
    assert!(each < 64 << 10, "{each} bytes a connection");
    // What the allocator keeps of one wave serves the next.
    let more = marks[5].saturating_sub(marks[3]);
    assert!(
        more < 48 << 10,
        "the third wave took {more} KiB more: {mib:?}"
    );
    tally.doubled += bank.doubled();
    drop(customer);
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_connections_finds_room_while_the_process_is_busy() {
    let limit = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let connections = limit.trim().parse().unwrap_or(usize::MAX).min(1000);
    let bank = Bank::open(1, |asked: &Asked| std::future::ready(Act::good(asked))).await;
    let mut subject = Subject::serve(|command| {
        command.envs(bank.settings());
    });
    let mut tally = Tally::new("a burst of connections to a busy process");
    // Busy without end.
    subject.process.tell("STOP");
    let address = subject.process.address;
    let connecting: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(TcpStream::connect(address)))
        .collect();
    let mut burst = Vec::new();
    for connecting in connecting {
        let connected = tokio::time::timeout(PATIENCE, connecting).await;
        burst.push(connected.expect("there is room").unwrap().unwrap());
        tally.faults += 1;
    }
    subject.process.tell("CONT");
    let mut customer = Customer::new(subject.client(), "");
    let answer = customer.call(Kind::Live, 0).await;
    assert!(answer.is_ok(), "{answer:?}");
    tally.count(&answer);
    drop((burst, customer));
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
