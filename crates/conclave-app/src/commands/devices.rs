//! This person's devices: the list, and ending one.

use conclave_core::{
    id::DeviceId,
    replica::{OwnDevice, Replica},
};

use crate::{
    api::{
        AppError, Code, Text,
        devices::{DeviceKind, DeviceRow, DevicesView},
    },
    engine::{Engine, Names},
    random,
    session::App,
};

/// How a device is shown.
pub(crate) fn row(replica: &Replica, names: &Names, own: &OwnDevice) -> DeviceRow {
    let kind = match own {
        OwnDevice { kit: true, .. } => DeviceKind::Kit,
        OwnDevice { this: true, .. } => DeviceKind::This,
        _ => DeviceKind::Other,
    };
    let why_not = match kind {
        _ if own.may_revoke || !own.live => None,
        DeviceKind::Kit => Some("device_why_kit"),
        DeviceKind::This => Some("device_why_this"),
        DeviceKind::Other => Some("device_why_senior"),
    };
    DeviceRow {
        id: own.id.to_string(),
        kind,
        name: names.device(own.id).unwrap_or_default().to_owned(),
        live: own.live,
        last_seen_ms: own.last_ms,
        ended_ms: replica.ended_ms(own.id),
        can_revoke: own.may_revoke,
        why_not: why_not.map(Text::plain),
    }
}

fn view(engine: &Engine) -> DevicesView {
    let (replica, names) = (engine.replica(), engine.names());
    let own = replica.own_devices();
    DevicesView {
        devices: own.iter().map(|own| row(replica, names, own)).collect(),
    }
}

pub(crate) fn device_id(text: &str) -> Result<DeviceId, AppError> {
    DeviceId::from_hex(text).map_err(|_| Code::NotFound.into())
}

impl App {
    /// This person's devices, the most senior first.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn device_list(&self) -> Result<DevicesView, AppError> {
        self.with(|engine| Ok(view(engine)))
    }

    /// Ends a junior device. What it has read it keeps; of what comes it reads nothing.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for a device that is not junior to this one, [`Code::NotFound`].
    pub fn device_revoke(&self, device: &str) -> Result<DevicesView, AppError> {
        let device = device_id(device)?;
        // What it wrote up to now stays, so it is fetched first.
        self.sync_now()?;
        self.with(|engine| {
            engine.commit_ending(|replica, now| {
                replica.revoke_device(device, now, &mut random::os())
            })?;
            Ok(view(engine))
        })
    }
}
