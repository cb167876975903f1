//! The answers to a round, asked for one challenge at a time.
//!
//! Prompts, questions and choices go back byte for byte as they came; only what is shown of them is neutralised.

use std::{collections::HashMap, io, path::PathBuf};

use flinks_gateway::pb::{self, challenge::Kind, challenge_answer::Answer};

use super::{
    images::ImageFiles,
    parse, show,
    terminal::{Ended, Terminal},
};

/// The answers given so far: a place for each challenge of the round.
pub(super) struct Answers<'a> {
    round: &'a pb::ChallengeRound,
    given: Vec<Option<Answer>>,
}

impl<'a> Answers<'a> {
    pub(super) fn to(round: &'a pb::ChallengeRound) -> Self {
        Self {
            round,
            given: round.challenges.iter().map(|_| None).collect(),
        }
    }

    /// Asks for all that are missing.
    pub(super) async fn ask(
        &mut self,
        terminal: &Terminal,
        files: &mut Option<ImageFiles>,
    ) -> Result<(), Ended> {
        let count = self.round.challenges.len();
        for (index, challenge) in self.round.challenges.iter().enumerate() {
            if self.given[index].is_some() {
                continue;
            }
            let images = match &challenge.kind {
                Some(Kind::ImageSelection(pb::ImageSelection { images })) => {
                    write_images(files, self.round.round, index + 1, images)
                        .map_err(Ended::Unreadable)?
                }
                _ => Vec::new(),
            };
            terminal.say(&show::challenge(challenge, index + 1, count, &images));
            let answer = self.answer(terminal, challenge).await?;
            self.given[index] = Some(answer);
        }
        Ok(())
    }

    async fn answer(
        &self,
        terminal: &Terminal,
        challenge: &pb::Challenge,
    ) -> Result<Answer, Ended> {
        Ok(match &challenge.kind {
            Some(Kind::QuestionAndAnswer(_)) => {
                Answer::Text(terminal.ask_for("Answer: ", parse::something).await?)
            }
            Some(Kind::QuestionSelection(pb::QuestionSelection { questions })) => {
                let question = self.question(terminal, questions).await?;
                let text = terminal.ask_for("Answer: ", parse::something).await?;
                Answer::SelectedQuestion(pb::SelectedQuestion { question, text })
            }
            Some(Kind::MultipleChoice(pb::MultipleChoice { choices })) => {
                let place = pick(terminal, "Choice", choices.len()).await?;
                Answer::Choice(choices[place].clone())
            }
            Some(Kind::MultipleSelection(pb::MultipleSelection { choices })) => {
                let prompt = format!(
                    "Choices (one or more of 1-{}, such as 1,2): ",
                    choices.len()
                );
                let places = terminal
                    .ask_for(&prompt, |line| parse::numbers(line, choices.len()))
                    .await?;
                let values = places
                    .into_iter()
                    .map(|place| choices[place].clone())
                    .collect();
                Answer::Choices(pb::Choices { values })
            }
            Some(Kind::ImageSelection(pb::ImageSelection { images })) => {
                let place = pick(terminal, "Picture", images.len()).await?;
                // No message is large enough for a place that does not fit; the gateway would refuse it.
                Answer::ImageIndex(i32::try_from(place).unwrap_or(i32::MAX))
            }
            Some(Kind::TextOrCall(pb::TextOrCall { phone_numbers })) => {
                let place = pick(terminal, "Phone", phone_numbers.len()).await?;
                let method = terminal
                    .ask_for("By text or call: ", parse::delivery_method)
                    .await?;
                Answer::CodeDelivery(pb::CodeDelivery {
                    phone_number: phone_numbers[place].clone(),
                    method: method.into(),
                })
            }
            Some(Kind::Unrecognized(unrecognized)) => {
                raw(terminal, &challenge.prompt, &unrecognized.iterables).await?
            }
            None => raw(terminal, &challenge.prompt, &[]).await?,
        })
    }

    /// A question of the list. Two challenges may offer the same ones, but a bank wants two of them answered.
    async fn question(&self, terminal: &Terminal, questions: &[String]) -> Result<String, Ended> {
        loop {
            let place = pick(terminal, "Question", questions.len()).await?;
            let question = &questions[place];
            if is_free(question, questions, &self.given) {
                return Ok(question.clone());
            }
            terminal.say("You have answered that question above. Please pick another one.\n");
        }
    }

