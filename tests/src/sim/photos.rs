//! Histories with photos. They draw nothing from the seed of their own, so a history without them stays what it was; in the end every photo
//! that some device still holds can be looked at by everybody who holds its record, and nothing waits to go up.

use super::Sim;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// How often everybody syncs again until no photo waits.
const ROUNDS: u32 = 6;
const HOUR_MS: i64 = 3_600_000;

/// A photo like no other.
fn photo(n: u32) -> String {
    let [a, b, c, d] = n.to_be_bytes();
    let picture = image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([((x as u8) * 9) ^ d, ((y as u8) * 7) ^ c, a ^ b]));
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture).expect("memory takes what is written to it");
    STANDARD.encode(jpeg)
}

impl Sim {
    /// Every second thing that is written carries one.
    pub(super) fn take_photo(&mut self, who: usize, args: &mut Json) {
        let Some(n) = self.photos else { return };
        self.photos = Some(n + 1);
        if n % 2 == 0 && !self.stopped.contains(&who) {
            let staged = match self.world.devices[who].try_call("stage_media", json!({ "data": photo(n), "media": "photo" })) {
                Ok(staged) => staged,
                // whose term is over has no role to attach anything
                Err(e) if e.code == "not_allowed" => return,
                Err(e) => panic!("a photo could not be taken: {e}"),
            };
            args["attachments"] = json!([{ "token": staged["token"] }]);
            self.did("a photo taken");
        }
    }

    /// Attachments that a device shows, by id, with their state.
    fn photos_of(&self, who: usize) -> BTreeMap<String, String> {
        let d = &self.world.devices[who];
        let mut owners: BTreeSet<String> = BTreeSet::new();
        let ids =
            |list: &Json| list.as_array().into_iter().flatten().filter_map(|i| i["id"].as_str().map(str::to_string)).collect::<Vec<_>>();
        owners.extend(ids(&d.call("list_cases", json!({}))["items"]));
        for home in ids(&d.call("list_households", json!({}))["items"]) {
            owners.extend(ids(&d.call("get_household", json!({ "id": home }))["visits"]));
        }
        let mut out = BTreeMap::new();
        for of in owners {
            for i in d.call("list_attachments", json!({ "of": of }))["items"].as_array().into_iter().flatten() {
                out.insert(i["id"].as_str().unwrap_or_default().to_string(), i["state"].as_str().unwrap_or_default().to_string());
            }
        }
        out
    }

    /// What has to hold of photos in the end.
    pub(super) fn check_photos(&mut self) {
        if self.photos.is_none() {
            return;
        }
        let at_work: Vec<usize> = (0..self.world.devices.len()).filter(|who| !self.stopped.contains(who)).collect();
        for _ in 0..ROUNDS {
            // a day between, so that what a server lost is asked about
            self.world.clock.pass_ms(25 * HOUR_MS);
            at_work.iter().for_each(|who| drop(self.world.devices[*who].try_sync()));
        }
        let seen: Vec<(usize, BTreeMap<String, String>)> = at_work.iter().map(|who| (*who, self.photos_of(*who))).collect();
        let held: BTreeSet<&String> =
            seen.iter().flat_map(|(_, photos)| photos).filter(|(_, state)| *state == "sent").map(|(id, _)| id).collect();
        for (who, photos) in &seen {
            let d = &self.world.devices[*who];
            let waits = d.call("list_media", json!({}));
            let count = |what: &str| photos.values().filter(|state| *state == what).count();
            assert_eq!((count("queued"), count("sending"), count("refused")), (0, 0, 0), "{}: {waits}", d.name);
            for id in photos.keys().filter(|id| held.contains(id)) {
                let got = d.try_call("fetch_attachment", json!({ "id": id, "size": "full" }));
                assert!(got.is_ok(), "{} does not get photo {id}, which somebody holds: {got:?}", d.name);
            }
        }
        self.did("photos looked at in the end");
    }
}
