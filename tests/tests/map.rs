//! The map, told through the commands: where the office puts buildings and grids, what each device then shows, and that nothing needs a position.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};

/// A corner of a place in Xi'an; a thousandth of a degree is some hundred metres.
const LNG: f64 = 108.9135;
const LAT: f64 = 34.2655;

fn square(lng: f64, lat: f64, side: f64) -> Json {
    let ring = [[lng, lat], [lng + side, lat], [lng + side, lat + side], [lng, lat + side], [lng, lat]];
    json!({ "type": "Polygon", "coordinates": [ring] })
}

fn building<'a>(map: &'a Json, id: &str) -> &'a Json {
    map["buildings"].as_array().unwrap().iter().find(|b| b["id"] == id).unwrap()
}

fn grid<'a>(map: &'a Json, name: &str) -> &'a Json {
    map["grids"].as_array().unwrap().iter().find(|g| g["name"] == name).unwrap()
}

/// A file on the disk of the machine, as the command line names one.
fn file(w: &World, text: &str) -> String {
    let path = w.server_dir().join("given.json");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_string()
}

#[test]
fn without_any_position_everything_is_on_the_map_and_nothing_is_placed() {
    let w = World::ready(1);
    let case = w.ana().call("add_case", json!({ "matter": "03010", "title": "单车堵门", "building": first_building().to_string() }));
    let map = w.ana().call("get_map", json!({}));
    assert_eq!(map["bounds"], Json::Null);
    assert!(!map["buildings"].as_array().unwrap().is_empty());
    assert!(map["buildings"].as_array().unwrap().iter().all(|b| b["at"].is_null() && b["shape"].is_null()));
    assert_eq!((&map["cases"][0]["id"], &map["cases"][0]["at"]), (&case["id"], &Json::Null));
    assert_eq!(building(&map, &first_building().to_string())["open_cases"], 1);
}

#[test]
fn where_the_office_puts_a_building_every_device_shows_it() {
    let w = World::ready(2);
    let id = first_building().to_string();
    let place = json!({ "unit": id, "lng": LNG, "lat": LAT, "shape": square(LNG - 0.000_2, LAT - 0.000_2, 0.000_4) });
    assert_eq!(w.office().call("place_unit", place.clone())["changed"], true);
    assert_eq!(w.office().call("place_unit", place.clone())["changed"], false, "the same again is nothing new");
    w.office().call("place_unit", json!({ "unit": FIRST_GRID, "shape": square(LNG - 0.002, LAT - 0.002, 0.004) }));
    w.sync_all();
    for d in [w.office(), w.ana(), w.head()] {
        let map = d.call("get_map", json!({}));
        let b = building(&map, &id);
        assert_eq!((&b["at"]["lng"], &b["at"]["lat"], &b["at"]["exact"]), (&json!(LNG), &json!(LAT), &json!(true)), "{}", d.name);
        assert_eq!(b["shape"][0][0].as_array().unwrap().len(), 4, "{}", d.name);
        let west = map["bounds"]["west"].as_f64().unwrap();
        assert!((west - (LNG - 0.002)).abs() < 1e-6, "{} {west}", d.name);
        let area = grid(&map, "第一网格")["area_m2"].as_u64().unwrap();
        assert!((160_000..165_000).contains(&area), "{area}");
    }
    let shown = w.ana().call("get_map", json!({ "datum": "gcj02" }));
    let off = building(&shown, &id)["at"]["lng"].as_f64().unwrap() - LNG;
    assert!(off > 0.003 && off < 0.008, "a map drawn in GCJ-02 has it elsewhere: {off}");

    w.office().call("place_unit", json!({ "unit": id, "clear": ["position"] }));
    w.sync_all();
    let map = w.ana().call("get_map", json!({}));
    let at = building(&map, &id)["at"].clone();
    assert!(at["exact"] == true && !at.is_null(), "then it stands in the middle of its shape");
    w.office().call("place_unit", json!({ "unit": id, "clear": ["shape"] }));
    assert_eq!(building(&w.office().call("get_map", json!({})), &id)["at"], Json::Null);
}