    /// Forgets the answers that the gateway found at fault, to ask for them again: those named by `answers[0].text`
    /// and the like, or all.
    pub(super) fn forget(&mut self, fields: &[String]) {
        for field in fields {
            match place_of(field).and_then(|place| self.given.get_mut(place)) {
                Some(answer) => *answer = None,
                None => self.given.fill(None),
            }
        }
    }

    /// The request that sends them.
    pub(super) fn request(&self) -> pb::AnswerChallengesRequest {
        let challenges = &self.round.challenges;
        let ids = challenges.iter().map(|challenge| challenge.id.clone());
        let answers = told_apart(challenges, self.given.clone());
        pb::AnswerChallengesRequest {
            continuation: self.round.continuation.clone(),
            answers: ids
                .zip(answers)
                .map(|(challenge_id, answer)| pb::ChallengeAnswer {
                    challenge_id,
                    answer,
                })
                .collect(),
        }
    }
}

async fn pick(terminal: &Terminal, what: &str, count: usize) -> Result<usize, Ended> {
    let prompt = format!("{what} (1-{count}): ");
    terminal
        .ask_for(&prompt, |line| parse::number(line, count))
        .await
}

/// An answer spelled out, for what nobody here knows how to ask.
async fn raw(terminal: &Terminal, prompt: &str, listed: &[String]) -> Result<Answer, Ended> {
    let key = if prompt.is_empty() {
        terminal.ask_for("Key: ", parse::something).await?
    } else {
        let key = terminal.ask("Key (Enter means the prompt): ").await?;
        if key.is_empty() {
            prompt.to_owned()
        } else {
            key
        }
    };
    let from_list = match listed.len() {
        0 => String::new(),
        1 => " (1 from the list, or a text; =1 is the text 1)".to_owned(),
        count => format!(" (1-{count} from the list, or a text; =1 is the text 1)"),
    };
    let first = format!("Value{from_list}: ");
    let value = |line: &str| parse::value(line, listed);
    let mut values = vec![terminal.ask_for(&first, value).await?];
    loop {
        let line = terminal.ask("Another value (Enter for none): ").await?;
        if line.is_empty() {
            return Ok(Answer::Raw(pb::RawAnswer { key, values }));
        }
        match value(&line) {
            Ok(value) => values.push(value),
            Err(complaint) => terminal.say(&format!("{complaint}\n")),
        }
    }
}

fn write_images(
    files: &mut Option<ImageFiles>,
    round: i32,
    challenge: usize,
    images: &[pb::Image],
) -> io::Result<Vec<PathBuf>> {
    let files = match files {
        Some(files) => files,
        None => files.insert(ImageFiles::new()?),
    };
    files.write(round, challenge, images)
}

/// Whether a question may be picked: it was not yet, or all of them were.
fn is_free(question: &str, questions: &[String], given: &[Option<Answer>]) -> bool {
    let taken = |question: &str| {
        given.iter().flatten().any(|answer| match answer {
            Answer::SelectedQuestion(picked) => picked.question == question,
            _ => false,
        })
    };
    !taken(question) || questions.iter().all(|question| taken(question))
}

/// The answer that a path such as `answers[2].choices.values[0]` is about.
fn place_of(field: &str) -> Option<usize> {
    let (place, _) = field.strip_prefix("answers[")?.split_once(']')?;
    place.parse().ok()
}

/// Spells answers out that would go to Flinks under one key, such as those to two identical prompts: the gateway
/// refuses them otherwise, for one would be lost. A picture has no spelling, and stays.
fn told_apart(challenges: &[pb::Challenge], given: Vec<Option<Answer>>) -> Vec<Option<Answer>> {
    let keys: Vec<Option<String>> = challenges
        .iter()
        .zip(&given)
        .map(|(challenge, answer)| {
            answer
                .as_ref()
                .map(|answer| key(challenge, answer).to_owned())
        })
        .collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for key in keys.iter().flatten() {
        *uses.entry(key).or_default() += 1;
    }
    keys.iter()
        .zip(given)
        .map(|(key, answer)| match (key, answer) {
            (Some(key), Some(answer)) if uses[key.as_str()] > 1 => Some(spelled_out(key, answer)),
            (_, answer) => answer,
        })
        .collect()
}

