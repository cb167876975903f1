//! A sandbox and a plain HTTP client to it.

use std::time::Duration;

use flinks_sandbox::{Options, SECRET_KEY, Sandbox, Tokens};
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) struct Client {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
}

/// A reply; `body` is null when it was not JSON.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Client {
    /// Without tokens, as most tests are about something else.
    pub(crate) async fn start() -> Client {
        Client::with(Options {
            tokens: Tokens::Ignored,
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn with(options: Options) -> Client {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap(), options)
            .await
            .unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Client { sandbox, http }
    }

    pub(crate) fn url(&self, endpoint: &str) -> String {
        let customer_id = self.sandbox.options().customer_id;
        format!(
            "{}/v3/{customer_id}/BankingServices/{endpoint}",
            self.sandbox.url()
        )
    }

    pub(crate) async fn try_call(
        &self,
        method: Method,
        url: &str,
        key: Option<&str>,
        body: &str,
    ) -> reqwest::Result<Reply> {
        let mut request = self.http.request(method, url).body(body.to_owned());
        request = request.header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("flinks-auth-key", key);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = String::from_utf8_lossy(&response.bytes().await?).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Reply { status, text, body })
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        key: Option<&str>,
        body: &str,
    ) -> Reply {
        self.try_call(method, url, key, body).await.unwrap()
    }

    pub(crate) async fn authorize(&self, body: Value) -> Reply {
        self.authorize_with(None, body).await
    }

    pub(crate) async fn authorize_with(&self, token: Option<&str>, body: Value) -> Reply {
        self.call(
            Method::POST,
            &self.url("Authorize"),
            token,
            &body.to_string(),
        )
        .await
    }

    /// Signs in where the username is the scenario.
    pub(crate) async fn play(&self, scenario: &str) -> Reply {
        self.authorize(scenario_bank(scenario)).await
    }

    /// Answers, in the session of an earlier reply.
    pub(crate) async fn answer(&self, to: &Reply, responses: Value) -> Reply {
        let request_id = &to.body["RequestId"];
        self.authorize(json!({"RequestId": request_id, "SecurityResponses": responses}))
            .await
    }

    pub(crate) async fn answer_right(&self, to: &Reply) -> Reply {
        self.answer(to, right_answers(&to.body)).await
    }

    pub(crate) async fn cached(&self, login_id: &Value) -> Reply {
        self.authorize(json!({"LoginId": login_id, "MostRecentCached": true}))
            .await
    }

    pub(crate) async fn delete_card(&self, login_id: &str) -> Reply {
        let url = self.url(&format!("DeleteCard/{login_id}"));
        self.call(Method::DELETE, &url, None, "").await
    }

    pub(crate) async fn mint(&self, key: Option<&str>) -> Reply {
        self.call(Method::POST, &self.url("GenerateAuthorizeToken"), key, "")
            .await
    }

    pub(crate) async fn token(&self) -> String {
        self.mint(Some(SECRET_KEY)).await.body["Token"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Reply {
    pub(crate) fn code(&self) -> &str {
        self.body["FlinksCode"].as_str().unwrap_or_default()
    }

    /// `401 RETRY_LATER`, or `200`.
    pub(crate) fn outcome(&self) -> String {
        format!("{} {}", self.status, self.code()).trim().to_owned()
    }

    pub(crate) fn login_id(&self) -> &Value {
        &self.body["Login"]["Id"]
    }

    pub(crate) fn prompt(&self) -> &str {
        self.body["SecurityChallenges"][0]["Prompt"]
            .as_str()
            .unwrap()
    }
}

pub(crate) fn scenario_bank(scenario: &str) -> Value {
    json!({"Institution": "ScenarioBank", "Username": scenario, "Password": "any"})
}

pub(crate) fn greatday() -> Value {
    json!({"Institution": "FlinksCapital", "Username": "Greatday", "Password": "Everyday"})
}

/// What a customer who knows everything would answer.
pub(crate) fn right_answers(body: &Value) -> Value {
    let mut answers = json!({});
    for challenge in body["SecurityChallenges"].as_array().unwrap() {
        let prompt = challenge["Prompt"].as_str().unwrap();
        let offered = &challenge["Iterables"];
        let (key, answer) = match challenge["Type"].as_str().unwrap() {
            "TextOrCall" => (offered[1].as_str().unwrap(), json!(["Call"])),
            "QuestionAndAnswer" if offered.is_array() => {
                (offered[1].as_str().unwrap(), json!(["chosen"]))
            }
            "MultipleChoiceMultipleAnswers" => (prompt, json!([offered[0], offered[2]])),
            "MultipleChoice" | "ImageSelection" => (prompt, json!([offered[1]])),
            _ => match prompt {
                "What city were you born in?" | "Où êtes-vous né ?" => {
                    (prompt, json!(["Montreal"]))
                }
                "What is the best country on earth?" | "Quel est le plus beau pays du monde ?" => {
                    (prompt, json!(["canada"]))
                }
                "What shape do people like most?" | "Quelle forme plaît le plus aux gens ?" => {
                    (prompt, json!(["Triangle"]))
                }
                _ => (prompt, json!(["right"])),
            },
        };
        match answers[key].as_array_mut() {
            Some(earlier) => earlier.extend(answer.as_array().unwrap().iter().cloned()),
            None => answers[key] = answer,
        }
    }
    answers
}

/// Lets other tasks run until something is so.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), wait)
        .await
        .expect("it should have become so");
}
