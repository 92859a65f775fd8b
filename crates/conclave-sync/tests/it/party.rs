//! Devices around one storage, and short words for what they do.

use std::sync::{Arc, Mutex, MutexGuard};

use conclave_core::{
    body::At,
    id::LogId,
    layout::Span,
    pack::PackId,
    remote::{Key, Remote},
};
use conclave_sync::{
    Alarm, Local, Round, RoundError, Syncer, Urgency,
    double::{Device, Team},
};
use conclave_testkit::{clock::FixedClock, evil_storage::EvilStorage};

/// One device with its syncer and its way to the storage.
pub(crate) struct Member {
    pub(crate) device: Arc<Mutex<Device>>,
    pub(crate) remote: Arc<dyn Remote>,
    pub(crate) syncer: Syncer,
    pub(crate) clock: FixedClock,
}

pub(crate) fn team() -> Team {
    Team::new(7)
}

impl Member {
    pub(crate) fn new(n: u64, remote: Arc<dyn Remote>, clock: &FixedClock) -> Self {
        Self::with(Device::new(&team(), n), remote, clock)
    }

    pub(crate) fn with(device: Device, remote: Arc<dyn Remote>, clock: &FixedClock) -> Self {
        let device = Arc::new(Mutex::new(device));
        let syncer = Syncer::new(Arc::clone(&remote), Arc::clone(&device) as _);
        Self {
            device,
            remote,
            syncer,
            clock: clock.clone(),
        }
    }

    /// Starts the app anew on the same device.
    pub(crate) fn restart(&mut self) {
        self.syncer = Syncer::new(Arc::clone(&self.remote), Arc::clone(&self.device) as _);
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Device> {
        self.device.lock().unwrap()
    }

    pub(crate) fn log(&self) -> LogId {
        self.lock().own_log()
    }

    pub(crate) fn say(&self, text: impl AsRef<[u8]>) -> At {
        self.lock().say(text.as_ref())
    }

    pub(crate) async fn try_round(&mut self, urgency: Urgency) -> Result<Round, RoundError> {
        let now_ms = self.clock.now_ms();
        self.syncer.round(now_ms, urgency).await
    }

    pub(crate) async fn poll(&mut self) -> Round {
        self.try_round(Urgency::Poll).await.unwrap()
    }

    pub(crate) async fn changed(&mut self) -> Round {
        self.try_round(Urgency::Changed).await.unwrap()
    }

    pub(crate) async fn asked(&mut self) -> Round {
        self.try_round(Urgency::Asked).await.unwrap()
    }

    /// Says something and sends it.
    pub(crate) async fn send(&mut self, text: impl AsRef<[u8]>) -> At {
        let at = self.say(text);
        let round = self.poll().await;
        assert_eq!(round.delivered, 1, "{round:?}");
        at
    }

    pub(crate) fn alarms(&self) -> Vec<Alarm> {
        self.lock().alarms.clone()
    }

    pub(crate) fn take_alarms(&self) -> Vec<Alarm> {
        std::mem::take(&mut self.lock().alarms)
    }

    pub(crate) fn knows(&self, at: At) -> bool {
        self.lock()
            .at(at.log, at.seq)
            .first()
            .is_some_and(|link| link.hash == at.hash)
    }
}

/// All devices have heard the same.
pub(crate) fn agree(members: &[Member]) {
    let views: Vec<_> = members.iter().map(|m| m.lock().view()).collect();
    for (n, view) in views.iter().enumerate() {
        assert_eq!(view.len(), views[0].len(), "device {n} against device 0");
        assert_eq!(*view, views[0], "device {n} against device 0");
    }
}

/// A hostile storage and a clock.
pub(crate) struct World {
    pub(crate) storage: EvilStorage,
    pub(crate) clock: FixedClock,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            storage: EvilStorage::new(1),
            clock: FixedClock::default(),
        }
    }

    pub(crate) fn member(&self, n: u64) -> Member {
        Member::new(n, Arc::new(self.storage.door(n)), &self.clock)
    }

    pub(crate) fn put(&self, key: &Key, bytes: impl Into<Vec<u8>>) {
        self.storage
            .world()
            .edit(|o| o.insert(key.as_str().to_owned(), bytes.into()));
    }
}

/// The pack of one entry.
pub(crate) fn id(at: At) -> PackId {
    PackId {
        log: at.log,
        span: Span::new(at.seq, at.seq).unwrap(),
    }
}

/// A pack of a member's log.
pub(crate) fn id_of(member: &Member, first: u64, last: u64) -> PackId {
    PackId {
        log: member.log(),
        span: Span::new(first, last).unwrap(),
    }
}
