//! The Debian packages, by what they are for.

/// Something the machine has to be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Compile the app.
    Build,
    /// Show a window where there is no screen.
    Display,
    /// Drive real windows, with a real keyring.
    Desktop,
    /// Count instructions.
    Bench,
}

impl Need {
    /// Why the packages are wanted, for the person who is asked.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Build => "to build the app: compiler, WebKitGTK, GTK, D-Bus",
            Self::Display => "to show a window where there is no screen, and take its picture",
            Self::Desktop => "to test with real windows, a real session bus and a real keyring",
            Self::Bench => "to count instructions, which no other work on the machine changes",
        }
    }

    /// The packages' names, the same in Debian 12 and Ubuntu 24.04.
    pub(crate) fn debian(self) -> &'static [&'static str] {
        match self {
            Self::Build => &[
                "build-essential",
                "curl",
                "file",
                "libayatana-appindicator3-dev",
                "libdbus-1-dev",
                "libgtk-3-dev",
                "librsvg2-dev",
                "libssl-dev",
                "libwebkit2gtk-4.1-dev",
                "libxdo-dev",
                "pkg-config",
            ],
            Self::Display => &["fonts-dejavu-core", "scrot", "xauth", "xvfb"],
            Self::Desktop => &[
                "at-spi2-core",
                "dbus",
                "dbus-x11",
                "fonts-dejavu-core",
                "gnome-keyring",
                "libsecret-tools",
                "webkit2gtk-driver",
                "xauth",
                "xvfb",
            ],
            Self::Bench => &["valgrind"],
        }
    }
}
