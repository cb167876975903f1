//! What a person typed, understood: numbers from a list, yes or no, text or call. The error is what to tell them.

use flinks_gateway::{domain::names::LoginId, pb::DeliveryMethod};

/// A value of the command line that is no longer than the gateway takes it: refused here, nobody types a password for
/// it first.
pub(super) fn at_most<const MOST: usize>(value: &str) -> Result<String, String> {
    match value.chars().count() {
        count if count <= MOST => Ok(value.to_owned()),
        count => Err(format!(
            "it has {count} characters, at most {MOST} are taken"
        )),
    }
}

/// A LoginId of the command line, or the wish to be asked for it.
pub(super) fn login_id(value: &str) -> Result<String, String> {
    if value == "-" || LoginId::parse(value.to_owned()).is_some() {
        Ok(value.to_owned())
    } else {
        Err("a LoginId is a UUID; `-` asks for it".to_owned())
    }
}

/// The place, from 0, that a number from 1 to `count` stands for.
pub(super) fn number(line: &str, count: usize) -> Result<usize, String> {
    place(line.trim(), count).ok_or_else(|| match count {
        1 => "Please type 1, the only number there is.".to_owned(),
        _ => format!("Please type one number from 1 to {count}."),
    })
}

/// The places, from 0, of several numbers with commas or spaces between them; each once, in the order of the list.
pub(super) fn numbers(line: &str, count: usize) -> Result<Vec<usize>, String> {
    let mut places = line
        .split([',', ' ', '\t'])
        .filter(|word| !word.is_empty())
        .map(|word| place(word, count))
        .collect::<Option<Vec<usize>>>()
        .filter(|places| !places.is_empty())
        .ok_or_else(|| {
            format!("Please type one or more numbers from 1 to {count}, such as 1,{count}.")
        })?;
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

fn place(word: &str, count: usize) -> Option<usize> {
    let number: usize = word.parse().ok()?;
    (1..=count).contains(&number).then(|| number - 1)
}

/// A value: one of a list by its number, or any text. What follows a `=` is a text even if it is such a number.
pub(super) fn value(line: &str, listed: &[String]) -> Result<String, String> {
    let text = match line.strip_prefix('=') {
        Some(text) if !listed.is_empty() => text,
        _ => match place(line.trim(), listed.len()) {
            Some(place) => return Ok(listed[place].clone()),
            None => line,
        },
    };
    something(text)
}

/// Yes or no, in English or French.
pub(super) fn yes(line: &str) -> Result<bool, String> {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" | "o" | "oui" => Ok(true),
        "n" | "no" | "non" => Ok(false),
        _ => Err("Please type y or n.".to_owned()),
    }
}

/// How a code is delivered.
pub(super) fn delivery_method(line: &str) -> Result<DeliveryMethod, String> {
    match line.trim().to_lowercase().as_str() {
        "t" | "text" => Ok(DeliveryMethod::Text),
        "c" | "call" => Ok(DeliveryMethod::Call),
        _ => Err("Please type text or call.".to_owned()),
    }
}

/// Anything but nothing.
pub(super) fn something(line: &str) -> Result<String, String> {
    match line {
        "" => Err("Please type something.".to_owned()),
        _ => Ok(line.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_a_place_in_the_list() {
        for (line, count, place) in [
            ("1", 3, Some(0)),
            (" 3 ", 3, Some(2)),
            ("4", 3, None),
            ("0", 3, None),
            ("-1", 3, None),
            ("", 3, None),
            ("1 2", 3, None),
            ("two", 3, None),
            ("99999999999999999999999", 3, None),
        ] {
            assert_eq!(number(line, count).ok(), place, "{line:?}");
        }
    }

    #[test]
    fn several_numbers_may_be_separated_in_any_usual_way() {
        for (line, places) in [
            ("1,3", Some(vec![0, 2])),
            ("3 1", Some(vec![0, 2])),
            (" 2,  4 ", Some(vec![1, 3])),
            ("2", Some(vec![1])),
            ("2,2", Some(vec![1])),
            ("", None),
            (",", None),
            ("1,5", None),
            ("1;3", None),
            ("all", None),
        ] {
            assert_eq!(numbers(line, 4).ok(), places, "{line:?}");
        }
    }

    #[test]
    fn a_value_is_listed_or_a_text_of_its_own() {
        let listed = ["Approve".to_owned(), "Deny".to_owned()];
        for (line, meant) in [
            ("2", Some("Deny")),
            (" 1 ", Some("Approve")),
            ("3", Some("3")),
            ("Later", Some("Later")),
            ("=2", Some("2")),
            ("==2", Some("=2")),
            ("", None),
            ("=", None),
        ] {
            assert_eq!(value(line, &listed).ok().as_deref(), meant, "{line:?}");
        }
        assert_eq!(value("=1", &[]).as_deref(), Ok("=1"));
        assert_eq!(value("1", &[]).as_deref(), Ok("1"));
    }

    #[test]
    fn values_of_the_command_line_are_as_long_as_the_gateway_takes_them() {
        assert!(at_most::<3>("été").is_ok());
        assert!(at_most::<3>("étés").is_err());
    }

    #[test]
    fn a_login_id_is_a_uuid_or_is_asked_for() {
        for (given, taken) in [
            ("b0debb48-f9f1-46c6-80a4-08d7dd88d478", true),
            ("-", true),
            ("foo", false),
            ("", false),
        ] {
            assert_eq!(login_id(given).is_ok(), taken, "{given:?}");
        }
    }

    #[test]
    fn yes_and_no_are_said_in_two_languages() {
        for (line, meant) in [
            ("y", Some(true)),
            ("Oui ", Some(true)),
            ("NO", Some(false)),
            ("", None),
            ("maybe", None),
        ] {
            assert_eq!(yes(line).ok(), meant, "{line:?}");
        }
    }

    #[test]
    fn a_code_comes_by_text_or_by_call() {
        for (line, method) in [
            ("text", Some(DeliveryMethod::Text)),
            ("C", Some(DeliveryMethod::Call)),
            ("", None),
            ("mail", None),
        ] {
            assert_eq!(delivery_method(line).ok(), method, "{line:?}");
        }
    }

    #[test]
    fn an_answer_is_kept_as_it_was_typed() {
        assert_eq!(something("  Montréal "), Ok("  Montréal ".to_owned()));
        assert!(something("").is_err());
    }
}
