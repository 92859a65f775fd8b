//! Thirty devices of ten people over a storage that falls into parts and loses things: offline
//! edits, removals, groups, new keys, and two people who forge. Once it heals, everybody agrees.
//!
//! Most runs take entries that nobody signed and boxes that hold nothing, and count them: what
//! they would have cost is `Cost`. The last ones use real keys. A run that fails is told as the
//! shortest list of acts that still fails.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod act;
mod crew;
mod fakes;
mod real;
mod told;
mod view;

/// How many runs: `CONCLAVE_SEEDS`, or this many.
fn seeds(usual: u64) -> core::ops::Range<u64> {
    let more = std::env::var("CONCLAVE_SEEDS").ok();
    0..more.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Leaves out acts as long as the run still fails, and says what is left.
fn shortest<A: Clone + core::fmt::Debug>(
    acts: &[A],
    fails: impl Fn(&[A]) -> Option<String>,
) -> Option<String> {
    let mut why = fails(acts)?;
    let mut acts = acts.to_vec();
    let mut step = acts.len().div_ceil(2);
    loop {
        let mut at = 0;
        while at < acts.len() {
            let mut fewer = acts.clone();
            fewer.drain(at..(at + step).min(acts.len()));
            match fails(&fewer) {
                Some(still) => (acts, why) = (fewer, still),
                None => at += step,
            }
        }
        if step == 1 {
            break;
        }
        step = step.div_ceil(2);
    }
    let told: Vec<String> = acts.iter().map(|act| format!("{act:?}")).collect();
    Some(format!("{why}\n{}", told.join("\n")))
}

#[test]
fn a_failing_run_is_told_as_its_shortest_list_of_acts() {
    let fails = |acts: &[u32]| {
        let both = acts.contains(&7) && acts.contains(&31);
        both.then(|| "seven before thirty-one".to_owned())
    };
    let all: Vec<u32> = (0..100).collect();
    let told = shortest(&all, fails);
    assert_eq!(told.as_deref(), Some("seven before thirty-one\n7\n31"));
    assert_eq!(shortest(&[1, 2, 3], fails), None);
}
