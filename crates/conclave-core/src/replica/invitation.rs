//! The invitation that is handed over: one line of text, without any secret (docs/format.md,
//! "Joining").

use core::fmt::Write as _;

use minicbor::{Decode, Encode};

use crate::{
    cbor,
    id::{InviteId, TeamId},
};

/// The first word of an invitation's text.
const HEAD: &str = "conclave-invitation-1:";
/// More digits than any invitation has.
const MAX_DIGITS: usize = 512;

/// What an invitation file holds: no secret.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invitation {
    /// The team.
    #[n(0)]
    pub team: TeamId,
    /// The invitation's number.
    #[n(1)]
    pub invite: InviteId,
    /// The public key that the code's answers are checked with.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub key: [u8; 32],
}

impl Invitation {
    /// The invitation as one line of text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = HEAD.to_owned();
        for byte in cbor::encode(self) {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Reads it, from a file or a message that has more around it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(HEAD)?;
        let digits = rest.chars().map_while(|c| c.to_digit(16)).take(MAX_DIGITS);
        let digits: Vec<u8> = digits
            .filter_map(|digit| u8::try_from(digit).ok())
            .collect();
        let (pairs, odd) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        odd.is_empty().then(|| cbor::decode(&bytes).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_survives_a_message_around_it() {
        let invitation = Invitation {
            team: TeamId::new([1; 32]),
            invite: InviteId::new([2; 32]),
            key: [3; 32],
        };
        let text = format!("Hello Mara,\n{}\nSee you", invitation.to_text());
        assert_eq!(Invitation::from_text(&text), Some(invitation));
        for other in [
            "conclave-invitation-1:zz",
            "conclave-invitation-1:a",
            HEAD,
            "",
        ] {
            assert_eq!(Invitation::from_text(other), None, "{other}");
        }
    }
}
