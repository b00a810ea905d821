//! Photos and recordings from the phone that takes them to whoever may see them, and no further.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::world::*;
use serde_json::{Value as Json, json};

/// A photo of so many pixels that no compressor finds anything in it, made from a seed; with a place and a serial number in its EXIF.
fn photo(edge: u32, seed: u32) -> String {
    let mut noise = seed.wrapping_mul(2_654_435_761).max(1);
    let picture = image::RgbImage::from_fn(edge, edge, |_, _| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(noise >> 24) as u8, (noise >> 16) as u8, (noise >> 8) as u8])
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture).unwrap();
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0GPS-CANARY 34.2648 108.9470 SERIAL-8841";
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    STANDARD.encode([&jpeg[..2], &[0xff, 0xe1], &length, b"Exif\0\0", tiff, &jpeg[2..]].concat())
}

fn stage(d: &Device, edge: u32, seed: u32) -> String {
    d.call("stage_media", json!({ "data": photo(edge, seed), "media": "photo" }))["token"].as_str().unwrap().into()
}

/// A visit with a photo. Returns the visit and the attachment.
fn visit(d: &Device, plate: &str, edge: u32, seed: u32) -> (String, String) {
    let token = stage(d, edge, seed);
    let args = json!({ "household": d.at(plate), "outcome": "met", "attachments": [{ "token": token, "words": "楼道堆物" }] });
    let visit = d.call("add_visit", args)["id"].as_str().unwrap().to_string();
    let id = only(d, &visit)["id"].as_str().unwrap().to_string();
    (visit, id)
}

fn all(d: &Device, of: &str) -> Vec<Json> {
    d.call("list_attachments", json!({ "of": of }))["items"].as_array().unwrap().clone()
}

fn only(d: &Device, of: &str) -> Json {
    let items = all(d, of);
    assert_eq!(items.len(), 1, "{}: {items:?}", d.name);
    items[0].clone()
}

#[test]
fn a_photo_goes_with_its_visit_in_one_command_and_can_be_looked_at_without_a_network() {
    let w = World::ready(1);
    w.ana().line.set_offline(true);
    let before = w.ana().pending();
    let (of, id) = visit(w.ana(), "1-1-101", 64, 1);
    assert_eq!(w.ana().pending(), before + 1, "one command");
    let item = only(w.ana(), &of);
    assert_eq!((item["state"].as_str(), item["media"].as_str(), item["words"].as_str()), (Some("queued"), Some("photo"), Some("楼道堆物")));
    assert_eq!((item["width"].as_u64(), item["of_kind"].as_str(), item["mine"].as_bool()), (Some(64), Some("visit"), Some(true)));
    for size in ["thumb", "full"] {
        let data = w.ana().call("get_attachment", json!({ "id": id, "size": size }));
        assert!(STANDARD.decode(data["data"].as_str().unwrap()).unwrap().starts_with(&[0xff, 0xd8, 0xff]));
    }
    assert_eq!(w.ana().status()["photos"], 1);
    let list = w.ana().call("list_media", json!({}));
    assert_eq!((list["queued"].as_u64(), list["items"][0]["id"].as_str()), (Some(1), Some(id.as_str())));
}

#[test]
fn what_was_staged_is_used_once_and_may_be_thrown_away() {
    let w = World::ready(2);
    let ana = w.ana();
    let token = stage(ana, 32, 1);
    assert_eq!(ana.call("discard_staged", json!({ "token": token }))["changed"], true);
    let args = json!({ "household": ana.at("1-1-101"), "outcome": "met", "attachments": [{ "token": token }] });
    assert_eq!(ana.refused("add_visit", args), "not_found");
    assert_eq!(ana.refused("stage_media", json!({ "data": STANDARD.encode("<svg/>"), "media": "photo" })), "not_a_photo");
    assert_eq!(ana.refused("stage_media", json!({ "data": photo(32, 1), "media": "audio" })), "not_a_recording");
}

