//! Uploads by tus 1.0, who may read a photo and who may bring it, and what the gate says of attachments. Devices here are made by hand, so
//! that they may say anything.

#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::devices::RevokeReason;
use shared_model::doc::{DocId, area_id};
use shared_model::media::signed_path;
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::ErrorReply;
use support::*;
use sync_server::{Env, Response};
use uuid::Uuid;

const SECOND: &str = "6101040019011002";

/// A plain JPEG of about so many bytes.
fn photo(bytes: usize, seed: u8) -> Vec<u8> {
    let scan: Vec<u8> = (0..bytes).map(|n| (n as u8).wrapping_mul(31).wrapping_add(seed) & 0x7f).collect();
    [&[0xff, 0xd8, 0xff, 0xc0, 0, 3, 8, 0xff, 0xda, 0, 2][..], &scan, &[0xff, 0xd9]].concat()
}

fn name(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn ask(d: &mut Device, w: &World, method: &str, path: &str, more: &[(&str, String)], body: &[u8]) -> Response {
    let mut headers: Vec<(String, String)> = more.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect();
    headers.push(("tus-resumable".into(), "1.0.0".into()));
    let signed = d.headers(w.env.now_ms(), method, &signed_path(path, &headers), body);
    headers.extend(signed);
    w.server.handle(method, path, &headers, body)
}

fn code(r: &Response) -> (u16, String) {
    (r.status, read::<ErrorReply>(&r.body).code)
}

fn header(r: &Response, name: &str) -> String {
    r.headers.iter().find(|(k, _)| *k == name).map(|(_, v)| v.clone()).unwrap_or_default()
}

fn begin(d: &mut Device, w: &World, hash: &str, bytes: usize) -> Response {
    let metadata = format!("filename {},sha256 {}", STANDARD.encode("x"), STANDARD.encode(hash));
    ask(d, w, "POST", "/v1/media", &[("upload-length", bytes.to_string()), ("upload-metadata", metadata)], b"")
}

fn piece(d: &mut Device, w: &World, at: &str, from: usize, body: &[u8]) -> Response {
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(body)));
    let more = [("content-type", "application/offset+octet-stream".into()), ("upload-offset", from.to_string()), ("upload-checksum", sum)];
    ask(d, w, "PATCH", at, &more, body)
}

fn bring(d: &mut Device, w: &World, bytes: &[u8]) -> Response {
    let r = begin(d, w, &name(bytes), bytes.len());
    assert_eq!(r.status, 201);
    let at = header(&r, "location");
    piece(d, w, &at, 0, bytes)
}

fn look(d: &mut Device, w: &World, hash: &str) -> Response {
    ask(d, w, "GET", &format!("/v1/media/{hash}"), &[], b"")
}

fn words(of: Uuid, kind: &str, bytes: &[u8]) -> Vec<Edit> {
    vec![
        Edit::put("of", of.to_string()),
        Edit::put("of_kind", kind),
        Edit::put("media", "photo"),
        Edit::put("mime", "image/jpeg"),
        Edit::put("hash", name(bytes)),
        Edit::put("bytes", bytes.len() as i64),
    ]
}

fn doc(n: u128, class: Class) -> DocId {
    DocId::new(Uuid::from_u128(n), class)
}

/// Ana's photo of the household of the scene, as a record; its number.
fn attach(s: &mut Scene, n: u128, bytes: &[u8]) -> u64 {
    let seq = s.ana.write(s.b, doc(n, Class::Register), Kind::Attachment, &words(s.h, "household", bytes));
    s.ana.sync(&s.w);
    seq
}