#[test]
fn only_the_office_of_that_place_moves_it_and_a_bad_boundary_names_its_place() {
    let w = World::wide(3);
    w.sync_all();
    let id = first_building().to_string();
    for d in [w.ana(), w.head()] {
        assert_eq!(d.refused("place_unit", json!({ "unit": id, "lng": LNG, "lat": LAT })), "not_allowed", "{}", d.name);
        assert_eq!(d.refused("import_shapes", json!({ "data": "e30=" })), "not_allowed", "{}", d.name);
    }
    let office = w.office();
    assert_eq!(office.refused("place_unit", json!({ "unit": STREET_UNIT, "lng": LNG, "lat": LAT })), "not_allowed");
    for bad in [
        json!({ "lng": LNG }),
        json!({ "lng": LAT, "lat": LNG }),
        json!({ "shape": { "type": "Polygon", "coordinates": [[[LNG, LAT], [LNG, "x"], [LNG, LAT]]] } }),
        json!({ "shape": { "type": "Polygon", "coordinates": [[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]] } }),
        json!({ "shape": "108913500,34265500 1,1 2,2" }),
        json!({ "clear": ["everything"] }),
        json!({ "lng": LNG, "lat": LAT, "clear": ["position"] }),
    ] {
        let mut args = bad.clone();
        args["unit"] = json!(id);
        assert_eq!(office.refused("place_unit", args), "invalid_args", "{bad}");
    }
}

#[test]
fn two_boundaries_drawn_apart_are_two_values_and_never_a_mixture() {
    let w = World::ready(4);
    let id = first_building().to_string();
    w.office().call("place_unit", json!({ "unit": id, "shape": square(LNG, LAT, 0.000_4) }));
    w.second().call("place_unit", json!({ "unit": id, "shape": square(LNG, LAT, 0.000_6) }));
    w.sync_all();
    w.sync_all();
    let conflicts = w.office().call("list_conflicts", json!({}));
    let about: Vec<&Json> = conflicts["items"].as_array().unwrap().iter().filter(|c| c["record"] == id).collect();
    assert_eq!((about.len(), about[0]["key"].as_str()), (1, Some("shape")));
    assert_eq!(about[0]["values"].as_array().unwrap().len(), 2);
    let side = |map: &Json| building(map, &id)["shape"][0][0][1][0].as_f64().unwrap() - LNG;
    let shown = side(&w.ana().call("get_map", json!({})));
    assert!((shown - 0.000_4).abs() < 1e-6 || (shown - 0.000_6).abs() < 1e-6, "{shown}");
}

