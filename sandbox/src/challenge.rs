//! Security challenges: what is asked, and whether it is answered.
//!
//! Each type has its own rule on what is the key of an answer and what may be
//! its value; `Rule` is that table.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::flinks_capital;
use crate::json::Json;
use crate::scenario::{Ask, Kind};

const IMAGES: [&[u8]; 4] = [
    include_bytes!("images/circle.png"),
    include_bytes!("images/square.png"),
    include_bytes!("images/triangle.png"),
    include_bytes!("images/cross.png"),
];

/// Accents composed and decomposed, quotes, a bullet, several scripts, an
/// emoji, and spaces at both ends: it must come back as it went out.
const UNICODE: &str =
    "  Où est née l'e\u{301}toile de \"Noe\u{308}l\" « d'hier » • 銀行 \u{1F3E6} ?";

pub(crate) struct Challenge {
    kind: &'static str,
    pub(crate) prompt: String,
    iterables: Vec<String>,
    rule: Rule,
}

enum Rule {
    /// Key: the prompt. Value: one answer, any but `wrong`.
    Any,
    /// Key: the prompt. Value: one of these, in any case.
    Exactly(&'static [&'static str]),
    /// Key: the prompt. Value: exactly one iterable.
    OneIterable,
    /// Key: the prompt. Value: one or more iterables.
    SomeIterables,
    /// Key: an iterable. Value: one answer, any but `wrong`.
    IterableThenAny,
    /// Key: an iterable. Value: `Text` or `Call`.
    IterableThenChannel,
}

/// Where in a session challenges are asked; it shows in their prompts.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) round: usize,
    pub(crate) attempt: usize,
    pub(crate) french: bool,
}

/// What a set of answers amounts to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    UnknownKey,
    Incomplete,
    Wrong,
    Right,
}

/// Makes the challenges of one round. Prompts differ from each other and
/// from those of other rounds and tries, except where the scenario wants
/// them the same. `previous` are the challenges this round replaces.
pub(crate) fn ask(
    asks: &[Ask],
    place: Place,
    previous: &[Challenge],
    random: &mut fastrand::Rng,
) -> Vec<Challenge> {
    let mut challenges = Vec::new();
    let mut counts: Vec<(Kind, usize)> = Vec::new();
    for ask in asks {
        for _ in 0..ask.times {
            if ask.kind == Kind::Capital {
                challenges.push(capital(place, previous, random));
                continue;
            }
            let nth = match counts.iter_mut().find(|(kind, _)| *kind == ask.kind) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    counts.push((ask.kind, 1));
                    1
                }
            };
            challenges.push(make(ask.kind, nth, place));
        }
    }
    challenges
}

fn capital(place: Place, previous: &[Challenge], random: &mut fastrand::Rng) -> Challenge {
    let fresh: Vec<_> = flinks_capital::QUESTIONS
        .iter()
        .map(|question| question.in_language(place.french))
        .filter(|(prompt, _)| previous.iter().all(|asked| asked.prompt != *prompt))
        .collect();
    let (prompt, answers) = fresh[random.usize(..fresh.len())];
    Challenge {
        kind: "QuestionAndAnswer",
        prompt: prompt.to_owned(),
        iterables: Vec::new(),
        rule: Rule::Exactly(answers),
    }
}

