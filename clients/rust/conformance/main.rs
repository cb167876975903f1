//! The conformance runner: calls what a plan says through the client's public API, and tells what came of it.

use std::{
    cell::RefCell,
    collections::HashMap,
    env,
    error::Error,
    fmt::Debug,
    fs,
    io::Write as _,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flinks_gateway_client::*;
use serde_json::{Map, Value, json};
use tokio::time::{sleep, timeout};

use predicates::predicates;

mod predicates;

type Res<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Res<()> {
    let path = env::args().nth(1).ok_or("usage: conformance PLAN")?;
    let plan: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let mut clients = HashMap::new();
    for case in list(&plan["cases"]) {
        let mut memory = Memory::default();
        let mut results = Vec::new();
        for step in list(&case["steps"]) {
            let mut printed = Printed::default();
            let result = run(&plan, step, &mut clients, &mut memory, &mut printed).await;
            let mut result = result.unwrap_or_else(|error| json!({"broken": error.to_string()}));
            result["printed"] = json!(printed.0);
            results.push(result);
        }
        println!("{}", json!({"case": case["name"], "steps": results}));
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// What a case remembers.
#[derive(Default)]
struct Memory {
    continuation: Option<String>,
    login_id: Option<String>,
}

/// Values in every way that Rust has to print them.
#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn add(&mut self, value: &impl Debug) {
        self.0.push(format!("{value:?}"));
        self.0.push(format!("{value:#?}"));
    }

    fn add_error(&mut self, error: &(impl Error + Debug)) {
        self.add(error);
        self.0.push(error.to_string());
        let mut source = error.source();
        while let Some(error) = source {
            self.0.push(format!("{error:?} {error:#?} {error}"));
            source = error.source();
        }
    }

    fn session(&mut self, session: &Session) {
        self.add(session);
        self.add(&session.login);
        self.add(&session.institution);
        self.add(&session.links);
    }

    fn round(&mut self, round: &ChallengeRound) {
        self.add(round);
        for challenge in &round.challenges {
            self.add(challenge);
            self.add(&challenge.kind);
            match &challenge.kind {
                ChallengeKind::ImageSelection { images, .. } => images.iter().for_each(|image| self.add(image)),
                ChallengeKind::Unrecognized(unrecognized) => {
                    self.add(unrecognized);
                    self.add(&unrecognized.raw);
                }
                _ => {}
            }
        }
    }
}

async fn run(
    plan: &Value,
    step: &Value,
    clients: &mut HashMap<String, Client>,
    memory: &mut Memory,
    printed: &mut Printed,
) -> Res<Value> {
    let server = text(&step["server"])?;
    if !clients.contains_key(&server) {
        let found = &plan["servers"][&server];
        let options = options(&found["connect"])?;
        printed.add(&options);
        match Client::connect(text(&found["address"])?, options) {
            Ok(client) => drop(clients.insert(server.clone(), client)),
            Err(refused) => {
                printed.add_error(&refused);
                return Ok(json!({"refused": refused.to_string()}));
            }
        }
    }
    let mut client = clients[&server].clone();
    printed.add(&client);
    if let Some(after) = milliseconds(&step["timeout_ms"]) {
        client = client.within(after);
    }
    let call = call(&client, step, memory, printed);
    match milliseconds(&step["cancel_after_ms"]) {
        None => call.await,
        Some(after) => timeout(after, call).await.unwrap_or_else(|_| Ok(json!({"cancelled": true}))),
    }
}

async fn call(client: &Client, step: &Value, memory: &mut Memory, printed: &mut Printed) -> Res<Value> {
    match text(&step["call"])?.as_str() {
        "connect" => Ok(json!({"connected": true})),
        "authorize" => {
            let request = authorize_request(&step["request"], memory, printed)?;
            Ok(outcome(client.authorize(request).await, memory, printed))
        }
        "answer" => {
            let answers = answers(&step["answers"], printed)?;
            let continuation = match &step["continuation"] {
                Value::Null => memory.continuation.clone().ok_or("there was no round")?,
                given => text(given)?,
            };
            Ok(outcome(client.answer(continuation, answers).await, memory, printed))
        }
        "cached_authorize" => {
            let mut request = CachedAuthorizeRequest::new(login_id(&step["request"]["login_id"], memory)?);
            request.tag = text_or_empty(&step["request"]["tag"]);
            request.instance = text_or_empty(&step["request"]["instance"]);
            printed.add(&request);
            let result = client.cached_authorize(request).await;
            printed.add(&result);
            Ok(match result {
                Ok(FinalOutcome::Session(it)) => session(it, memory, printed),
                Ok(FinalOutcome::Pending(it)) => json!({"pending": pending(&it)}),
                Err(error) => failure(&error, printed),
            })
        }
        "sign_in" => sign_in(client, step, memory, printed).await,
        other => Err(format!("no such call: {other}").into()),
    }
}

async fn sign_in(client: &Client, step: &Value, memory: &mut Memory, printed: &mut Printed) -> Res<Value> {
    let request = authorize_request(&step["request"], memory, printed)?;
    let saw = RefCell::new(Vec::new());
    let see = |it: &ChallengeRound| saw.borrow_mut().push(it.clone());
    let result = if let Some(kinds) = step["by_kind"].as_object() {
        let mut answerer = by_kind(kinds)?.into_answerer();
        let seeing = |it: ChallengeRound| {
            see(&it);
            let answers = answerer(it);
            async {
                answers.await.map_err(|error| match error {
                    ByKindError::UnansweredChallenge { kind } => json!({"unanswered": kind}),
                    ByKindError::Function(error) => json!({"broken": error}),
                })
            }
        };
        client.sign_in(request, seeing).await
    } else {
        let rounds = list(&step["rounds"]).iter().map(|round| answers(round, printed));
        let mut rounds = rounds.collect::<Res<Vec<_>>>()?.into_iter();
        let after = milliseconds(&step["answer_after_ms"]);
        let answerer = |it: ChallengeRound| {
            see(&it);
            let answers = rounds.next();
            async move {
                sleep(after.unwrap_or_default()).await;
                answers.ok_or(json!({"broken": "there are more rounds than answers"}))
            }
        };
        client.sign_in(request, answerer).await
    };
    printed.add(&result);
    let mut result = match result {
        Ok(FinalOutcome::Session(it)) => session(it, memory, printed),
        Ok(FinalOutcome::Pending(it)) => json!({"pending": pending(&it)}),
        Err(SignInError::Gateway(error)) => failure(&error, printed),
        Err(SignInError::Answerer(result)) => result,
    };
    let saw = saw.into_inner();
    saw.iter().for_each(|it| printed.round(it));
    memory.continuation = saw.last().map(|it| it.continuation.clone()).or(memory.continuation.take());
    result["saw"] = saw.iter().map(round).collect();
    Ok(result)
}

fn by_kind(kinds: &Map<String, Value>) -> Res<ByKind<'static, String>> {
    let mut by_kind = ByKind::new();
    for (kind, given) in kinds {
        let given = given.clone();
        let make = move |challenge: Challenge| {
            let answer = answer(&challenge.id, &given).map_err(|error| error.to_string());
            async move { answer }
        };
        by_kind = match kind.as_str() {
            "question_and_answer" => by_kind.question_and_answer(make),
            "question_selection" => by_kind.question_selection(move |challenge, _| make(challenge)),
            "multiple_choice" => by_kind.multiple_choice(move |challenge, _| make(challenge)),
            "multiple_selection" => by_kind.multiple_selection(move |challenge, _| make(challenge)),
            "image_selection" => by_kind.image_selection(move |challenge, _| make(challenge)),
            "text_or_call" => by_kind.text_or_call(move |challenge, _| make(challenge)),
            "unrecognized" => by_kind.unrecognized(move |challenge, _| make(challenge)),
            other => return Err(format!("no such kind: {other}").into()),
        };
    }
    Ok(by_kind)
}

