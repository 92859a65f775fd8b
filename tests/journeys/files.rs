//! Files of items: one adds, another saves, and the storage in between does what it likes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use conclave_app::{
    api::{
        Code, Role, Storage,
        app::LockReason,
        archive::ItemShown,
        items::{Changed, ChangedRole, FileRole, HistoryRequest, HistoryRow, ItemSave, ItemView},
        people::Scope,
        removal::Removal,
    },
    session::App,
};

use crate::people::{Team, change, login, search, storage, team, vault_named};

/// Longer than two chunks, and no two of its parts alike.
fn bytes() -> Vec<u8> {
    (0..150_000_u32).flat_map(u32::to_le_bytes).collect()
}

impl Team {
    /// A file that lies beside the profiles.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.homes[3].path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn shared(&self) -> &Path {
        self.homes[2].path()
    }

    /// A new item of Ana's with one file in it.
    fn item_with(&self, name: &str, bytes: &[u8]) -> ItemView {
        let added = self.ana.file_add(&self.file(name, bytes), &[]).unwrap();
        let mut save = login("Licences", &self.vault, "a-password");
        save.files = Some(vec![added.id]);
        self.ana.item_save(&save).unwrap()
    }
}

/// Saves an item's only file; the bytes, or why not.
fn saved(who: &App, item: &str, to: &Path) -> Result<Vec<u8>, Code> {
    let file = who.item_get(item).map_err(|e| e.code)?.files.swap_remove(0);
    who.file_save(item, &file.id, to).map_err(|e| e.code)?;
    Ok(fs::read(to).unwrap())
}

fn sync(people: &[&App]) {
    for who in people {
        who.sync_now().unwrap();
    }
}

/// Every sealed file on the storage.
fn blobs(shared: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![shared.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.components().any(|part| part.as_os_str() == "blob") {
                found.push(path);
            }
        }
    }
    found
}

/// An edit that keeps all but the files.
fn edit(who: &App, view: &ItemView, files: Vec<String>) -> ItemView {
    let seen = who.item_get(&view.id).unwrap();
    let mut save: ItemSave = login(&seen.title, &seen.vault, "a-password");
    (save.item, save.base) = (Some(seen.id), Some(seen.base));
    save.files = Some(files);
    who.item_save(&save).unwrap()
}

#[test]
fn a_file_that_one_adds_another_saves_byte_for_byte() {
    let t = team();
    let canary = b"-----BEGIN PRIVATE KEY----- canary-9fQ2 ".repeat(3000);
    let item = t.item_with("wildcard.key", &canary);
    let seen = (item.files[0].name.as_str(), item.files[0].size);
    assert_eq!(seen, ("wildcard.key", canary.len() as u64));
    sync(&[&t.ana, &t.mara]);
    let to = t.homes[3].path().join("mine.key");
    assert_eq!(saved(&t.mara, &item.id, &to), Ok(canary.clone()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&to).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    // From here on it is here: nothing is fetched again.
    blobs(t.shared())
        .iter()
        .for_each(|path| fs::remove_file(path).unwrap());
    assert_eq!(saved(&t.mara, &item.id, &to), Ok(canary));
    // Nothing of it lies open in the folder or in a profile.
    for home in &t.homes[..3] {
        search(home.path(), "canary-9fQ2");
        search(home.path(), "wildcard.key");
    }
}

#[test]
fn an_edit_keeps_files_history_tells_of_them_and_archive_and_copy_have_them() {
    let t = team();
    let item = t.item_with("one.pem", b"one");
    change(&t.ana, &item.id, &t.vault, "another-password").unwrap();
    sync(&[&t.ana, &t.mara]);
    let two = t
        .mara
        .file_add(
            &t.file("two.pem", b"two"),
            std::slice::from_ref(&item.files[0].id),
        )
        .unwrap();
    let both = edit(
        &t.mara,
        &item,
        vec![item.files[0].id.clone(), two.id.clone()],
    );
    let names = |view: &ItemView| {
        view.files
            .iter()
            .map(|f| f.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&both), ["one.pem", "two.pem"]);
    let left = edit(&t.mara, &item, vec![two.id]);
    assert_eq!(names(&left), ["two.pem"]);
    sync(&[&t.mara, &t.ana]);

    let history = HistoryRequest {
        item: item.id.clone(),
        offset: 0,
        limit: 10,
    };
    let rows = t.ana.item_history(&history).unwrap().rows;
    let file = ChangedRole::File(FileRole::File);
    let told = |of: fn(&HistoryRow) -> &Vec<Changed>| -> BTreeSet<String> {
        let files = rows.iter().flat_map(of).filter(|part| part.role == file);
        files.filter_map(|part| part.label.clone()).collect()
    };
    // The first was there from the beginning.
    assert_eq!(told(|row| &row.added), ["two.pem".to_owned()].into());
    assert_eq!(told(|row| &row.removed), ["one.pem".to_owned()].into());
    assert_eq!(told(|row| &row.changed), BTreeSet::new());

    let copy = t.ana.item_duplicate(&item.id, "A copy").unwrap();
    let shown = ItemShown {
        item: item.id.clone(),
        base: t.ana.item_get(&item.id).unwrap().base,
    };
    t.ana.item_archive(&[shown]).unwrap();
    t.ana.item_restore(std::slice::from_ref(&item.id)).unwrap();
    sync(&[&t.ana, &t.mara]);
    for id in [&copy.id, &item.id] {
        let to = t.homes[3].path().join("back.pem");
        assert_eq!(saved(&t.ana, id, &to), Ok(b"two".to_vec()));
        assert_eq!(saved(&t.mara, id, &to), Ok(b"two".to_vec()));
    }
}

#[test]
fn files_that_two_people_add_at_once_are_both_there() {
    let t = team();
    let item = t.item_with("first.pem", b"first");
    let first = item.files[0].id.clone();
    sync(&[&t.ana, &t.mara]);
    for (who, name) in [(&t.ana, "by-ana.pem"), (&t.mara, "by-mara.pem")] {
        let added = who
            .file_add(&t.file(name, name.as_bytes()), std::slice::from_ref(&first))
            .unwrap();
        edit(who, &item, vec![first.clone(), added.id]);
    }
    sync(&[&t.ana, &t.mara, &t.ana]);
    let seen = t.ana.item_get(&item.id).unwrap();
    let names: Vec<&str> = seen.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["by-ana.pem", "by-mara.pem", "first.pem"]);
    let theirs = &seen.files[1];
    let to = t.homes[3].path().join("theirs");
    t.ana.file_save(&item.id, &theirs.id, &to).unwrap();
    assert_eq!(fs::read(to).unwrap(), b"by-mara.pem");
}

