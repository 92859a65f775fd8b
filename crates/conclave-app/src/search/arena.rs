//! Memory that only grows at its end and is wiped wherever it was.

use zeroize::{DefaultIsZeroes, Zeroize};

/// A vector that wipes what it leaves behind when it grows, and all of it when it is dropped.
pub(super) struct Arena<T: DefaultIsZeroes>(Vec<T>);

impl<T: DefaultIsZeroes> Default for Arena<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: DefaultIsZeroes> Arena<T> {
    /// All of it.
    pub(super) fn all(&self) -> &[T] {
        &self.0
    }

    /// `len` things from `at` on; nothing where there are none.
    pub(super) fn get(&self, at: usize, len: usize) -> &[T] {
        self.0.get(at..at + len).unwrap_or_default()
    }

    /// How much there is.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds at the end.
    pub(super) fn extend(&mut self, more: impl IntoIterator<Item = T, IntoIter: Clone>) {
        let more = more.into_iter();
        self.reserve(more.clone().count());
        self.0.extend(more);
    }

    /// Adds a piece at the end, and gives it as it lies there.
    pub(super) fn append(&mut self, piece: &[T]) -> &mut [T] {
        self.reserve(piece.len());
        let at = self.0.len();
        self.0.extend_from_slice(piece);
        self.0.get_mut(at..).unwrap_or_default()
    }

    /// Makes room at the end.
    pub(super) fn reserve(&mut self, more: usize) {
        let needed = self.0.len() + more;
        if needed <= self.0.capacity() {
            return;
        }
        // Growing a vector in place would free its old memory unwiped.
        let mut grown = Vec::with_capacity(needed.max(self.0.capacity() * 2));
        grown.extend_from_slice(&self.0);
        self.0.zeroize();
        self.0 = grown;
    }

    /// Overwrites a part with zeros.
    pub(super) fn blank(&mut self, at: usize, len: usize) {
        if let Some(part) = self.0.get_mut(at..at + len) {
            part.zeroize();
        }
    }
}

impl<T: DefaultIsZeroes> Drop for Arena<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_put_in_through_every_growth() {
        let mut arena = Arena::default();
        for n in 0..1000_u32 {
            arena.extend([n, n + 1]);
        }
        assert_eq!(arena.len(), 2000);
        assert!((0..1000).all(|n| arena.get(n as usize * 2, 2) == [n, n + 1]));
        arena.blank(10, 4);
        assert_eq!(arena.get(9, 6), [5, 0, 0, 0, 0, 7]);
        assert!(arena.get(1999, 2).is_empty());
        assert_eq!(arena.all().len(), 2000);
    }
}