/// The bytes of an attachment, as far as they are here.
fn data(d: &Device, id: &str, size: &str) -> Option<Vec<u8>> {
    let got = d.try_call("get_attachment", json!({ "id": id, "size": size })).ok()?;
    Some(STANDARD.decode(got["data"].as_str()?).unwrap())
}

fn state(d: &Device, of: &str) -> String {
    only(d, of)["state"].as_str().unwrap().into()
}

fn fetch(d: &Device, id: &str) -> Vec<u8> {
    let got = d.call("fetch_attachment", json!({ "id": id, "size": "full" }));
    STANDARD.decode(got["data"].as_str().unwrap()).unwrap()
}

/// Files of the server's folder of photos.
fn blobs(w: &World) -> Vec<std::path::PathBuf> {
    files(&w.server_dir().join("blobs"))
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        if entry.path().is_dir() { out.extend(files(&entry.path())) } else { out.push(entry.path()) }
    }
    out
}

/// How many blobs a device keeps, by what lies on its disk.
fn kept(d: &Device) -> u32 {
    let key = std::fs::read_to_string(d.home().join("unlocked")).unwrap();
    let db = rusqlite::Connection::open(d.home().join("media.db")).unwrap();
    db.execute_batch(&app_core::unlock_sql(key.split_whitespace().next().unwrap())).unwrap();
    db.query_row("select count(*) from blob", [], |r| r.get(0)).unwrap()
}

fn matter(class: shared_model::Class) -> String {
    shared_model::matters::all().iter().find(|m| m.class == class).unwrap().code.clone()
}

#[test]
fn a_photo_follows_its_record_and_the_office_sees_the_small_one_at_once() {
    let w = World::ready(3);
    let (of, id) = visit(w.ana(), "1-1-101", 200, 1);
    // the record goes, the photo does not
    w.ana().line.set_media_refusal(Some(Box::new(|_, _, _| Some(503))));
    w.ana().sync();
    assert_eq!(w.ana().status()["pending"], 0);
    assert_eq!((w.ana().status()["photos"].as_u64(), w.ana().agrees()), (Some(1), true), "records agree, a photo waits");
    w.office().sync();
    let there = only(w.office(), &of);
    assert_eq!((there["state"].as_str(), there["by"].as_str(), there["mine"].as_bool()), (Some("waiting"), Some("安然"), Some(false)));
    assert_eq!(w.office().refused("fetch_attachment", json!({ "id": id, "size": "full" })), "not_there");

    w.ana().line.set_media_refusal(None);
    w.ana().sync();
    assert_eq!((state(w.ana(), &of).as_str(), w.ana().status()["photos"].as_u64()), ("sent", Some(0)));
    // what was not there is asked about again after an eighth of its age
    w.clock.pass_ms(1_000);
    w.office().sync();
    assert_eq!(state(w.office(), &of), "remote");
    assert!(data(w.office(), &id, "thumb").is_some() && data(w.office(), &id, "full").is_none(), "the small one comes by itself");
    assert_eq!(fetch(w.office(), &id), data(w.ana(), &id, "full").unwrap());
    w.nothing_wrong();
    // nothing is asked again when nothing is new
    w.sync_all();
    w.devices.iter().for_each(|d| drop(d.line.take_media()));
    w.sync_all();
    assert!(w.devices.iter().all(|d| d.line.take_media().is_empty()));
}

