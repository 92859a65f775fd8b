//! A member whose app is passed by: whoever opens her database with her passphrase signs with her
//! keys what the app never would, and the app sends it as its own.

use conclave_app::{keychain::Keychain, secret_file::SecretFile};
use conclave_core::{
    body::Genesis,
    cbor,
    id::{GrantId, TeamId},
    keys::UserFacts,
    layout::Span,
    pack::{Chain, LogIdentity, Pack, PackId},
    replica::{Me, Replica, Written},
};
use conclave_crypto::{DeviceSecret, DeviceSeed, OuterKey, local};
use conclave_store::{OpenStore, Reader, Store};
use conclave_testkit::{evil_member::EvilMember, people, rng::seeded};
use minicbor::{Decode, Encode};
use tokio::task::block_in_place;

use crate::{harness::Person, steps::PASSPHRASE};

/// Who a computer is in a team, as its database has it.
#[derive(Decode)]
#[cbor(map)]
struct Identity {
    #[n(0)]
    genesis: Genesis,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    out: [u8; 32],
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    seed: [u8; 32],
    #[n(3)]
    facts: UserFacts,
    #[n(4)]
    log: LogIdentity,
}

/// An entry that waits to be sent.
#[derive(Encode)]
#[cbor(map)]
struct Waiting<'a> {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    header: &'a [u8],
    #[n(1)]
    grant: Option<GrantId>,
    #[n(2)]
    member: Option<GrantId>,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    control: Option<&'a [u8]>,
}

/// Has a member's computer, which is closed and sent all that it had, say something more.
pub(crate) fn say(person: &Person, what: impl FnOnce(&mut EvilMember) -> Vec<Written>) {
    block_in_place(|| {
        let mut store = opened(person);
        let (team, replica) = read(&store);
        let mut member = EvilMember::of(people::Person::new(replica, 3));
        let said = what(&mut member);
        let saved: Result<(), conclave_store::StoreError> = store.transaction(|tx| {
            for one in &said {
                let row = cbor::encode(&Waiting {
                    header: &one.raw.header,
                    grant: one.raw.grant,
                    member: one.raw.member,
                    control: one.raw.control.as_deref(),
                });
                tx.append_pending(&team, &one.entry.log(), one.entry.seq(), &row, None)?;
            }
            Ok(())
        });
        saved.unwrap();
    });
}

fn opened(person: &Person) -> OpenStore {
    let store = Store::open(&person.data_dir()).unwrap();
    let header = store.header();
    let secret = SecretFile::new(&person.data_dir()).get("device");
    let secret = DeviceSecret::from_slice(&secret.unwrap().unwrap()).unwrap();
    let key = local::local_key(&secret, PASSPHRASE.as_bytes(), header.salt(), header.kdf());
    let master = header.unwrap_passphrase(&key.unwrap()).unwrap();
    store.unlock(master, seeded(1)).map_err(|(_, e)| e).unwrap()
}

fn read(store: &Reader) -> (TeamId, Replica) {
    let team = store.teams().unwrap()[0];
    let row = store.value(Some(&team), "identity").unwrap().unwrap();
    let mut who: Identity = cbor::decode(&row).unwrap();
    let out = OuterKey::from_bytes(&mut who.out);
    let mut entries = Vec::new();
    for row in store.packs(&team, None).unwrap() {
        let row = row.unwrap();
        let span = Span::new(row.first, row.last).unwrap();
        let id = PackId { log: row.log, span };
        let pack = Pack::open(team, &out, &id, &row.control).unwrap();
        entries.extend(pack.verify().unwrap().into_entries());
    }
    let place = who.log.place(team);
    let own = entries.iter().filter(|entry| entry.log() == place.log);
    let last = own.max_by_key(|entry| entry.seq()).unwrap();
    let chain = Chain::resume(place, last.seq(), last.hash);
    let me = Me {
        user: who.facts.id(team),
        facts: who.facts,
        seed: DeviceSeed::from_bytes(&mut who.seed),
        log: who.log,
    };
    let mut replica = Replica::new(who.genesis, team, out, me, chain);
    replica.insert(entries);
    (team, replica)
}
