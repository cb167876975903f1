//! Flinks' name does not resolve, resolves late, or to other addresses: calls are told, and nothing is sent twice.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::net::UdpSocket;

use super::{
    Customer, Subject, Tally,
    bank::{Act, Asked, Bank},
    says_unsent, scaled,
};
use crate::pki::{Authority, Folder, Terminator, VERSIONS};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_does_not_resolve_leaves_nothing_sent() {
    let subject = Subject::serve(|command| {
        command.args(["--upstream-url", "https://bank.invalid"]);
        command.args(["--customer-id", &flinks_sandbox::CUSTOMER_ID.to_string()]);
        command.args(["--connect-timeout", "3s", "--live-timeout", "20s"]);
    });
    let mut tally = Tally::new("a name that nobody has");
    let customer = Customer::new(subject.client(), "");
    for (_, answer) in customer.call_all(0..scaled(50, 500)).await {
        tally.faults += 1;
        assert!(says_unsent(&answer), "{answer:?}");
        tally.count(&answer);
    }
    drop(customer);
    subject.settle(&mut tally).await;
    tally.close();
}

/// What a name server says.
#[derive(Clone, Copy, Debug)]
enum Says {
    Address(Ipv4Addr, Duration),
    NoSuchName,
    Fails,
    Nothing,
}

/// A name server of any name.
async fn name_server(socket: UdpSocket, says: Arc<Mutex<Says>>) {
    let socket = Arc::new(socket);
    let mut query = [0; 512];
    while let Ok((length, from)) = socket.recv_from(&mut query).await {
        let says = *says.lock().unwrap();
        let (query, socket) = (query[..length].to_vec(), Arc::clone(&socket));
        tokio::spawn(async move {
            if let Says::Address(_, late) = says {
                tokio::time::sleep(late).await;
            }
            if let Some(answer) = answer(&query, says) {
                socket.send_to(&answer, from).await.ok();
            }
        });
    }
}

fn answer(query: &[u8], says: Says) -> Option<Vec<u8>> {
    // The question ends with its name's empty label, its type and its class.
    let name = 12 + query[12..].iter().position(|byte| *byte == 0)?;
    let question = &query[12..name + 5];
    let asks_ipv4 = query[name + 1..name + 3] == [0, 1];
    let (code, address) = match says {
        Says::Address(address, _) => (0, Some(address).filter(|_| asks_ipv4)),
        Says::NoSuchName => (3, None),
        Says::Fails => (2, None),
        Says::Nothing => return None,
    };
    let answers = u8::from(address.is_some());
    let mut answer = vec![query[0], query[1], 0x81, 0x80 | code];
    answer.extend([0, 1, 0, answers, 0, 0, 0, 0]);
    answer.extend(question);
    if let Some(address) = address {
        // The name above, of type A, good for no time at all.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        answer.extend(address.octets());
    }
    Some(answer)
}

/// Has a process ask another name server, in a mount namespace of its own; none where that is not allowed.
fn asking(server: IpAddr, folder: &Folder, command: &Command) -> Option<Command> {
    let allowed = Command::new("unshare").args(["--mount", "true"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let resolve = folder.put(
        "resolv.conf",
        &format!("nameserver {server}\noptions timeout:3 attempts:1\n"),
    );
    let script = format!("mount --bind '{resolve}' /etc/resolv.conf && exec \"$@\"");
    let mut wrapped = Command::new("unshare");
    wrapped.args(["--mount", "sh", "-c", &script, "sh"]);
    wrapped.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    Some(wrapped)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_resolves_late_or_to_another_address_loses_no_call() {
    const ASKED: Ipv4Addr = Ipv4Addr::new(127, 53, 53, 53);
    let Ok(socket) = UdpSocket::bind((ASKED, 53)).await else {
        println!("\n| names that resolve late | not run: port 53 needs root |");
        return;
    };
    let home = Ipv4Addr::LOCALHOST;
    let says = Arc::new(Mutex::new(Says::Address(home, Duration::ZERO)));
    tokio::spawn(name_server(socket, Arc::clone(&says)));
    let authority = Authority::new("bank's");
    let shown = authority.issue(&["bank.example"]);
    let calls = scaled(10_000, 100_000);
    let bank = Bank::open(calls, |asked: &Asked| {
        let mut good = Act::good(asked);
        // A connection for each call, so that each resolves the name.
        good.then = super::bank::Then::Close;
        async { good }
    })
    .await;
    let front = Terminator::start(bank.address, shown.serve(&VERSIONS)).await;
    let folder = Folder::new();
    let ca = folder.put("ca.pem", &authority.pem);
    let mut allowed = true;
    let subject = Subject::serve(|command| {
        command
            .envs(bank.settings())
            .env_remove("FLINKS_GATEWAY_SECRET_KEY");
        let url = format!("https://bank.example:{}", front.address.port());
        command.args(["--upstream-url", &url, "--upstream-ca", &ca]);
        command.args(["--connect-timeout", "10s", "--live-timeout", "20s"]);
        match asking(IpAddr::V4(ASKED), &folder, command) {
            Some(wrapped) => *command = wrapped,
            None => allowed = false,
        }
    });
    if !allowed {
        println!("\n| names that resolve late | not run: no mount namespace of its own |");
        return;
    }
    // Nobody listens at the second address; only the first is the bank's.
    let elsewhere = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), front.address.port()));
    assert!(tokio::net::TcpStream::connect(elsewhere).await.is_err());
    let weathers = [
        (Says::Address(home, Duration::ZERO), true),
        (Says::NoSuchName, false),
        (Says::Address(home, Duration::from_millis(500)), true),
        (Says::Fails, false),
        (
            Says::Address(Ipv4Addr::new(127, 0, 0, 2), Duration::ZERO),
            false,
        ),
        (Says::Address(home, Duration::ZERO), true),
        (Says::Nothing, false),
        (Says::Address(home, Duration::ZERO), true),
    ];
    let mut tally = Tally::new("names that resolve late, wrongly or not");
    let customer = Customer::new(subject.client(), "");
    let mut next = 0;
    for (weather, is_fair) in weathers
        .into_iter()
        .cycle()
        .take(weathers.len() * scaled(1, 10))
    {
        *says.lock().unwrap() = weather;
        tally.faults += 1;
        let calls = next..next + 20;
        next += 20;
        for (call, answer) in customer.call_all(calls).await {
            let arrived = bank.arrived(call);
            assert_eq!(
                arrived,
                usize::from(answer.is_ok()),
                "{weather:?}: {answer:?}"
            );
            assert!(is_fair == answer.is_ok(), "{weather:?}: {answer:?}");
            assert!(is_fair || says_unsent(&answer), "{weather:?}: {answer:?}");
            tally.count(&answer);
        }
        // Answers of the weather before are over.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tally.doubled += bank.doubled();
    drop(customer);
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
