//! Plays a session: the answer to its opening, and to each set of security
//! responses.

use jiff::Timestamp;

use super::{Bank, Card};
use crate::challenge::{self, Place, Verdict};
use crate::json::Json;
use crate::reply::{self, Content, Reply};
use crate::scenario::{Action, Ask, Kind, Step, Wrong};
use crate::session::{Institution, Session, State};
use crate::{Generation, flinks_code, shape};

impl Bank {
    /// Answers a call that names a session.
    pub(super) fn answer(
        &mut self,
        request_id: &str,
        number: Option<u64>,
        responses: Option<&[(String, Vec<String>)]>,
        now: Timestamp,
    ) -> Reply {
        let Some(number) = number else {
            return self.nonexistent(request_id);
        };
        let Some((mut session, names)) = self.sessions.take(number) else {
            return self.nonexistent(request_id);
        };
        let reply = self.answer_in(&mut session, request_id, responses, now);
        self.sessions.put(number, session, names);
        reply
    }

    fn answer_in(
        &mut self,
        session: &mut Session,
        request_id: &str,
        responses: Option<&[(String, Vec<String>)]>,
        now: Timestamp,
    ) -> Reply {
        let current = session.request_id.to_string();
        if session.state == State::Ended || !current.eq_ignore_ascii_case(request_id) {
            return self.nonexistent(request_id);
        }
        if session.is_expired(now) {
            return self.error_in(session, "SESSION_EXPIRED");
        }
        session.last_call = now;
        if session.state == State::Authorized {
            return self.error_in(session, "ALREADY_AUTHORIZED");
        }
        let Some(responses) = responses else {
            return self.invalid("SecurityResponses are needed with a RequestId");
        };
        if responses.is_empty() {
            return self.challenge(session);
        }
        match challenge::judge(&session.pending, responses) {
            Verdict::UnknownKey => self.error_in(session, "UNKNOWN_CHALLENGE_KEY"),
            Verdict::Incomplete => self.error_in(session, "SECURITYRESPONSES_INCOMPLETE"),
            Verdict::Wrong => self.wrong(session),
            Verdict::Right => self.play(session, now),
        }
    }

    /// Plays the next step.
    pub(super) fn play(&mut self, session: &mut Session, now: Timestamp) -> Reply {
        let step = session.scenario.steps.get(session.played).cloned();
        let Step { delay, action } = step.unwrap_or_else(|| Step::from(Action::Ok));
        session.played += 1;
        let more = session.played < session.scenario.steps.len();
        let mut goes_on = !session.pending.is_empty();
        let mut reply = match action {
            Action::Round(asks) => {
                goes_on = true;
                self.ask(session, asks);
                self.challenge(session)
            }
            Action::Ok => {
                goes_on = true;
                self.authorized(session, now)
            }
            Action::Pending | Action::Dispatched => {
                goes_on &= more;
                let code = match action {
                    Action::Pending => "OPERATION_PENDING",
                    _ => "OPERATION_DISPATCHED",
                };
                self.renew_request_id(session);
                shaped(session, 202, reply::working(code, session.request_id))
            }
            Action::Error {
                code,
                status,
                challenges,
            } => {
                let status =
                    status.unwrap_or_else(|| flinks_code::status(&code, self.options.generation));
                let mut body = reply::error(&code, flinks_code::message(&code), status);
                if challenges {
                    goes_on = true;
                    let asks = match session.asks.as_slice() {
                        [] => vec![Ask {
                            kind: Kind::Question,
                            times: 1,
                        }],
                        asks => asks.to_vec(),
                    };
                    self.ask(session, asks);
                    self.add_challenges(session, &mut body);
                } else {
                    goes_on &= more;
                }
                shaped(session, status, body)
            }
            Action::Status(status) => {
                goes_on &= more;
                let body = Json::object([
                    ("HttpStatusCode", status.into()),
                    ("Message", "There is no FlinksCode here".into()),
                ]);
                shaped(session, status, body)
            }
            Action::TokenRefused => Reply::token_refused(),
            Action::Fault(fault) => Reply {
                delay,
                content: Content::Fault(fault),
            },
        };
        if !goes_on {
            session.state = State::Ended;
        }
        reply.delay = delay;
        reply
    }

