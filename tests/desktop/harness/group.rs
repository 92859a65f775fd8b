//! A program and everything it starts, ended together and nothing else with them.

use std::{
    fs, io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A process group of its own. Dropping it ends every process in it.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Child,
}

impl Group {
    /// Starts `command` as the leader of a new group, with nothing on its standard streams.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_with(command, Stdio::null())
    }

    /// The same, with what it and its children complain about going elsewhere.
    pub(crate) fn start_with(command: &mut Command, errors: Stdio) -> Self {
        let leader = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?}: {e}"));
        Self { leader }
    }

    /// The process that was started.
    pub(crate) fn leader(&self) -> u32 {
        self.leader.id()
    }

    /// Ends the leader as the system would, without a word.
    pub(crate) fn kill(&self) {
        signal(self.leader.id(), "KILL");
    }

    /// Keeps the leader from doing anything, for as long as the group lasts.
    pub(crate) fn stop(&self) {
        signal(self.leader.id(), "STOP");
    }

    /// Waits for the leader to end by itself; `None` where it still runs after `patience`.
    pub(crate) fn ended(&mut self, patience: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.leader.try_wait().unwrap() {
                return Some(status);
            }
            if start.elapsed() > patience {
                return None;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The processes of this group whose name begins with `name`, of which the kernel keeps 15
    /// bytes.
    pub(crate) fn named(&self, name: &str) -> Vec<u32> {
        let cut = name.get(..15).unwrap_or(name);
        self.members()
            .into_iter()
            .filter(|(_, of)| of == cut)
            .map(|(pid, _)| pid)
            .collect()
    }

    /// The names of all that runs in this group, for the message of a test that fails.
    pub(crate) fn names(&self) -> Vec<String> {
        self.members().into_iter().map(|(_, name)| name).collect()
    }

    /// Every process of this group, with its name.
    fn members(&self) -> Vec<(u32, String)> {
        let entries = fs::read_dir("/proc").unwrap();
        let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        pids.filter_map(|pid| {
            // `pid (name) state parent group …`; the name may hold anything, even brackets.
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let (head, tail) = stat.rsplit_once(") ")?;
            let (_, name) = head.split_once(" (")?;
            let mut tail = tail.split(' ');
            let (state, group) = (tail.next()?, tail.nth(1)?);
            let ours = state != "Z" && group.parse() == Ok(self.leader.id());
            ours.then(|| (pid, name.to_owned()))
        })
        .collect()
    }

    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.leader.id());
        // No such group is what is wanted.
        let _ = kill(signal, &group);
    }
}

/// Sends a signal to one process, which must be there.
pub(super) fn signal(pid: u32, signal: &str) {
    let status = kill(signal, &pid.to_string());
    assert!(status.is_ok_and(|status| status.success()), "kill {pid}");
}

fn kill(signal: &str, whom: &str) -> io::Result<ExitStatus> {
    Command::new("kill")
        .args(["-s", signal, "--", whom])
        .stderr(Stdio::null())
        .status()
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.leader.wait();
        // Whoever looks at the person's files next finds nobody writing there. A name on the bus and
        // the profile's lock may be there for longer; the app itself waits for those.
        let start = Instant::now();
        while !self.members().is_empty() && start.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(10));
        }
    }
}
