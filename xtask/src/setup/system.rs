//! Installing the system's packages: says what and why, asks a person, never a script.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Write},
    process::{Command, Stdio},
};

use super::Need;
use crate::sh::{self, Outcome};

/// Makes sure of `needs`, as far as this system is known.
pub(crate) fn ensure(needs: &[Need]) -> Outcome {
    if cfg!(target_os = "macos") {
        println!("{}", macos(needs));
        return Ok(());
    }
    if cfg!(windows) {
        println!("{}", windows(needs));
        return Ok(());
    }
    if sh::which("dpkg-query").is_none() || sh::which("apt-get").is_none() {
        println!("{}", elsewhere(needs));
        return Ok(());
    }
    let wanted: BTreeSet<&str> = needs
        .iter()
        .flat_map(|need| need.debian())
        .copied()
        .collect();
    let missing: Vec<&str> = wanted
        .into_iter()
        .filter(|name| !is_installed(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Conclave needs packages of your system that are not installed:");
    for need in needs {
        let of_it: Vec<_> = need
            .debian()
            .iter()
            .filter(|name| missing.contains(name))
            .collect();
        if !of_it.is_empty() {
            let names: Vec<String> = of_it.iter().map(ToString::to_string).collect();
            println!("  {}\n    {}", need.why(), names.join(" "));
        }
    }
    if !agreed()? {
        return Err("nothing was installed, so nothing can be built".into());
    }
    install(&missing)
}

fn install(packages: &[&str]) -> Outcome {
    sh::run(as_root("apt-get").args(["update", "--quiet"]))?;
    let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
    sh::run(as_root("apt-get").args(options).args(packages))
}

/// `program` with the rights to install: as it is for root, through `sudo` for others.
fn as_root(program: &str) -> Command {
    let is_root = sh::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut command = if is_root {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command
        .args(["DEBIAN_FRONTEND=noninteractive", program])
        .stdin(Stdio::inherit());
    command
}

/// Asks the person at the terminal; where nobody sits, goes on, since there is nobody to ask.
fn agreed() -> Outcome<bool> {
    if !io::stdin().is_terminal() {
        println!("Nobody is at a terminal to be asked, so they are installed now.");
        return Ok(true);
    }
    print!("Install them now, with apt-get? [Y/n] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "" | "y" | "yes"
    ))
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null());
    sh::output(&mut query).is_ok_and(|status| status.trim() == "installed")
}

fn macos(needs: &[Need]) -> String {
    let mut text = "macOS: building needs the Xcode command line tools (`xcode-select --install`) \
                    and nothing else of the system. Conclave is tested on Linux; on macOS it is \
                    built to work, and nobody has shown that it does."
        .to_owned();
    if needs.contains(&Need::Desktop) {
        text.push_str(" The tests with real windows cannot run here.");
    }
    text
}

fn windows(needs: &[Need]) -> String {
    let mut text = "Windows: building needs the Visual Studio Build Tools with C++, and running \
                    needs WebView2, a part of Windows 11. Conclave is tested on Linux; on Windows \
                    it is built to work, and nobody has shown that it does."
        .to_owned();
    if needs.contains(&Need::Desktop) {
        text.push_str(" The tests with real windows cannot run here.");
    }
    text
}

fn elsewhere(needs: &[Need]) -> String {
    let mut text =
        "This system has no apt, so nothing is installed for you. What Debian calls:\n".to_owned();
    for need in needs {
        text.push_str(&format!(
            "  {}\n    {}\n",
            need.why(),
            need.debian().join(" ")
        ));
    }
    text.push_str(
        "On Fedora that should be, untested:\n  sudo dnf install webkit2gtk4.1-devel gtk3-devel \
         librsvg2-devel libappindicator-gtk3-devel dbus-devel openssl-devel libxdo-devel gcc-c++ \
         pkgconf xorg-x11-server-Xvfb scrot webkit2gtk-driver gnome-keyring dbus-x11 \
         dejavu-sans-fonts\nGoing on as if it were there.",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_systems_are_told_what_cannot_run() {
        let needs = [Need::Build, Need::Desktop];
        assert!(macos(&needs).contains("cannot run here"));
        assert!(!windows(&[Need::Build]).contains("cannot run here"));
        assert!(elsewhere(&needs).contains("gnome-keyring"));
        assert!(elsewhere(&needs).contains("dnf"));
    }

    #[test]
    fn what_is_not_installed_is_missing() {
        assert!(!is_installed("no-such-package-of-conclave"));
    }
}
