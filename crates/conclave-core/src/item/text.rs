//! Text that only the item's readers may see.

use core::{cmp::Ordering, fmt};

use zeroize::Zeroizing;

/// A text of an item, wiped when dropped. It prints as nothing and is copied only on purpose.
#[derive(Default)]
pub struct PrivateText(Zeroizing<String>);

impl PrivateText {
    /// Takes the text over; all of the string's memory is wiped with it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Is there nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A second copy, which wipes itself as well.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::new(self.expose())
    }
}

impl From<String> for PrivateText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for PrivateText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for PrivateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateText(..)")
    }
}

// Written by hand to say that it is meant: both sides belong to the one person who is comparing
// versions of an item, so the time that it takes tells nobody anything.
impl PartialEq for PrivateText {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for PrivateText {}

impl PartialOrd for PrivateText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PrivateText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.expose().cmp(other.expose())
    }
}
