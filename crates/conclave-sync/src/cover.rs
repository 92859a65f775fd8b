//! Runs of entries: which are missing, and which packs to read for them. Pure arithmetic.

use conclave_core::layout::Span;

use crate::local::Known;

/// The runs up to and with `last` that are not known, ascending.
pub(crate) fn missing(known: &Known, last: u64) -> Vec<Span> {
    let first = match known.end {
        None => Some(0),
        Some(end) => end.seq.checked_add(1),
    };
    let mut gaps: Vec<Span> = first.and_then(|f| Span::new(f, last)).into_iter().collect();
    for island in &known.islands {
        gaps = subtract(&gaps, *island);
    }
    gaps
}

/// What is left of ascending runs without those of `out`.
pub(crate) fn subtract(spans: &[Span], out: Span) -> Vec<Span> {
    let mut left = Vec::with_capacity(spans.len() + 1);
    for span in spans {
        let before = out.first().checked_sub(1);
        let before = before.and_then(|end| Span::new(span.first(), end.min(span.last())));
        let after = out.last().checked_add(1);
        let after = after.and_then(|start| Span::new(start.max(span.first()), span.last()));
        left.extend(before);
        left.extend(after);
    }
    left
}

/// Few packs that hold as much of the missing runs as any do: at each place the pack that reaches
/// furthest. The runs are ascending; so is the result.
pub(crate) fn cover(missing: &[Span], packs: &[Span]) -> Vec<Span> {
    let mut sorted: Vec<Span> = packs.to_vec();
    sorted.sort_unstable();
    let mut coming = sorted.into_iter().peekable();
    let mut furthest: Option<Span> = None;
    let mut chosen: Vec<Span> = Vec::new();
    for gap in missing {
        let mut at = gap.first();
        while at <= gap.last() {
            while let Some(pack) = coming.next_if(|p| p.first() <= at) {
                if furthest.is_none_or(|f| f.last() < pack.last()) {
                    furthest = Some(pack);
                }
            }
            let Some(pack) = furthest.filter(|f| f.last() >= at) else {
                // Nothing holds this place: go on where the next pack begins.
                let Some(next) = coming.peek() else {
                    return chosen;
                };
                at = next.first();
                continue;
            };
            if chosen.last() != Some(&pack) {
                chosen.push(pack);
            }
            let Some(next) = pack.last().checked_add(1) else {
                return chosen;
            };
            at = next;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use conclave_core::id::EntryHash;
    use proptest::prelude::*;

    use super::*;
    use crate::local::End;

    fn span(first: u64, last: u64) -> Span {
        Span::new(first, last).unwrap()
    }

    fn holds(spans: &[Span], seq: u64) -> bool {
        spans.iter().any(|s| s.covers(span(seq, seq)))
    }

    #[test]
    fn ends_of_the_numbers() {
        let all = Known::default();
        assert_eq!(missing(&all, u64::MAX), [span(0, u64::MAX)]);
        let end = End {
            seq: u64::MAX,
            hash: EntryHash::new([0; 32]),
        };
        assert_eq!(
            missing(
                &Known {
                    end: Some(end),
                    islands: vec![]
                },
                u64::MAX
            ),
            []
        );
        assert_eq!(
            subtract(&[span(0, u64::MAX)], span(1, u64::MAX)),
            [span(0, 0)]
        );
        assert_eq!(
            subtract(&[span(0, u64::MAX)], span(0, 4)),
            [span(5, u64::MAX)]
        );
        let packs = [span(0, 3), span(7, u64::MAX)];
        assert_eq!(cover(&[span(0, u64::MAX)], &packs), packs);
    }

    fn spans(max: u64) -> impl Strategy<Value = Vec<Span>> {
        let one = (0..max, 0..max).prop_map(|(a, b)| span(a.min(b), a.max(b)));
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn missing_is_what_is_not_known(end in prop::option::of(0u64..20), raw in spans(40), last in 0u64..40) {
            let known = Known { end: end.map(|seq| End { seq, hash: EntryHash::new([0; 32]) }), islands: raw };
            let gaps = missing(&known, last);
            for seq in 0..45 {
                let is_known = end.is_some_and(|e| seq <= e) || holds(&known.islands, seq);
                prop_assert_eq!(holds(&gaps, seq), !is_known && seq <= last, "{}", seq);
            }
            prop_assert!(gaps.is_sorted_by(|a, b| a.last() < b.first()));
        }

        /// Every missing place that some pack holds is held by a chosen one, and each chosen pack
        /// helps: no choice of fewer packs could be made by leaving one out.
        #[test]
        fn a_cover_is_whole_and_small(gaps in spans(40), packs in spans(40)) {
            let mut gaps = gaps;
            gaps.sort_unstable();
            let gaps = gaps.into_iter().fold(Vec::<Span>::new(), |mut all, g| {
                if all.last().is_none_or(|l| l.last() + 1 < g.first()) { all.push(g); }
                all
            });
            let chosen = cover(&gaps, &packs);
            for seq in 0..40 {
                if holds(&gaps, seq) {
                    prop_assert_eq!(holds(&chosen, seq), holds(&packs, seq));
                }
            }
            for one in &chosen {
                prop_assert!(packs.contains(one));
                prop_assert!(gaps.iter().any(|g| one.first() <= g.last() && g.first() <= one.last()));
            }
        }
    }
}
