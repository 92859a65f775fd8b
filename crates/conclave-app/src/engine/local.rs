//! The engine as syncing sees it: what this device knows and has to say.

use std::collections::BTreeMap;

use conclave_core::{
    cbor,
    id::{LogId, TeamId},
    layout::{Digest, Span},
    pack::{Head, Pack, PackId, PackPrefix, TARGET_PACK, build},
};
use conclave_crypto::OuterKey;
use conclave_sync::{
    Alarm, Blob, End, Held, Incoming, Known, Link, Local, LocalError, Outgoing, Stop, Waiting,
};
use minicbor::{Decode, Encode};

use super::{DueKeys, Engine, EngineError, Kept, leakers::hands_out_keys, record, stops::Stops};
use crate::random;

pub(super) const OUTGOING: &str = "sync/outgoing";
const WAITING: &str = "sync/waiting";

/// A pack on its way, kept so that a crash does not make another one of the same entries.
#[derive(Encode, Decode)]
#[cbor(map)]
struct OutgoingRow {
    #[n(0)]
    first: u64,
    #[n(1)]
    last: u64,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pack: Vec<u8>,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    head: Vec<u8>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct WaitingRow {
    #[n(0)]
    key: String,
    #[n(1)]
    since_ms: u64,
    #[n(2)]
    told: bool,
}

fn store_error(error: impl Into<EngineError>) -> LocalError {
    LocalError::Store(Box::new(error.into()))
}

impl Engine {
    /// Boxes keys to those who became entitled, or whose own keys have only now arrived. What does
    /// not succeed is tried again with the next news.
    pub(crate) fn hand_on_keys(&mut self) {
        if !self.is_member() || self.is_ended() || self.stopped().is_some() {
            return;
        }
        // What did not succeed in one scope takes nothing from the others: all of it is kept.
        let done = self.commit(|replica, now| {
            let failed = replica.reconcile(now, &mut random::os()).err();
            Ok::<_, EngineError>(failed)
        });
        match done.map_or_else(Some, |failed| failed.map(EngineError::from)) {
            Some(error) => self.keys_failed(&error, false),
            None => self.due_keys = DueKeys::None,
        }
    }

    /// How many files of the storage are kept here, and their size.
    pub(crate) fn kept_files(&self) -> (u64, u64) {
        let kept = self.kept.values().flatten();
        kept.fold((0, 0), |(files, bytes), kept| (files + 1, bytes + kept.len))
    }

    fn value(&self, name: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        self.store.value(Some(&self.team), name).ok().flatten()
    }

    fn next_outgoing(&self) -> Result<Option<OutgoingRow>, EngineError> {
        let log = self.replica.chain().place().log;
        let (mut entries, mut size) = (Vec::new(), 0);
        let mut ends: Option<(u64, u64)> = None;
        for row in self.store.pending(&self.team, &log)? {
            let len = row.raw.len() + row.body.as_ref().map_or(0, |(_, body)| body.len());
            if size > 0 && size + len > TARGET_PACK {
                break;
            }
            size += len;
            ends = Some((ends.map_or(row.seq, |(first, _)| first), row.seq));
            let raw = record::decode_raw(&row.raw)?;
            entries.push((raw, row.body.map(|(_, body)| body.to_vec())));
        }
        let Some((first, last)) = ends else {
            return Ok(None);
        };
        let me = self.replica.me();
        let mut rng = random::os();
        let out = self.replica.out();
        let (id, pack) = build(self.team, out, &me.log, &me.signer(), &entries, &mut rng)?;
        let head = self.head_for(&id);
        Ok(Some(OutgoingRow {
            first,
            last,
            pack,
            head,
        }))
    }

    fn head_for(&self, newest: &PackId) -> Vec<u8> {
        let me = self.replica.me();
        let mut live: Vec<Span> = self
            .kept
            .get(&newest.log)
            .into_iter()
            .flatten()
            .map(|k| k.span)
            .collect();
        if !live.contains(&newest.span) {
            live.push(newest.span);
        }
        live.sort_by_key(|span| span.first());
        let head = Head {
            identity: me.log,
            live,
        };
        head.build(
            self.team,
            self.replica.out(),
            newest,
            &me.signer(),
            &mut random::os(),
        )
    }
}

impl Local for Engine {
    fn team(&self) -> TeamId {
        self.team
    }

    fn out(&self) -> &OuterKey {
        self.replica.out()
    }

    fn own_log(&self) -> LogId {
        self.replica.chain().place().log
    }

