//! Bad input and a full disk: a clear code, nothing written, nothing lost.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::{Value as Json, json};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A workbook whose one sheet inflates to `bytes` spaces.
fn bomb(bytes: usize) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let small = [
        ("[Content_Types].xml", r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
    ];
    for (name, text) in small {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        zip.write_all(&chunk).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What may not change by a file that is refused.
fn state(d: &Device) -> (Json, u32, Json, Json) {
    (d.call("list_households", json!({ "limit": 1 }))["total"].clone(), d.pending(), d.call("list_held", json!({}))["total"].clone(), {
        let units = d.call("list_units", json!({}));
        json!(units["items"].as_array().unwrap().len())
    })
}

#[test]
fn a_file_that_is_no_roster_is_refused_with_a_code_and_nothing_is_written() {
    let w = World::new(301);
    let office = w.office();
    let before = state(office);
    let roster = "姓名,楼号,单元,房号\n张三,1,1,101\n";
    let big5: Vec<u8> = [&b"\xa9m\xa6W,\xbc\xd3\xb8\xb9,\xa9\xd0\xb8\xb9\n"[..], b"\xb1i\xa4T,1,101\n\xff\xff\xff,1,102\n"].concat();
    let good = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/一网格居民台账.xlsx")).unwrap();
    let files: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("日记.csv", "日期,金额\n2026-01-01,3\n".into(), &["not_a_roster"]),
        ("你好.txt", "hello".into(), &["not_a_roster"]),
        ("图片.xlsx", b"\x89PNG\r\n\x1a\n0000".to_vec(), &["bad_file", "not_a_roster"]),
        ("空.xlsx", Vec::new(), &["empty_sheet"]),
        ("只有表头.csv", "姓名,楼号,单元,房号\n".into(), &["empty_sheet"]),
        ("大五码.csv", big5, &["bad_encoding"]),
        ("二进制.csv", vec![0, 1, 2, 3, 0, 0], &["bad_encoding", "not_a_roster"]),
        ("炸弹.xlsx", bomb(200 << 20), &["zip_bomb"]),
        ("截断.xlsx", good[..good.len() / 2].to_vec(), &["bad_file", "not_a_roster"]),
    ];
    for (name, bytes, codes) in files {
        let path = w.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        for dry in [true, false] {
            let code = office.refused("import_roster", json!({ "file": path, "grid": FIRST_GRID, "dry_run": dry }));
            assert!(codes.contains(&code.as_str()), "{name}: {code}");
        }
        assert_eq!(state(office), before, "{name} left something behind");
    }
    assert_eq!(office.refused("import_roster", json!({ "file": w.path().join("没有.xlsx"), "grid": FIRST_GRID })), "invalid_args");
    let path = w.path().join("好.csv");
    std::fs::write(&path, roster).unwrap();
    assert_eq!(office.refused("import_roster", json!({ "file": path, "grid": "0000" })), "not_found");
    assert_eq!(w.ana().refused("import_roster", json!({ "file": path, "grid": FIRST_GRID })), "not_allowed");
    office.call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    office.sync();
    assert!(office.agrees());
}

#[test]
fn a_cell_longer_than_a_field_takes_waits_for_the_office_and_refuses_no_roster() {
    let w = World::ready(304);
    let path = w.path().join("长.csv");
    let long = "很长的话，".repeat(2000);
    std::fs::write(&path, format!("姓名,楼号,单元,房号,备注,其他说明\n张三,5,1,101,{long},{long}\n李四,5,1,102,短,短\n")).unwrap();
    let r = w.office().call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    assert_eq!((r["households"].clone(), r["held"].clone()), (json!(2), json!(2)), "{r:.200}");
    w.office().sync();
    assert_eq!(w.office().call("list_tray", json!({}))["total"], json!(0));
    let held = w.office().call("list_held", json!({}))["items"].clone();
    let waiting: Vec<&Json> = held.as_array().unwrap().iter().filter(|h| h["reason"]["code"] == "too_long").collect();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|h| long.starts_with(h["cell"].as_str().unwrap())));
    w.sync_all();
    assert_eq!(w.ana().doors().len(), 9);
}