#[test]
fn a_photo_comes_in_pieces_of_any_size_and_is_served_as_nothing_but_a_photo() {
    let mut s = scene();
    let whole = photo(3_000, 1);
    let seq = attach(&mut s, 1, &whole);
    assert!(s.ana.accepted(seq));
    let options = s.w.server.handle("OPTIONS", "/v1/media", &[], b"");
    assert_eq!((options.status, header(&options, "tus-extension").as_str()), (204, "creation,checksum"));
    let r = begin(&mut s.ana, &s.w, &name(&whole), whole.len());
    assert_eq!((r.status, header(&r, "upload-offset").as_str()), (201, "0"));
    let at = header(&r, "location");
    let mut from = 0;
    for size in [1, 7, 500, 1, 1_491, 1_000_000] {
        let to = whole.len().min(from + size);
        let head = ask(&mut s.ana, &s.w, "HEAD", &at, &[], b"");
        assert_eq!((head.status, header(&head, "upload-offset")), (200, from.to_string()));
        // begun anew it is the same upload
        assert_eq!(header(&begin(&mut s.ana, &s.w, &name(&whole), whole.len()), "upload-offset"), from.to_string());
        let r = piece(&mut s.ana, &s.w, &at, from, &whole[from..to]);
        assert_eq!((r.status, header(&r, "upload-offset")), (204, to.to_string()));
        from = to;
    }
    let r = look(&mut s.office, &s.w, &name(&whole));
    assert_eq!((r.status, r.content_type, r.body), (200, "image/jpeg", whole.clone()));
    let said: Vec<&str> = r.headers.iter().map(|(k, _)| *k).collect();
    assert!(said.contains(&"x-content-type-options") && said.contains(&"content-disposition"));
    // what is there is complete at once, for whoever may know
    let r = begin(&mut s.office, &s.w, &name(&whole), whole.len());
    assert_eq!((r.status, header(&r, "upload-offset")), (201, whole.len().to_string()));
}

#[test]
fn pieces_that_do_not_fit_are_refused_and_change_nothing() {
    let mut s = scene();
    let whole = photo(1_000, 1);
    attach(&mut s, 1, &whole);
    let at = header(&begin(&mut s.ana, &s.w, &name(&whole), whole.len()), "location");
    assert_eq!(piece(&mut s.ana, &s.w, &at, 0, &whole[..400]).status, 204);
    assert_eq!(code(&piece(&mut s.ana, &s.w, &at, 0, &whole[..400])), (409, "offset".into()));
    assert_eq!(code(&piece(&mut s.ana, &s.w, &at, 401, &whole[401..])), (409, "offset".into()));
    assert_eq!(code(&piece(&mut s.ana, &s.w, &at, 400, &[&whole[400..], b"x"].concat())), (413, "too_large".into()));
    let more = [
        ("content-type", "application/offset+octet-stream".to_string()),
        ("upload-offset", "400".to_string()),
        ("upload-checksum", format!("sha256 {}", STANDARD.encode(Sha256::digest(b"other")))),
    ];
    assert_eq!(code(&ask(&mut s.ana, &s.w, "PATCH", &at, &more, &whole[400..])), (460, "checksum".into()));
    // somebody else's upload is nobody's
    assert_eq!(ask(&mut s.office, &s.w, "HEAD", &at, &[], b"").status, 404);
    assert_eq!(code(&piece(&mut s.office, &s.w, &at, 400, &whole[400..])), (404, "not_found".into()));
    // what is signed says where the bytes go
    let mut headers: Vec<(String, String)> =
        [("tus-resumable", "1.0.0"), ("content-type", "application/offset+octet-stream"), ("upload-offset", "400")]
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .to_vec();
    headers.extend(s.ana.headers(s.w.env.now_ms(), "PATCH", &signed_path(&at, &headers), &whole[400..]));
    headers.iter_mut().find(|(k, _)| k == "upload-offset").unwrap().1 = "0".into();
    assert_eq!(code(&s.w.server.handle("PATCH", &at, &headers, &whole[400..])), (401, "bad_signature".into()));
    // without the protocol's name nothing goes
    let headers = s.ana.headers(s.w.env.now_ms(), "HEAD", &at, b"");
    assert_eq!(s.w.server.handle("HEAD", &at, &headers, b"").status, 412);
    assert_eq!(header(&ask(&mut s.ana, &s.w, "HEAD", &at, &[], b""), "upload-offset"), "400");
    assert_eq!(piece(&mut s.ana, &s.w, &at, 400, &whole[400..]).status, 204);
    assert_eq!(look(&mut s.office, &s.w, &name(&whole)).status, 200);
}

