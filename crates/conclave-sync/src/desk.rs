//! The device behind its lock, reached from async code.
//!
//! Work is done on the blocking threads: packs are opened and stored there, which takes
//! milliseconds to seconds. The lock is never held over an await, because no await fits in.

use std::sync::Arc;

use tokio::task;

use crate::local::{Access, Closed, Local};

/// One device.
#[derive(Clone)]
pub(crate) struct Desk(Arc<dyn Access>);

impl Desk {
    pub(crate) fn new(access: Arc<dyn Access>) -> Self {
        Self(access)
    }

    /// Does a piece of work under the lock.
    pub(crate) async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Local) -> R + Send + 'static,
    ) -> Result<R, Closed> {
        let access = Arc::clone(&self.0);
        let done = task::spawn_blocking(move || {
            let (mut work, mut result) = (Some(work), None);
            access.with(&mut |local| {
                if let Some(work) = work.take() {
                    result = Some(work(local));
                }
            })?;
            result.ok_or(Closed)
        });
        match done.await {
            Ok(result) => result,
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down.
                Err(_) => Err(Closed),
            },
        }
    }
}
