//! The customer's side of the conversation: lines out, lines in.
//!
//! What is asked goes to standard error and what came of it to standard output, so that a session can be redirected
//! into a file while a person answers. Input is a line of standard input; only a password at a terminal is read
//! without echo. Nothing here neutralises texts of the bank: see `show::Plain`.

use std::io::{self, BufRead, IsTerminal, Write};

use rustix::{
    stdio,
    termios::{self, LocalModes, OptionalActions, Termios},
};

use super::parse;

/// Why there is no more input.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    /// End of file.
    #[error("the input ended before everything was answered")]
    Eof,
    /// Ctrl-C, or the like.
    #[error("interrupted")]
    Interrupted,
    /// Nothing can be read.
    #[error("cannot read the input: {0}")]
    Unreadable(#[from] io::Error),
}

/// Standard input, output and error.
#[derive(Debug)]
pub(super) struct Terminal {
    interactive: bool,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self {
            interactive: io::stdin().is_terminal(),
        }
    }

    /// Part of the conversation. A closed output is no reason to stop halfway through a sign-in.
    pub(super) fn say(&self, text: &str) {
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// What the conversation was about.
    pub(super) fn hand_over(&self, text: &str) {
        let mut out = io::stdout();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// One line, as it was typed, without its end.
    pub(super) async fn ask(&self, prompt: &str) -> Result<String, Ended> {
        self.say(prompt);
        let line = blocking(read_line).await;
        if !self.interactive {
            // Nobody's Enter key ended the line of the prompt.
            self.say("\n");
        }
        line
    }

    /// Asks until the line can be understood.
    pub(super) async fn ask_for<T>(
        &self,
        prompt: &str,
        understand: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Ended> {
        loop {
            match understand(&self.ask(prompt).await?) {
                Ok(value) => return Ok(value),
                Err(complaint) => self.say(&format!("{complaint}\n")),
            }
        }
    }

    /// One line that nobody looking on can read. Without a terminal it is a line of standard input like any other.
    pub(super) async fn ask_hidden(&self, prompt: &str) -> Result<String, Ended> {
        if !self.interactive {
            return self.ask(prompt).await;
        }
        // Before the prompt shows: whoever types at once must not be echoed either.
        let _hidden = Hidden::start()?;
        self.ask_for(prompt, parse::something).await
    }
}

/// A terminal that does not echo, until this is dropped; Ctrl-C drops it as well.
struct Hidden {
    before: Termios,
}

impl Hidden {
    fn start() -> Result<Self, Ended> {
        let before = termios::tcgetattr(stdio::stdin()).map_err(io::Error::from)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        // Enter still begins a new line.
        quiet.local_modes.insert(LocalModes::ECHONL);
        termios::tcsetattr(stdio::stdin(), OptionalActions::Now, &quiet)
            .map_err(io::Error::from)?;
        Ok(Self { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // It fails when the terminal is gone, and its echo with it.
        let _ = termios::tcsetattr(stdio::stdin(), OptionalActions::Now, &self.before);
    }
}

/// Reading blocks, and Ctrl-C must be noticed meanwhile.
async fn blocking(read: fn() -> Result<String, Ended>) -> Result<String, Ended> {
    match tokio::task::spawn_blocking(read).await {
        Ok(line) => line,
        Err(error) => Err(Ended::Unreadable(io::Error::other(error))),
    }
}

fn read_line() -> Result<String, Ended> {
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Ended::Eof);
    }
    Ok(without_end(line))
}

/// Answers go to the bank byte for byte, so nothing but the end of the line is taken off.
fn without_end(mut line: String) -> String {
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    line
}

/// Resolves on Ctrl-C, and when the terminal is closed: pictures of a customer's must not stay behind.
pub(super) async fn interrupted() {
    if wait_for_signal().await.is_err() {
        // Without a handler the signal ends the process at once, as ever.
        std::future::pending::<()>().await;
    }
}

async fn wait_for_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_line_is_taken_off() {
        for (typed, kept) in [
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a", "a"),
            (" a \n", " a "),
            ("\n", ""),
            ("a\r\r\n", "a\r"),
            ("a\r", "a\r"),
        ] {
            assert_eq!(without_end(typed.to_owned()), kept, "{typed:?}");
        }
    }
}
