//! Fields between the model and the window: roles, labels, and what may be shown.

use conclave_core::item::{Field, FieldId, FieldKind, ItemContent, Label, LabelNumber, Template};

use crate::api::items::{Field as FieldView, FieldRole, Kind};

/// The id under which the window knows an item's own note.
pub(crate) const NOTES: &str = "notes";

pub(crate) fn kind_of(template: Template) -> Kind {
    let word = template.word().unwrap_or("unknown");
    serde_json::from_value(word.into()).unwrap_or(Kind::Unknown)
}

pub(crate) fn template_of(kind: Kind) -> Template {
    let word = serde_json::to_value(kind).ok();
    let word = word.as_ref().and_then(|w| w.as_str());
    word.and_then(Template::from_word)
        .unwrap_or(Template::from_number(0))
}

pub(crate) fn role_of(field: &Field) -> FieldRole {
    let known = field.label.known().and_then(LabelNumber::word);
    let role = known.and_then(|word| serde_json::from_value(word.into()).ok());
    role.unwrap_or(if field.is_concealed() {
        FieldRole::Secret
    } else {
        FieldRole::Text
    })
}

pub(crate) fn label_of(field: &Field) -> Option<String> {
    field.label.custom().map(str::to_owned)
}

/// The model's label and kind for what the window says of a field.
pub(crate) fn model_of(
    role: FieldRole,
    label: Option<&str>,
    concealed: bool,
) -> (Label, FieldKind) {
    let word = serde_json::to_value(role).ok();
    let known = word
        .as_ref()
        .and_then(|w| w.as_str())
        .and_then(LabelNumber::from_word);
    let kind = match role {
        FieldRole::Username => FieldKind::USERNAME,
        FieldRole::Email => FieldKind::EMAIL,
        FieldRole::Url => FieldKind::URL,
        FieldRole::Expires => FieldKind::DATE,
        FieldRole::Note if !concealed => FieldKind::MULTILINE,
        _ if concealed => FieldKind::SECRET,
        _ => FieldKind::TEXT,
    };
    let label = match (label, known) {
        (Some(label), _) if !label.is_empty() => Label::Custom(label.to_owned().into()),
        (_, Some(known)) => Label::Known(known),
        _ => Label::Custom(String::new().into()),
    };
    (label, kind)
}

/// What is shown of a field: a hidden value stays here.
pub(crate) fn view(field: &Field) -> FieldView {
    let (concealed, value) = (field.is_concealed(), field.value.expose());
    FieldView {
        id: field.id.to_string(),
        role: role_of(field),
        label: label_of(field),
        concealed,
        filled: !value.is_empty(),
        value: (!concealed && !value.is_empty()).then(|| value.to_owned()),
    }
}

/// All fields of an item in order, the note last.
pub(crate) fn views(content: &ItemContent) -> Vec<FieldView> {
    let mut fields: Vec<FieldView> = content.fields().iter().map(view).collect();
    if !content.notes().is_empty() || content.template() == Template::NOTE {
        fields.push(FieldView {
            id: NOTES.to_owned(),
            role: FieldRole::Note,
            label: None,
            concealed: false,
            filled: !content.notes().is_empty(),
            value: (!content.notes().is_empty()).then(|| content.notes().to_owned()),
        });
    }
    fields
}

/// The field that a request means: an id, or the main secret, user name or address.
pub(crate) fn find<'a>(content: &'a ItemContent, field: &str) -> Option<&'a Field> {
    match field {
        "@main" => content.main_field(),
        "@username" => content.username_field(),
        "@url" => content.url_field(),
        id => content.field(FieldId::from_hex(id)?),
    }
}