#[test]
fn an_upload_that_is_cut_again_and_again_goes_on_where_it_was() {
    let w = World::ready(4);
    let ana = w.ana();
    let (of, id) = visit(ana, "1-1-101", 900, 9);
    let whole = data(ana, &id, "full").unwrap();
    let pieces = whole.len().div_ceil(64 * 1024);
    assert!(pieces >= 10, "{} bytes: too few for ten pieces", whole.len());
    // the small one, then the first piece is lost on its way
    ana.line.queue_media(&[Fault::None, Fault::None, Fault::None, Fault::LoseRequest]);
    ana.sync();
    assert_eq!(state(ana, &of), "queued");
    ana.line.queue_media(&[Fault::LoseReply]);
    ana.sync();
    for n in 1..pieces {
        // it says itself how far it is; then another piece arrives and its answer does not
        ana.line.queue_media(&[Fault::None, Fault::None, Fault::LoseReply]);
        if n == pieces / 2 {
            // the phone is switched off and on in between
            ana.kill();
        }
        ana.sync();
        let item = only(ana, &of);
        assert_eq!((item["state"].as_str(), item["sent"].as_u64()), (Some("sending"), Some(n as u64 * 64 * 1024)));
    }
    ana.sync();
    assert_eq!(state(ana, &of), "sent");
    let taken = ana.line.take_media().into_iter().filter(|(method, _, status)| method == "PATCH" && *status == 204).count();
    assert_eq!(taken, pieces + 1, "no piece was taken twice");
    w.office().sync();
    assert_eq!(fetch(w.office(), &id), whole);
    assert!(!w.server_dir().join("blobs/parts").exists() || files(&w.server_dir().join("blobs/parts")).is_empty());
}

#[test]
fn a_photo_that_the_server_refuses_delays_nothing_else() {
    let w = World::ready(5);
    let ana = w.ana();
    let (first, id) = visit(ana, "1-1-101", 300, 1);
    let (second, _) = visit(ana, "1-1-102", 200, 2);
    let refused = only(ana, &first)["bytes"].to_string();
    ana.line.set_media_refusal(Some(Box::new(move |method, _, headers| {
        let is_it = method == "POST" && headers.iter().any(|(name, value)| name == "upload-length" && *value == refused);
        is_it.then_some(415)
    })));
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met" }));
    ana.sync();
    assert!(ana.agrees(), "{}", ana.status());
    assert_eq!((state(ana, &first).as_str(), state(ana, &second).as_str()), ("refused", "sent"));
    // it tries again by itself, and not at every turn
    ana.line.take_media();
    ana.sync();
    assert!(ana.line.take_media().is_empty());
    assert!(data(ana, &id, "full").is_some(), "it is still here");
    ana.line.set_media_refusal(None);
    w.clock.pass_ms(60_000);
    ana.sync();
    assert_eq!(state(ana, &first), "sent");
}

#[test]
fn nothing_of_where_and_with_what_a_photo_was_taken_reaches_a_disk() {
    let w = World::ready(6);
    visit(w.ana(), "1-1-101", 120, 3);
    w.sync_all();
    let mut folders = vec![w.server_dir()];
    folders.extend(w.devices.iter().map(Device::home));
    let mut looked = 0;
    for file in folders.iter().flat_map(|f| files(f)) {
        let bytes = std::fs::read(&file).unwrap();
        looked += bytes.len();
        for canary in [&b"GPS-CANARY"[..], b"SERIAL-8841", b"Exif\0\0"] {
            assert!(!bytes.windows(canary.len()).any(|w| w == canary), "{}", file.display());
        }
    }
    assert!(looked > 100_000 && !blobs(&w).is_empty());
}