#[test]
fn nonsense_is_answered_with_a_code_and_harms_nothing() {
    let w = World::ready(302);
    let ana = w.ana();
    let before = look::everything(ana, false);
    let home = ana.at("1-1-101");
    let person = ana.person("1-1-101", "张建国")["id"].clone();
    let long = "长".repeat(3000);
    let cases: Vec<(&str, Json, &[&str])> = vec![
        ("no_such_command", json!({}), &["unknown_command"]),
        ("", json!({}), &["unknown_command"]),
        ("add_visit", json!([1, 2]), &["invalid_args"]),
        ("add_visit", json!({ "household": home }), &["invalid_args"]),
        ("add_visit", json!({ "household": home, "outcome": "nonsense" }), &["invalid_args"]),
        ("add_visit", json!({ "household": "not-an-id", "outcome": "met" }), &["not_found", "invalid_args"]),
        ("add_visit", json!({ "household": home, "outcome": "met", "note": long }), &["invalid_args", "too_large"]),
        ("add_visit", json!({ "household": person, "outcome": "met" }), &["not_found"]),
        ("edit_person", json!({ "id": person, "edit": { "nonsense": 1 } }), &["invalid_args"]),
        ("edit_person", json!({ "id": person, "edit": { "sex": "七" } }), &["invalid_args"]),
        ("edit_person", json!({ "id": person, "edit": { "id_number": "610104195208090516" } }), &["invalid_args"]),
        ("edit_person", json!({ "id": person, "edit": { "note": long } }), &["invalid_args", "too_large"]),
        ("edit_person", json!({ "id": person, "edit": { "note": "x" }, "seen": { "note": ["nonsense"] } }), &["invalid_args"]),
        ("edit_person", json!({ "id": person, "edit": { "household": home } }), &["not_allowed", "invalid_args"]),
        ("settle_conflict", json!({ "id": "a/b/c/d/e", "value": 1 }), &["invalid_args", "not_found"]),
        ("get_household", json!({ "id": "'; drop table doc; --" }), &["not_found"]),
        ("search", json!({ "q": "\" OR NEAR(*" }), &[]),
        ("add_case", json!({ "matter": "99999", "title": "x" }), &["invalid_args"]),
        ("add_step", json!({ "case": home, "transition": "close" }), &["not_found"]),
        ("decide_held", json!({ "id": home, "decision": "take" }), &["not_allowed"]),
        ("invite_device", json!({ "role": "admin", "unit": FIRST_GRID, "name": "x" }), &["not_allowed"]),
    ];
    for (command, args, codes) in cases {
        match ana.try_call(command, args.clone()) {
            Ok(_) => assert!(codes.is_empty(), "{command} {:.80} went through", args.to_string()),
            Err(e) => assert!(codes.contains(&e.code.as_str()), "{command}: {e}"),
        }
    }
    assert_eq!(ana.pending(), 0);
    assert_eq!(look::everything(ana, false), before);
}

/// A small file system, mounted here when this process may; taken away with the value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, bytes: u64) -> Option<SmallDisk> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"]).arg(at).output();
        done.is_ok_and(|o| o.status.success()).then(|| SmallDisk(at.to_path_buf()))
    }

    /// Takes what is left of it.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [65_536, 4096, 512, 1] {
            while file.write(&vec![0; size]).is_ok_and(|n| n > 0) {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_written() {
    let w = World::ready(303);
    let ana = w.ana();
    let next_life = ana.home().with_file_name("1");
    let Some(disk) = SmallDisk::mount(&next_life, 12 << 20) else {
        eprintln!("skipped: this process may not mount a small disk");
        return;
    };
    ana.kill();
    assert_eq!(ana.home(), next_life);
    let home = ana.at("1-1-101");
    ana.call("add_visit", json!({ "household": home, "outcome": "met", "note": "还有地方" }));
    let before = (ana.file("1-1-101"), ana.pending());
    let filler = disk.fill();
    // the log may have room from before; it fills up, and from then on every write is refused
    let mut refused = 0;
    let mut saved = 0;
    for n in 0..400 {
        match ana.try_call("add_visit", json!({ "household": home, "outcome": "absent", "note": format!("第 {n} 次{}", "，".repeat(500)) }))
        {
            Ok(_) => saved += 1,
            Err(e) => {
                assert_eq!(e.code, "disk_full", "{e}");
                refused += 1;
            }
        }
        if refused == 5 {
            break;
        }
    }
    assert_eq!(refused, 5, "{saved} were saved and the disk never filled up");
    let file = ana.file("1-1-101");
    assert_eq!(file["visits"].as_array().unwrap().len(), 1 + saved, "what was saved is there and nothing else");
    assert_eq!(ana.pending(), before.1 + u32::try_from(saved).unwrap());
    // what comes from elsewhere does not fit either; it is not lost, and reading goes on
    w.office().edit_person("1-1-101", "张建国", "note", "从别处来");
    w.office().sync();
    let code = ana.try_sync().map_or_else(|e| e.code, |r| format!("went through: {r}"));
    assert_eq!(code, "disk_full");
    assert_eq!(ana.doors().len(), 7);
    std::fs::remove_file(filler).unwrap();
    ana.sync();
    assert!(ana.agrees(), "{}", ana.status());
    assert_eq!(ana.person("1-1-101", "张建国")["note"], "从别处来");
    w.sync_all();
    assert_eq!(w.office().file("1-1-101")["visits"].as_array().unwrap().len(), 1 + saved);
    assert_eq!(look::difference(w.office(), ana), None);
    ana.close();
}