#[test]
fn other_bytes_under_a_name_and_what_is_no_photo_are_never_kept() {
    let mut s = scene();
    let whole = photo(1_000, 1);
    attach(&mut s, 1, &whole);
    let at = header(&begin(&mut s.ana, &s.w, &name(&whole), whole.len()), "location");
    assert_eq!(code(&piece(&mut s.ana, &s.w, &at, 0, &photo(1_000, 2))), (422, "bad_media".into()));
    assert_eq!(code(&look(&mut s.office, &s.w, &name(&whole))), (404, "not_found".into()));
    assert_eq!(ask(&mut s.ana, &s.w, "HEAD", &at, &[], b"").status, 404, "it begins anew");
    let exif = [&whole[..2], &[0xff, 0xe1, 0, 8], b"Exif\0\0", &whole[2..]].concat();
    let evil: [&[u8]; 5] =
        [b"<svg onload='alert(1)'/>", b"<!doctype html><script>", b"%PDF-1.7", &[&whole[..], b"PK\x03\x04"].concat(), &exif];
    for (n, bytes) in (2..).zip(evil) {
        attach(&mut s, n, bytes);
        assert_eq!(code(&bring(&mut s.ana, &s.w, bytes)), (422, "bad_media".into()));
        assert_eq!(look(&mut s.office, &s.w, &name(bytes)).status, 404);
    }
}

#[test]
fn whoever_holds_no_record_of_a_photo_is_answered_as_if_there_were_none() {
    let mut s = scene();
    let (there, never) = (photo(500, 1), name(b"never"));
    attach(&mut s, 1, &there);
    assert_eq!(bring(&mut s.ana, &s.w, &there).status, 204);
    let mut far = s.w.device(Role::Worker, SECOND, "远网格");
    let mut head = s.w.device(Role::BuildingHead, &s.b.to_string(), "楼大爷");
    let mut firm = s.w.device(Role::Assignee, COMMUNITY, "物业");
    for d in [&mut far, &mut head, &mut firm] {
        d.sync(&s.w);
        let (known, unknown) = (look(d, &s.w, &name(&there)), look(d, &s.w, &never));
        assert_eq!((known.status, code(&known)), (404, code(&unknown)));
        assert_eq!((&known.headers, known.body.len()), (&unknown.headers, unknown.body.len()));
        let (known, unknown) = (begin(d, &s.w, &name(&there), there.len()), begin(d, &s.w, &never, there.len()));
        assert_eq!((code(&known), &known.headers), (code(&unknown), &unknown.headers));
        assert_eq!(known.status, 403);
        let asked = shared_model::wire::MediaAsk { hashes: vec![name(&there), never.clone(), "../x".into()] };
        let told: shared_model::wire::MediaTold = d.post(&s.w, "/v1/media/ask", &asked).unwrap();
        assert!(told.here.is_empty());
    }
    let asked = shared_model::wire::MediaAsk { hashes: vec![never.clone(), name(&there)] };
    let told: shared_model::wire::MediaTold = s.office.post(&s.w, "/v1/media/ask", &asked).unwrap();
    assert_eq!(told.here, [name(&there)]);
    // a revoked device at once
    assert_eq!(look(&mut s.ana, &s.w, &name(&there)).status, 200);
    s.w.server.revoke(&s.ana.id, RevokeReason::Lost).unwrap();
    assert_eq!(code(&look(&mut s.ana, &s.w, &name(&there))), (403, "revoked".into()));
    assert_eq!(code(&begin(&mut s.ana, &s.w, &name(&there), there.len())), (403, "revoked".into()));
    // and nobody without a signature
    assert_eq!(s.w.server.handle("GET", &format!("/v1/media/{}", name(&there)), &[], b"").status, 400);
}

#[test]
fn an_odd_name_leads_nowhere() {
    let mut s = scene();
    let bad = ["", "..", "../server.db", "%2e%2e/server.key", "con", "uploads", "uploads/", "uploads/../../x", "a\0b"];
    let long = "a".repeat(10_000);
    let upper = "A".repeat(64);
    for text in bad.into_iter().chain([long.as_str(), upper.as_str(), "０".repeat(64).as_str()]) {
        assert_eq!(look(&mut s.office, &s.w, text).status, 404, "{text:?}");
        let at = format!("/v1/media/uploads/{text}");
        assert_eq!(ask(&mut s.office, &s.w, "HEAD", &at, &[], b"").status, 404, "{text:?}");
        assert!([400, 403].contains(&begin(&mut s.office, &s.w, text, 10).status), "{text:?}");
    }
    assert!(!s.w.path().join("blobs").exists());
}