#[test]
fn hostile_19_a_storage_that_cuts_swaps_or_keeps_a_file_writes_nothing() {
    let t = team();
    let item = t.item_with("licence.bin", &bytes());
    t.item_with("other.bin", &bytes().into_iter().rev().collect::<Vec<u8>>());
    sync(&[&t.ana, &t.mara]);
    let files = blobs(t.shared());
    assert_eq!(files.len(), 2);
    let to = t.homes[3].path().join("out.bin");
    fs::write(&to, b"before").unwrap();
    let (a, b) = (fs::read(&files[0]).unwrap(), fs::read(&files[1]).unwrap());
    let put = |one: &[u8], two: &[u8]| {
        fs::write(&files[0], one).unwrap();
        fs::write(&files[1], two).unwrap();
    };
    let piece = 64 * 1024 + 104;
    let swap = |bytes: &[u8]| {
        [
            &bytes[piece..2 * piece],
            &bytes[..piece],
            &bytes[2 * piece..],
        ]
        .concat()
    };
    let flip = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[100_000] ^= 1;
        bytes
    };
    let longer = |bytes: &[u8]| [bytes, &[0; 100]].concat();
    let tricks: [(Vec<u8>, Vec<u8>, Code); 6] = [
        (b.clone(), a.clone(), Code::FileAltered),
        (swap(&a), swap(&b), Code::FileAltered),
        (flip(&a), flip(&b), Code::FileAltered),
        (longer(&a), longer(&b), Code::FileAltered),
        (a[..piece].to_vec(), b[..piece].to_vec(), Code::FileNotHere),
        (Vec::new(), Vec::new(), Code::FileNotHere),
    ];
    for (one, two, code) in tricks {
        put(&one, &two);
        assert_eq!(saved(&t.mara, &item.id, &to), Err(code));
        assert_eq!(fs::read(&to).unwrap(), b"before");
    }
    files.iter().for_each(|path| fs::remove_file(path).unwrap());
    assert_eq!(saved(&t.mara, &item.id, &to), Err(Code::FileNotHere));
    let left = fs::read_dir(t.homes[3].path()).unwrap().count();
    assert_eq!(left, 3, "two that were added, one that was there before");
    // What it gives in the end is what was added.
    put(&a, &b);
    assert_eq!(saved(&t.mara, &item.id, &to), Ok(bytes()));
}

