//! Rounds of challenges: every kind, several rounds, wrong answers, and answers that cost no attempt.

use flinks_gateway::{
    grpc::continuation::Keys,
    pb::{self, answer_challenges_response::Outcome, challenge::Kind, challenge_answer::Answer},
};
use serde_json::{Value, json};
use tonic::Code;

use crate::harness::*;

/// Answers round after round, rightly, until something else comes.
async fn go_on(
    client: &mut Client,
    mut round: pb::ChallengeRound,
) -> (Outcome, Vec<pb::ChallengeRound>) {
    let mut rounds = Vec::new();
    loop {
        let outcome = client.answer(right_answers(&round)).await.unwrap();
        rounds.push(round);
        match outcome {
            Outcome::ChallengeRound(next) => round = next,
            other => return (other, rounds),
        }
    }
}

fn violations(error: &Error) -> Vec<(&str, &str)> {
    error
        .violations
        .iter()
        .map(|(field, rule)| (field.as_str(), rule.as_str()))
        .collect()
}

#[tokio::test]
async fn every_kind_of_challenge_is_typed_and_answered_by_its_key() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client
        .challenged("question+select+choice+choices+image+text_or_call+unknown")
        .await;
    let [
        question,
        select,
        choice,
        choices,
        image,
        text_or_call,
        unknown,
    ] = &round.challenges[..]
    else {
        panic!("{} challenges", round.challenges.len());
    };
    let ids: Vec<_> = round
        .challenges
        .iter()
        .map(|challenge| challenge.id.as_str())
        .collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7"]);
    assert!(matches!(question.kind, Some(Kind::QuestionAndAnswer(_))));
    let Some(Kind::QuestionSelection(questions)) = &select.kind else {
        panic!()
    };
    let Some(Kind::MultipleChoice(single)) = &choice.kind else {
        panic!()
    };
    let Some(Kind::MultipleSelection(multiple)) = &choices.kind else {
        panic!()
    };
    let Some(Kind::ImageSelection(images)) = &image.kind else {
        panic!()
    };
    let Some(Kind::TextOrCall(phones)) = &text_or_call.kind else {
        panic!()
    };
    let Some(Kind::Unrecognized(invented)) = &unknown.kind else {
        panic!()
    };
    assert!(images.images.len() > 1);
    for image in &images.images {
        assert_eq!(image.media_type, "image/png");
        assert!(image.content.starts_with(b"\x89PNG"));
    }
    assert_eq!(invented.r#type, "WaitForPush");
    assert!(!invented.iterables.is_empty());
    assert!(invented.raw.as_ref().unwrap().fields.contains_key("Prompt"));

    let Ok(Outcome::Session(_)) = client.answer(right_answers(&round)).await else {
        panic!("no session");
    };
    let body = authorize_bodies(&sandbox).pop().unwrap();
    let keys: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["RequestId", "SecurityResponses"],
        "an answer sends exactly these"
    );
    let responses = body["SecurityResponses"].as_object().unwrap();
    assert_eq!(responses[&question.prompt], json!(["right"]));
    assert_eq!(responses[&questions.questions[0]], json!(["right"]));
    assert_eq!(responses[&choice.prompt], json!([single.choices[1]]));
    assert_eq!(responses[&choices.prompt], json!(multiple.choices[1..]));
    let base64 = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        &images.images[1].content,
    );
    assert_eq!(responses[&image.prompt], json!([base64]));
    assert_eq!(responses[&phones.phone_numbers[0]], json!(["Call"]));
    assert_eq!(responses[&unknown.prompt], json!(["right"]));
    assert_eq!(responses.len(), 7);
}

#[tokio::test]
async fn rounds_follow_each_other_until_the_session() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("text_or_call/question/question*3").await;
    let (outcome, rounds) = go_on(&mut client, round).await;
    assert!(matches!(outcome, Outcome::Session(_)));
    let numbers: Vec<_> = rounds
        .iter()
        .map(|round| (round.round, round.challenges.len()))
        .collect();
    assert_eq!(numbers, [(1, 1), (2, 1), (3, 3)]);
    let tokens: Vec<_> = sandbox
        .received()
        .into_iter()
        .filter(|received| received.endpoint == "Authorize")
        .map(|received| received.auth_key.unwrap())
        .collect();
    assert_eq!(tokens.len(), 4);
    assert!(
        tokens.windows(2).all(|pair| pair[0] == pair[1]),
        "a session keeps its token"
    );
}

