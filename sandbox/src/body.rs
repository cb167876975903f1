//! Response bodies, whole or spoilt: cut short, dripping, or too large to be
//! held in memory at once.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::received::Held;

const PIECE: usize = 64 * 1024;

pub(crate) struct Body {
    pieces: Box<dyn Iterator<Item = Bytes> + Send>,
    /// What `Content-Length` says; chunked without.
    length: Option<u64>,
    end: End,
    /// The time between pieces, and the wait for the next one.
    pace: Option<Duration>,
    wait: Option<Pin<Box<Sleep>>>,
    _held: Option<Held>,
}

enum End {
    Whole,
    /// Breaks off, once what was sent so far has been flushed.
    BreaksOff {
        flushed: bool,
    },
}

impl Body {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
        let bytes = bytes.into();
        Body {
            length: Some(bytes.len() as u64),
            pieces: Box::new(std::iter::once(bytes)),
            end: End::Whole,
            pace: None,
            wait: None,
            _held: None,
        }
    }

    /// Promises all of `bytes` and sends about half of them.
    pub(crate) fn truncated(bytes: impl Into<Bytes>) -> Body {
        let bytes = bytes.into();
        let length = Some(bytes.len() as u64);
        let sent = bytes.slice(..bytes.len() / 2);
        Body {
            length,
            end: End::BreaksOff { flushed: false },
            ..Body::whole(sent)
        }
    }

    /// Sends one byte a second.
    pub(crate) fn dripping(bytes: impl Into<Bytes>, held: Held) -> Body {
        let bytes = bytes.into();
        let length = Some(bytes.len() as u64);
        let drops = (0..bytes.len()).map(move |at| bytes.slice(at..=at));
        Body {
            pieces: Box::new(drops),
            length,
            pace: Some(Duration::from_secs(1)),
            _held: Some(held),
            ..Body::whole("")
        }
    }

    /// A JSON document of exactly so many bytes, chunked, made on the way.
    pub(crate) fn huge(bytes: u64) -> Body {
        const OPENING: &str = r#"{"HttpStatusCode":200,"Padding":""#;
        const CLOSING: &str = r#""}"#;
        let padding = Bytes::from(vec![b'x'; PIECE]);
        let mut left = bytes.saturating_sub((OPENING.len() + CLOSING.len()) as u64);
        let middle = std::iter::from_fn(move || {
            let next = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            left -= next as u64;
            (next > 0).then(|| padding.slice(..next))
        });
        let pieces = std::iter::once(Bytes::from(OPENING))
            .chain(middle)
            .chain(std::iter::once(Bytes::from(CLOSING)));
        Body {
            pieces: Box::new(pieces),
            length: None,
            ..Body::whole("")
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(wait) = &mut self.wait {
            std::task::ready!(wait.as_mut().poll(cx));
        }
        self.wait = self.pace.map(|pace| Box::pin(sleep(pace)));
        if let Some(piece) = self.pieces.next() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match &mut self.end {
            End::Whole => Poll::Ready(None),
            End::BreaksOff { flushed: true } => {
                Poll::Ready(Some(Err(io::Error::other("the scenario breaks off here"))))
            }
            End::BreaksOff { flushed } => {
                // hyper flushes whenever a body has nothing to give.
                *flushed = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.length == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