#[test]
fn a_file_of_boundaries_is_matched_by_code_or_name_and_each_feature_gets_its_verdict() {
    let w = World::ready(5);
    let feature = |properties: Json, geometry: Json| json!({ "type": "Feature", "properties": properties, "geometry": geometry });
    let shapes = json!({ "type": "FeatureCollection", "features": [
        feature(json!({ "代码": FIRST_GRID }), square(LNG, LAT, 0.004)),
        feature(json!({ "name": "第 二 网格" }), square(LNG + 0.004, LAT, 0.004)),
        feature(json!({ "楼号": "1" }), json!({ "type": "Point", "coordinates": [LNG + 0.001, LAT + 0.001] })),
        feature(json!({ "name": "第九网格" }), square(LNG, LAT, 0.001)),
        feature(json!({ "code": SECOND_GRID }), json!({ "type": "LineString", "coordinates": [] })),
        feature(json!({ "code": STREET_UNIT }), square(LNG, LAT, 0.001)),
    ] });
    let (office, path) = (w.office(), file(&w, &format!("\u{feff}{shapes}")));
    let tried = office.call("import_shapes", json!({ "file": path, "dry_run": true }));
    let verdicts = |report: &Json| -> Vec<String> {
        report["features"].as_array().unwrap().iter().map(|f| f["verdict"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(verdicts(&tried), ["placed", "placed", "placed", "unknown", "bad", "unknown"]);
    assert_eq!(office.call("get_map", json!({}))["bounds"], Json::Null, "a dry run writes nothing");
    assert_eq!(office.call("import_shapes", json!({ "file": path }))["placed"], 3);
    w.sync_all();
    let map = w.ana().call("get_map", json!({}));
    assert!(grid(&office.call("get_map", json!({})), "第二网格")["shape"].is_array());
    assert_eq!(building(&map, &first_building().to_string())["at"]["exact"], true);
    let again = office.call("import_shapes", json!({ "file": path }));
    assert_eq!((&again["placed"], &again["unchanged"], &again["refused"]), (&json!(0), &json!(3), &json!(3)));
    assert_eq!(office.refused("import_shapes", json!({ "file": file(&w, "{\"type\": \"Point\"}") })), "bad_file");
}

#[test]
fn a_file_drawn_in_gcj_02_is_kept_in_wgs_84() {
    let w = World::ready(6);
    let id = first_building().to_string();
    // the same place, as eviltransform has it
    let shape = json!({ "type": "Feature", "properties": { "id": id },
        "geometry": { "type": "Point", "coordinates": [116.384_047_224_556_57, 39.913_345_455_360_69] } });
    w.office().call("import_shapes", json!({ "file": file(&w, &shape.to_string()), "datum": "gcj02" }));
    let map = w.office().call("get_map", json!({}));
    let at = &building(&map, &id)["at"];
    assert!((at["lng"].as_f64().unwrap() - 116.377_817).abs() < 1e-6 && (at["lat"].as_f64().unwrap() - 39.911_954).abs() < 1e-6, "{at}");
}

#[test]
fn a_case_stands_where_it_was_put_else_at_its_building_else_in_the_list() {
    let w = World::ready(7);
    let id = first_building().to_string();
    w.office().call("place_unit", json!({ "unit": id, "lng": LNG, "lat": LAT }));
    w.sync_all();
    let report = |title: &str, more: Json| {
        let mut args = json!({ "matter": "03010", "title": title });
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        w.ana().call("add_case", args);
    };
    report("路口", json!({ "place": "路口", "lng": LNG + 0.001, "lat": LAT }));
    report("楼下", json!({ "building": id }));
    report("别处", json!({ "place": "别处" }));
    w.sync_all();
    for d in [w.ana(), w.office()] {
        let map = d.call("get_map", json!({}));
        let at = |title: &str| map["cases"].as_array().unwrap().iter().find(|c| c["title"] == title).unwrap()["at"].clone();
        assert_eq!(at("路口"), json!({ "lng": LNG + 0.001, "lat": LAT, "exact": true }), "{}", d.name);
        assert_eq!(at("楼下"), json!({ "lng": LNG, "lat": LAT, "exact": false }), "{}", d.name);
        assert_eq!(at("别处"), Json::Null, "{}", d.name);
    }
}

#[test]
fn a_building_head_sees_doors_and_cases_and_learns_nothing_of_the_register() {
    let w = World::ready(8);
    let id = first_building().to_string();
    let home =
        w.ana().call("list_households", json!({}))["items"].as_array().unwrap().iter().find(|h| h["building"] == id).unwrap()["id"].clone();
    w.ana().call("edit_household", json!({ "id": home, "edit": { "hub": true } }));
    w.sync_all();
    let worker = w.ana().call("get_map", json!({}));
    assert_eq!((&building(&worker, &id)["hubs"], worker["hubs"].as_array().unwrap().len()), (&json!(1), 1));
    w.ana().call("add_visit", json!({ "household": home, "outcome": "met" }));
    w.sync_all();
    w.clock.pass_ms(200 * 86_400_000);
    w.sync_all();
    let (worker, head) = (w.ana().call("get_map", json!({})), w.head().call("get_map", json!({})));
    assert!(building(&worker, &id)["over"].as_u64().unwrap() > 0);
    let b = building(&head, &id);
    assert!(b["households"].as_u64().unwrap() > 0, "doors are a head's");
    assert_eq!((&b["over"], &b["today"], &b["hubs"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!(head["hubs"], json!([]));
    assert!(head["grids"].as_array().unwrap().iter().all(|g| g["due"] == 0));
}

#[test]
fn a_position_tells_the_building_and_the_grid_and_leaves_nothing_behind() {
    let w = World::ready(9);
    let id = first_building().to_string();
    w.office().call("place_unit", json!({ "unit": id, "shape": square(LNG, LAT, 0.000_4) }));
    w.office().call("place_unit", json!({ "unit": FIRST_GRID, "shape": square(LNG - 0.002, LAT - 0.002, 0.006) }));
    w.sync_all();
    let pending = w.ana().call("list_pending", json!({}));
    let inside = w.ana().call("locate", json!({ "lng": LNG + 0.000_2, "lat": LAT + 0.000_2 }));
    assert_eq!(
        (&inside["building"]["id"], &inside["building"]["metres"], &inside["grid"]["name"]),
        (&json!(id), &json!(0), &json!("第一网格"))
    );
    let near = w.ana().call("locate", json!({ "lng": LNG + 0.000_2, "lat": LAT - 0.000_3, "shown": "gcj02" }));
    assert_eq!((&near["building"]["id"], &near["building"]["metres"]), (&json!(id), &json!(33)));
    assert!(near["shown"]["lng"].as_f64().unwrap() > LNG + 0.003);
    let back = w.ana().call("locate", json!({ "lng": near["shown"]["lng"], "lat": near["shown"]["lat"], "datum": "gcj02" }));
    assert!((back["lng"].as_f64().unwrap() - (LNG + 0.000_2)).abs() < 1e-6);
    let far = w.ana().call("locate", json!({ "lng": LNG, "lat": LAT + 0.01 }));
    assert_eq!((&far["building"], &far["grid"]), (&Json::Null, &Json::Null));
    assert_eq!(w.ana().refused("locate", json!({ "lng": 200.0, "lat": 0.0 })), "invalid_args");
    assert_eq!(w.ana().call("list_pending", json!({})), pending, "asking writes nothing");
}

#[test]
fn a_base_map_is_a_file_of_this_device_and_a_bad_one_takes_nothing_away() {
    let w = World::ready(10);
    let ana = w.ana();
    assert_eq!(ana.call("get_base_map", json!({}))["map"], Json::Null);
    assert_eq!(ana.call("get_tile", json!({ "z": 0, "x": 0, "y": 0 }))["data"], Json::Null);
    let path = w.server_dir().join("street.mbtiles");
    let png = "89504e470d0a1a0a00";
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!(
            "pragma journal_mode = wal; create table metadata (name text, value text); insert into metadata values ('datum', 'gcj02');
             create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
             insert into tiles values (15, 26296, 19654, x'{png}');"
        ))
        .unwrap();
    let map = ana.call("set_base_map", json!({ "file": path }))["map"].clone();
    assert_eq!((&map["name"], &map["datum"], &map["max_zoom"]), (&json!("street.mbtiles"), &json!("gcj02"), &json!(15)));
    let y = (1_u32 << 15) - 1 - 19654;
    let tile = ana.call("get_tile", json!({ "z": 15, "x": 26296, "y": y }));
    assert_eq!(tile["mime"], "image/png");
    for outside in [json!({ "z": 0, "x": 1, "y": 0 }), json!({ "z": 30, "x": 0, "y": 0 }), json!({ "z": 24, "x": u32::MAX, "y": u32::MAX })]
    {
        assert_eq!(ana.call("get_tile", outside)["data"], Json::Null);
    }
    assert_eq!(ana.refused("set_base_map", json!({ "file": file(&w, "no map") })), "bad_map");
    assert_eq!(ana.refused("set_base_map", json!({ "data": "bm8gbWFw", "name": "x" })), "bad_map");
    assert_eq!(ana.call("get_base_map", json!({}))["map"], map, "the one before is still there");
    assert_eq!(ana.call("clear_base_map", json!({}))["changed"], true);
    assert_eq!(ana.call("get_base_map", json!({}))["map"], Json::Null);
    assert!(!ana.home().join("base-map.mbtiles").exists());
    assert_eq!(w.office().call("get_base_map", json!({}))["map"], Json::Null, "nobody else heard of it");
}