#[test]
fn an_attachment_stands_where_its_record_stands_and_says_what_it_is() {
    let mut s = scene();
    let bytes = photo(100, 1);
    let h = s.h;
    let bend =
        |key: &str, value: Edit| words(h, "household", &bytes).into_iter().filter(|e| e.key != key).chain([value]).collect::<Vec<_>>();
    let cases = [
        (bend("hash", Edit::put("hash", "../../etc/passwd")), Class::Register, s.b, "bad_media"),
        (bend("hash", Edit::put("hash", name(&bytes).to_uppercase())), Class::Register, s.b, "bad_media"),
        (bend("mime", Edit::put("mime", "image/svg+xml")), Class::Register, s.b, "bad_media"),
        (bend("media", Edit::put("media", "audio")), Class::Register, s.b, "bad_media"),
        (bend("bytes", Edit::put("bytes", 0)), Class::Register, s.b, "bad_media"),
        (bend("of_kind", Edit::put("of_kind", "person")), Class::Register, s.b, "bad_media"),
        (bend("", Edit::put("thumb", "x")), Class::Register, s.b, "bad_media"),
        (bend("", Edit::put("wave", "<script>")), Class::Register, s.b, "bad_media"),
        (words(h, "household", &bytes), Class::Door, s.b, "wrong_class"),
        (words(h, "household", &bytes), Class::Open, s.b, "wrong_class"),
        (words(h, "household", &bytes), Class::Register, area_id(grid()), "home"),
        (words(Uuid::from_u128(77), "household", &bytes), Class::Register, s.b, "no_record"),
        (words(h, "case", &bytes), Class::Register, s.b, "no_record"),
    ];
    for (n, (edits, class, unit, reason)) in (100..).zip(cases) {
        let seq = s.ana.write(unit, doc(n, class), Kind::Attachment, &edits);
        s.ana.sync(&s.w);
        assert_eq!(s.ana.reason(seq), reason, "{edits:?}");
    }
    let good = s.ana.write(s.b, doc(1, Class::Register), Kind::Attachment, &words(h, "household", &bytes));
    let stricter = s.ana.write(s.b, doc(2, Class::Private), Kind::Attachment, &words(h, "household", &bytes));
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(good) && s.ana.accepted(stricter));
    // thirty of one record, and no more; whoever wrote the refused one may still bring it, for the office
    for n in 3..=30 {
        let seq = s.ana.write(s.b, doc(n, Class::Register), Kind::Attachment, &words(h, "household", &bytes));
        s.ana.sync(&s.w);
        assert!(s.ana.accepted(seq), "{n}");
    }
    let last = photo(100, 9);
    let seq = attach(&mut s, 31, &last);
    assert_eq!(s.ana.reason(seq), "too_many");
    assert_eq!(bring(&mut s.ana, &s.w, &last).status, 204);
    assert_eq!(look(&mut s.ana, &s.w, &name(&last)).status, 404);
    for _ in 0..2 {
        s.w.server.collect_media().unwrap();
        s.w.env.pass(40 * 24 * 3600 * 1000);
    }
    assert_eq!(header(&begin(&mut s.ana, &s.w, &name(&last), last.len()), "upload-offset"), last.len().to_string());
}

#[test]
fn a_head_brings_a_photo_with_its_case_or_not_at_all() {
    let mut s = scene();
    let bytes = photo(200, 1);
    let case = |n: u128| [Edit::put("matter", "02013"), Edit::put("title", format!("{n}"))];
    let there = s.ana.write(s.b, doc(50, Class::Private), Kind::Case, &case(50));
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(there));
    let mut head = s.w.device(Role::BuildingHead, &s.b.to_string(), "楼大爷");
    head.sync(&s.w);
    let known = head.write(s.b, doc(1, Class::Private), Kind::Attachment, &words(Uuid::from_u128(50), "case", &bytes));
    let unknown = head.write(s.b, doc(2, Class::Private), Kind::Attachment, &words(Uuid::from_u128(51), "case", &bytes));
    let visit = head.write(s.b, doc(3, Class::Register), Kind::Attachment, &words(s.h, "household", &bytes));
    let parts = vec![
        head.part(s.b, doc(52, Class::Private), Kind::Case, &case(52)),
        head.part(s.b, doc(4, Class::Private), Kind::Attachment, &words(Uuid::from_u128(52), "case", &bytes)),
    ];
    let together = head.command("add_case", None, parts);
    head.sync(&s.w);
    assert_eq!((head.reason(known), head.reason(unknown), head.reason(visit)), ("not_allowed", "not_allowed", "not_allowed"));
    assert!(head.accepted(together), "{:?}", head.verdicts);
    assert_eq!(bring(&mut head, &s.w, &bytes).status, 204);
    assert_eq!(look(&mut head, &s.w, &name(&bytes)).status, 404, "it wrote it and reads it no more than the case");
    assert_eq!(look(&mut s.office, &s.w, &name(&bytes)).status, 200);
}

