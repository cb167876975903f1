//! The cases, as `cases/*.json` hold them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The server of the steps that name none.
    #[serde(default = "gateway")]
    pub(crate) server: String,
    pub(crate) steps: Vec<Step>,
    /// What the bank must have received, each exactly once in the whole run: parts of `/Authorize` bodies.
    #[serde(default)]
    pub(crate) bank: Vec<Value>,
    /// Whether nothing of the steps' sign-ins may reach the bank.
    #[serde(default)]
    pub(crate) unsent: bool,
    /// By reason and RPC, how often gateways must have refused calls in the whole run, by their logs.
    #[serde(default)]
    pub(crate) refused: BTreeMap<String, BTreeMap<String, usize>>,
}

/// A step: what the runner is told, and what must come back.
#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    pub(crate) expect: Value,
    #[serde(flatten)]
    pub(crate) told: Map<String, Value>,
}

fn gateway() -> String {
    "gateway".to_owned()
}

/// Reads all cases, in the order of the files' names.
pub(crate) fn read(folder: &Path) -> io::Result<Vec<Case>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let read: Vec<Case> = serde_json::from_str(&text)
            .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
        cases.extend(read);
    }
    let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    Ok(cases)
}

impl Case {
    /// What the runner is told: nothing of what is expected.
    pub(crate) fn plan(&self) -> Value {
        let steps = self.steps.iter().map(|step| {
            let mut told = step.told.clone();
            told.entry("server").or_insert_with(|| json!(self.server));
            Value::Object(told)
        });
        json!({"name": self.name, "steps": steps.collect::<Vec<_>>()})
    }

    /// The user names that the steps sign in with, each as often as it is used.
    pub(crate) fn usernames(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .filter_map(|step| step.told.get("request")?.get("username")?.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::newer::pb::{ErrorReason, NextStep};

    /// All that the cases expect, as text.
    fn expected() -> String {
        let cases = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).unwrap();
        let steps = cases.iter().flat_map(|case| &case.steps);
        steps.map(|step| step.expect.to_string()).collect()
    }

    #[test]
    fn every_reason_next_step_and_kind_of_challenge_is_expected_somewhere() {
        let expected = expected();
        let reasons = (0..99).filter_map(|number| ErrorReason::try_from(number).ok());
        for reason in reasons {
            let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
            assert!(
                expected.contains(&format!(r#""reason":"{name}""#)),
                "{name}"
            );
        }
        let steps = (0..99).filter_map(|number| NextStep::try_from(number).ok());
        for step in steps {
            let name = step.as_str_name().trim_start_matches("NEXT_STEP_");
            assert!(
                expected.contains(&format!(r#""next_step":"{name}""#)),
                "{name}"
            );
        }
        for kind in [
            "question_and_answer",
            "question_selection",
            "multiple_choice",
            "multiple_selection",
            "image_selection",
            "text_or_call",
            "unrecognized",
        ] {
            assert!(expected.contains(&format!(r#""kind":"{kind}""#)), "{kind}");
        }
    }
}
