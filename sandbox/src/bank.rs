//! The state of one sandbox and its three endpoints, without HTTP.
//!
//! Each endpoint reads a request, decides under one lock what it does to
//! tokens, sessions and cards, and says what to reply; `server.rs` then takes
//! the time and makes the faults that the reply asks for.

mod play;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use crate::json::Json;
use crate::options::Options;
use crate::reply::{self, Content, Reply};
use crate::request::{self, Authorize};
use crate::scenario::{self, Action, Scenario, TokenRefusal};
use crate::session::{Institution, Person, Session, Sessions, State};
use crate::tokens::TokenStore;
use crate::{Generation, flinks_capital, flinks_code};

pub(crate) struct Bank {
    options: Options,
    secret_keys: Vec<String>,
    random: fastrand::Rng,
    tokens: TokenStore,
    sessions: Sessions,
    /// The saved logins, by LoginId.
    cards: HashMap<Uuid, Card>,
    /// The usernames with `token=refused_once` whose next call is let in.
    refused_once: HashSet<String>,
}

/// What a sign-in with `Save` leaves behind.
struct Card {
    person: Person,
    scenario: Scenario,
    last_refresh: Timestamp,
    is_scheduled_refresh: bool,
}

impl Bank {
    pub(crate) fn new(options: Options) -> Bank {
        Bank {
            secret_keys: vec![options.secret_key.clone()],
            random: fastrand::Rng::with_seed(options.seed),
            options,
            tokens: TokenStore::default(),
            sessions: Sessions::default(),
            cards: HashMap::new(),
            refused_once: HashSet::new(),
        }
    }

    pub(crate) fn tokens_minted(&self) -> usize {
        self.tokens.minted()
    }

    /// Takes a further secret key.
    pub(crate) fn take_key(&mut self, secret_key: String) {
        self.secret_keys.push(secret_key);
    }

    /// Takes no secret key but one; tokens minted before open nothing more.
    pub(crate) fn rekey(&mut self, secret_key: String) {
        self.secret_keys = vec![secret_key];
        self.tokens.forget();
    }

    /// `/GenerateAuthorizeToken`
    pub(crate) fn mint(&mut self, key: Option<&str>) -> Reply {
        let mut reply = if self.secret_keys.iter().any(|known| key == Some(known)) {
            let token = self.uuid();
            self.tokens.mint(token, self.options.clock.now());
            let token = token.to_string().into();
            Reply::json(
                200,
                Json::object([("HttpStatusCode", 200.into()), ("Token", token)]),
            )
        } else {
            self.error_saying("UNAUTHORIZED", flinks_code::INVALID_AUTH_KEY)
        };
        reply.delay = self.options.mint_delay;
        reply
    }

    /// `/DeleteCard/{loginId}`
    pub(crate) fn delete_card(&mut self, login_id: &str) -> Reply {
        let card = Uuid::try_parse(login_id)
            .ok()
            .and_then(|id| Some((id, self.cards.get(&id)?)));
        let Some((id, card)) = card else {
            // Known to be a bare string; its status is not.
            let status = flinks_code::status("INVALID_LOGIN", self.options.generation);
            return Reply::json(status, format!("Invalid LoginId {login_id}").into());
        };
        let step = card.scenario.delete.clone();
        let mut reply = match step.as_ref().map(|step| &step.action) {
            None | Some(Action::Ok | Action::Round(_)) => {
                self.cards.remove(&id);
                let message = format!("All of the information about LoginId {id} has been removed");
                let body = Json::object([("StatusCode", 200.into()), ("Message", message.into())]);
                Reply::json(200, body)
            }
            Some(Action::Pending) => self.error("OPERATION_PENDING"),
            Some(Action::Dispatched) => self.error("OPERATION_DISPATCHED"),
            Some(Action::TokenRefused) => Reply::token_refused(),
            Some(Action::Error { code, status, .. }) => {
                let status =
                    status.unwrap_or_else(|| flinks_code::status(code, self.options.generation));
                Reply::json(
                    status,
                    reply::error(code, flinks_code::message(code), status),
                )
            }
            Some(Action::Status(status)) => Reply::json(
                *status,
                Json::object([("HttpStatusCode", (*status).into())]),
            ),
            Some(Action::Fault(fault)) => Reply {
                delay: Default::default(),
                content: Content::Fault(*fault),
            },
        };
        reply.delay = step.map(|step| step.delay).unwrap_or_default();
        reply
    }