fn key<'a>(challenge: &'a pb::Challenge, answer: &'a Answer) -> &'a str {
    match answer {
        Answer::Text(_) | Answer::Choice(_) | Answer::Choices(_) | Answer::ImageIndex(_) => {
            &challenge.prompt
        }
        Answer::SelectedQuestion(picked) => &picked.question,
        Answer::CodeDelivery(delivery) => &delivery.phone_number,
        Answer::Raw(raw) => &raw.key,
    }
}

fn spelled_out(key: &str, answer: Answer) -> Answer {
    let values = match answer {
        Answer::Text(text) => vec![text],
        Answer::SelectedQuestion(picked) => vec![picked.text],
        Answer::Choice(choice) => vec![choice],
        Answer::Choices(choices) => choices.values,
        Answer::CodeDelivery(delivery) => match delivery.method() {
            pb::DeliveryMethod::Call => vec!["Call".to_owned()],
            pb::DeliveryMethod::Text | pb::DeliveryMethod::Unspecified => vec!["Text".to_owned()],
        },
        Answer::ImageIndex(_) | Answer::Raw(_) => return answer,
    };
    Answer::Raw(pb::RawAnswer {
        key: key.to_owned(),
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(prompt: &str) -> pb::Challenge {
        pb::Challenge {
            prompt: prompt.to_owned(),
            ..pb::Challenge::default()
        }
    }

    fn text(text: &str) -> Option<Answer> {
        Some(Answer::Text(text.to_owned()))
    }

    #[test]
    fn answers_with_keys_of_their_own_go_as_they_are() {
        let challenges = [challenge("a"), challenge("b")];
        let answers = told_apart(&challenges, vec![text("1"), text("2")]);
        assert!(answers == [text("1"), text("2")]);
    }

    #[test]
    fn answers_to_identical_prompts_are_spelled_out_in_order() {
        let challenges = [challenge("a"), challenge("b"), challenge("a")];
        let answers = told_apart(&challenges, vec![text("1"), text("2"), text("3")]);
        let raw = |value: &str| {
            Some(Answer::Raw(pb::RawAnswer {
                key: "a".to_owned(),
                values: vec![value.to_owned()],
            }))
        };
        assert!(answers == [raw("1"), text("2"), raw("3")]);
    }

    #[test]
    fn two_codes_to_one_phone_are_spelled_out() {
        let by = |method: pb::DeliveryMethod| {
            Some(Answer::CodeDelivery(pb::CodeDelivery {
                phone_number: "1".to_owned(),
                method: method.into(),
            }))
        };
        let given = vec![by(pb::DeliveryMethod::Text), by(pb::DeliveryMethod::Call)];
        let values: Vec<String> = told_apart(&[challenge("a"), challenge("b")], given)
            .into_iter()
            .flatten()
            .flat_map(|answer| match answer {
                Answer::Raw(raw) => raw.values,
                _ => Vec::new(),
            })
            .collect();
        assert_eq!(values, ["Text", "Call"]);
    }

    #[test]
    fn a_question_is_picked_once_while_there_are_others() {
        let questions = ["a".to_owned(), "b".to_owned()];
        let picked = |question: &str| {
            Some(Answer::SelectedQuestion(pb::SelectedQuestion {
                question: question.to_owned(),
                text: "x".to_owned(),
            }))
        };
        assert!(is_free("a", &questions, &[None, None]));
        assert!(!is_free("a", &questions, &[picked("a"), None]));
        assert!(is_free("b", &questions, &[picked("a"), None]));
        assert!(is_free("a", &questions, &[picked("a"), picked("b"), None]));
    }

    #[test]
    fn only_the_answers_at_fault_are_asked_for_again() {
        let round = pb::ChallengeRound {
            challenges: vec![challenge("a"), challenge("b")],
            ..pb::ChallengeRound::default()
        };
        for (field, left) in [
            ("answers[0].text", [false, true]),
            ("answers[1]", [true, false]),
            ("answers[1].choices.values[0]", [true, false]),
            ("answers", [false, false]),
            ("answers[7].text", [false, false]),
            ("continuation", [false, false]),
        ] {
            let mut answers = Answers::to(&round);
            answers.given = vec![text("1"), text("2")];
            answers.forget(&[field.to_owned()]);
            let kept: Vec<bool> = answers.given.iter().map(Option::is_some).collect();
            assert_eq!(kept, left, "{field}");
        }
    }
}