    fn wrong(&mut self, session: &mut Session) -> Reply {
        let wrong = match (session.scenario.wrong, session.person.institution) {
            (Wrong::Default, _) if session.attempt == 1 => Wrong::Again,
            // Today's documentation gives the meaning of the longer code to
            // the shorter one.
            (Wrong::Default, Institution::FlinksCapital)
                if self.options.generation == Generation::Docs2025 =>
            {
                Wrong::Closed
            }
            (Wrong::Default, _) => Wrong::Final,
            (wrong, _) => wrong,
        };
        session.attempt += 1;
        match wrong {
            Wrong::Default | Wrong::Again => {
                self.ask_again(session);
                let code = "INVALID_SECURITY_RESPONSE";
                let mut body = reply::error(code, flinks_code::message(code), 401);
                self.add_challenges(session, &mut body);
                shaped(session, 401, body)
            }
            Wrong::Reset => {
                self.ask_again(session);
                self.challenge(session)
            }
            Wrong::Final => {
                session.state = State::Ended;
                self.error_in(session, "INVALID_SECURITY_RESPONSE_NO_RETRY")
            }
            Wrong::Closed => {
                session.state = State::Ended;
                self.error_in(session, "INVALID_SECURITY_RESPONSE")
            }
        }
    }

    /// Begins a new round.
    fn ask(&mut self, session: &mut Session, asks: Vec<Ask>) {
        session.asks = asks;
        session.round += 1;
        session.attempt = 1;
        self.ask_again(session);
    }

    fn ask_again(&mut self, session: &mut Session) {
        let place = Place {
            round: session.round,
            attempt: session.attempt,
            french: session.person.language.starts_with("fr"),
        };
        session.pending = challenge::ask(&session.asks, place, &session.pending, &mut self.random);
    }

    /// The 203 that asks what is pending.
    fn challenge(&mut self, session: &mut Session) -> Reply {
        self.renew_request_id(session);
        let mut body = Json::object([
            ("Links", reply::authorization_links()),
            ("HttpStatusCode", 203.into()),
            ("SecurityChallenges", reply::challenges(&session.pending)),
        ]);
        self.add_session(session, &mut body);
        shaped(session, 203, body)
    }

    /// The 200 that opens the session, and the card it may leave.
    fn authorized(&mut self, session: &mut Session, now: Timestamp) -> Reply {
        session.state = State::Authorized;
        session.pending.clear();
        self.renew_request_id(session);
        let login_id = session.person.login_id(self.options.customer_id);
        if session.save && !session.cached {
            // The schedule of a card that exists is not changed from here.
            let scheduled = match self.cards.get(&login_id) {
                Some(card) => card.is_scheduled_refresh,
                None => session.schedule_refresh,
            };
            let card = Card {
                person: session.person.clone(),
                scenario: session.scenario.clone(),
                last_refresh: now,
                is_scheduled_refresh: scheduled,
            };
            self.cards.insert(login_id, card);
        }
        let mut body = Json::object([
            ("Links", reply::data_links()),
            ("HttpStatusCode", 200.into()),
        ]);
        let card = self
            .cards
            .get(&login_id)
            .filter(|_| session.save || session.cached);
        if let Some(card) = card {
            let mut login = Json::object([
                ("Username", session.person.username.as_str().into()),
                ("IsScheduledRefresh", card.is_scheduled_refresh.into()),
            ]);
            if let Some(date) = shape::last_refresh(session.scenario.shape.date, card.last_refresh)
            {
                login.push("LastRefresh", date);
            }
            login.push("Type", "Personal");
            login.push("Id", login_id.to_string());
            body.push("Login", login);
        }
        self.add_session(session, &mut body);
        shaped(session, 200, body)
    }

    /// What an error needs so that the session can go on from it.
    fn add_challenges(&mut self, session: &mut Session, body: &mut Json) {
        self.renew_request_id(session);
        body.push("SecurityChallenges", reply::challenges(&session.pending));
        self.add_session(session, body);
    }

    fn add_session(&self, session: &Session, body: &mut Json) {
        let institution = session.person.institution;
        body.push("Institution", institution.name());
        if self.options.generation == Generation::Docs2025 {
            body.push("InstitutionName", institution.name());
            body.push("InstitutionId", institution.id());
        }
        body.push("RequestId", session.request_id.to_string());
        if let Some(tag) = &session.tag {
            body.push("Tag", tag.as_str());
        }
    }

    fn renew_request_id(&mut self, session: &mut Session) {
        if session.scenario.request_id_changes {
            session.request_id = self.uuid();
            session.issued = self.options.clock.now();
        }
    }

    fn error_in(&self, session: &Session, code: &str) -> Reply {
        let status = flinks_code::status(code, self.options.generation);
        shaped(
            session,
            status,
            reply::error(code, flinks_code::message(code), status),
        )
    }

    fn nonexistent(&self, request_id: &str) -> Reply {
        let code = "SESSION_NONEXISTENT";
        match self.options.generation {
            Generation::Help2019 => self.error(code),
            Generation::Docs2025 => {
                let message = format!("RequestId {request_id} is invalid or session has ended");
                self.error_saying(code, &message)
            }
        }
    }
}

fn shaped(session: &Session, status: u16, mut body: Json) -> Reply {
    let status = shape::apply(&session.scenario.shape, status, &mut body);
    Reply::json(status, body)
}
