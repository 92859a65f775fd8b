//! An inbox that somebody floods.

use std::sync::Arc;

use conclave_testkit::{
    counting_remote::{CountingRemote, Counts},
    memory_remote::MemoryRemote,
};

use super::*;

/// A hundred thousand files in an inbox, and some that are huge: one list, a few gets.
#[test]
fn hostile_21_a_flooded_inbox_costs_a_bounded_number_of_requests() {
    let invite = InviteId::new([5; 32]);
    let flood = (0..100_000_u32).map(|n| {
        let digest = Digest::of(&n.to_le_bytes());
        let len = if n % 1_000 == 0 {
            MAX_JOIN_OBJECT + 1
        } else {
            4
        };
        let mut bytes = n.to_le_bytes().to_vec();
        bytes.resize(len, 0);
        (digest.request_key(&invite).as_str().to_owned(), bytes)
    });
    let counts = Arc::new(Counts::default());
    let remote = MemoryRemote::with(flood.collect());
    let remote = CountingRemote::new(Arc::new(remote), Arc::clone(&counts) as _);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let found = runtime.unwrap().block_on(fetch(&remote, invite));
    let spent = counts.take();
    assert_eq!(found.len(), MAX_REQUESTS);
    assert_eq!(spent.requests(), 1 + MAX_REQUESTS as u64);
    assert!(found.iter().all(|(_, bytes)| bytes.len() == 4));
}
