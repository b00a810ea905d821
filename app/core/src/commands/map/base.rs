//! The offline base map: one MBTiles file with raster tiles in the home folder, beside the encrypted store. It shows streets, never residents, and
//! it is never fetched and never sent. The file came from anywhere, so it is opened read-only with every door shut: no triggers, no trusted
//! schema, bounded values, bounded work; and only what begins like a picture leaves it.

use super::super::import::bytes_of;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store;
use base64::Engine as _;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use shared_model::commands::{BaseMap, BaseMapReply, Changed, Edited, MapBounds, NoArgs, SetBaseMapArgs, Tile, TileArgs};
use shared_model::geo::{Datum, Position};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The file in the home folder, and the one that is still being checked.
pub const FILE: &str = "base-map.mbtiles";
pub const NEW_FILE: &str = "base-map.new";
/// The setting that says what it is.
const SETTING: &str = "base_map";
/// A map file.
const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// One tile.
const TILE_BYTES_MAX: i32 = 1024 * 1024;
/// Steps of the database for one answer: a view in the file may be made to run for ever.
const STEPS_MAX: i32 = 5_000_000;
/// Zooms that exist.
const ZOOM_MAX: u8 = 24;
/// Words of the file that are shown, characters.
const WORDS_CHARS_MAX: usize = 200;

/// `get_base_map`
pub fn get(engine: &Engine, _: NoArgs) -> Result<BaseMapReply> {
    let is_there = engine.home().join(FILE).is_file();
    let known = engine.with(|o| store::json_setting::<Option<BaseMap>>(&o.db, SETTING))?;
    Ok(BaseMapReply { map: known.flatten().filter(|_| is_there) })
}

/// `set_base_map`: copied, checked, then put in the place of the one before.
pub fn set(engine: &Engine, args: SetBaseMapArgs) -> Result<BaseMapReply> {
    engine.with(|_| Ok(()))?;
    let new = engine.home().join(NEW_FILE);
    let made = put(&args, &new).and_then(|name| read(&new, name, args.datum));
    let map = match made {
        Ok(map) => map,
        Err(e) => {
            let _ = fs::remove_file(&new);
            return Err(e);
        }
    };
    fs::File::open(&new)?.sync_all()?;
    fs::rename(&new, engine.home().join(FILE))?;
    engine.with(|o| store::set_json(&o.db, SETTING, &Some(&map)))?;
    told(engine);
    Ok(BaseMapReply { map: Some(map) })
}

