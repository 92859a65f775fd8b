//! Asking to leave the team: a request that somebody else confirms by a removal.

use conclave_core::{id::UserId, replica::NoLeave, role::Role};

use super::items::person;
use crate::{
    api::{AppError, Text, leaving::LeaveView, people::LeavingRow},
    engine::Engine,
    session::App,
};

/// How many names are said.
const NAMED: usize = 3;

fn words(why: NoLeave) -> Text {
    Text::plain(match why {
        NoLeave::NotHere => "leave_not_here",
        NoLeave::LastOwner => "leave_last_owner",
        NoLeave::NobodyAbove => "leave_nobody_above",
    })
}

impl Engine {
    /// Who asks to leave and could be taken out by this person.
    pub(super) fn leaving_rows(&self) -> Vec<LeavingRow> {
        let replica = self.replica();
        let team = replica.team_scope();
        let asking = replica.leaving().into_iter();
        asking
            .filter(|(user, _)| replica.may_remove(*user, team).is_ok())
            .map(|(user, at_ms)| LeavingRow {
                person: person(self, Some(user)),
                at_ms,
            })
            .collect()
    }

    fn leave_view(&self) -> LeaveView {
        let replica = self.replica();
        let me = replica.me().user;
        let asked = replica.leaving().into_iter().find(|(user, _)| *user == me);
        let why_not = replica.may_leave().err();
        let admin = |user: &UserId| {
            let role = replica.team_role(*user);
            role.is_some_and(|role| role.rank() >= Role::Admin.rank())
        };
        let own0 = replica.rights().own0();
        let others = replica.rights().users();
        let others = others.filter(|user| *user != me && *user != own0 && admin(user));
        LeaveView {
            asked_ms: asked.map(|(_, at)| at),
            why_not: why_not.map(words),
            confirmers: others
                .take(NAMED)
                .map(|user| person(self, Some(user)))
                .collect(),
        }
    }
}

impl App {
    /// What leaving would mean.
    ///
    /// # Errors
    /// [`Code::Locked`](crate::api::Code::Locked).
    pub fn leave_get(&self) -> Result<LeaveView, AppError> {
        self.with(|engine| Ok(engine.leave_view()))
    }

    /// Asks to leave. Nothing ends by it, and it cannot be taken back.
    ///
    /// # Errors
    /// [`Code::NotAllowed`](crate::api::Code::NotAllowed) where the view says why.
    pub fn leave_ask(&self) -> Result<LeaveView, AppError> {
        self.with(|engine| {
            engine.commit(conclave_core::replica::Replica::leave)?;
            Ok(engine.leave_view())
        })
    }
}