#[tokio::test]
async fn texts_travel_byte_for_byte() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("unicode*2").await;
    let answer = "  e\u{301} \u{e9} \u{2022} \"q\" \\ \u{1f510}\t\u{feff}\u{202e} ";
    client
        .answer(same_answer(&round, |_| Answer::Text(answer.to_owned())))
        .await
        .unwrap();
    let body = authorize_bodies(&sandbox).pop().unwrap();
    for challenge in &round.challenges {
        assert!(challenge.prompt.starts_with(' ') && challenge.prompt.contains('\u{2022}'));
        assert_eq!(
            body["SecurityResponses"][&challenge.prompt],
            json!([answer])
        );
    }
}

#[tokio::test]
async fn a_wrong_answer_can_be_tried_again_where_the_bank_asks_again() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("question;wrong=again").await;
    let wrong = same_answer(&round, |_| Answer::Text("wrong".to_owned()));
    let Ok(Outcome::ChallengeRound(again)) = client.answer(wrong).await else {
        panic!("not asked again");
    };
    assert!(again.previous_answers_rejected);
    assert_eq!(again.round, 2);
    assert!(matches!(
        client.answer(right_answers(&again)).await,
        Ok(Outcome::Session(_))
    ));
}

#[tokio::test]
async fn a_wrong_answer_is_final_where_the_bank_does_not_ask_again() {
    for (wrong, code) in [
        ("final", "INVALID_SECURITY_RESPONSE_NO_RETRY"),
        ("closed", "INVALID_SECURITY_RESPONSE"),
    ] {
        let (_sandbox, _gateway, mut client) = all().await;
        let round = client.challenged(&format!("question;wrong={wrong}")).await;
        let answers = same_answer(&round, |_| Answer::Text("wrong".to_owned()));
        let error = client.answer(answers).await.err().unwrap();
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::InvalidArgument, "ANSWERS_REJECTED")
        );
        assert_eq!(
            (error.next_step.as_str(), error.retryable),
            ("START_OVER", false)
        );
        assert_eq!(
            (error.get("flinks_code"), error.get("request_id")),
            (code, round.request_id.as_str())
        );
    }
}

#[tokio::test]
async fn a_round_that_is_asked_anew_is_another_round() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("question;wrong=reset").await;
    let wrong = same_answer(&round, |_| Answer::Text("wrong".to_owned()));
    let Ok(Outcome::ChallengeRound(next)) = client.answer(wrong).await else {
        panic!("not asked again");
    };
    assert!(
        !next.previous_answers_rejected,
        "a 203 does not say that anything was wrong"
    );
    assert!(matches!(
        client.answer(right_answers(&next)).await,
        Ok(Outcome::Session(_))
    ));
}

#[tokio::test]
async fn a_request_id_that_changes_is_followed() {
    let (_sandbox, _gateway, mut client) = all().await;
    let first = client
        .challenged("question/question;request_id=changes")
        .await;
    let id = first.request_id.clone();
    let (outcome, rounds) = go_on(&mut client, first).await;
    let Outcome::Session(session) = outcome else {
        panic!("no session")
    };
    assert_ne!(rounds[1].request_id, id);
    assert_ne!(session.request_id, rounds[1].request_id);
}

