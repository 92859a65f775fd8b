//! The operating system's randomness: the one place where any is made.

use getrandom::SysRng;
use rand_core::UnwrapErr;

/// The operating system's generator. It panics if the system has none to give, for then nothing
/// could be kept secret.
#[must_use]
pub const fn os() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
