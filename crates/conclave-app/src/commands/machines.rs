//! Machines: making one, which there are, and ending them.
//!
//! **A machine's key never crosses to the page.** It goes from the replica into one file that only
//! this account may read, and is kept nowhere else: whoever loses the file makes another machine.

use std::path::Path;

use conclave_core::{
    id::{DeviceId, ScopeId, UserId},
    replica::Machine,
    role,
};

use super::{device_id, items::person};
use crate::{
    api::{
        AppError, Code, Role,
        machines::{MachineCreate, MachineMade, MachineRow, MachinesView, ShareMachine},
    },
    convert::{count, scope_id},
    engine::Engine,
    random,
    session::App,
    whole_file,
};

impl Engine {
    fn machine_name(&self, machine: DeviceId) -> String {
        self.names().device(machine).unwrap_or_default().to_owned()
    }

    fn machine_row(&self, machine: &Machine) -> MachineRow {
        let replica = self.replica();
        let (me, mine) = (replica.me().user, self.visible_scopes());
        let mut scopes: Vec<ScopeId> = machine.grants.iter().map(|g| g.scope).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let manages = |scope: &ScopeId| replica.authority(me, *scope).manage;
        let shown = scopes.iter().filter(|scope| mine.contains(*scope));
        let mut vaults: Vec<_> = shown.map(|scope| self.chip(*scope)).collect();
        vaults.sort_by_key(|vault| vault.name.to_lowercase());
        let roles = machine.grants.iter().map(|g| g.role);
        MachineRow {
            id: machine.id.to_string(),
            name: self.machine_name(machine.id),
            owner: person(self, Some(machine.owner)),
            role: roles
                .max_by_key(|role| role.rank())
                .map_or(Role::Viewer, Role::from),
            hidden_vaults: count(scopes.len() - vaults.len()),
            vaults,
            last_seen_ms: machine.last_ms,
            can_end: scopes.iter().all(manages),
        }
    }

    fn machines_view(&self) -> MachinesView {
        let replica = self.replica();
        let me = replica.me().user;
        let machines = replica.machines();
        let mut rows: Vec<_> = machines.iter().map(|m| self.machine_row(m)).collect();
        rows.sort_by_key(|row| (row.name.to_lowercase(), row.id.clone()));
        let vaults = replica.vaults();
        let mut offered: Vec<_> = vaults
            .iter()
            .filter(|v| !v.personal && replica.authority(me, v.scope).manage)
            .map(|v| self.chip(v.scope))
            .collect();
        offered.sort_by_key(|vault| vault.name.to_lowercase());
        MachinesView {
            machines: rows,
            offered,
        }
    }

    /// The machines that read exactly this scope.
    pub(super) fn machines_on(&self, scope: ScopeId) -> Vec<ShareMachine> {
        let machines = self.replica().machines();
        let mut on: Vec<ShareMachine> = machines
            .iter()
            .filter_map(|machine| {
                let here = machine.grants.iter().filter(|g| g.scope == scope);
                let role = here.map(|g| g.role).max_by_key(|role| role.rank())?;
                Some(ShareMachine {
                    id: machine.id.to_string(),
                    name: self.machine_name(machine.id),
                    role: role.into(),
                    owner: person(self, Some(machine.owner)),
                })
            })
            .collect();
        on.sort_by_key(|machine| (machine.name.to_lowercase(), machine.id.clone()));
        on
    }

    /// The names of the machines that end where somebody is taken out of a place.
    pub(super) fn machines_ending(&self, owner: UserId, place: ScopeId) -> Vec<String> {
        let replica = self.replica();
        let within = |machine: &&Machine| {
            let mut grants = machine.grants.iter();
            machine.owner == owner && grants.any(|g| replica.rights().covers(place, g.scope))
        };
        let machines = replica.machines();
        let ending = machines.iter().filter(within);
        let mut named: Vec<String> = ending.map(|m| self.machine_name(m.id)).collect();
        named.sort_by_key(|name| name.to_lowercase());
        named
    }
}

impl App {
    /// The machines of the team.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn machine_list(&self) -> Result<MachinesView, AppError> {
        self.with(|engine| Ok(engine.machines_view()))
    }

    /// Makes a machine that this person answers for, and saves its key, the only time.
    ///
    /// # Errors
    /// [`Code::Empty`] without a name, [`Code::NotFound`] without a vault, [`Code::NotAllowed`] for
    /// a vault that this person does not manage and for a role that no machine has,
    /// [`Code::StorageStale`]; [`Code::DiskFull`], [`Code::FileRefused`] or
    /// [`Code::FileNotWritten`] where the file cannot be written: there is no machine then.
    pub fn machine_create(
        &self,
        request: &MachineCreate,
        path: &Path,
    ) -> Result<MachineMade, AppError> {
        crate::session::check_name("name", &request.name)?;
        let role: role::Role = request.role.into();
        let vaults = request.vaults.iter().map(|vault| scope_id(vault));
        let vaults = vaults.collect::<Result<Vec<_>, AppError>>()?;
        self.check_fresh()?;
        self.with(|engine| {
            let key = engine.commit(|replica, now| {
                let given = (vaults.as_slice(), role, None);
                replica.create_machine(&request.name, given, now, &mut random::os())
            })?;
            let mut line = key.to_text();
            line.push('\n');
            if let Err(why) = whole_file::write(path, line.as_bytes()) {
                // A key that nobody holds is to open nothing.
                let machine = key.device();
                engine.commit_ending(|replica, now| {
                    replica.end_machine(machine, now, &mut random::os())
                })?;
                return Err(why);
            }
            Ok(MachineMade {
                path: path.display().to_string(),
                view: engine.machines_view(),
            })
        })
    }

    /// Ends a machine, and gives what it opened new keys.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage all that it opens,
    /// [`Code::NotFound`].
    pub fn machine_end(&self, machine: &str) -> Result<MachinesView, AppError> {
        let machine = device_id(machine)?;
        let _ = self.sync_now();
        self.with(|engine| {
            let machines = engine.replica().machines();
            let found = machines.iter().find(|one| one.id == machine);
            if !engine.machine_row(found.ok_or(Code::NotFound)?).can_end {
                return Err(Code::NotAllowed.into());
            }
            engine.commit_ending(|replica, now| {
                replica.end_machine(machine, now, &mut random::os())
            })?;
            Ok(engine.machines_view())
        })
    }
}