#[tokio::test]
async fn answers_of_the_wrong_form_cost_no_attempt_and_can_be_mended() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client
        .challenged("question+select+choice+choices+image+text_or_call+unknown")
        .await;
    let sent = authorize_bodies(&sandbox).len();
    type Change = fn(&mut Vec<pb::ChallengeAnswer>);
    let cases: Vec<(Change, Vec<(&str, &str)>)> = vec![
        (
            |answers| answers.clear(),
            vec![("answers", "UNANSWERED"); 7],
        ),
        (
            |answers| drop(answers.remove(3)),
            vec![("answers", "UNANSWERED")],
        ),
        (
            |answers| answers.push(answers[0].clone()),
            vec![("answers[7].challenge_id", "ANSWERED_TWICE")],
        ),
        (
            |answers| answers[1].challenge_id = "8".to_owned(),
            vec![
                ("answers[1].challenge_id", "UNKNOWN_CHALLENGE"),
                ("answers", "UNANSWERED"),
            ],
        ),
        (
            |answers| answers[0].challenge_id = "01".to_owned(),
            vec![
                ("answers[0].challenge_id", "UNKNOWN_CHALLENGE"),
                ("answers", "UNANSWERED"),
            ],
        ),
        (
            |answers| answers[0].answer = None,
            vec![("answers[0].answer", "REQUIRED")],
        ),
        (
            |answers| answers[0].answer = Some(Answer::Text(String::new())),
            vec![("answers[0].text", "REQUIRED")],
        ),
        (
            |answers| {
                for answer in answers {
                    answer.answer = Some(match &answer.answer {
                        Some(Answer::Text(_)) => Answer::ImageIndex(0),
                        _ => Answer::Text("x".to_owned()),
                    });
                }
            },
            vec![
                ("answers[0]", "WRONG_KIND"),
                ("answers[1]", "WRONG_KIND"),
                ("answers[2]", "WRONG_KIND"),
                ("answers[3]", "WRONG_KIND"),
                ("answers[4]", "WRONG_KIND"),
                ("answers[5]", "WRONG_KIND"),
                ("answers[6]", "WRONG_KIND"),
            ],
        ),
        (
            |answers| {
                answers[1].answer = Some(Answer::SelectedQuestion(pb::SelectedQuestion {
                    question: "?".to_owned(),
                    text: String::new(),
                }));
            },
            vec![
                ("answers[1].selected_question.question", "NOT_OFFERED"),
                ("answers[1].selected_question.text", "REQUIRED"),
            ],
        ),
        (
            |answers| answers[2].answer = Some(Answer::Choice("none of these".to_owned())),
            vec![("answers[2].choice", "NOT_OFFERED")],
        ),
        (
            |answers| answers[3].answer = Some(Answer::Choices(pb::Choices::default())),
            vec![("answers[3].choices.values", "REQUIRED")],
        ),
        (
            |answers| {
                if let Some(Answer::Choices(choices)) = &mut answers[3].answer {
                    choices.values.push(choices.values[0].clone());
                    choices.values.insert(1, "canary".to_owned());
                }
            },
            vec![
                ("answers[3].choices.values[1]", "NOT_OFFERED"),
                ("answers[3].choices.values[4]", "CHOSEN_TWICE"),
            ],
        ),
        (
            |answers| answers[4].answer = Some(Answer::ImageIndex(99)),
            vec![("answers[4].image_index", "OUT_OF_RANGE")],
        ),
        (
            |answers| answers[4].answer = Some(Answer::ImageIndex(-1)),
            vec![("answers[4].image_index", "OUT_OF_RANGE")],
        ),
        (
            |answers| {
                answers[5].answer = Some(Answer::CodeDelivery(pb::CodeDelivery {
                    phone_number: "1".to_owned(),
                    method: 0,
                }));
            },
            vec![
                ("answers[5].code_delivery.phone_number", "NOT_OFFERED"),
                ("answers[5].code_delivery.method", "REQUIRED"),
            ],
        ),
        (
            |answers| answers[6].answer = Some(Answer::Raw(pb::RawAnswer::default())),
            vec![
                ("answers[6].raw.key", "REQUIRED"),
                ("answers[6].raw.values", "REQUIRED"),
            ],
        ),
    ];
    for (nth, (change, expected)) in cases.into_iter().enumerate() {
        let mut request = right_answers(&round);
        change(&mut request.answers);
        let error = client
            .answer(request)
            .await
            .err()
            .unwrap_or_else(|| panic!("case {nth} went through"));
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::InvalidArgument, "INVALID_REQUEST")
        );
        assert_eq!(violations(&error), expected, "case {nth}");
    }
    assert_eq!(authorize_bodies(&sandbox).len(), sent, "nothing was sent");
    assert!(matches!(
        client.answer(right_answers(&round)).await,
        Ok(Outcome::Session(_))
    ));
}