fn options(from: &Value) -> Res<Options> {
    let mut options = Options::new();
    for (name, value) in from.as_object().into_iter().flatten() {
        let pem = || -> Res<Vec<u8>> { Ok(fs::read(text(value)?)?) };
        let timeout = milliseconds(value).unwrap_or_default();
        options = match name.as_str() {
            "plaintext" if value == true => options.plaintext(),
            "dangerously_allow_plaintext_beyond_loopback" if value == true => {
                options.dangerously_allow_plaintext_beyond_loopback()
            }
            "plaintext" | "dangerously_allow_plaintext_beyond_loopback" => options,
            "ca" => options.ca(pem()?),
            "certificate" => options.certificate(pem()?),
            "private_key" => options.private_key(pem()?),
            "bearer_token" => options.bearer_token(text(value)?),
            "live_timeout_ms" => options.live_timeout(timeout),
            "cached_timeout_ms" => options.cached_timeout(timeout),
            other => return Err(format!("no such option: {other}").into()),
        };
    }
    Ok(options)
}

fn authorize_request(from: &Value, memory: &Memory, printed: &mut Printed) -> Res<AuthorizeRequest> {
    let subject: Subject = match &from["login_id"] {
        Value::Null => {
            let credentials = Credentials::new(
                text_or_empty(&from["institution"]),
                text_or_empty(&from["username"]),
                text_or_empty(&from["password"]),
            );
            printed.add(&credentials);
            credentials.into()
        }
        given => Subject::LoginId(login_id(given, memory)?),
    };
    printed.add(&subject);
    let save = from["save"].as_bool().ok_or("save has no default")?;
    let mut request = AuthorizeRequest::new(subject, save);
    request.language = match from["language"].as_str() {
        None => Language::Unspecified,
        Some("EN") => Language::En,
        Some("FR") => Language::Fr,
        Some(other) => return Err(format!("no such language: {other}").into()),
    };
    request.tag = text_or_empty(&from["tag"]);
    request.schedule_refresh = from["schedule_refresh"] == true;
    request.with_mfa_questions = from["with_mfa_questions"] == true;
    request.instance = text_or_empty(&from["instance"]);
    printed.add(&request);
    Ok(request)
}

