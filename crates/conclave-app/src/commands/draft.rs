//! The unfinished edit: kept sealed, so that locking never loses typing.

use conclave_core::id::TeamId;
use conclave_store::Reader;
use zeroize::Zeroizing;

use super::{fields, files};
use crate::{
    api::{
        AppError, Code,
        items::{DraftField, DraftView, Field, ItemSave, ValueEdit},
    },
    convert::item_id,
    engine::{Engine, EngineError},
    session::App,
};

const KEY: &[u8] = b"editor";

/// Does a store hold an unfinished edit?
pub(crate) fn draft_kept(store: &Reader, team: &TeamId) -> bool {
    let draft = store.draft(team, KEY);
    draft.is_ok_and(|draft| draft.is_some())
}

impl Engine {
    /// Is there an unfinished edit?
    #[must_use]
    pub fn has_draft(&self) -> bool {
        draft_kept(&self.store, &self.team)
    }

    pub(crate) fn draft(&self) -> Result<Option<ItemSave>, EngineError> {
        let draft = self.stored_draft()?;
        Ok(draft.map(|(save, _)| save))
    }

    fn stored_draft(&self) -> Result<Option<(ItemSave, u64)>, EngineError> {
        let Some(bytes) = self.store.draft(&self.team, KEY)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| EngineError::Damaged)
    }

    pub(crate) fn discard_draft(&mut self) -> Result<(), EngineError> {
        let team = self.team;
        self.store.transaction(|tx| {
            tx.delete_draft(&team, KEY)?;
            Ok::<(), EngineError>(())
        })?;
        self.forget_added()
    }
}

impl App {
    /// Stores an unfinished edit. Values marked `draft` keep what is stored at their place.
    ///
    /// # Errors
    /// [`Code::Locked`], or what the disk says.
    pub fn draft_save(&self, draft: &ItemSave) -> Result<(), AppError> {
        self.with(|engine| {
            let old = engine.draft()?;
            let mut draft = draft.clone();
            for (place, field) in draft.fields.iter_mut().enumerate() {
                if matches!(field.value, ValueEdit::Draft) {
                    let kept = old.as_ref().and_then(|old| old.fields.get(place));
                    field.value = kept.map_or(ValueEdit::Keep, |f| f.value.clone());
                }
            }
            let now = engine.now();
            let bytes = serde_json::to_vec(&(&draft, now)).map_err(|_| Code::Internal)?;
            let (bytes, team) = (Zeroizing::new(bytes), engine.team);
            engine
                .store
                .transaction(|tx| tx.put_draft(&team, KEY, &bytes))
                .map_err(|e: conclave_store::StoreError| e.into())
        })
    }

    /// The unfinished edit, without its hidden values.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn draft_get(&self) -> Result<Option<DraftView>, AppError> {
        self.with(|engine| {
            let Some((draft, saved_ms)) = engine.stored_draft()? else {
                return Ok(None);
            };
            let content = match &draft.item {
                Some(item) => engine.open_item(&item_id(item)?).ok().map(|o| o.content),
                None => None,
            };
            let fields = draft.fields.iter().enumerate().map(|(place, edit)| {
                let kept = edit.id.as_deref().and_then(|id| {
                    Some(
                        fields::find(content.as_ref()?, id)?
                            .value
                            .expose()
                            .to_owned(),
                    )
                });
                let (value, drafted) = match &edit.value {
                    ValueEdit::Set { text } => (Some(text.clone()), !text.is_empty()),
                    _ => (kept, false),
                };
                let filled = value.as_ref().is_some_and(|v| !v.is_empty());
                DraftField {
                    field: Field {
                        id: edit.id.clone().unwrap_or_else(|| place.to_string()),
                        role: edit.role,
                        label: edit.label.clone(),
                        concealed: edit.concealed,
                        filled,
                        value: value.filter(|_| filled && !edit.concealed),
                    },
                    drafted,
                }
            });
            let added = engine.added_files()?;
            let files = files::drafted(content.as_ref(), draft.files.as_deref(), &added);
            Ok(Some(DraftView {
                fields: fields.collect(),
                files,
                item: draft.item.clone(),
                base: draft.base.clone(),
                vault: draft.vault.clone(),
                kind: draft.kind,
                title: draft.title.clone(),
                saved_ms,
            }))
        })
    }

    /// One hidden value that the person typed into the draft.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn draft_reveal_field(&self, field: &str) -> Result<Zeroizing<Vec<u8>>, AppError> {
        self.with(|engine| {
            let draft = engine.draft()?.ok_or(Code::NotFound)?;
            let place: Option<usize> = field.parse().ok();
            let found = draft.fields.iter().enumerate().find(|(at, f)| {
                f.id.as_deref() == Some(field) || (f.id.is_none() && place == Some(*at))
            });
            match found.map(|(_, f)| &f.value) {
                Some(ValueEdit::Set { text }) => Ok(Zeroizing::new(text.as_bytes().to_vec())),
                _ => Err(Code::NotFound.into()),
            }
        })
    }

    /// Forgets the unfinished edit.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn draft_discard(&self) -> Result<(), AppError> {
        self.with(|engine| Ok(engine.discard_draft()?))
    }
}
