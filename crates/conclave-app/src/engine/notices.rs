//! What a person should know of the storage and is no stop, until they have seen it.

use conclave_core::{body::At, id::LogId, replica::WriteError};
use conclave_sync::Alarm;

use super::{Engine, EngineError};
use crate::api::Text;

/// New keys follow the end of somebody's access. The end stands without them, so what keeps them
/// away is told: in the log at once, to the person when the next try has not succeeded either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DueKeys {
    /// None are due.
    #[default]
    None,
    /// They did not come with the ending, or the person has seen that they do not.
    Tried,
    /// They did not come at the next try either.
    Late,
}

impl Engine {
    /// Keys could not be handed on: after an ending, or in the course of things.
    pub(crate) fn keys_failed(&mut self, error: &EngineError, after_an_ending: bool) {
        let reason = match error {
            EngineError::Write(WriteError::NotAllowed) => "not allowed",
            EngineError::Write(WriteError::NotFound) => "not found",
            EngineError::Write(WriteError::NoKey) => "no key",
            EngineError::Write(WriteError::TooLarge(_)) => "too large",
            EngineError::Write(WriteError::BadKey(_)) => "bad key",
            _ => "not saved",
        };
        tracing::warn!(reason, after_an_ending, "keys could not be handed on");
        self.due_keys = match self.due_keys {
            DueKeys::None if after_an_ending => DueKeys::Tried,
            DueKeys::None => DueKeys::None,
            DueKeys::Tried | DueKeys::Late => DueKeys::Late,
        };
    }

    /// Tries once more where keys are due: true if something was written.
    pub(crate) fn try_due_keys(&mut self) -> bool {
        let before = self.pending;
        if self.due_keys != DueKeys::None {
            self.hand_on_keys();
        }
        self.pending > before
    }

    /// One sentence for each kind of thing that was found, the gravest first.
    pub(crate) fn notices(&self) -> Vec<Text> {
        let mut notices: Vec<(u8, Text)> = Vec::new();
        for alarm in self.alarms.iter().filter(|a| !self.seen.contains(a)) {
            let notice = match alarm {
                Alarm::SeenDiffers { by, seen, .. } => (0, self.seen_differs(*by, seen.log)),
                Alarm::NewerVersion { .. } => (1, Text::plain("notice_newer")),
                Alarm::Waiting { .. } => (2, Text::plain("notice_waiting")),
                alarm if is_put_back(alarm) => (3, Text::plain("notice_put_back")),
                _ => continue,
            };
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        notices.extend(self.leaker_notices().map(|text| (1, text)));
        if self.due_keys == DueKeys::Late {
            notices.push((1, Text::plain("notice_keys")));
        }
        notices.sort_by_key(|(weight, _)| *weight);
        notices.into_iter().map(|(_, text)| text).collect()
    }

    /// The person has seen them. What was put back again is news again; what else is found again
    /// is not.
    pub(crate) fn notices_seen(&mut self) {
        self.alarms.retain(|alarm| !is_put_back(alarm));
        self.seen = self.alarms.clone();
        self.leakers_seen();
        if self.due_keys == DueKeys::Late {
            self.due_keys = DueKeys::Tried;
        }
    }

    fn seen_differs(&self, by: At, of: LogId) -> Text {
        let name = |log: LogId| {
            let hash = self.replica.hashes_at(log, 0).first();
            let entry = hash.and_then(|hash| self.replica.entry(hash));
            let user = entry.and_then(|e| self.replica.rights().user_of(e.device()));
            let named = user.and_then(|user| self.names.person(user));
            named.map(|named| named.name.clone()).unwrap_or_default()
        };
        let mut text = Text::plain("notice_seen_differs");
        text.args.insert("by".into(), name(by.log));
        text.args.insert("of".into(), name(of));
        text
    }
}

const fn is_put_back(alarm: &Alarm) -> bool {
    matches!(
        alarm,
        Alarm::Rollback { restored: true, .. } | Alarm::Behind { restored: true, .. }
    )
}

#[cfg(test)]
mod tests {
    use conclave_core::id::EntryHash;

    use crate::commands::two_people::{ana, join};

    use super::*;

    /// An ending stands without its keys, and that they do not come is not kept from anybody.
    #[test]
    fn keys_that_do_not_follow_an_ending_are_told_until_they_do() {
        let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
        let ana = ana(homes[0].path(), homes[1].path());
        let told = |work: &dyn Fn(&mut Engine)| -> Vec<String> {
            let done = ana.with(|engine| {
                work(engine);
                Ok(engine.notices().into_iter().map(|text| text.key).collect())
            });
            done.unwrap()
        };
        let fails = |engine: &mut Engine, ending| {
            engine.keys_failed(&WriteError::NoKey.into(), ending);
        };
        // What is no consequence of an ending comes with somebody else's keys.
        assert!(told(&|engine| fails(engine, false)).is_empty());
        assert!(told(&|engine| fails(engine, true)).is_empty());
        assert_eq!(told(&|engine| fails(engine, false)), ["notice_keys"]);
        assert!(told(&Engine::notices_seen).is_empty());
        assert_eq!(told(&|engine| fails(engine, false)), ["notice_keys"]);
        assert!(told(&|engine| assert!(!engine.try_due_keys())).is_empty());
        assert!(told(&|engine| fails(engine, false)).is_empty());
    }

    /// Row 15: two views of one team that meet are told to whoever sees it, by whom and of whom.
    #[test]
    fn hostile_15_another_view_is_said_by_name_until_it_was_seen() {
        let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let shared = homes[2].path();
        let ana = ana(homes[0].path(), shared);
        let mara = join(&ana, homes[1].path(), shared);
        let hers = mara
            .with(|engine| Ok(engine.replica().own_end().unwrap()))
            .unwrap();
        ana.sync_now().unwrap();
        let notices = |work: &dyn Fn(&mut Engine)| {
            let done = ana.with(|engine| {
                work(engine);
                Ok(engine.notices())
            });
            done.unwrap()
        };
        let found = |engine: &mut Engine| {
            let own = engine.replica().own_end().unwrap();
            let restored = Alarm::Rollback {
                missing: vec![],
                restored: true,
            };
            let differs = Alarm::SeenDiffers {
                by: hers,
                seen: own,
                known: EntryHash::new([7; 32]),
            };
            for alarm in [restored, differs] {
                if !engine.alarms.contains(&alarm) {
                    engine.alarms.push(alarm);
                }
            }
        };
        let said = notices(&found);
        let keys: Vec<_> = said.iter().map(|text| text.key.as_str()).collect();
        assert_eq!(keys, ["notice_seen_differs", "notice_put_back"]);
        let names = (said[0].args["by"].as_str(), said[0].args["of"].as_str());
        assert_eq!(names, ("Mara", "Ana"));
        assert_eq!(ana.sync_status().notices, said);
        assert!(ana.notices_seen().unwrap().notices.is_empty());
        // Found once more: what was put back is news, the other view was seen.
        assert_eq!(notices(&found), said[1..]);
    }
}
