//! The body of `/Authorize` as the sandbox reads it.
//!
//! Flinks binds property names without regard to case and takes booleans as
//! strings too, so this does. The keys of `SecurityResponses` are data: they
//! are kept byte for byte.

use crate::json::Json;

/// What was answered, by key.
pub(crate) type Responses = Vec<(String, Vec<String>)>;

/// One call of `/Authorize`. A property that is absent, null or, for
/// identifiers, empty is `None`: SDKs send all of them every time.
pub(crate) struct Authorize {
    pub(crate) request_id: Option<String>,
    pub(crate) security_responses: Option<Responses>,
    pub(crate) login_id: Option<String>,
    pub(crate) institution: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) most_recent_cached: bool,
    pub(crate) save: bool,
    pub(crate) schedule_refresh: bool,
    pub(crate) language: String,
    pub(crate) tag: Option<String>,
}

/// Reads a body, or says what is wrong with it without repeating it.
pub(crate) fn authorize(body: &[u8]) -> Result<Authorize, String> {
    let Ok(Json::Object(properties)) = serde_json::from_slice(body) else {
        return Err("The request body is not a JSON object".to_owned());
    };
    let properties = Properties(properties);
    Ok(Authorize {
        request_id: properties.text("RequestId")?.filter(|id| !id.is_empty()),
        security_responses: properties.security_responses()?,
        login_id: properties.text("LoginId")?.filter(|id| !id.is_empty()),
        institution: properties
            .text("Institution")?
            .filter(|name| !name.is_empty()),
        username: properties.text("Username")?.filter(|name| !name.is_empty()),
        password: properties.text("Password")?.filter(|word| !word.is_empty()),
        most_recent_cached: properties.flag("MostRecentCached")?.unwrap_or(false),
        // Undocumented when omitted; more clients work when the reply has a Login.
        save: properties.flag("Save")?.unwrap_or(true),
        schedule_refresh: properties.flag("ScheduleRefresh")?.unwrap_or(false),
        language: properties
            .text("Language")?
            .filter(|language| !language.is_empty())
            .map_or_else(|| "en".to_owned(), |language| language.to_lowercase()),
        tag: properties.text("Tag")?,
    })
}

struct Properties(Vec<(String, Json)>);

impl Properties {
    fn get(&self, name: &str) -> Option<&Json> {
        let (_, value) = self
            .0
            .iter()
            .rev()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        (!matches!(value, Json::Null)).then_some(value)
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} must be a string")),
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(*flag)),
            Some(Json::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Json::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(format!("{name} must be true or false")),
        }
    }

    fn security_responses(&self) -> Result<Option<Responses>, String> {
        const EXPECTED: &str = "SecurityResponses must map each prompt to a list of strings";
        let entries = match self.get("SecurityResponses") {
            None => return Ok(None),
            Some(Json::Object(entries)) => entries,
            Some(_) => return Err(EXPECTED.to_owned()),
        };
        let mut responses: Responses = Vec::with_capacity(entries.len());
        for (prompt, answers) in entries {
            let answers = match answers {
                Json::String(answer) => vec![answer.clone()],
                Json::Array(answers) => answers
                    .iter()
                    .map(|answer| match answer {
                        Json::String(answer) => Ok(answer.clone()),
                        _ => Err(EXPECTED.to_owned()),
                    })
                    .collect::<Result<_, _>>()?,
                _ => return Err(EXPECTED.to_owned()),
            };
            responses.retain(|(earlier, _)| earlier != prompt);
            responses.push((prompt.clone(), answers));
        }
        Ok(Some(responses))
    }
}