    fn logs(&self) -> BTreeMap<LogId, Known> {
        let ends = self.replica.ends();
        self.replica
            .known_seqs()
            .map(|(log, seqs)| {
                let end = ends.get(&log).map(|(seq, hash)| End {
                    seq: *seq,
                    hash: *hash,
                });
                let beyond = end.map_or(0, |end| end.seq + 1);
                let mut islands: Vec<Span> = Vec::new();
                for seq in seqs.filter(|seq| *seq >= beyond) {
                    match islands.last_mut() {
                        Some(last) if last.last() + 1 == seq => {
                            *last = Span::new(last.first(), seq).unwrap_or(*last);
                        }
                        _ => islands.extend(Span::new(seq, seq)),
                    }
                }
                (log, Known { end, islands })
            })
            .collect()
    }

    fn at(&self, log: LogId, seq: u64) -> Vec<Link> {
        let hashes = self.replica.hashes_at(log, seq).iter();
        let entries = hashes.filter_map(|hash| self.replica.entry(hash));
        entries
            .map(|e| Link {
                hash: e.hash,
                prev: e.header.prev,
            })
            .collect()
    }

    fn mentioned(&self) -> BTreeMap<LogId, u64> {
        let ends = self.replica.ends();
        let mut out: BTreeMap<LogId, u64> = BTreeMap::new();
        for at in self.replica.entries().flat_map(|e| &e.header.seen) {
            if ends.get(&at.log).is_none_or(|(seq, _)| *seq < at.seq) {
                let seq = out.entry(at.log).or_insert(at.seq);
                *seq = at.seq.max(*seq);
            }
        }
        out
    }

    fn held(&self, log: LogId) -> Result<Vec<Held>, LocalError> {
        let kept = self.kept.get(&log).into_iter().flatten();
        Ok(kept
            .map(|k| Held {
                id: PackId { log, span: k.span },
                len: k.len,
            })
            .collect())
    }

    fn file(&self, id: &PackId) -> Result<Option<Vec<u8>>, LocalError> {
        for row in self
            .store
            .packs(&self.team, Some(&id.log))
            .map_err(store_error)?
        {
            let row = row.map_err(store_error)?;
            if Span::new(row.first, row.last) != Some(id.span) {
                continue;
            }
            let pack =
                Pack::open(self.team, self.replica.out(), id, &row.control).and_then(Pack::verify);
            let Ok(pack) = pack else { continue };
            let mut file = row.control.to_vec();
            for entry in pack.entries().iter().filter(|e| e.header.sealed.is_some()) {
                let body = self
                    .store
                    .body(&self.team, &entry.hash)
                    .map_err(store_error)?;
                let Some(body) = body else { return Ok(None) };
                file.extend_from_slice(&body);
            }
            return Ok(Some(file));
        }
        Ok(None)
    }

    fn pending(&self) -> u64 {
        self.pending
    }

    fn stop(&self) -> Option<Stop> {
        self.stopped()
    }

    fn outgoing(&mut self) -> Result<Option<Outgoing>, LocalError> {
        let kept = self
            .value(OUTGOING)
            .and_then(|row| cbor::decode::<OutgoingRow>(&row).ok());
        let row = match kept {
            Some(row) => row,
            None => {
                let next = self.next_outgoing();
                let Some(row) = next.map_err(|e| LocalError::Pack(Box::new(e)))? else {
                    return Ok(None);
                };
                let team = self.team;
                self.store
                    .transaction(|tx| tx.put_value(Some(&team), OUTGOING, &cbor::encode(&row)))
                    .map_err(|e: conclave_store::StoreError| store_error(e))?;
                row
            }
        };
        let Some(span) = Span::new(row.first, row.last) else {
            return Ok(None);
        };
        let id = PackId {
            log: self.own_log(),
            span,
        };
        Ok(Some(Outgoing {
            id,
            pack: row.pack,
            head: row.head,
        }))
    }

