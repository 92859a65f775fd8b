//! One named value of an item.

use core::fmt;

use super::{
    id::FieldId,
    number::{FieldKind, LabelNumber},
    text::PrivateText,
    unknown::Unknown,
};

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

#[cfg(test)]
mod tests {
    use super::*;

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