#[test]
fn what_nobody_goes_on_with_is_collected_after_a_week() {
    let mut s = scene();
    let whole = photo(1_000, 1);
    attach(&mut s, 1, &whole);
    let at = header(&begin(&mut s.ana, &s.w, &name(&whole), whole.len()), "location");
    assert_eq!(piece(&mut s.ana, &s.w, &at, 0, &whole[..400]).status, 204);
    let parts = |s: &Scene| {
        let folder = s.w.path().join("blobs/parts");
        std::fs::read_dir(folder).into_iter().flatten().flat_map(|e| std::fs::read_dir(e.unwrap().path()).unwrap()).count()
    };
    s.w.env.pass(6 * 24 * 3600 * 1000);
    s.w.server.collect_media().unwrap();
    assert_eq!((parts(&s), ask(&mut s.ana, &s.w, "HEAD", &at, &[], b"").status), (1, 200));
    s.w.env.pass(2 * 24 * 3600 * 1000);
    s.w.server.collect_media().unwrap();
    assert_eq!((parts(&s), ask(&mut s.ana, &s.w, "HEAD", &at, &[], b"").status), (0, 404));
    // a restart forgets nothing that is under way
    let at = header(&begin(&mut s.ana, &s.w, &name(&whole), whole.len()), "location");
    assert_eq!(piece(&mut s.ana, &s.w, &at, 0, &whole[..400]).status, 204);
    s.w.restart();
    assert_eq!(piece(&mut s.ana, &s.w, &at, 400, &whole[400..]).status, 204);
    assert_eq!(look(&mut s.office, &s.w, &name(&whole)).status, 200);
}

#[test]
fn what_nothing_names_goes_after_a_month_and_what_was_refused_with_an_erased_household_at_once() {
    let mut s = scene();
    let (stray, theirs) = (photo(300, 1), photo(300, 2));
    attach(&mut s, 1, &photo(300, 3));
    assert_eq!(bring(&mut s.ana, &s.w, &photo(300, 3)).status, 204);
    let file = |bytes: &[u8]| s.w.path().join("blobs").join(&name(bytes)[..2]).join(name(bytes));
    let (at, refused) = (file(&stray), file(&theirs));
    std::fs::create_dir_all(at.parent().unwrap()).unwrap();
    std::fs::write(&at, &stray).unwrap();
    s.w.server.collect_media().unwrap();
    s.w.env.pass(29 * 24 * 3600 * 1000);
    s.w.server.collect_media().unwrap();
    assert!(at.exists(), "a record may still be brought back");
    s.w.env.pass(2 * 24 * 3600 * 1000);
    s.w.server.collect_media().unwrap();
    assert!(!at.exists());
    // of the household, in a class that is too wide: refused and kept for the office, until the household is erased
    let seq = s.ana.write(s.b, doc(2, Class::Door), Kind::Attachment, &words(s.h, "household", &theirs));
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(seq), "wrong_class");
    assert_eq!(bring(&mut s.ana, &s.w, &theirs).status, 204);
    assert!(refused.exists());
    s.office.sync(&s.w);
    let ask = shared_model::wire::Ask::Erase { record: s.h, reason: "asked".into() };
    let seq = s.office.command("erase", Some(ask), Vec::new());
    s.office.sync(&s.w);
    assert!(s.office.accepted(seq), "{:?}", s.office.verdicts);
    assert!(!refused.exists() && !file(&photo(300, 3)).exists());
}

#[test]
fn a_device_brings_no_more_than_is_its_share() {
    let mut s = scene();
    for n in 0..33_u8 {
        attach(&mut s, 200 + u128::from(n), &photo(50, n));
    }
    // thirty records of the household at most: the others are refused, and may be brought all the same
    for n in 0..32_u8 {
        let bytes = photo(50, n);
        assert_eq!(begin(&mut s.ana, &s.w, &name(&bytes), bytes.len()).status, 201, "{n}");
    }
    let bytes = photo(50, 32);
    assert_eq!(code(&begin(&mut s.ana, &s.w, &name(&bytes), bytes.len())), (429, "busy".into()));
    assert_eq!(code(&begin(&mut s.ana, &s.w, &name(&bytes), 50_000_000)), (413, "too_large".into()));
}
