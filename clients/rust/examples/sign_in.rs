//! A sign-in, and what comes after it, at a gateway on its sandbox: `sign_in 127.0.0.1:50051`.

use std::{env, error::Error};

use flinks_gateway_client::{
    Answer, AuthorizeRequest, CachedAuthorizeRequest, ChallengeRound, Client, Credentials, FinalOutcome, Options,
};

const ANSWERS: [(&str, &str); 3] = [
    ("What city were you born in?", "Montreal"),
    ("What is the best country on earth?", "Canada"),
    ("What shape do people like most?", "Triangle"),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("usage: sign_in ADDRESS")?;
    let client = Client::connect(address, Options::new().plaintext())?;

    let customer = Credentials::new("FlinksCapital", "Greatday", "Everyday");
    let signed_in = client.sign_in(AuthorizeRequest::new(customer, true), answer).await?;
    let FinalOutcome::Session(session) = signed_in else {
        return Err("Flinks goes on in the background".into());
    };
    let institution = session.institution.ok_or("Flinks named no institution")?;
    println!("signed in at {}", institution.name);

    let login = session.login.ok_or("Flinks saved no login")?;
    match client.cached_authorize(CachedAuthorizeRequest::new(login.login_id)).await? {
        FinalOutcome::Session(_) => println!("reopened from cache"),
        FinalOutcome::Pending(_) => println!("Flinks goes on in the background"),
    }

    let impostor = Credentials::new("FlinksCapital", "Greatday", "wrong");
    match client.authorize(AuthorizeRequest::new(impostor, true)).await {
        Err(error) if error.is_credentials_rejected() => {
            println!("refused: {}, {}", error.reason(), error.next_step());
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("the bank took a wrong password".into()),
    }
    Ok(())
}

/// Answers as the customer would; each prompt is there to be shown.
async fn answer(round: ChallengeRound) -> Result<Vec<Answer>, Box<dyn Error>> {
    let bank = round.institution.as_ref().map_or("the bank", |bank| &bank.name);
    let questions = if round.challenges.len() == 1 { "question" } else { "questions" };
    println!("{bank} asked {} {questions}", round.challenges.len());
    let answers = round.challenges.iter().map(|challenge| {
        let known = ANSWERS.iter().find(|(prompt, _)| *prompt == challenge.prompt);
        let (_, text) = known.ok_or("the customer does not know")?;
        Ok(Answer::text(&challenge.id, *text))
    });
    answers.collect()
}
