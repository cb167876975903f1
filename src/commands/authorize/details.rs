//! Who signs in: what the command line gave, and what has to be asked for.

use flinks_gateway::pb::{self, authorize_request::Subject};

use super::{
    Args, parse,
    terminal::{Ended, Terminal},
};

/// What identifies who signs in, as far as it is known.
#[derive(Default)]
pub(super) struct Details {
    by_login: bool,
    institution: Option<String>,
    username: Option<String>,
    password: Option<String>,
    login_id: Option<String>,
    save: Option<bool>,
}

impl Details {
    pub(super) fn given(args: &Args) -> Self {
        let by_login = args.login_id.is_some();
        Self {
            by_login,
            institution: args.institution.clone(),
            username: args.username.clone(),
            password: None,
            login_id: args.login_id.clone().filter(|id| id != "-"),
            save: match (args.save || by_login, args.no_save) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            },
        }
    }

    pub(super) async fn subject(&mut self, terminal: &Terminal) -> Result<Subject, Ended> {
        if self.by_login {
            return Ok(Subject::LoginId(self.login_id(terminal).await?));
        }
        let institution = known(&mut self.institution, terminal, "Institution: ").await?;
        let username = known(&mut self.username, terminal, "User name: ").await?;
        let password = match &self.password {
            Some(password) => password,
            None => self
                .password
                .insert(terminal.ask_hidden("Password: ").await?),
        };
        Ok(Subject::Credentials(pb::Credentials {
            institution,
            username,
            password: password.clone(),
        }))
    }

    pub(super) async fn login_id(&mut self, terminal: &Terminal) -> Result<String, Ended> {
        let login_id = match &self.login_id {
            Some(login_id) => login_id,
            None => self
                .login_id
                .insert(terminal.ask_hidden("LoginId: ").await?),
        };
        Ok(login_id.clone())
    }

    pub(super) async fn save(&mut self, terminal: &Terminal) -> Result<bool, Ended> {
        match self.save {
            Some(save) => Ok(save),
            None => {
                let prompt =
                    "Let Flinks keep the credentials and data, to reopen the login later (y/n): ";
                Ok(*self
                    .save
                    .insert(terminal.ask_for(prompt, parse::yes).await?))
            }
        }
    }

    /// Forgets the fields at fault, to ask for them again. False when one of them cannot be asked for.
    pub(super) fn forget(&mut self, fields: &[String]) -> bool {
        !fields.is_empty()
            && fields.iter().all(|field| {
                match field.as_str() {
                    "credentials.institution" => self.institution = None,
                    "credentials.username" => self.username = None,
                    "credentials.password" => self.password = None,
                    "login_id" => self.login_id = None,
                    _ => return false,
                }
                true
            })
    }
}

async fn known(
    value: &mut Option<String>,
    terminal: &Terminal,
    prompt: &str,
) -> Result<String, Ended> {
    match value {
        Some(value) => Ok(value.clone()),
        None => Ok(value
            .insert(terminal.ask_for(prompt, parse::something).await?)
            .clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_that_a_person_typed_are_asked_for_again() {
        let full = || Details {
            institution: Some("A".to_owned()),
            username: Some("B".to_owned()),
            password: Some("C".to_owned()),
            ..Details::default()
        };
        let mut details = full();
        assert!(details.forget(&["credentials.username".to_owned()]));
        assert!(details.username.is_none() && details.password.is_some());
        assert!(!full().forget(&["credentials.username".to_owned(), "tag".to_owned()]));
        assert!(!full().forget(&[]));
    }
}