#[test]
fn a_shared_case_brings_its_photos_and_takes_them_with_it() {
    let w = World::wide(7);
    w.sync_all();
    let (ana, firm) = (w.ana(), &w.devices[FIRM]);
    let token = stage(ana, 150, 1);
    let args = json!({ "matter": matter(shared_model::Class::Open), "title": "路灯不亮", "household": ana.at("1-1-101"),
                       "attachments": [{ "token": token, "stage": "发现时" }] });
    let case = ana.call("add_case", args)["id"].as_str().unwrap().to_string();
    w.sync_all();
    assert!(all(firm, &case).is_empty());
    let id = only(ana, &case)["id"].as_str().unwrap().to_string();
    assert_eq!(only(ana, &case)["stage"]["code"], "found");

    let file = w.office().call("get_case", json!({ "id": case }));
    let choice = file["may_share"].as_array().unwrap().iter().find(|c| c["name"] == "赵物业").unwrap().clone();
    w.office().call("share_case", json!({ "case": case, "to": choice["to"], "assignee": choice["assignee"] }));
    w.sync_all();
    assert_eq!(only(firm, &case)["id"], id);
    assert!(data(firm, &id, "thumb").is_some());
    assert_eq!(fetch(firm, &id), data(ana, &id, "full").unwrap());
    // who sees it by the share attaches to it; the step that they take carries a photo, too
    let token = stage(firm, 150, 2);
    firm.call("add_attachment", json!({ "of": case, "of_kind": "case", "token": token, "stage": "after", "words": "修好了" }));
    let token = stage(firm, 150, 3);
    firm.call("add_step", json!({ "case": case, "transition": "comment", "note": "换了灯泡", "attachments": [{ "token": token }] }));
    w.sync_all();
    let seen = all(ana, &case);
    assert_eq!(seen.iter().map(|i| i["by"].as_str().unwrap()).collect::<Vec<_>>(), ["安然", "赵物业", "赵物业"]);
    assert!(seen[2]["step"].is_string() && seen[1]["words"] == "修好了");
    assert_eq!(fetch(ana, seen[1]["id"].as_str().unwrap()).len() as u64, seen[1]["bytes"].as_u64().unwrap());

    let file = w.office().call("get_case", json!({ "id": case }));
    let target = file["case"]["shared"][0]["target"].clone();
    w.office().call("unshare_case", json!({ "case": case, "target": target }));
    w.sync_all();
    assert!(all(firm, &case).is_empty());
    firm.sync();
    assert_eq!(kept(firm), 0, "its photos left with it");
    assert_eq!(firm.refused("fetch_attachment", json!({ "id": id, "size": "full" })), "not_found");
    assert_eq!(all(ana, &case).len(), 3);
}

#[test]
fn a_head_hands_photos_in_with_a_case_and_keeps_neither() {
    let w = World::ready(8);
    let head = w.head();
    let token = stage(head, 150, 4);
    let args = json!({ "matter": matter(shared_model::Class::Register), "title": "有人需要帮忙", "building": first_building(),
                       "attachments": [{ "token": token }] });
    let case = head.call("add_case", args)["id"].as_str().unwrap().to_string();
    let late = stage(head, 150, 5);
    assert_eq!(head.refused("add_attachment", json!({ "of": case, "of_kind": "case", "token": late })), "not_allowed");
    head.call("discard_staged", json!({ "token": late }));
    let taken = data(head, only(head, &case)["id"].as_str().unwrap(), "full").unwrap();
    w.sync_all();
    assert!(all(head, &case).is_empty() && head.try_call("get_case", json!({ "id": case })).is_err());
    head.sync();
    assert_eq!(kept(head), 0, "the photo went up and left the phone");
    let id = only(w.office(), &case)["id"].as_str().unwrap().to_string();
    assert_eq!(fetch(w.office(), &id), taken);
    assert_eq!(fetch(w.ana(), &id), taken);
}

#[test]
fn an_erasure_takes_photos_and_recordings_everywhere() {
    let w = World::ready(9);
    let (of, _) = visit(w.ana(), "1-1-101", 150, 1);
    let (other, stays) = visit(w.ana(), "1-1-102", 150, 2);
    let token = stage(w.ana(), 150, 3);
    let args = json!({ "matter": matter(shared_model::Class::Open), "title": "楼道堆物", "household": w.ana().at("1-1-101"),
                       "attachments": [{ "token": token }] });
    let case = w.ana().call("add_case", args)["id"].as_str().unwrap().to_string();
    w.sync_all();
    w.office().call("fetch_attachment", json!({ "id": only(w.office(), &of)["id"], "size": "full" }));
    assert_eq!(blobs(&w).len(), 6, "three photos, each with a small one");
    assert!(kept(w.head()) > 0, "the open case's small picture");
    w.office().call("erase", json!({ "record": w.office().at("1-1-101"), "reason": "asked", "confirm": true }));
    w.sync_all();
    assert_eq!(blobs(&w).len(), 2);
    for d in [w.office(), w.second(), w.ana(), w.bo(), w.head()] {
        assert!(all(d, &of).is_empty() && all(d, &case).is_empty(), "{}", d.name);
        assert!(kept(d) <= 2, "{} keeps {}", d.name, kept(d));
    }
    assert_eq!(kept(w.head()), 0);
    assert_eq!(only(w.office(), &other)["id"], stays);
    let list = w.office().call("list_erasures", json!({}));
    assert_eq!(list["items"][0]["done"], list["items"][0]["devices"], "every device has said so: {list}");
}