fn make(kind: Kind, nth: usize, place: Place) -> Challenge {
    let numbered = |text: &str| match nth {
        1 => text.to_owned(),
        _ => format!("{text} ({nth})"),
    };
    let prompt = |text: &str| {
        let mut prompt = match kind {
            Kind::Same => text.to_owned(),
            _ => numbered(text),
        };
        if place.round > 1 {
            prompt.push_str(&format!(" [round {}]", place.round));
        }
        if place.attempt > 1 {
            prompt.push_str(&format!(" [try {}]", place.attempt));
        }
        prompt
    };
    let (kind, prompt, iterables, rule) = match kind {
        Kind::Capital | Kind::Question => (
            "QuestionAndAnswer",
            prompt("What was the name of your first pet?"),
            vec![],
            Rule::Any,
        ),
        Kind::Same => (
            "QuestionAndAnswer",
            prompt("Enter a code from your card"),
            vec![],
            Rule::Any,
        ),
        Kind::Unicode => (
            "QuestionAndAnswer",
            prompt(UNICODE) + "  ",
            vec![],
            Rule::Any,
        ),
        Kind::Select => (
            "QuestionAndAnswer",
            prompt("Choose a question and answer it"),
            vec![
                numbered("What street did you grow up on?"),
                numbered("Who taught you to swim?"),
                numbered("What was your first car?"),
            ],
            Rule::IterableThenAny,
        ),
        Kind::Choice => (
            "MultipleChoice",
            prompt("Which of these streets did you live on?"),
            ["Queen Street", "Rue Sainte-Catherine", "Jasper Avenue"]
                .map(str::to_owned)
                .into(),
            Rule::OneIterable,
        ),
        Kind::Choices => (
            "MultipleChoiceMultipleAnswers",
            prompt("Which of these products do you have?"),
            ["Chequing", "Savings", "Credit card", "Mortgage"]
                .map(str::to_owned)
                .into(),
            Rule::SomeIterables,
        ),
        Kind::Image => (
            "ImageSelection",
            prompt("Which picture is yours?"),
            IMAGES.map(|png| STANDARD.encode(png)).into(),
            Rule::OneIterable,
        ),
        Kind::TextOrCall => (
            "TextOrCall",
            prompt("Where should the code be sent?"),
            [1233, 6543]
                .map(|n| format!("(•••) •••-{}", n + nth))
                .into(),
            Rule::IterableThenChannel,
        ),
        Kind::Unknown => (
            "WaitForPush",
            prompt("Approve this sign-in on your phone"),
            ["Approved", "Send it again"].map(str::to_owned).into(),
            Rule::Any,
        ),
    };
    Challenge {
        kind,
        prompt,
        iterables,
        rule,
    }
}

impl Challenge {
    pub(crate) fn to_json(&self) -> Json {
        let mut json = Json::object([
            ("Type", self.kind.into()),
            ("Prompt", self.prompt.as_str().into()),
        ]);
        if !self.iterables.is_empty() {
            json.push("Iterables", self.iterables.clone());
        }
        if self.kind == "WaitForPush" {
            json.push("ExpiresIn", 120);
            json.push(
                "Device",
                Json::object([("Name", "Phone".into()), ("Id", Json::Null)]),
            );
        }
        json
    }

    fn keyed_by_iterable(&self) -> bool {
        matches!(self.rule, Rule::IterableThenAny | Rule::IterableThenChannel)
    }

    fn has_key(&self, key: &str) -> bool {
        if self.keyed_by_iterable() {
            self.iterables.iter().any(|iterable| iterable == key)
        } else {
            self.prompt == key
        }
    }

    fn accepts(&self, answers: &[String]) -> bool {
        let offered = |answer: &String| self.iterables.contains(answer);
        match (&self.rule, answers) {
            (Rule::Any | Rule::IterableThenAny, [answer]) => !answer.eq_ignore_ascii_case("wrong"),
            (Rule::Exactly(right), [answer]) => right
                .iter()
                .any(|right| right.to_lowercase() == answer.trim().to_lowercase()),
            (Rule::OneIterable, [answer]) => offered(answer),
            (Rule::SomeIterables, answers) => answers.iter().all(offered),
            (Rule::IterableThenChannel, [answer]) => answer == "Text" || answer == "Call",
            _ => false,
        }
    }
}

/// Holds answers against what was asked.
pub(crate) fn judge(challenges: &[Challenge], responses: &[(String, Vec<String>)]) -> Verdict {
    if responses
        .iter()
        .any(|(key, _)| !challenges.iter().any(|c| c.has_key(key)))
    {
        return Verdict::UnknownKey;
    }
    let mut verdict = Verdict::Right;
    for (index, challenge) in challenges.iter().enumerate() {
        let mut given = responses.iter().filter(|(key, _)| challenge.has_key(key));
        let answers = match given.next() {
            Some((_, answers)) if !answers.is_empty() => answers.as_slice(),
            _ => return Verdict::Incomplete,
        };
        let mut right = given.next().is_none();
        // Identical prompts share a key: its answers belong to them in order.
        let alike = |c: &&Challenge| !c.keyed_by_iterable() && c.prompt == challenge.prompt;
        let sharing = challenges.iter().filter(alike).count();
        if sharing > 1 {
            let nth = challenges[..index].iter().filter(alike).count();
            match answers.get(nth..=nth) {
                Some(own) => right &= challenge.accepts(own) && answers.len() == sharing,
                None => return Verdict::Incomplete,
            }
        } else {
            right &= challenge.accepts(answers);
        }
        if !right {
            verdict = Verdict::Wrong;
        }
    }
    verdict
}
