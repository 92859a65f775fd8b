//! The main window: one page, of this app only, shut to everything else.

use tauri::{
    AppHandle, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    webview::NewWindowResponse, window::Color,
};

use super::profile::Profile;

/// The label that the capability file `main.json` grants commands to.
pub(crate) const MAIN: &str = "main";

/// Freezes `Object.prototype` and takes the browser's own keys and menu away.
const PAGE_SCRIPT: &str = include_str!("page.js");

/// The page's own background in both themes, painted before the page is there.
const LIGHT: Color = Color(0xFA, 0xF9, 0xF6, 0xFF);
const DARK: Color = Color(0x12, 0x16, 0x17, 0xFF);

/// Where a window stands, in physical pixels, so that its successor stands there too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    position: tauri::PhysicalPosition<i32>,
    size: tauri::PhysicalSize<u32>,
    maximized: bool,
    fullscreen: bool,
}

/// Opens the main window, at `place` or where the window system likes.
pub(crate) fn open(app: &AppHandle, place: Option<Place>) -> tauri::Result<WebviewWindow> {
    let profile = app.state::<Profile>();
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Conclave")
        .inner_size(1180.0, 760.0)
        .min_inner_size(720.0, 480.0)
        .background_color(LIGHT)
        .visible(false)
        .zoom_hotkeys_enabled(true)
        .devtools(cfg!(debug_assertions))
        .initialization_script(PAGE_SCRIPT)
        .data_directory(profile.webview_dir())
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false);
    // On Linux a private page would need a web context of its own for every window, and Tauri
    // keeps each of them until the app ends; there the data directory is emptied at start instead.
    #[cfg(not(target_os = "linux"))]
    let builder = builder.incognito(true).content_protected(true);
    let window = builder.build()?;
    if window.theme().is_ok_and(|theme| theme == Theme::Dark) {
        window.set_background_color(Some(DARK))?;
    }
    if let Some(place) = place {
        place.restore(&window)?;
    }
    window.show()?;
    window.set_focus()?;
    Ok(window)
}

/// Brings the main window before the person's eyes, for the second start of a profile.
pub(crate) fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    // A window system may refuse any of these; the window is there all the same.
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}

impl Place {
    /// Reads where `window` stands.
    pub(crate) fn of(window: &WebviewWindow) -> tauri::Result<Self> {
        Ok(Self {
            position: window.outer_position()?,
            size: window.inner_size()?,
            maximized: window.is_maximized()?,
            fullscreen: window.is_fullscreen()?,
        })
    }

    fn restore(self, window: &WebviewWindow) -> tauri::Result<()> {
        window.set_size(self.size)?;
        window.set_position(self.position)?;
        if self.maximized {
            window.maximize()?;
        }
        if self.fullscreen {
            window.set_fullscreen(true)?;
        }
        Ok(())
    }
}

/// Whether the page may go to `url`: to the app's own origin and nowhere else.
fn is_ours(url: &Url) -> bool {
    let origin = (url.scheme(), url.host_str(), url.port());
    if cfg!(windows) {
        origin == ("http", Some("tauri.localhost"), None)
    } else {
        origin == ("tauri", Some("localhost"), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: bool) {
        assert_eq!(is_ours(&url.parse().unwrap()), expect, "{url}");
    }

    #[test]
    #[cfg(not(windows))]
    fn only_the_own_origin_is_ours() {
        check("tauri://localhost/index.html#/items", true);
        check("tauri://localhost.example.org/", false);
        check("tauri://localhost:8080/", false);
        check("http://tauri.localhost/", false);
        check("https://example.org/", false);
        check("file:///etc/passwd", false);
        check("about:blank", false);
        check("data:text/html,hello", false);
        check("javascript:alert(1)", false);
    }
}
