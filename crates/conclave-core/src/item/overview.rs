//! What a list shows of an item and what is searched: nothing secret.
//!
//! Overviews lie in packed pages of the local store, apart from the payloads, so that unlocking a
//! hundred thousand items opens some pages and no secret. They are derived, never synced.

use core::fmt;

use minicbor::{Decoder, Encoder, encode};
use zeroize::Zeroizing;

use super::{
    content::ItemContent,
    number::{FieldKind, LabelNumber, Template},
    text::PrivateText,
};
use crate::{
    cbor::CborError,
    id::{ItemId, ScopeId},
};

/// The version of the bytes; a reader that meets another derives its overviews again.
const VERSION: u32 = 1;
/// The longest title in an overview, in characters; the item keeps all of it.
const MAX_TITLE: usize = 300;
const MAX_SUBTITLE: usize = 200;
const MAX_HOST: usize = 253;
const MAX_HOSTS: usize = 8;
const MAX_TAG: usize = 64;
const MAX_TAGS: usize = 32;

/// What a list shows of an item.
#[derive(PartialEq, Eq)]
pub struct ItemOverview {
    /// The item.
    pub item: ItemId,
    /// The vault or personal scope that it lives in.
    pub home: ScopeId,
    /// What it is for.
    pub template: Template,
    /// When its newest revision was written, in Unix milliseconds, as its author's clock said.
    pub changed_ms: u64,
    /// The title, cut to 300 characters.
    pub title: PrivateText,
    /// User name and host, what there is of them.
    pub subtitle: PrivateText,
    /// The hosts of its web addresses, lower case, without user, port and path.
    pub hosts: Vec<PrivateText>,
    /// Tags.
    pub tags: Vec<PrivateText>,
}

/// An overview that still lies in the bytes of its page: opening a page copies nothing.
#[derive(Clone, Copy)]
pub struct OverviewRef<'b> {
    /// The item.
    pub item: ItemId,
    /// The vault or personal scope that it lives in.
    pub home: ScopeId,
    /// What it is for.
    pub template: Template,
    /// When its newest revision was written, in Unix milliseconds, as its author's clock said.
    pub changed_ms: u64,
    /// The title, cut to 300 characters.
    pub title: &'b str,
    /// User name and host, what there is of them.
    pub subtitle: &'b str,
    hosts: &'b [u8],
    tags: &'b [u8],
}

impl ItemOverview {
    /// Derives it from a content. Hidden fields, the note and whatever stands in an address beside
    /// its host stay out.
    #[must_use]
    pub fn of(item: ItemId, home: ScopeId, changed_ms: u64, content: &ItemContent) -> Self {
        let mut hosts: Vec<PrivateText> = Vec::new();
        let addresses = content.fields().iter().filter(|f| f.kind == FieldKind::URL);
        for host in addresses.filter_map(|f| host_of(f.value.expose())) {
            if hosts.len() < MAX_HOSTS && !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        Self {
            item,
            home,
            template: content.template(),
            changed_ms,
            title: cut(content.title(), MAX_TITLE),
            subtitle: subtitle(content, hosts.first()),
            hosts,
            tags: content
                .tags()
                .take(MAX_TAGS)
                .map(|tag| cut(tag, MAX_TAG))
                .collect(),
        }
    }

    /// The bytes that a page keeps.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let texts = [&self.title, &self.subtitle]
            .into_iter()
            .chain(&self.hosts)
            .chain(&self.tags);
        // Heads of up to 5 bytes and the fixed parts: the buffer never grows, so it never leaves
        // a copy behind.
        let room = texts.map(|t| t.expose().len() + 5).sum::<usize>() + 128;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        let written = self.write(&mut Encoder::new(&mut *bytes));
        debug_assert!(written.is_ok() && bytes.len() <= room);
        bytes
    }

    fn write<W: encode::Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.array(9)?
            .u32(VERSION)?
            .bytes(self.item.as_bytes())?
            .bytes(self.home.as_bytes())?;
        e.u32(self.template.number())?.u64(self.changed_ms)?;
        e.str(self.title.expose())?.str(self.subtitle.expose())?;
        for list in [&self.hosts, &self.tags] {
            e.array(list.len() as u64)?;
            for text in list {
                e.str(text.expose())?;
            }
        }
        Ok(())
    }
}

impl<'b> OverviewRef<'b> {
    /// Reads one overview from the front of `bytes` and says how long it is.
    ///
    /// # Errors
    /// [`CborError`] when it is none of this version.
    pub fn decode(bytes: &'b [u8]) -> Result<(Self, usize), CborError> {
        Self::read(bytes).ok_or(CborError)
    }