    fn blobs(&self) -> Result<Vec<Blob>, LocalError> {
        let own = self.own_blobs().into_iter();
        Ok(own
            .filter_map(|digest| {
                let len = self.sealed_len(&digest)?;
                Some(Blob { digest, len })
            })
            .collect())
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LocalError> {
        self.sealed_file(digest).map_err(store_error)
    }

    fn delivered(&mut self, id: &PackId) -> Result<(), LocalError> {
        let Some(row) = self
            .value(OUTGOING)
            .and_then(|r| cbor::decode::<OutgoingRow>(&r).ok())
        else {
            return Ok(());
        };
        if id.log != self.own_log() || Span::new(row.first, row.last) != Some(id.span) {
            return Ok(());
        }
        let head_len = PackPrefix::parse(&row.pack).map(|p| p.head_len());
        let control = head_len.ok().and_then(|len| row.pack.get(..len));
        let control = control.ok_or_else(|| store_error(EngineError::Damaged))?;
        let team = self.team;
        self.store
            .transaction(|tx| {
                tx.pack_pending(&team, &id.log, row.first, row.last, control)?;
                tx.delete_value(Some(&team), OUTGOING).map(drop)
            })
            .map_err(|e: conclave_store::StoreError| store_error(e))?;
        let kept = Kept {
            span: id.span,
            len: row.pack.len() as u64,
        };
        self.kept.entry(id.log).or_default().push(kept);
        self.pending = self.pending.saturating_sub(row.last - row.first + 1);
        Ok(())
    }

    fn newest(&self) -> Option<PackId> {
        let log = self.own_log();
        let newest = self.kept.get(&log)?.iter().max_by_key(|k| k.span.last())?;
        Some(PackId {
            log,
            span: newest.span,
        })
    }

    fn head(&mut self) -> Result<Option<(PackId, Vec<u8>)>, LocalError> {
        Ok(self.newest().map(|id| (id, self.head_for(&id))))
    }

    fn accept(&mut self, packs: Vec<Incoming>) -> Result<(), LocalError> {
        let (team, own) = (self.team, self.own_log());
        let news = packs.iter().filter_map(|incoming| {
            let log = incoming.pack.id().log;
            incoming.joins.stop(log, own)
        });
        // The mark is kept with the proof, which is not looked at a second time.
        let news: Vec<Stop> = news.filter(|stop| !self.is_gone_on_without(stop)).collect();
        let stops = (!news.is_empty()).then(|| news.into_iter().fold(self.stops(), Stops::with));
        self.store
            .transaction(|tx| {
                if let Some(stops) = &stops {
                    stops.keep(tx, &team)?;
                }
                for incoming in &packs {
                    let id = incoming.pack.id();
                    let len = PackPrefix::parse(&incoming.file).map(|p| p.head_len());
                    let control = len.ok().and_then(|len| incoming.file.get(..len));
                    let control = control.ok_or(EngineError::Damaged)?;
                    let (first, last) = (id.span.first(), id.span.last());
                    tx.put_pack(&team, &id.log, first, last, control, &incoming.bodies)?;
                }
                Ok(())
            })
            .map_err(|e: EngineError| store_error(e))?;
        let mut entries = Vec::new();
        for incoming in packs {
            let (id, len) = (*incoming.pack.id(), incoming.file.len() as u64);
            let kept = self.kept.entry(id.log).or_default();
            if !kept.iter().any(|k| k.span == id.span) {
                kept.push(Kept { span: id.span, len });
            }
            entries.extend(incoming.pack.into_entries());
        }
        self.leakers.look_again |= entries.iter().any(hands_out_keys);
        self.replica.insert(entries);
        self.after_news().map_err(store_error)?;
        self.hand_on_keys();
        self.settle_in();
        Ok(())
    }

    fn alarm(&mut self, alarm: Alarm) {
        let stop = alarm.stop().filter(|stop| !self.is_gone_on_without(stop));
        if let Some(stop) = stop {
            let (team, stops) = (self.team, self.stops().with(stop));
            let saved: Result<(), conclave_store::StoreError> =
                self.store.transaction(|tx| stops.keep(tx, &team));
            if saved.is_err() {
                tracing::error!("a stop could not be saved");
            }
        }
        if !self.alarms.contains(&alarm) {
            self.alarms.push(alarm);
        }
    }

    fn waiting(&self) -> Vec<Waiting> {
        let rows = self
            .value(WAITING)
            .and_then(|r| cbor::decode::<Vec<WaitingRow>>(&r).ok());
        let rows = rows.unwrap_or_default().into_iter();
        rows.map(|r| Waiting {
            key: r.key,
            since_ms: r.since_ms,
            told: r.told,
        })
        .collect()
    }

    fn keep_waiting(&mut self, waiting: &[Waiting]) -> Result<(), LocalError> {
        let rows: Vec<WaitingRow> = waiting
            .iter()
            .map(|w| WaitingRow {
                key: w.key.clone(),
                since_ms: w.since_ms,
                told: w.told,
            })
            .collect();
        let team = self.team;
        self.store
            .transaction(|tx| tx.put_value(Some(&team), WAITING, &cbor::encode(&rows)))
            .map_err(|e: conclave_store::StoreError| store_error(e))
    }
}