    /// `/Authorize`
    pub(crate) fn authorize(&mut self, key: Option<&str>, body: &[u8]) -> Reply {
        let now = self.options.clock.now();
        let request = request::authorize(body);
        let session = request
            .as_ref()
            .ok()
            .and_then(|request| self.sessions.number(request.request_id.as_deref()?));
        let Ok(token) = self.tokens.admit(&self.options, key, session, now) else {
            return Reply::token_refused();
        };
        let request = match request {
            Ok(request) => request,
            Err(message) => return self.invalid(&message),
        };
        if let Some(request_id) = &request.request_id {
            return self.answer(
                request_id,
                session,
                request.security_responses.as_deref(),
                now,
            );
        }
        let opened = if let Some(login_id) = &request.login_id {
            self.saved(login_id)
        } else {
            self.signing_in(&request)
        };
        match opened {
            Ok((person, scenario)) => self.open(person, scenario, request, token, now),
            Err(reply) => reply,
        }
    }

    /// Whom a LoginId stands for.
    fn saved(&self, login_id: &str) -> Result<(Person, Scenario), Reply> {
        Uuid::try_parse(login_id)
            .ok()
            .and_then(|id| self.cards.get(&id))
            .map(|card| (card.person.clone(), card.scenario.clone()))
            .ok_or_else(|| self.error_saying("INVALID_LOGIN", flinks_code::INVALID_LOGIN_ID))
    }

    /// Whom credentials belong to.
    fn signing_in(&self, request: &Authorize) -> Result<(Person, Scenario), Reply> {
        let (Some(name), Some(username), Some(password)) =
            (&request.institution, &request.username, &request.password)
        else {
            return Err(self.invalid(
                "Institution, Username and Password are needed, or a LoginId, or a RequestId",
            ));
        };
        let Some(institution) = Institution::named(name) else {
            return Err(self.invalid("There is no such Institution"));
        };
        let old = self.options.generation == Generation::Help2019;
        let scenario = match institution {
            Institution::FlinksCapital => {
                let user = flinks_capital::user(username);
                let user = user.ok_or(if old {
                    "INVALID_LOGIN"
                } else {
                    "INVALID_USERNAME"
                });
                let scenario = user.map_err(|code| self.error(code))?;
                if !flinks_capital::password_is_right(password) {
                    return Err(self.error(if old {
                        "INVALID_LOGIN"
                    } else {
                        "INVALID_PASSWORD"
                    }));
                }
                scenario
            }
            Institution::ScenarioBank => {
                let scenario = scenario::parse(username).map_err(|unread| {
                    let message = format!("The username is not a scenario: {unread}");
                    self.error_saying("INVALID_USERNAME", &message)
                })?;
                if password.eq_ignore_ascii_case("wrong") {
                    return Err(self.error("INVALID_PASSWORD"));
                }
                scenario
            }
        };
        let person = Person {
            institution,
            username: username.clone(),
            language: request.language.clone(),
        };
        let login_id = person.login_id(self.options.customer_id);
        if request.most_recent_cached && !self.cards.contains_key(&login_id) {
            return Err(self.error("INVALID_LOGIN"));
        }
        Ok((person, scenario))
    }

    /// Opens a session and plays its first step.
    fn open(
        &mut self,
        person: Person,
        mut scenario: Scenario,
        request: Authorize,
        token: Option<Uuid>,
        now: Timestamp,
    ) -> Reply {
        let refused = match scenario.token {
            TokenRefusal::Never => false,
            TokenRefusal::Always => true,
            // Taken out again when let in, so each sign-in goes the same way.
            TokenRefusal::Once => {
                let refused = self.refused_once.insert(person.username.clone());
                if !refused {
                    self.refused_once.remove(&person.username);
                }
                refused
            }
        };
        if refused {
            return Reply::token_refused();
        }
        if request.most_recent_cached {
            scenario.steps = vec![scenario.cached.clone()];
        }
        let mut session = Session {
            request_id: self.uuid(),
            issued: now,
            state: State::Challenged,
            last_call: now,
            person,
            scenario,
            played: 0,
            pending: Vec::new(),
            asks: Vec::new(),
            round: 0,
            attempt: 1,
            cached: request.most_recent_cached,
            save: request.save,
            schedule_refresh: request.schedule_refresh,
            tag: request.tag,
        };
        let reply = self.play(&mut session, now);
        let number = self.sessions.add(session);
        self.tokens.bind(token, number);
        reply
    }

    fn invalid(&self, message: &str) -> Reply {
        self.error_saying("INVALID_REQUEST", message)
    }

    fn error(&self, code: &str) -> Reply {
        Reply::error(code, self.options.generation)
    }

    fn error_saying(&self, code: &str, message: &str) -> Reply {
        Reply::error_saying(code, message, self.options.generation)
    }

    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.random.u128(..).to_be_bytes()).into_uuid()
    }
}