    fn read(bytes: &'b [u8]) -> Option<(Self, usize)> {
        let mut d = Decoder::new(bytes);
        if d.array().ok()? != Some(9) || d.u32().ok()? != VERSION {
            return None;
        }
        let overview = Self {
            item: ItemId::new(d.bytes().ok()?.try_into().ok()?),
            home: ScopeId::new(d.bytes().ok()?.try_into().ok()?),
            template: Template::from_number(d.u32().ok()?),
            changed_ms: d.u64().ok()?,
            title: d.str().ok()?,
            subtitle: d.str().ok()?,
            hosts: list(&mut d, MAX_HOSTS)?,
            tags: list(&mut d, MAX_TAGS)?,
        };
        Some((overview, d.position()))
    }

    /// The hosts of its web addresses.
    pub fn hosts(&self) -> impl Iterator<Item = &'b str> + Clone + use<'b> {
        texts(self.hosts)
    }

    /// Tags.
    pub fn tags(&self) -> impl Iterator<Item = &'b str> + Clone + use<'b> {
        texts(self.tags)
    }

    /// A copy of its own.
    #[must_use]
    pub fn to_owned(&self) -> ItemOverview {
        ItemOverview {
            item: self.item,
            home: self.home,
            template: self.template,
            changed_ms: self.changed_ms,
            title: self.title.into(),
            subtitle: self.subtitle.into(),
            hosts: self.hosts().map(PrivateText::from).collect(),
            tags: self.tags().map(PrivateText::from).collect(),
        }
    }
}

impl fmt::Debug for ItemOverview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemOverview")
            .field("item", &self.item)
            .field("home", &self.home)
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OverviewRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverviewRef")
            .field("item", &self.item)
            .field("home", &self.home)
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

/// The host of a web address as a person types it, with or without a scheme; `None` where there
/// is nothing that looks like a host. User, password, port, path and the rest are left out: any of
/// them may be a secret.
#[must_use]
pub fn host_of(address: &str) -> Option<PrivateText> {
    let address = address.trim();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        // What follows a colon is a port, or else this is no host at all.
        None => match host.split_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            Some(_) => return None,
            None => host,
        },
    };
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || !host.chars().all(fits) || host.chars().count() > MAX_HOST {
        return None;
    }
    Some(PrivateText::new(host.to_lowercase()))
}

/// "user · host" as far as they are there and in the open.
fn subtitle(content: &ItemContent, address: Option<&PrivateText>) -> PrivateText {
    let user = content.username_field().map(|f| &f.value);
    let label = |label| content.open_field(|f| f.is(label)).map(|f| &f.value);
    let place = label(LabelNumber::HOST)
        .or_else(|| label(LabelNumber::ENVIRONMENT))
        .or_else(|| label(LabelNumber::DATABASE))
        .or_else(|| if user.is_none() { address } else { None });
    let mut line = Zeroizing::new(String::new());
    let parts = [user, place].into_iter().flatten().map(PrivateText::expose);
    // Reserved first, so that nothing is left behind by growing.
    line.reserve(parts.clone().map(|p| p.len() + " · ".len()).sum());
    for part in parts {
        if !line.is_empty() {
            line.push_str(" · ");
        }
        line.push_str(part);
    }
    cut(&line, MAX_SUBTITLE)
}

/// At most `max` characters, the last an ellipsis where something was cut, on one line.
fn cut(text: &str, max: usize) -> PrivateText {
    let longer = text.chars().nth(max).is_some();
    let keep = if longer { max - 1 } else { max };
    let mut out = String::with_capacity(text.len().min(max * 4) + '…'.len_utf8());
    out.extend(
        text.chars()
            .take(keep)
            .map(|c| if c.is_control() { ' ' } else { c }),
    );
    if longer {
        out.push('…');
    }
    PrivateText::new(out)
}

/// The bytes of a list of texts, each of them proved to be one.
fn list<'b>(d: &mut Decoder<'b>, max: usize) -> Option<&'b [u8]> {
    let from = d.position();
    let count = d.array().ok()??;
    if count > max as u64 {
        return None;
    }
    for _ in 0..count {
        d.str().ok()?;
    }
    d.input().get(from..d.position())
}

fn texts<'b>(list: &'b [u8]) -> impl Iterator<Item = &'b str> + Clone + use<'b> {
    let mut d = Decoder::new(list);
    let count = d.array().ok().flatten().unwrap_or(0);
    (0..count).map_while(move |_| d.str().ok())
}

#[cfg(test)]
mod tests;