#[tokio::test]
async fn a_flood_of_faults_is_told_in_part_so_that_it_arrives() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("question").await;
    let request = pb::AnswerChallengesRequest {
        continuation: round.continuation,
        answers: vec![pb::ChallengeAnswer::default(); 100_000],
    };
    let error = client.answer(request).await.err().unwrap();
    assert_eq!(error.reason, "INVALID_REQUEST");
    assert!(
        (10..50).contains(&error.violations.len()),
        "{}",
        error.violations.len()
    );
    assert!(error.message.len() < 300, "{}", error.message);
}

#[tokio::test]
async fn answers_may_come_in_any_order_and_raw_fits_every_kind() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("question+choice+text_or_call").await;
    let mut request = right_answers(&round);
    request.answers.reverse();
    for answer in &mut request.answers {
        let (key, value) = match answer.answer.take().unwrap() {
            Answer::CodeDelivery(delivery) => (delivery.phone_number, "Text".to_owned()),
            Answer::Choice(choice) => (round.challenges[1].prompt.clone(), choice),
            _ => (round.challenges[0].prompt.clone(), "right".to_owned()),
        };
        answer.answer = Some(Answer::Raw(pb::RawAnswer {
            key,
            values: vec![value],
        }));
    }
    assert!(matches!(
        client.answer(request).await,
        Ok(Outcome::Session(_))
    ));
}

#[tokio::test]
async fn two_challenges_with_the_same_prompt_never_lose_an_answer() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("same*2").await;
    assert_eq!(round.challenges[0].prompt, round.challenges[1].prompt);
    let answer = |text: &str, challenge: &pb::Challenge| {
        Answer::Raw(pb::RawAnswer {
            key: challenge.prompt.clone(),
            values: vec![format!("{text} {}", challenge.id)],
        })
    };

    let error = client.answer(right_answers(&round)).await.err().unwrap();
    assert_eq!(violations(&error), [("answers[1]", "SHARED_KEY")]);
    let mut mixed = right_answers(&round);
    mixed.answers[1].answer = Some(answer("raw", &round.challenges[1]));
    let error = client.answer(mixed).await.err().unwrap();
    assert_eq!(violations(&error), [("answers[1]", "SHARED_KEY")]);
    assert_eq!(authorize_bodies(&sandbox).len(), 1, "nothing was sent");

    let raw = same_answer(&round, |challenge| answer("raw", challenge));
    assert!(matches!(client.answer(raw).await, Ok(Outcome::Session(_))));
    let body = authorize_bodies(&sandbox).pop().unwrap();
    assert_eq!(
        body["SecurityResponses"],
        json!({&round.challenges[0].prompt: ["raw 1", "raw 2"]})
    );
}

#[tokio::test]
async fn the_same_question_cannot_be_picked_twice() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("select*2").await;
    let (Some(Kind::QuestionSelection(first)), Some(Kind::QuestionSelection(second))) =
        (&round.challenges[0].kind, &round.challenges[1].kind)
    else {
        panic!("not selections");
    };
    let shared = first
        .questions
        .iter()
        .find(|question| second.questions.contains(question));
    if let Some(shared) = shared {
        let request = same_answer(&round, |_| {
            Answer::SelectedQuestion(pb::SelectedQuestion {
                question: shared.clone(),
                text: "right".to_owned(),
            })
        });
        let error = client.answer(request).await.err().unwrap();
        assert_eq!(violations(&error), [("answers[1]", "SHARED_KEY")]);
    }
    let different = pb::AnswerChallengesRequest {
        continuation: round.continuation.clone(),
        answers: round
            .challenges
            .iter()
            .enumerate()
            .map(|(nth, challenge)| {
                let Some(Kind::QuestionSelection(kind)) = &challenge.kind else {
                    unreachable!()
                };
                pb::ChallengeAnswer {
                    challenge_id: challenge.id.clone(),
                    answer: Some(Answer::SelectedQuestion(pb::SelectedQuestion {
                        question: kind.questions[nth].clone(),
                        text: "right".to_owned(),
                    })),
                }
            })
            .collect(),
    };
    assert!(matches!(
        client.answer(different).await,
        Ok(Outcome::Session(_))
    ));
}

