//! What has stopped writing, kept in the store until each of them is resolved.

use conclave_core::id::{LogId, TeamId};
use conclave_store::{StoreError, Tx};
use conclave_sync::Stop;

use super::Engine;

/// The value's name in the store: stops one after another, each a byte for its kind, and the log
/// where it is somebody's fork.
const STOP: &str = "sync/stop";

/// Stops to be kept, in the transaction with what they are for.
pub(super) struct Stops(Vec<Stop>);

impl Engine {
    /// Why writing has stopped, if it has; of several the worst.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        self.stops().worst()
    }

    /// What is kept now; to be kept again with what is new, or without what is resolved. What cannot
    /// be read stops, and nothing is offered for it.
    pub(super) fn stops(&self) -> Stops {
        Stops(match self.store.value(Some(&self.team), STOP) {
            Ok(row) => row.map(|row| decode(&row)).unwrap_or_default(),
            Err(_) => vec![Stop::OwnLogDiffers],
        })
    }
}

impl Stops {
    /// What is wrong with the own log comes before somebody else's two histories: going on without
    /// those would write on at its stale end.
    fn worst(&self) -> Option<Stop> {
        self.0.iter().copied().min_by_key(|stop| match stop {
            Stop::OwnLogAhead => 1,
            Stop::Fork { .. } => 2,
            _ => 0,
        })
    }

    pub(super) fn with(mut self, stop: Stop) -> Self {
        if !self.0.contains(&stop) {
            self.0.push(stop);
        }
        self
    }

    pub(super) fn without(mut self, stop: &Stop) -> Self {
        self.0.retain(|kept| kept != stop);
        self
    }

    pub(super) fn keep(&self, tx: &mut Tx<'_>, team: &TeamId) -> Result<(), StoreError> {
        if self.0.is_empty() {
            tx.delete_value(Some(team), STOP).map(drop)
        } else {
            tx.put_value(Some(team), STOP, &encode(&self.0))
        }
    }
}

fn encode(stops: &[Stop]) -> Vec<u8> {
    let mut row = Vec::new();
    for stop in stops {
        match stop {
            Stop::OwnLogAhead => row.push(1),
            Stop::Fork { log } => {
                row.push(3);
                row.extend_from_slice(log.as_bytes());
            }
            _ => row.push(2),
        }
    }
    row
}

/// What cannot be read stops all the same, as what no going on is offered for.
fn decode(row: &[u8]) -> Vec<Stop> {
    let (mut stops, mut rest) = (Vec::new(), row);
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        stops.push(match (kind, after.split_first_chunk::<32>()) {
            (1, _) => Stop::OwnLogAhead,
            (3, Some((log, after))) => {
                rest = after;
                Stop::Fork {
                    log: LogId::new(*log),
                }
            }
            _ => Stop::OwnLogDiffers,
        });
    }
    stops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_stops_are_kept_and_each_is_resolved_by_itself() {
        let fork = |n| Stop::Fork {
            log: LogId::new([n; 32]),
        };
        let all = [fork(1), Stop::OwnLogAhead, fork(2), Stop::OwnLogDiffers];
        let kept = all.iter().copied().fold(Stops(Vec::new()), Stops::with);
        assert_eq!(decode(&encode(&kept.0)), all);
        assert_eq!(kept.worst(), Some(Stop::OwnLogDiffers));
        let kept = kept.with(fork(2)).without(&fork(1));
        assert_eq!(kept.0, all[1..]);
        let kept = kept.without(&Stop::OwnLogDiffers);
        assert_eq!(kept.worst(), Some(Stop::OwnLogAhead));
        let kept = kept.without(&Stop::OwnLogAhead);
        assert_eq!(kept.worst(), Some(fork(2)));
        assert_eq!(kept.without(&fork(2)).worst(), None);
        assert_eq!(decode(&[]), []);
        // Cut short or of another kind: it stops.
        assert_eq!(decode(&[3, 7]), [Stop::OwnLogDiffers; 2]);
        assert_eq!(decode(&[9]), [Stop::OwnLogDiffers]);
    }
}
