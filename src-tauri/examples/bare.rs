//! A window of Tauri and nothing else: what the start of the app is measured against.
//!
//! One window with the settings of the app's own, and a page that needs no script. Its argument is
//! the folder where WebKit may keep its files.

use std::path::PathBuf;

use tauri::{Url, WebviewUrl, WebviewWindowBuilder, http::Response, window::Color};

/// A heading where the app's lock screen has its own.
const PAGE: &str = "<!doctype html><html lang=en><title>Bare</title>\
    <body style='margin:0;background:#faf9f6;text-align:center;font-family:sans-serif'>\
    <div style='height:26vh'></div><h1>Northwind</h1>";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("usage: bare FOLDER")?;
    let app = tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            let mut page = Response::new(PAGE.as_bytes());
            let html = tauri::http::HeaderValue::from_static("text/html");
            page.headers_mut().insert("content-type", html);
            page
        })
        .setup(move |app| {
            let url = WebviewUrl::CustomProtocol(Url::parse("bare://localhost/")?);
            let window = WebviewWindowBuilder::new(app, "bare", url)
                .title("Bare")
                .inner_size(1180.0, 760.0)
                .background_color(Color(0xFA, 0xF9, 0xF6, 0xFF))
                .visible(false)
                .data_directory(folder)
                .build()?;
            window.show()?;
            window.set_focus()?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|_, _| {});
    Ok(())
}
