//! Which small packs of the own log to merge into a larger one (docs/format.md, "Heads").
//!
//! Every edit is a pack, so that it costs one small file; merged now and then, a log of n entries
//! has in the order of log n live packs, and each entry is written in the order of log n times.

use conclave_core::{layout::Span, pack::TARGET_PACK};

/// Merging fewer packs than this is not worth a file.
const FEWEST: usize = 8;

/// A live pack of the own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    /// What it holds.
    pub span: Span,
    /// Bytes of its file.
    pub bytes: u64,
}

/// The newest packs that are worth merging into one, given all live packs in ascending order; none
/// where there is nothing to gain. The merged pack replaces them in the head's list.
///
/// A pack is taken in only where the packs after it are together as large, so that what an entry
/// lies in at least doubles with each merge, up to the size where a writer starts a new pack.
#[must_use]
pub fn to_merge(live: &[Live]) -> Option<&[Live]> {
    let limit = u64::try_from(TARGET_PACK).unwrap_or(u64::MAX);
    let (mut sum, mut start) = (0_u64, None);
    for (at, pack) in live.iter().enumerate().rev() {
        let count = live.len() - at;
        let is_small = pack.bytes <= sum;
        sum = sum.saturating_add(pack.bytes);
        if sum > limit {
            break;
        }
        if count >= FEWEST && is_small {
            start = Some(at);
        }
    }
    live.get(start?..)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many pushes of several sizes: few live packs, little written twice.
    #[test]
    fn few_live_packs_for_little_writing() {
        for sizes in [
            vec![2_000],
            vec![1_000, 30_000],
            vec![700, 700, 700, 200_000],
            vec![1_200_000, 900],
        ] {
            let mut live: Vec<Live> = Vec::new();
            let (mut pushed, mut written, mut most) = (0, 0, 0);
            for seq in 0..20_000_u64 {
                let bytes = sizes[seq as usize % sizes.len()];
                live.push(Live {
                    span: Span::new(seq, seq).unwrap(),
                    bytes,
                });
                pushed += bytes;
                if let Some(merged) = to_merge(&live) {
                    let bytes = merged.iter().map(|l| l.bytes).sum();
                    let span = Span::new(merged[0].span.first(), seq).unwrap();
                    let keep = live.len() - merged.len();
                    live.truncate(keep);
                    live.push(Live { span, bytes });
                    written += bytes;
                }
                most = most.max((live.len() as u64).saturating_sub(pushed / (1 << 19)));
            }
            assert!(live.is_sorted_by(|a, b| a.span.last() + 1 == b.span.first()));
            assert!(most <= 30, "{sizes:?}: {most} live beyond half a MiB each");
            assert!(written <= 8 * pushed, "{sizes:?}: {written} of {pushed}");
        }
    }
}
