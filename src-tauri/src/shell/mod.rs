//! Everything around the page: environment, command line, profile, window, lock.
//!
//! The shell knows the operating system and Tauri; it holds no rule of the product.

mod args;
mod dialogs;
mod drop;
pub(crate) mod env;
mod idle;
mod instance;
mod lock;
mod machine;
mod profile;
mod run;
mod window;

pub(crate) use dialogs::{open_in_browser, open_path, pick_file, pick_folder, save_path};
pub(crate) use lock::rebuild as lock_page;
pub(crate) use run::start;
