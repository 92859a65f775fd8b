//! Everything around the page: environment, command line, profile, window, lock.
//!
//! The shell knows the operating system and Tauri; it holds no rule of the product.

mod args;
pub(crate) mod env;
mod lock;
mod profile;
mod run;
mod window;

pub(crate) use lock::rebuild as lock_page;
pub(crate) use run::start;
