//! One file of an item: what the item says of it, its ciphertext, and what opens out of that.

use conclave_core::{
    id::{LogId, TeamId},
    item::{File, ItemContent, Template},
    layout::ObjectName,
};
use conclave_crypto::sha256;
use conclave_testkit::rng::seeded;
use serde_json::json;

use crate::{array, bytes, number, read, write_new};

/// Two chunks; no part of it is like another.
fn plain() -> Vec<u8> {
    (0..17_000_u32).flat_map(u32::to_le_bytes).collect()
}

#[test]
#[ignore = "makes the frozen file; it refuses where there is one"]
fn write_attachment() {
    let (team, log) = (TeamId::new([0x11; 32]), LogId::new([0x22; 32]));
    let (file, sealed) = File::seal(team, log, "licence.bin", &plain(), &mut seeded(22));
    let place = file.place();
    let mut content = ItemContent::new(Template::NOTE);
    content.set_title("Licences");
    content.put_file(file);
    let value = json!({
        "team": hex::encode(team.as_bytes()),
        "payload": hex::encode(&*content.encode().unwrap()),
        "path": place.as_str(),
        "sealed": hex::encode(&sealed),
        "plain_len": plain().len(),
        "plain_sha256": hex::encode(sha256(&plain())),
    });
    write_new("attachment.json", &value);
}

#[test]
fn the_frozen_file_opens() {
    let frozen = read("attachment.json");
    let team = TeamId::new(array(&frozen["team"]));
    let content = ItemContent::decode(&bytes(&frozen["payload"])).unwrap();
    assert_eq!(*content.encode().unwrap(), bytes(&frozen["payload"]));
    let file = content.files().next().unwrap();
    assert_eq!(file.name(), "licence.bin");
    assert_eq!(file.place().as_str(), frozen["path"].as_str().unwrap());
    let sealed = bytes(&frozen["sealed"]);
    assert_eq!(sealed.len() as u64, file.sealed_len());
    assert!(file.place().as_str().ends_with(&file.digest().name()));
    let opened = file.open(team, &sealed).unwrap();
    assert_eq!(opened.len() as u64, number(&frozen["plain_len"]));
    assert_eq!(sha256(&opened), array(&frozen["plain_sha256"]));
    assert_eq!(*opened, plain());
}
