//! `conclave read`: the program that people get hands one value to another program.

use std::{
    io::Write,
    process::{Output, Stdio},
};

use conclave_app::api::{Role, items::FieldRole, machines::MachineCreate};

use crate::{
    harness::{Person, Stage, shut_app},
    windowless::{self, Ago},
};

/// Runs it with the key on its standard input.
fn read(person: &Person, key: &str, args: &[&str]) -> Output {
    let mut child = person
        .command(&shut_app())
        .args(["read", "--key", "-"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Whoever refuses the arguments does not wait for a key.
    let _ = input.write_all(key.as_bytes());
    drop(input);
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reads_one_value_by_a_machines_key() {
    let stage = Stage::start();
    let (ana, server) = (stage.person("ana"), stage.person_without_keyring("server"));
    let shared = tempfile::tempdir().unwrap();
    let founder = windowless::found(&ana, "Ana", Some(shared.path()), Ago::NOW);
    let vault = founder.new_vault("Production");
    let login = [
        (FieldRole::Username, "app_rw"),
        (FieldRole::Password, "correct horse"),
    ];
    founder.add_login(&vault, "Postgres primary", &login);
    let file = shared.path().join("build.key");
    let request = MachineCreate {
        name: "Nightly build".into(),
        vaults: vec![vault],
        role: Role::Viewer,
        path: None,
    };
    founder
        .with(|app| app.machine_create(&request, &file))
        .unwrap();
    founder.sync();
    let key = std::fs::read_to_string(&file).unwrap();
    let folder = shared.path().to_str().unwrap();
    let of = |title| ["--folder", folder, "Production", title];

    let said = read(&server, &key, &of("Postgres primary"));
    assert!(said.status.success(), "{said:?}");
    assert_eq!(said.stdout, b"correct horse");
    assert!(said.stderr.is_empty(), "{said:?}");
    // Again, now from its own copy in the usual place.
    let args = [&of("Postgres primary")[..], &["username"]].concat();
    assert_eq!(read(&server, &key, &args).stdout, b"app_rw");
    founder.sync();
    let seen = founder.with(|app| app.machine_list()).unwrap();
    assert!(seen.machines[0].last_seen_ms.is_some());

    for (key, title, sentence) in [
        (key.as_str(), "Nothing", "no such item"),
        ("no key", "Postgres primary", "no machine's key"),
    ] {
        let said = read(&server, key, &of(title));
        assert_eq!(said.status.code(), Some(1));
        assert!(said.stdout.is_empty());
        let told = String::from_utf8(said.stderr).unwrap();
        assert!(told.contains(sentence), "{told}");
    }
    let said = read(&server, "", &["Production"]);
    assert_eq!(said.status.code(), Some(2));
}