fn login_id(from: &Value, memory: &Memory) -> Res<String> {
    match text(from)?.as_str() {
        "$login_id" => Ok(memory.login_id.clone().ok_or("there was no session with a login")?),
        given => Ok(given.to_owned()),
    }
}

fn answers(from: &Value, printed: &mut Printed) -> Res<Vec<Answer>> {
    let answers = list(from).iter().map(|it| answer(&text(&it["challenge_id"])?, it));
    let answers = answers.collect::<Res<Vec<_>>>()?;
    printed.add(&answers);
    Ok(answers)
}

fn answer(id: &str, from: &Value) -> Res<Answer> {
    let kind = from.as_object().into_iter().flatten().find(|(name, _)| *name != "challenge_id");
    let (kind, it) = kind.ok_or("an answer without an answer")?;
    Ok(match kind.as_str() {
        "text" => Answer::text(id, text(it)?),
        "selected_question" => Answer::selected_question(id, text(&it["question"])?, text(&it["text"])?),
        "choice" => Answer::choice(id, text(it)?),
        "choices" => Answer::choices(id, texts(it)?),
        "image_index" => Answer::image_index(id, it.as_u64().ok_or("no index")?.try_into()?),
        "code_delivery" => {
            let method = match it["method"].as_str() {
                Some("TEXT") => DeliveryMethod::Text,
                Some("CALL") => DeliveryMethod::Call,
                _ => return Err("no such method".into()),
            };
            Answer::code_delivery(id, text(&it["phone_number"])?, method)
        }
        "raw" => Answer::raw(id, text(&it["key"])?, texts(&it["values"])?),
        other => return Err(format!("no such answer: {other}").into()),
    })
}

fn outcome(result: Result<Outcome, GatewayError>, memory: &mut Memory, printed: &mut Printed) -> Value {
    printed.add(&result);
    match result {
        Ok(Outcome::Session(it)) => session(it, memory, printed),
        Ok(Outcome::Pending(it)) => json!({"pending": pending(&it)}),
        Ok(Outcome::ChallengeRound(it)) => {
            printed.round(&it);
            memory.continuation = Some(it.continuation.clone());
            json!({"challenge_round": round(&it)})
        }
        Err(error) => failure(&error, printed),
    }
}