#[test]
fn a_photo_taken_without_a_network_at_a_door_that_was_erased_meanwhile_goes_nowhere() {
    let w = World::ready(17);
    let ana = w.ana();
    ana.line.set_offline(true);
    let (of, id) = visit(ana, "1-1-101", 150, 1);
    let (stays, _) = visit(ana, "1-1-102", 150, 2);
    w.office().call("erase", json!({ "record": w.office().at("1-1-101"), "reason": "asked", "confirm": true }));
    w.office().sync();
    ana.line.set_offline(false);
    w.sync_all();
    assert!(all(ana, &of).is_empty());
    assert_eq!(ana.refused("get_attachment", json!({ "id": id, "size": "full" })), "not_found");
    assert_eq!((kept(ana), blobs(&w).len(), ana.status()["photos"].as_u64()), (2, 2, Some(0)), "the other visit's photo only");
    assert_eq!(state(ana, &stays), "sent");
}

#[test]
fn without_a_contact_for_a_week_photos_are_taken_and_not_shown() {
    let w = World::ready(18);
    let (of, id) = visit(w.ana(), "1-1-101", 60, 1);
    w.sync_all();
    w.clock.pass_ms(8 * 24 * 3600 * 1000);
    for (command, args) in [
        ("list_attachments", json!({ "of": of })),
        ("get_attachment", json!({ "id": id, "size": "full" })),
        ("fetch_attachment", json!({ "id": id, "size": "full" })),
    ] {
        assert_eq!(w.ana().refused(command, args), "lease_over", "{command}");
    }
    assert_eq!(w.ana().call("list_media", json!({}))["queued"], 0);
    stage(w.ana(), 60, 2);
    w.ana().sync();
    assert!(data(w.ana(), &id, "full").is_some());
}

#[test]
fn what_a_restored_server_lacks_is_brought_again_by_whoever_holds_it() {
    let w = World::ready(10);
    let before = w.back_up();
    let (of, id) = visit(w.ana(), "1-1-101", 200, 1);
    w.sync_all();
    let whole = fetch(w.office(), &id);
    w.restore(&before);
    std::fs::remove_dir_all(w.server_dir().join("blobs")).unwrap();
    for _ in 0..4 {
        w.devices.iter().for_each(|d| drop(d.try_sync()));
        w.clock.pass_ms(10_000);
    }
    w.sync_all();
    assert_eq!(blobs(&w).len(), 2, "the photo and its small one are back");
    w.bo().sync();
    assert_eq!(fetch(w.bo(), &id), whole);
    assert_eq!(state(w.ana(), &of), "sent");
}

#[test]
fn photos_that_only_the_server_holds_outlive_a_restore_to_before_their_records() {
    let w = World::ready(16);
    let before = w.back_up();
    let (_, id) = visit(w.ana(), "1-1-101", 200, 1);
    w.sync_all();
    // the phone that took it is gone; the others hold the record and its small picture
    w.ana().line.set_offline(true);
    w.restore(&before);
    assert_eq!(blobs(&w).len(), 2, "the database knows nothing of them yet");
    for _ in 0..4 {
        w.devices.iter().for_each(|d| drop(d.try_sync()));
        w.clock.pass_ms(10_000);
    }
    assert!(!fetch(w.office(), &id).is_empty());
}

#[test]
fn photos_that_a_server_lost_without_a_restore_are_back_after_a_day() {
    let w = World::ready(11);
    let (_, id) = visit(w.ana(), "1-1-101", 200, 1);
    w.sync_all();
    std::fs::remove_dir_all(w.server_dir().join("blobs")).unwrap();
    w.sync_all();
    assert!(blobs(&w).is_empty());
    w.clock.pass_ms(25 * 3600 * 1000);
    w.sync_all();
    assert_eq!(blobs(&w).len(), 2);
    assert!(!fetch(w.bo(), &id).is_empty());
}

