//! What a machine needs before anything can be built or tested, and how it gets it.

pub(crate) mod node;
mod packages;
mod system;
pub(crate) mod tool;

use crate::sh::Outcome;

pub(crate) use packages::Need;

/// Makes sure of the system's packages for `needs`: installs them on Debian and its children,
/// says what to do elsewhere.
pub(crate) fn system(needs: &[Need]) -> Outcome {
    system::ensure(needs)
}
