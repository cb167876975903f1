//! The operators' port, seen by whoever scrapes it.

use std::{collections::BTreeMap, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What was answered.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub head: String,
    pub text: String,
}

/// Asks by a request's first line, and perhaps headers.
pub async fn ask(port: SocketAddr, request: &str) -> Page {
    let mut stream = TcpStream::connect(port).await.unwrap();
    let request = format!("{request}\r\nhost: {port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    Page {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        text: text.to_owned(),
    }
}

pub async fn get(port: SocketAddr, path: &str) -> Page {
    ask(port, &format!("GET {path} HTTP/1.1")).await
}

/// A sample's labels.
pub type Labels = BTreeMap<String, String>;

/// All metrics at one time.
#[derive(Debug)]
pub struct Scrape {
    /// The kinds of metrics by name.
    pub kinds: BTreeMap<String, String>,
    pub samples: Vec<(String, Labels, f64)>,
    pub text: String,
}

impl Scrape {
    pub async fn of(port: SocketAddr) -> Self {
        let page = get(port, "/metrics").await;
        assert_eq!(page.status, 200, "{page:?}");
        let mut scrape = Self {
            kinds: BTreeMap::new(),
            samples: Vec::new(),
            text: page.text,
        };
        for line in scrape.text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                scrape.kinds.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') {
                scrape.samples.push(sample(line));
            }
        }
        scrape
    }

    /// The sum of the samples that have these labels.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let samples = self.samples.iter().filter(|(known, has, _)| {
            known == name
                && labels
                    .iter()
                    .all(|(label, value)| has.get(*label).is_some_and(|has| has == value))
        });
        samples.map(|(_, _, value)| value).sum()
    }
}

/// Reads `name{label="value",…} 1`. No label of ours has a quote in it.
fn sample(line: &str) -> (String, Labels, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').unwrap();
    let labels = labels.split_terminator("\",").map(|label| {
        let (label, value) = label.split_once("=\"").unwrap();
        (label.to_owned(), value.trim_end_matches('"').to_owned())
    });
    (name.to_owned(), labels.collect(), value.parse().unwrap())
}
