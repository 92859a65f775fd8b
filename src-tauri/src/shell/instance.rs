//! Whether this profile is open in another app, and leaving the person to that app if it is.
//!
//! The single-instance plug-in asks once, and ends when its question is not answered. But an app that
//! is ending keeps its name on the bus until its last thread is gone, or answers and shows nothing
//! any more: whoever starts again at that moment would have to click twice. So this asks first, as
//! often as it takes, and is content only with an app that stays. Elsewhere than on Linux the
//! plug-in is left to it.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use tauri::AppHandle;

use super::window;

/// How long an app that is ending is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an app may take to answer.
#[cfg(target_os = "linux")]
const ANSWER: Duration = Duration::from_secs(1);
/// After so long nobody listens to an answer any more.
const TOO_LATE: Duration = Duration::from_millis(1500);
/// Between two looks.
const STEP: Duration = Duration::from_millis(50);

/// What came of asking for an app with this profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Another app has this profile and shows its window.
    Another,
    /// No app has its name.
    Nobody,
    /// An app has its name and does not answer.
    Silence,
    /// Only the plug-in can tell.
    #[cfg(not(target_os = "linux"))]
    Unknown,
}

/// One start, and how long it may still wait for another app to end.
#[derive(Debug)]
pub(super) struct Bell {
    #[cfg(target_os = "linux")]
    name: String,
    since: Instant,
}

impl Bell {
    /// For the app that would be known as `instance`.
    pub(super) fn new(instance: &str) -> Self {
        #[cfg(not(target_os = "linux"))]
        let _ = instance;
        Self {
            #[cfg(target_os = "linux")]
            name: format!("{instance}.SingleInstance"),
            since: Instant::now(),
        }
    }

    /// Asks until somebody answers, nobody is there, or the patience is over.
    #[cfg(target_os = "linux")]
    pub(super) fn ring(&self) -> Heard {
        loop {
            let heard = bus::ring(&self.name);
            if heard != Heard::Silence || !self.wait() {
                return heard;
            }
        }
    }

    /// Asks nobody.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn ring(&self) -> Heard {
        Heard::Unknown
    }

    /// Lets a moment pass; `false` when the patience is over.
    pub(super) fn wait(&self) -> bool {
        let more = self.since.elapsed() < PATIENCE;
        if more {
            thread::sleep(STEP);
        }
        more
    }
}

/// Shows the window to whoever started again, before they are answered. An app that is ending, or
/// has not begun, does not get to it, and answers too late to be believed.
pub(super) fn answer(app: &AppHandle) {
    let (tell, shown) = mpsc::channel();
    let window = app.clone();
    let asked = app.run_on_main_thread(move || {
        window::raise(&window);
        let _ = tell.send(());
    });
    match asked {
        Ok(()) => drop(shown.recv_timeout(TOO_LATE)),
        Err(_) => thread::sleep(TOO_LATE),
    }
}

/// The plug-in's service, as its release 2.5 names it.
#[cfg(target_os = "linux")]
mod bus {
    use std::{
        thread,
        time::{Duration, Instant},
    };

    use zbus::blocking::{Connection, connection::Builder};

    use super::{ANSWER, Heard, STEP};

    /// An app that is still there so long after it answered is not about to end.
    const STAYS: Duration = Duration::from_millis(300);

    pub(super) fn ring(name: &str) -> Heard {
        // Without a session bus there is no way to find another app.
        let Ok(bus) = connect() else {
            return Heard::Nobody;
        };
        let Some(owner) = owner(&bus, name) else {
            return Heard::Nobody;
        };
        let path = format!("/{}", name.replace('.', "/").replace('-', "_"));
        // Arguments and folder of this start: the other app looks at neither.
        let nothing = (Vec::<String>::new(), "");
        let answer = bus.call_method(
            Some(owner.as_str()),
            path.as_str(),
            Some("org.SingleInstance.DBus"),
            "ExecuteCallback",
            &nothing,
        );
        if answer.is_err() {
            return Heard::Silence;
        }
        let start = Instant::now();
        while start.elapsed() < STAYS {
            thread::sleep(STEP);
            if self::owner(&bus, name).as_ref() != Some(&owner) {
                return Heard::Silence;
            }
        }
        Heard::Another
    }

    fn connect() -> zbus::Result<Connection> {
        Builder::session()?.method_timeout(ANSWER).build()
    }

    /// The connection that has the name, if one has.
    fn owner(bus: &Connection, name: &str) -> Option<String> {
        let dbus = "org.freedesktop.DBus";
        let path = "/org/freedesktop/DBus";
        let answer = bus.call_method(Some(dbus), path, Some(dbus), "GetNameOwner", &name);
        answer.ok()?.body().deserialize().ok()
    }
}
