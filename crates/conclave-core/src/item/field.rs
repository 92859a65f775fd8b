//! One named value of an item.

use core::fmt;

use rand_core::CryptoRng;

use super::{
    number::{FieldKind, LabelNumber},
    text::PrivateText,
    unknown::Unknown,
};

/// A field for its whole life: 16 random bytes, the same in every revision of the item, so that a
/// merge can tell a renamed field from a new one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId([u8; 16]);

/// What a field is called.
#[derive(Debug, PartialEq, Eq)]
pub enum Label {
    /// A label that every language has its own word for.
    Known(LabelNumber),
    /// What the person typed.
    Custom(PrivateText),
}

/// A label, a kind and a value; equal when nothing about it differs, unknown keys among it.
#[derive(PartialEq, Eq)]
pub struct Field {
    /// Which field of the item.
    pub id: FieldId,
    /// What it is called.
    pub label: Label,
    /// How the value is shown and treated.
    pub kind: FieldKind,
    /// The value, always text.
    pub value: PrivateText,
    pub(super) unknown: Unknown,
}

impl FieldId {
    /// Takes the 16 bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id of a new field.
    #[must_use]
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads exactly 32 lower-case hex digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 16];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "FieldId({a:02x}{b:02x}{c:02x}{d:02x})")
    }
}

impl Label {
    /// The well-known label, if it is one.
    #[must_use]
    pub const fn known(&self) -> Option<LabelNumber> {
        match self {
            Self::Known(number) => Some(*number),
            Self::Custom(_) => None,
        }
    }

    /// The typed label, if it is one.
    #[must_use]
    pub fn custom(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Custom(text) => Some(text.expose()),
        }
    }

    /// A second copy, which wipes itself as well.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Known(number) => Self::Known(*number),
            Self::Custom(text) => Self::Custom(text.duplicate()),
        }
    }
}

impl Field {
    /// A field of this version.
    #[must_use]
    pub fn new(id: FieldId, label: Label, kind: FieldKind, value: impl Into<PrivateText>) -> Self {
        Self {
            id,
            label,
            kind,
            value: value.into(),
            unknown: Unknown::default(),
        }
    }

    /// Is it a field with this well-known label?
    #[must_use]
    pub fn is(&self, label: LabelNumber) -> bool {
        self.label.known() == Some(label)
    }

    /// Is its value hidden until somebody asks for it?
    #[must_use]
    pub const fn is_concealed(&self) -> bool {
        self.kind.is_concealed()
    }

    /// A second copy, which wipes itself as well.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            label: self.label.duplicate(),
            kind: self.kind,
            value: self.value.duplicate(),
            unknown: self.unknown.duplicate(),
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("id", &self.id)
            .field("label", &self.label.known())
            .field("kind", &self.kind)
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trip_and_refusals() {
        let id = FieldId::new(core::array::from_fn(|i| i as u8 * 17));
        let text = id.to_string();
        assert_eq!(FieldId::from_hex(&text), Some(id));
        let long = format!("{text}0");
        for bad in ["", "0123", &text.to_uppercase(), &long, "title"] {
            assert_eq!(FieldId::from_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_private_is_printed() {
        let field = Field::new(
            FieldId::new([7; 16]),
            Label::Custom("pin of the safe".into()),
            FieldKind::SECRET,
            "hunter2-hunter2-hunter2",
        );
        let printed = format!("{field:?} {:?}", field.label);
        assert!(
            !printed.contains("hunter2") && !printed.contains("safe"),
            "{printed}"
        );
    }
}