#[test]
fn the_power_may_go_at_every_write_between_taking_a_photo_and_sending_it() {
    for commits in 0..3 {
        let w = World::ready(12);
        let ana = w.ana();
        let token = stage(ana, 100, 1);
        let home = ana.at("1-1-101");
        let args = json!({ "household": home, "outcome": "met", "note": "电", "attachments": [{ "token": token }] });
        if ana.try_call_on_low_battery(commits, "add_visit", args.clone()).is_none() && ana.pending() == 0 {
            // nothing was written: the draft still has its photo
            ana.call("add_visit", args);
        }
        w.sync_all();
        let visits = ana.call("get_household", json!({ "id": home }))["visits"].clone();
        let visit = visits.as_array().unwrap().iter().find(|v| v["note"] == "电").unwrap()["id"].as_str().unwrap().to_string();
        assert_eq!(state(ana, &visit), "sent", "after {commits} commits");
        let id = only(w.office(), &visit)["id"].as_str().unwrap().to_string();
        assert!(!fetch(w.office(), &id).is_empty());
    }
}

#[test]
fn a_photo_taken_away_before_it_went_never_goes_and_words_are_edited_apart() {
    let w = World::ready(13);
    let ana = w.ana();
    let (of, id) = visit(ana, "1-1-101", 100, 1);
    assert_eq!(ana.call("edit_attachment", json!({ "id": id, "edit": { "words": "三楼", "stage": "before" } }))["changed"], true);
    assert_eq!(ana.refused("edit_attachment", json!({ "id": id, "edit": { "hash": "0" } })), "not_allowed");
    assert_eq!((only(ana, &of)["words"].as_str(), only(ana, &of)["stage"]["code"].as_str()), (Some("三楼"), Some("before")));
    ana.call("remove_attachment", json!({ "id": id }));
    w.sync_all();
    assert!(blobs(&w).is_empty() && all(w.office(), &of).is_empty());
    let (of, id) = visit(ana, "1-1-102", 100, 2);
    w.sync_all();
    assert_eq!(w.bo().refused("remove_attachment", json!({ "id": id })), "not_allowed");
    w.office().call("remove_attachment", json!({ "id": id }));
    w.sync_all();
    assert!(all(ana, &of).is_empty());
}

#[test]
fn a_recording_goes_as_it_came() {
    let w = World::ready(14);
    let ana = w.ana();
    let page = |body: &[u8]| [&b"OggS\0"[..], &[0; 9], &[7, 0, 0, 0], &[0; 8], &[1, u8::try_from(body.len()).unwrap()], body].concat();
    let ogg = [page(b"OpusHead\x01\x01"), page(&[5; 200])].concat();
    let args = json!({ "data": STANDARD.encode(&ogg), "media": "audio", "millis": 4200, "wave": "0359" });
    let staged = ana.call("stage_media", args);
    assert_eq!((staged["mime"].as_str(), staged["millis"].as_i64()), (Some("audio/ogg"), Some(4200)));
    let args = json!({ "household": ana.at("1-1-101"), "outcome": "met", "attachments": [{ "token": staged["token"] }] });
    let of = ana.call("add_visit", args)["id"].as_str().unwrap().to_string();
    w.sync_all();
    let item = only(w.office(), &of);
    assert_eq!((item["media"].as_str(), item["wave"].as_str(), item["state"].as_str()), (Some("audio"), Some("0359"), Some("remote")));
    assert_eq!(fetch(w.office(), item["id"].as_str().unwrap()), ogg);
}

#[test]
fn an_ended_device_keeps_no_photo() {
    let w = World::ready(15);
    visit(w.ana(), "1-1-101", 100, 1);
    w.sync_all();
    w.office().call("revoke_device", json!({ "device": w.ana().id(), "reason": "left" }));
    assert_eq!(w.ana().try_sync().unwrap_err().code, "revoked");
    assert!(files(&w.ana().home()).iter().all(|f| !f.file_name().unwrap().to_string_lossy().starts_with("media.db")));
}
