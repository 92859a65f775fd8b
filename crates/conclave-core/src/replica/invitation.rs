//! The invitation that is handed over: one line of text, without any secret (docs/format.md,
//! "Joining").

use core::fmt::Write as _;

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::{
    cbor,
    id::{InviteId, TeamId},
};

/// The first word of an invitation's text.
const HEAD: &str = "conclave-invitation-1:";
/// More bytes than any invitation has.
const MAX_BYTES: usize = 256;

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
        to_line(HEAD, &cbor::encode(self)).to_string()
    }

    /// Reads it, from a file or a message that has more around it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        cbor::decode(&from_line(HEAD, text, MAX_BYTES)?).ok()
    }
}

/// Bytes as one line that can be found in whatever is around it.
pub(super) fn to_line(head: &str, bytes: &[u8]) -> Zeroizing<String> {
    // At its full length from the start, the end of the line included, so that no copy is left
    // behind.
    let mut text = Zeroizing::new(String::with_capacity(head.len() + 2 * bytes.len() + 1));
    text.push_str(head);
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes of such a line, at most `most`.
pub(super) fn from_line(head: &str, text: &str, most: usize) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = text.split_once(head)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(most));
    let mut digits = rest.chars().map_while(|c| c.to_digit(16));
    while let Some(high) = digits.next() {
        let byte = high << 4 | digits.next()?;
        if bytes.len() == most {
            return None;
        }
        bytes.push(u8::try_from(byte).ok()?);
    }
    Some(bytes)
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