fn session(it: Session, memory: &mut Memory, printed: &mut Printed) -> Value {
    printed.session(&it);
    if let Some(login) = &it.login {
        memory.login_id = Some(login.login_id.clone());
    }
    json!({"session": {
        "request_id": it.request_id,
        "login": it.login.as_ref().map(|login| json!({
            "login_id": login.login_id,
            "username": login.username,
            "type": shout(&login.r#type),
            "scheduled_refresh": login.scheduled_refresh,
            "last_refresh_time_ms": login.last_refresh_time.map(since_1970),
            "type_name": login.type_name,
        })),
        "institution": institution(it.institution.as_ref()),
        "links": links(&it.links),
        "tag": it.tag,
    }})
}

fn institution(it: Option<&Institution>) -> Value {
    it.map_or(Value::Null, |it| json!({"name": it.name, "display_name": it.display_name, "id": it.id}))
}

fn links(links: &[Link]) -> Value {
    let links = links.iter();
    links
        .map(|it| json!({"resource": shout(&it.resource), "rel": it.rel, "href": it.href, "example": it.example}))
        .collect()
}

fn pending(it: &PendingOperation) -> Value {
    json!({"request_id": it.request_id, "flinks_code": it.flinks_code, "links": links(&it.links)})
}

fn round(it: &ChallengeRound) -> Value {
    json!({
        "continuation": it.continuation,
        "request_id": it.request_id,
        "challenges": it.challenges.iter().map(challenge).collect::<Vec<_>>(),
        "round": it.round,
        "previous_answers_rejected": it.previous_answers_rejected,
        "expire_time_ms": it.expire_time.map(since_1970),
        "institution": institution(it.institution.as_ref()),
        "tag": it.tag,
    })
}

fn challenge(it: &Challenge) -> Value {
    let mut value = match &it.kind {
        ChallengeKind::QuestionAndAnswer { .. } => json!({}),
        ChallengeKind::QuestionSelection { questions, .. } => json!({"questions": questions}),
        ChallengeKind::MultipleChoice { choices, .. } => json!({"choices": choices}),
        ChallengeKind::MultipleSelection { choices, .. } => json!({"choices": choices}),
        ChallengeKind::ImageSelection { images, .. } => json!({"images": images.iter().map(|image| json!({
            "content": BASE64_STANDARD.encode(&image.content),
            "media_type": image.media_type,
        })).collect::<Vec<_>>()}),
        ChallengeKind::TextOrCall { phone_numbers, .. } => json!({"phone_numbers": phone_numbers}),
        ChallengeKind::Unrecognized(it) => {
            json!({"type": it.r#type, "iterables": it.iterables, "raw": it.raw.as_ref().map(raw)})
        }
    };
    value["kind"] = json!(it.kind.name());
    value["id"] = json!(it.id);
    value["prompt"] = json!(it.prompt);
    value
}

fn raw(it: &Json) -> Value {
    match it {
        Json::Null => Value::Null,
        Json::Bool(it) => json!(it),
        // JSON has one kind of number, serde_json has several.
        Json::Number(it) if it.fract() == 0.0 && it.abs() < 9e15 => json!(*it as i64),
        Json::Number(it) => json!(it),
        Json::String(it) => json!(it),
        Json::Array(it) => it.iter().map(raw).collect(),
        Json::Object(it) => it.iter().map(|(name, it)| (name.clone(), raw(it))).collect(),
    }
}

fn failure(it: &GatewayError, printed: &mut Printed) -> Value {
    printed.add_error(it);
    let violations = it.field_violations().iter();
    let violations: Vec<_> =
        violations.map(|it| json!({"field": it.field, "description": it.description, "reason": it.reason})).collect();
    json!({"error": {
        "code": shout(&it.code()),
        "message": it.message(),
        "reason": it.reason().as_str(),
        "reason_name": it.reason_name(),
        "next_step": it.next_step().as_str(),
        "retryable": it.retryable(),
        "retry_delay_ms": it.retry_delay().map(|delay| delay.as_millis() as u64),
        "field_violations": violations,
        "flinks_code": it.flinks_code(),
        "http_status": it.http_status(),
        "request_id": it.request_id(),
        "metadata": it.metadata(),
        "call_id": it.call_id(),
        "predicates": predicates(it),
    }})
}

/// `AccountsDetail` as `ACCOUNTS_DETAIL`.
fn shout(value: &impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn since_1970(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.as_millis() as i64,
        Err(before) => -(before.duration().as_nanos().div_ceil(1_000_000) as i64),
    }
}

fn milliseconds(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_millis)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> Res<String> {
    Ok(value.as_str().ok_or_else(|| format!("no string: {value}"))?.to_owned())
}

fn text_or_empty(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Res<Vec<String>> {
    list(value).iter().map(text).collect()
}