/// `clear_base_map`
pub fn clear(engine: &Engine, _: NoArgs) -> Result<Edited> {
    let was = get(engine, NoArgs {})?.map.is_some();
    engine.with(|o| store::set_json(&o.db, SETTING, &None::<BaseMap>))?;
    for name in [FILE, NEW_FILE] {
        match fs::remove_file(engine.home().join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    told(engine);
    Ok(Edited { changed: was })
}

fn told(engine: &Engine) {
    engine.raise(&Changed { kinds: vec!["base_map".into()], ..Changed::default() });
}

/// `get_tile`
pub fn tile(engine: &Engine, args: TileArgs) -> Result<Tile> {
    engine.with(|_| Ok(()))?;
    let path = engine.home().join(FILE);
    if args.z > ZOOM_MAX || args.x >> args.z > 0 || args.y >> args.z > 0 || !path.is_file() {
        return Ok(Tile::default());
    }
    let db = open(&path)?;
    Ok(tile_at(&db, &args)?.map_or_else(Tile::default, |bytes| Tile {
        mime: picture(&bytes).map(str::to_string),
        data: picture(&bytes).map(|_| base64::engine::general_purpose::STANDARD.encode(&bytes)),
    }))
}

/// MBTiles counts rows from the south, maps from the north.
fn tile_at(db: &Connection, at: &TileArgs) -> Result<Option<Vec<u8>>> {
    let row = (1_u32 << at.z) - 1 - at.y;
    let sql = "select tile_data from tiles where zoom_level = ?1 and tile_column = ?2 and tile_row = ?3";
    db.query_row(sql, params![at.z, at.x, row], |r| r.get::<_, Vec<u8>>(0)).optional().map_err(|_| unreadable())
}

fn put(args: &SetBaseMapArgs, new: &Path) -> Result<String> {
    if args.data.is_some() {
        let (bytes, name) = bytes_of(None, args.data.as_deref(), Some(args.name.as_deref().unwrap_or("底图")))?;
        fs::write(new, bytes)?;
        return Ok(short(&name));
    }
    let path = Path::new(args.file.as_deref().ok_or_else(|| CoreError::args("要选一个 MBTiles 文件。").at("file"))?);
    let meta = fs::metadata(path).map_err(|_| CoreError::args("没有这个文件，或读不了。").at("file"))?;
    if meta.len() > FILE_BYTES_MAX {
        return Err(CoreError::new("too_large", "底图超过 2 GB，没有用。请截一块小一些的。").at("file"));
    }
    fs::copy(path, new)?;
    Ok(short(&path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()))
}

fn unreadable() -> CoreError {
    CoreError::new("bad_map", "这个文件不是能用的底图。要一个 MBTiles 文件，里面是图片（PNG、JPEG 或 WebP）。原来的底图没有动。")
}

/// `path` as SQLite's own address of a file that nobody writes.
fn address(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b':' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out.push_str("?mode=ro&immutable=1");
    out
}

fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let shut = || -> rusqlite::Result<Connection> {
        let mut db = Connection::open_with_flags(address(path), flags)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        db.set_limit(Limit::SQLITE_LIMIT_LENGTH, TILE_BYTES_MAX)?;
        db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        db.progress_handler(STEPS_MAX, Some(|| true))?;
        Ok(db)
    };
    shut().map_err(|_| unreadable())
}

/// What the file is, if it can be used.
fn read(path: &Path, name: String, datum: Option<Datum>) -> Result<BaseMap> {
    let bytes = fs::metadata(path)?.len();
    let db = open(path)?;
    let said = metadata(&db).map_err(|_| unreadable())?;
    if matches!(said.get("format").map(String::as_str), Some("pbf" | "mvt")) {
        return Err(CoreError::new("bad_map", "这是矢量底图，这里用不了。请换一个图片（PNG、JPEG 或 WebP）的 MBTiles 文件。"));
    }
    let zooms = db.query_row("select min(zoom_level), max(zoom_level) from tiles", [], |r| Ok((r.get::<_, u8>(0)?, r.get::<_, u8>(1)?)));
    let (min_zoom, max_zoom) = zooms.map_err(|_| unreadable())?;
    let sample = "select tile_data from tiles where zoom_level = ?1 limit 1";
    let sample: Vec<u8> = db.query_row(sample, [max_zoom], |r| r.get(0)).map_err(|_| unreadable())?;
    if picture(&sample).is_none() || max_zoom > ZOOM_MAX || min_zoom > max_zoom {
        return Err(unreadable());
    }
    let own = said.get("datum").or_else(|| said.get("crs")).and_then(|d| Datum::from_name(d));
    Ok(BaseMap {
        name: said.get("name").filter(|n| !n.trim().is_empty()).map_or(name, |n| short(n)),
        bytes,
        datum: datum.or(own).unwrap_or_default(),
        min_zoom,
        max_zoom,
        bounds: said.get("bounds").and_then(|b| bounds(b)),
        attribution: said.get("attribution").map(|a| short(&without_marks(a))).filter(|a| !a.is_empty()),
    })
}

fn metadata(db: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    let mut q = db.prepare("select name, value from metadata limit 200")?;
    let text = |r: &rusqlite::Row<'_>, n: usize| Ok::<_, rusqlite::Error>(r.get_ref(n)?.as_str().unwrap_or_default().to_string());
    q.query_map([], |r| Ok((text(r, 0)?.to_lowercase(), text(r, 1)?)))?.collect()
}

/// `west,south,east,north`.
fn bounds(text: &str) -> Option<MapBounds> {
    let n: Vec<f64> = text.split(',').map(|n| n.trim().parse()).collect::<std::result::Result<_, _>>().ok()?;
    let [west, south, east, north] = n[..] else { return None };
    (Position::new(west, south).is_some() && Position::new(east, north).is_some() && west < east && south < north).then_some(MapBounds {
        west,
        south,
        east,
        north,
    })
}

/// The kind of picture by its first bytes.
fn picture(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Words of the file without its HTML.
fn without_marks(text: &str) -> String {
    let mut depth = 0_u32;
    let keep = |c: &char| {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    text.chars().filter(keep).collect()
}

fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest thing that begins like a PNG.
    const PNG: &[u8] = &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3];

    fn mbtiles(sql: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let db = Connection::open(dir.path().join("带 空格?.mbtiles")).unwrap();
        db.execute_batch(sql).unwrap();
        dir
    }

    fn path(dir: &tempfile::TempDir) -> std::path::PathBuf {
        dir.path().join("带 空格?.mbtiles")
    }

    const TABLES: &str = "create table metadata (name text, value text);
        create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);";

    fn with_tile(more: &str) -> tempfile::TempDir {
        let tile = hex::encode(PNG);
        mbtiles(&format!("{TABLES} insert into tiles values (3, 6, 4, x'{tile}'); {more}"))
    }

    #[test]
    fn a_map_says_what_it_is() {
        let dir = with_tile(
            "insert into metadata values ('name', '街道底图'), ('format', 'png'), ('bounds', '108.9,34.2,109.0,34.3'), ('datum', 'GCJ-02'),
             ('attribution', 'Map <a href=\"x\">by us</a>');",
        );
        let map = read(&path(&dir), "文件".into(), None).unwrap();
        assert_eq!((map.name.as_str(), map.datum, map.min_zoom, map.max_zoom), ("街道底图", Datum::Gcj02, 3, 3));
        assert_eq!(map.bounds, Some(MapBounds { west: 108.9, south: 34.2, east: 109.0, north: 34.3 }));
        assert_eq!(map.attribution.as_deref(), Some("Map by us"));
        assert_eq!(read(&path(&dir), "文件".into(), Some(Datum::Wgs84)).unwrap().datum, Datum::Wgs84, "a person knows better");
    }

    #[test]
    fn a_tile_is_found_by_its_row_from_the_north() {
        let dir = with_tile("");
        let db = open(&path(&dir)).unwrap();
        assert_eq!(tile_at(&db, &TileArgs { z: 3, x: 6, y: 3 }).unwrap().as_deref(), Some(PNG));
        assert_eq!(tile_at(&db, &TileArgs { z: 3, x: 6, y: 4 }).unwrap(), None);
    }

    #[test]
    fn what_is_no_map_of_pictures_is_refused() {
        let refused = |dir: &tempfile::TempDir| read(&path(dir), String::new(), None).unwrap_err().code;
        let plain = tempfile::tempdir().unwrap();
        std::fs::write(path(&plain), b"not a database at all").unwrap();
        assert_eq!(refused(&plain), "bad_map");
        assert_eq!(refused(&mbtiles(TABLES)), "bad_map", "no tile");
        assert_eq!(refused(&with_tile("insert into metadata values ('format', 'pbf');")), "bad_map");
        let script = mbtiles(&format!("{TABLES} insert into tiles values (0, 0, 0, '<svg onload=alert(1)>');"));
        assert_eq!(refused(&script), "bad_map");
        assert_eq!(refused(&mbtiles(&format!("{TABLES} insert into tiles values (40, 0, 0, x'{}');", hex::encode(PNG)))), "bad_map");
    }

    #[test]
    fn a_file_that_would_run_for_ever_or_fill_the_memory_ends() {
        let endless = "create view tiles as with recursive n(i) as (select 0 union all select i + 1 from n)
            select i as zoom_level, 0 as tile_column, 0 as tile_row, x'89504e47' as tile_data from n;
            create table metadata (name text, value text);";
        assert_eq!(read(&path(&mbtiles(endless)), String::new(), None).unwrap_err().code, "bad_map");
        let huge = "create view tiles as select 0 as zoom_level, 0 as tile_column, 0 as tile_row, zeroblob(900000000) as tile_data;
            create table metadata (name text, value text);";
        assert_eq!(read(&path(&mbtiles(huge)), String::new(), None).unwrap_err().code, "bad_map");
    }
}