#[tokio::test]
async fn a_continuation_goes_to_any_replica_with_the_keys_and_to_no_other() {
    let sandbox = sandbox(options()).await;
    let one = Gateway::with(&sandbox, |config| {
        config.continuation_keys = Some(Keys::new(&[[1; 32]]))
    })
    .await;
    let two = Gateway::with(&sandbox, |config| {
        config.continuation_keys = Some(Keys::new(&[[2; 32], [1; 32]]))
    })
    .await;
    let other = Gateway::with(&sandbox, |config| {
        config.continuation_keys = Some(Keys::new(&[[3; 32]]))
    })
    .await;
    let round = one.client().challenged("image").await;

    let error = other
        .client()
        .answer(right_answers(&round))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::InvalidArgument, "CONTINUATION_INVALID")
    );
    assert_eq!(
        (error.next_step.as_str(), violations(&error)),
        ("START_OVER", vec![("continuation", "NOT_OURS")])
    );
    assert!(matches!(
        two.client().answer(right_answers(&round)).await,
        Ok(Outcome::Session(_))
    ));
}

#[tokio::test]
async fn a_continuation_that_is_missing_or_changed_is_refused() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("question").await;
    for (continuation, reason) in [
        (String::new(), "INVALID_REQUEST"),
        ("canary".to_owned(), "CONTINUATION_INVALID"),
        (round.continuation[1..].to_owned(), "CONTINUATION_INVALID"),
    ] {
        let request = pb::AnswerChallengesRequest {
            continuation,
            ..right_answers(&round)
        };
        let error = client.answer(request).await.err().unwrap();
        assert_eq!(error.reason, reason);
        assert!(!error.message.contains("canary"));
    }
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
}

#[tokio::test]
async fn a_round_that_expired_here_sends_nothing() {
    let (sandbox, _gateway, mut client) = all_with(options(), |config| {
        config.upstream.round_lifetime = std::time::Duration::from_nanos(1);
    })
    .await;
    let round = client.challenged("question").await;
    let error = client.answer(right_answers(&round)).await.err().unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::NotFound, "SESSION_EXPIRED")
    );
    assert_eq!(
        (error.next_step.as_str(), error.get("request_id")),
        ("START_OVER", round.request_id.as_str())
    );
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
}

#[tokio::test]
async fn a_session_that_expired_at_flinks_is_over() {
    let clock = Clock::manual();
    let options = Options {
        clock: clock.clone(),
        ..options()
    };
    let (_sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
    let round = client.challenged("question").await;
    clock.advance(std::time::Duration::from_secs(9 * 60));
    let error = client.answer(right_answers(&round)).await.err().unwrap();
    assert_eq!(error.code, Code::NotFound);
    assert!(
        ["SESSION_EXPIRED", "SESSION_NOT_FOUND"].contains(&error.reason.as_str()),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_round_answered_before_says_so() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("question").await;
    client.answer(right_answers(&round)).await.unwrap();
    let error = client.answer(right_answers(&round)).await.err().unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::FailedPrecondition, "ALREADY_AUTHORIZED")
    );
    assert_eq!(error.get("request_id"), round.request_id);
}

#[tokio::test]
async fn keys_of_raw_answers_are_judged_by_flinks() {
    let (_sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("unknown").await;
    let request = same_answer(&round, |_| {
        Answer::Raw(pb::RawAnswer {
            key: "another".to_owned(),
            values: vec!["x".to_owned()],
        })
    });
    let error = client.answer(request).await.err().unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::InvalidArgument, "ANSWERS_MISMATCHED")
    );
    assert_eq!(error.get("flinks_code"), "UNKNOWN_CHALLENGE_KEY");
}

#[tokio::test]
async fn large_images_make_the_way_there_and_back() {
    let (sandbox, _gateway, mut client) = all().await;
    let round = client.challenged("image*200").await;
    assert_eq!(round.challenges.len(), 200);
    assert!(matches!(
        client.answer(right_answers(&round)).await,
        Ok(Outcome::Session(_))
    ));
    let Value::Object(responses) = &authorize_bodies(&sandbox)[1]["SecurityResponses"] else {
        panic!()
    };
    assert_eq!(responses.len(), 200);
}
