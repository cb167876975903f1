//! Which endpoint a request is for. Paths are matched without regard to
//! case, except the LoginId, which is data.

use http::Method;
use uuid::Uuid;

pub(crate) enum Endpoint<'a> {
    GenerateAuthorizeToken,
    Authorize,
    DeleteCard {
        login_id: &'a str,
    },
    /// An endpoint that exists, called with a method it does not have.
    WrongMethod(&'static str),
    /// An endpoint that exists, under somebody else's customer id.
    WrongCustomer(&'static str),
    /// Nothing here; what the last segment of the path was.
    Unknown(&'a str),
}

impl Endpoint<'_> {
    /// The name in the request log.
    pub(crate) fn name(&self) -> &str {
        match self {
            Endpoint::GenerateAuthorizeToken => "GenerateAuthorizeToken",
            Endpoint::Authorize => "Authorize",
            Endpoint::DeleteCard { .. } => "DeleteCard",
            Endpoint::WrongMethod(name) | Endpoint::WrongCustomer(name) => name,
            Endpoint::Unknown(name) => name,
        }
    }
}

pub(crate) fn endpoint<'a>(method: &Method, path: &'a str, customer_id: Uuid) -> Endpoint<'a> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let unknown = Endpoint::Unknown(segments.last().copied().unwrap_or_default());
    let [version, customer, services, endpoint, rest @ ..] = segments.as_slice() else {
        return unknown;
    };
    if !version.eq_ignore_ascii_case("v3") || !services.eq_ignore_ascii_case("BankingServices") {
        return unknown;
    }
    let (found, wanted, name) = match (endpoint.to_ascii_lowercase().as_str(), rest) {
        ("generateauthorizetoken", []) => (
            Endpoint::GenerateAuthorizeToken,
            Method::POST,
            "GenerateAuthorizeToken",
        ),
        ("authorize", []) => (Endpoint::Authorize, Method::POST, "Authorize"),
        ("deletecard", [login_id]) => (
            Endpoint::DeleteCard { login_id },
            Method::DELETE,
            "DeleteCard",
        ),
        _ => return unknown,
    };
    if Uuid::try_parse(customer) != Ok(customer_id) {
        Endpoint::WrongCustomer(name)
    } else if *method != wanted {
        Endpoint::WrongMethod(name)
    } else {
        found
    }
}
