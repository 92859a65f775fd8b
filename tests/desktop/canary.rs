//! What must not lie on any disk, planted in the windows and searched for afterwards.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

/// Strings that were typed or shown, long and random enough that none is found by chance.
#[derive(Debug, Default)]
pub(crate) struct Canaries(Vec<String>);

impl Canaries {
    /// Remembers a string, and gives it back for planting.
    pub(crate) fn plant(&mut self, text: String) -> String {
        assert!(text.len() >= 16, "too short to prove anything");
        self.0.push(text.clone());
        text
    }

    /// Looks through every file under `folder`, in UTF-8, both UTF-16 and base64.
    pub(crate) fn search(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                self.search(&entry.path());
            } else if kind.is_file() {
                self.search_file(&entry.path());
            }
        }
    }

    fn search_file(&self, file: &Path) {
        // A process that ends may still be deleting its files.
        let Ok(bytes) = fs::read(file) else { return };
        for canary in &self.0 {
            for needle in forms(canary) {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "{canary} lies in {}", file.display());
            }
        }
    }
}

/// The ways in which programs write a string down.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    // Base64 of it inside of something longer: three ways to be cut, without the ends that depend
    // on what stands beside it.
    for skip in 0..3 {
        let whole = &text.as_bytes()[skip..];
        let inner = &whole[..whole.len() / 3 * 3];
        forms.push(base64(inner));
    }
    forms
}

/// Standard base64 of a whole number of groups of three.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.as_chunks::<3>().0;
    let digits = groups.iter().flat_map(|[a, b, c]| {
        let group = u32::from_be_bytes([0, *a, *b, *c]);
        [18, 12, 6, 0].map(|shift| DIGITS[(group >> shift) as usize & 63])
    });
    digits.collect()
}

/// A new canary.
pub(crate) fn made() -> String {
    let mut bytes = [0; 16];
    let mut source = File::open("/dev/urandom").unwrap();
    source.read_exact(&mut bytes).unwrap();
    let digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("canary-{digits}")
}

#[test]
fn a_planted_canary_is_found_in_every_form() {
    let mut canaries = Canaries::default();
    let text = canaries.plant("canary-0123456789abcdef".to_owned());
    assert_eq!(base64(b"Man"), b"TWFu");
    for (at, form) in forms(&text).into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        canaries.search(folder.path());
        fs::write(
            inner.join("file"),
            [b"before".to_vec(), form, b"after".to_vec()].concat(),
        )
        .unwrap();
        let found = std::panic::catch_unwind(|| canaries.search(folder.path()));
        assert!(found.is_err(), "form {at} was not found");
    }
}
