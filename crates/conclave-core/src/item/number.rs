//! Numbers of the payload that later versions may add to: templates, labels, kinds of field.
//!
//! They are newtypes with named constants rather than enums: a number that this version does not
//! know survives an edit, and there is only one way to write each.

macro_rules! numbers {
    ($(
        $(#[$doc:meta])* $name:ident {
            $($(#[$item:meta])* $constant:ident = $number:literal, $word:literal;)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            $($(#[$item])* pub const $constant: Self = Self($number);)*

            /// Every number that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$constant),*];

            /// Any number, known or not.
            #[must_use]
            pub const fn from_number(number: u32) -> Self {
                Self(number)
            }

            /// The number in the payload.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }

            /// The word for programs, such as the window; `None` when this version does not know
            /// the number.
            #[must_use]
            pub const fn word(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($word),)*
                    _ => None,
                }
            }

            /// The one with this word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$constant),)*
                    _ => None,
                }
            }
        }
    )*};
}

numbers! {
    /// What an item is for: which fields a new one starts with, and its picture.
    Template {
        /// A name and a password for a place.
        LOGIN = 1, "login";
        /// A text.
        NOTE = 2, "note";
        /// A key for a service.
        API_KEY = 3, "api_key";
        /// A password alone.
        PASSWORD = 4, "password";
        /// A passkey.
        PASSKEY = 5, "passkey";
        /// A payment card.
        CARD = 6, "card";
        /// A server.
        SERVER = 7, "server";
        /// A database.
        DATABASE = 8, "database";
        /// An SSH key.
        SSH_KEY = 9, "ssh_key";
        /// A wireless network.
        WIFI = 10, "wifi";
        /// A set of variables.
        ENVIRONMENT = 11, "environment";
        /// A certificate.
        CERTIFICATE = 12, "certificate";
        /// A key that signs.
        SIGNING_KEY = 13, "signing_key";
        /// A person's papers.
        IDENTITY = 14, "identity";
        /// A software licence.
        LICENCE = 15, "licence";
    }

    /// A label that every language has its own word for.
    LabelNumber {
        /// User name.
        USERNAME = 1, "username";
        /// Password.
        PASSWORD = 2, "password";
        /// Web address.
        URL = 3, "url";
        /// A further note; the item's own note is no field.
        NOTE = 4, "note";
        /// Key.
        KEY = 5, "key";
        /// Host.
        HOST = 6, "host";
        /// Port.
        PORT = 7, "port";
        /// Name of a database.
        DATABASE = 8, "database";
        /// E-mail address.
        EMAIL = 9, "email";
        /// Environment, such as production.
        ENVIRONMENT = 10, "environment";
        /// The day that it ends, as YYYY-MM-DD.
        EXPIRES = 11, "expires";
        /// One-time code.
        ONE_TIME_CODE = 12, "one_time_code";
    }

    /// How a value is shown and treated.
    FieldKind {
        /// One line, in the open.
        TEXT = 1, "text";
        /// One line, hidden until it is revealed.
        SECRET = 2, "secret";
        /// A user name.
        USERNAME = 3, "username";
        /// An e-mail address.
        EMAIL = 4, "email";
        /// A web address. It is never opened or fetched by itself.
        URL = 5, "url";
        /// Many lines, in the open.
        MULTILINE = 6, "multiline";
        /// The setup address of one-time codes; hidden.
        OTP_URI = 7, "otp_uri";
        /// Many lines, hidden, such as a private key.
        SECRET_MULTILINE = 8, "secret_multiline";
        /// A day as YYYY-MM-DD.
        DATE = 9, "date";
    }
}

impl Template {
    /// What this version lets a person make; the others are shown and edited as they are.
    pub const CREATABLE: [Self; 3] = [Self::LOGIN, Self::NOTE, Self::API_KEY];

    /// The fields that a new item starts with, in order. The note is no field.
    #[must_use]
    pub const fn starting_fields(self) -> &'static [(LabelNumber, FieldKind)] {
        match self {
            Self::LOGIN => &[
                (LabelNumber::USERNAME, FieldKind::USERNAME),
                (LabelNumber::PASSWORD, FieldKind::SECRET),
                (LabelNumber::URL, FieldKind::URL),
            ],
            Self::API_KEY => &[
                (LabelNumber::KEY, FieldKind::SECRET),
                (LabelNumber::HOST, FieldKind::TEXT),
                (LabelNumber::ENVIRONMENT, FieldKind::TEXT),
                (LabelNumber::EXPIRES, FieldKind::DATE),
            ],
            _ => &[],
        }
    }
}

impl FieldKind {
    /// Is the value hidden until somebody asks for it? A kind that this version does not know is:
    /// showing too little can be mended.
    #[must_use]
    pub const fn is_concealed(self) -> bool {
        !matches!(
            self,
            Self::TEXT | Self::USERNAME | Self::EMAIL | Self::URL | Self::MULTILINE | Self::DATE
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_belong_together() {
        for template in Template::KNOWN {
            let word = template.word().unwrap();
            assert_eq!(Template::from_word(word), Some(*template));
            assert_eq!(Template::from_number(template.number()), *template);
        }
        assert_eq!(Template::from_number(99).word(), None);
        assert_eq!(Template::from_word("vehicle"), None);
        assert_eq!(Template::KNOWN.len(), 15);
    }

    #[test]
    fn an_unknown_kind_is_hidden() {
        assert!(FieldKind::from_number(77).is_concealed());
        assert!(FieldKind::SECRET.is_concealed());
        assert!(FieldKind::OTP_URI.is_concealed());
        assert!(!FieldKind::URL.is_concealed());
    }
}
