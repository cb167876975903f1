//! `Debug` that says for each field whether it is shown. It takes the value apart, so that a field which is added
//! does not compile before somebody has decided.

use std::fmt;

/// What stands in a secret's place.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// `debug!(Login { login_id: hide, type_name: show })`.
macro_rules! debug {
    ($type:ident { $($field:ident : $how:ident),* $(,)? }) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Self { $($field),* } = self;
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field).trim_start_matches("r#"), $crate::redacted::debug!(@$how $field)))*
                    .finish()
            }
        }
    };
    (@show $field:ident) => {
        $field
    };
    (@hide $field:ident) => {{
        let _ = $field;
        &$crate::redacted::Redacted
    }};
}
pub(crate) use debug;

/// `message!(Login { login_id: hide, last_refresh_time: show(time) })`: prints a message of the contract as `debug!` does,
/// and makes it from the stubs', each field as it is or by the function named. A field that is added to the contract
/// does not compile either.
macro_rules! message {
    ($type:ident { $($field:ident : $how:ident $(($read:path))?),* $(,)? }) => {
        $crate::redacted::debug!($type { $($field: $how),* });

        impl From<$crate::stubs::v1::$type> for $type {
            fn from(message: $crate::stubs::v1::$type) -> Self {
                let $crate::stubs::v1::$type { $($field),* } = message;
                $($(let $field = $read($field);)?)*
                Self { $($field),* }
            }
        }
    };
}
pub(crate) use message;