#[test]
fn hostile_19_a_damaged_copy_in_the_profile_is_fetched_anew() {
    let t = team();
    let item = t.item_with("licence.bin", &bytes());
    t.ana.sync_now().unwrap();
    let kept = fs::read_dir(t.homes[0].path().join("blobs")).unwrap();
    for entry in kept {
        fs::write(entry.unwrap().path(), b"damaged").unwrap();
    }
    let to = t.homes[3].path().join("out.bin");
    assert_eq!(saved(&t.ana, &item.id, &to), Ok(bytes()));
}

/// Nobody reads of a file that is not there: with a folder that takes none, the item stays behind
/// as well, through a restart, and both arrive together.
#[test]
fn a_file_goes_before_the_item_that_names_it_and_survives_a_restart() {
    let t = team();
    t.ana.storage_set(&Storage::None).unwrap();
    let item = t.item_with("licence.bin", &bytes());
    assert!(blobs(t.shared()).is_empty());
    t.ana.lock(LockReason::Manual);
    t.ana.unlock(crate::people::PASSPHRASE).unwrap();
    // A file stands where the folder for them should be: they cannot be put there.
    let root = fs::read_dir(t.shared().join("conclave1"))
        .unwrap()
        .next()
        .unwrap();
    let place = root.unwrap().path().join("blob");
    fs::write(&place, b"in the way").unwrap();
    t.ana.storage_set(&storage(t.shared())).unwrap();
    sync(&[&t.ana, &t.mara]);
    assert_eq!(
        t.mara.item_get(&item.id).map(drop).map_err(|e| e.code),
        Err(Code::NotFound)
    );
    fs::remove_file(&place).unwrap();
    sync(&[&t.ana, &t.mara]);
    let to = t.homes[3].path().join("out.bin");
    assert_eq!(saved(&t.mara, &item.id, &to), Ok(bytes()));
}

#[test]
fn somebody_removed_gets_no_new_file() {
    let t = team();
    let old = t.item_with("old.bin", b"old");
    sync(&[&t.ana, &t.mara]);
    let removal = Removal {
        user: t.user.clone(),
        vault: None,
        emergency: false,
    };
    t.ana.person_remove(&removal).unwrap();
    let new = t.ana.file_add(&t.file("new.bin", b"new"), &[]).unwrap();
    let newer = edit(&t.ana, &old, vec![new.id.clone()]);
    sync(&[&t.ana, &t.mara]);
    let to = t.homes[3].path().join("out.bin");
    let got = t.mara.file_save(&newer.id, &new.id, &to);
    assert_eq!(got.map(drop).map_err(|e| e.code), Err(Code::NotFound));
    assert!(!to.exists());
    // What she could read before is what she reads.
    let seen = t.mara.item_get(&old.id).unwrap();
    assert_eq!(seen.files[0].name, "old.bin");
}

#[test]
fn who_is_given_the_one_item_saves_its_file() {
    let t = team();
    let apart = vault_named(&t.ana, "Apart");
    let added = t.ana.file_add(&t.file("one.bin", b"one"), &[]).unwrap();
    let mut save = login("Apart", &apart, "a-password");
    save.files = Some(vec![added.id]);
    let item = t.ana.item_save(&save).unwrap();
    t.ana
        .share_grant(
            &Scope::Item {
                id: item.id.clone(),
            },
            &t.user,
            Role::Viewer,
        )
        .unwrap();
    sync(&[&t.ana, &t.mara]);
    let to = t.homes[3].path().join("out.bin");
    assert_eq!(saved(&t.mara, &item.id, &to), Ok(b"one".to_vec()));
}

#[test]
fn what_was_added_and_not_saved_survives_a_lock_and_goes_with_the_draft() {
    let t = team();
    let added = t.ana.file_add(&t.file("draft.bin", b"draft"), &[]).unwrap();
    let mut draft = login("Unfinished", &t.vault, "a-password");
    draft.files = Some(vec![added.id.clone()]);
    t.ana.draft_save(&draft).unwrap();
    t.ana.lock(LockReason::Manual);
    t.ana.unlock(crate::people::PASSPHRASE).unwrap();
    assert_eq!(t.ana.draft_get().unwrap().unwrap().files, [added]);
    let kept = || {
        fs::read_dir(t.homes[0].path().join("blobs"))
            .unwrap()
            .count()
    };
    assert_eq!(kept(), 1);
    t.ana.draft_discard().unwrap();
    assert_eq!(kept(), 0);
    assert!(blobs(t.shared()).is_empty());
}
