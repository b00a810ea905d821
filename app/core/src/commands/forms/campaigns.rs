//! 专项排查: a filter over doors, at most ten questions, a day until which, a state per door. The office makes and closes one; whoever holds
//! doors beneath its unit asks at them. The state of a door is that of its answers; a door where nobody was in since it began says so.

use super::super::households::{Shelf, walking};
use super::super::settings;
use super::super::units::Tree;
use super::super::views;
use super::super::visits::new_id;
use super::{library, require};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{self, day_of, parse_day};
use crate::store::same::OF_HOUSEHOLD;
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use chrono::NaiveDate;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{
    AddCampaignArgs, Added, CampaignDoor, CampaignDoors, CampaignDoorsArgs, CampaignItem, CampaignList, CampaignPreview, EditCampaignArgs,
    Edited, IdArgs, NoArgs, PreviewCampaignArgs,
};
use shared_model::crdt::Value;
use shared_model::doc::campaign_response_id;
use shared_model::forms::{CampaignFilter, DoorFacts, FormLibrary, name_of};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Characters of a campaign's title and of its words.
const TITLE_CHARS_MAX: usize = 40;
const WORDS_CHARS_MAX: usize = 500;

/// Doors as a filter sees them, in walking order.
pub struct Doors {
    facts: HashMap<Uuid, DoorFacts>,
    order: Vec<(Uuid, Uuid)>,
    tree: Tree,
}

impl Doors {
    /// All that are held here.
    ///
    /// # Errors
    /// Of the store.
    pub fn read(db: &Connection, now: i64) -> Result<Doors> {
        let households = walking(db, None)?;
        let people = rows(db, Kind::Person, "where t._del is null and t.ended is null and t.household is not null", &[])?;
        Doors::of(db, &households, &people, now)
    }

    /// One.
    ///
    /// # Errors
    /// Of the store.
    pub fn of_one(db: &Connection, household: &Row, now: i64) -> Result<Doors> {
        let people = rows(db, Kind::Person, &format!("where {OF_HOUSEHOLD} and t._del is null and t.ended is null"), &[&household.record])?;
        Doors::of(db, std::slice::from_ref(household), &people, now)
    }

    fn of(db: &Connection, households: &[Row], people: &[Row], now: i64) -> Result<Doors> {
        let (mut facts, mut order) = (HashMap::new(), Vec::new());
        // whoever holds a door only by its plate (a building head) asks nothing there
        let mut knows = db.prepare_cached("select exists (select 1 from doc where record = ?1 and class = ?2)")?;
        for h in households.iter().filter(|h| h.get("ended").is_none()) {
            if !knows.query_row(rusqlite::params![h.record, Class::Register as u8], |r| r.get::<_, bool>(0))? {
                continue;
            }
            let mut tags = h.names("tag");
            tags.extend(h.names("care"));
            order.push((h.record, h.id("building").unwrap_or_default()));
            let tier = project::tier_of(h).to_string();
            let (rented, vacant, hub) = (h.flag("rented"), h.flag("vacant"), h.flag("hub"));
            facts.insert(h.record, DoorFacts { tier, tags, rented, vacant, hub, ages: Vec::new() });
        }
        for p in people {
            let Some(door) = p.id("household").and_then(|h| facts.get_mut(&h)) else { continue };
            door.tags.extend(p.names("tag"));
            door.tags.extend(p.names("care"));
            door.ages.extend(super::super::persons::age(p, now));
        }
        Ok(Doors { facts, order, tree: Tree::read(db)? })
    }

    fn beneath(&self, unit: Uuid) -> Vec<Uuid> {
        let units = self.tree.beneath(unit);
        self.order.iter().filter(|(_, building)| units.contains(building)).map(|(h, _)| *h).collect()
    }
}

/// A campaign as its record says.
pub struct Running {
    pub id: Uuid,
    pub title: String,
    pub form: String,
    pub due: Option<NaiveDate>,
    unit: Uuid,
    from: Option<NaiveDate>,
    filter: CampaignFilter,
    closed: bool,
    row: Row,
}

impl Running {
    fn of(row: Row) -> Running {
        let day = |key: &str| row.text(key).as_deref().and_then(parse_day);
        // an entry that cannot be used takes no door away
        let mut entries = row.texts("filter");
        let filter = loop {
            match CampaignFilter::read(&entries) {
                Ok(filter) => break filter,
                Err(entry) if entries.remove(&entry).is_some() => {}
                Err(_) => break CampaignFilter::default(),
            }
        };
        Running {
            id: row.record,
            title: row.text("title").unwrap_or_default(),
            form: row.text("form").unwrap_or_default(),
            unit: row.id("unit").unwrap_or_default(),
            from: day("from"),
            due: day("due"),
            closed: row.flag("closed"),
            filter,
            row,
        }
    }

    fn runs(&self, today: NaiveDate) -> bool {
        !self.closed && self.from.is_none_or(|from| from <= today)
    }

    /// Does it ask at this door?
    pub fn takes(&self, doors: &Doors, household: Uuid) -> bool {
        let Some((_, building)) = doors.order.iter().find(|(h, _)| *h == household) else { return false };
        doors.tree.line(*building).contains(&self.unit) && doors.facts.get(&household).is_some_and(|f| self.filter.takes(f))
    }

    /// What was answered at a door.
    pub fn response(&self, db: &Connection, household: Uuid) -> Result<Option<Row>> {
        let row = get_row(db, Kind::Response, campaign_response_id(self.id, household))?;
        Ok(row.filter(|r| r.get("_del").is_none() && r.get("form").is_some()))
    }
}

fn every(db: &Connection) -> Result<Vec<Running>> {
    let all = rows(db, Kind::Campaign, "where t._del is null and t.form is not null order by t.due, t.record", &[])?;
    Ok(all.into_iter().map(Running::of).collect())
}

/// Campaigns that are asked today.
///
/// # Errors
/// Of the store.
pub fn running(db: &Connection, today: NaiveDate) -> Result<Vec<Running>> {
    Ok(every(db)?.into_iter().filter(|c| c.runs(today)).collect())
}

/// Where a door of a campaign stands.
struct DoorState {
    state: String,
    at: Option<i64>,
    conflict: bool,
}

/// Every door of a campaign with its state, in walking order: those that the filter takes, and those that were asked.
fn states(db: &Connection, c: &Running, doors: &Doors) -> Result<Vec<(Uuid, DoorState)>> {
    let clashing: HashSet<Uuid> = {
        let mut q = db.prepare_cached("select distinct record from conflict where kind = ?1")?;
        q.query_map([Kind::Response as u8], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut asked: HashMap<Uuid, DoorState> = HashMap::new();
    for r in rows(db, Kind::Response, "where t.campaign = ?1 and t._del is null and t.form is not null", &[&c.id])? {
        let state = r.text("state").unwrap_or_else(|| "done".into());
        if let Some(h) = r.id("household") {
            let at = Some(super::responses::last_at(&r)).filter(|at| *at > 0);
            asked.insert(h, DoorState { state, at, conflict: clashing.contains(&r.record) });
        }
    }
    let since = c.from.and_then(|d| d.and_hms_opt(0, 0, 0)).map_or(0, |t| t.and_utc().timestamp_millis() - 8 * 3_600_000);
    let nobody_in: HashMap<Uuid, i64> = {
        let mut q = db.prepare_cached(
            "select coalesce(m.canon, household), max(at) from visit left join merged m on m.record = household
             where outcome = 'absent' and at >= ?1 and _del is null and household is not null group by coalesce(m.canon, household)",
        )?;
        q.query_map([since], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    let mut out = Vec::new();
    for h in doors.beneath(c.unit) {
        let taken = doors.facts.get(&h).is_some_and(|f| c.filter.takes(f));
        let state = match (asked.remove(&h), nobody_in.get(&h)) {
            (Some(state), _) => state,
            (None, _) if !taken => continue,
            (None, Some(at)) => DoorState { state: "absent".into(), at: Some(*at), conflict: false },
            (None, None) => DoorState { state: "todo".into(), at: None, conflict: false },
        };
        out.push((h, state));
    }
    Ok(out)
}

fn item(db: &Connection, library: &FormLibrary, c: &Running, doors: &Doors, today: NaiveDate) -> Result<CampaignItem> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let all = states(db, c, doors)?;
    for (_, s) in &all {
        *counts.entry(s.state.clone()).or_default() += 1;
    }
    let form = library.for_campaign(&c.form);
    let name = name_of(&c.form).to_string();
    let doc = docs::load(db, docs::current(db, c.id, Class::Common)?)?;
    let days = c.due.map_or(0, |due| i32::try_from((due - today).num_days()).unwrap_or(i32::MAX));
    Ok(CampaignItem {
        id: c.id.to_string(),
        title: c.title.clone(),
        words: c.row.text("words"),
        form: form.map_or_else(|| Coded::spoken(&c.form, &name, ""), |(id, f)| Coded::spoken(&id, &f.zh, &f.en)),
        unit: c.unit.to_string(),
        unit_name: doors.tree.name(c.unit),
        filter: c.filter.clone(),
        from: c.from.map(|d| d.to_string()).unwrap_or_default(),
        due: c.due.map(|d| d.to_string()).unwrap_or_default(),
        days,
        closed: c.closed,
        runs: c.runs(today),
        doors: u32::try_from(all.len()).unwrap_or(u32::MAX),
        counts,
        pending: doc.is_some_and(|d| d.pending > 0),
    })
}

/// `list_campaigns`
pub fn list(engine: &Engine, _: NoArgs) -> Result<CampaignList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let (library, all) = (library(&o.db)?, every(&o.db)?);
        let may_edit = workspace::may_ever(&o.db, &o.me, Kind::Campaign, Verb::Make).is_ok() && settings::own_unit(&o.db, &o.me).is_ok();
        if all.is_empty() {
            return Ok(CampaignList { items: Vec::new(), may_edit });
        }
        let doors = Doors::read(&o.db, now)?;
        let mut items = all.iter().map(|c| item(&o.db, &library, c, &doors, day_of(now))).collect::<Result<Vec<_>>>()?;
        items.sort_by(|a, b| (a.closed, !a.runs, &a.due, &a.id).cmp(&(b.closed, !b.runs, &b.due, &b.id)));
        Ok(CampaignList { items, may_edit })
    })
}

/// `campaign_doors`
pub fn doors(engine: &Engine, args: CampaignDoorsArgs) -> Result<CampaignDoors> {
    let now = engine.now_ms();
    engine.with(|o| {
        let c = campaign(&o.db, &args.campaign)?;
        let doors = Doors::read(&o.db, now)?;
        let shelf = Shelf::read(&o.db, now)?;
        let mut all = states(&o.db, &c, &doors)?;
        if let Some(state) = args.state.as_deref().filter(|s| !s.is_empty()) {
            all.retain(|(_, s)| s.state == state);
        }
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mut items = Vec::new();
        for (h, s) in views::page(all, args.limit, args.offset) {
            if let Some(row) = get_row(&o.db, Kind::Household, h)? {
                items.push(CampaignDoor { household: shelf.item(&row), state: s.state, at: s.at, conflict: s.conflict });
            }
        }
        Ok(CampaignDoors { campaign: item(&o.db, &library(&o.db)?, &c, &doors, day_of(now))?, items, total })
    })
}

/// `preview_campaign`
pub fn preview(engine: &Engine, args: PreviewCampaignArgs) -> Result<CampaignPreview> {
    let now = engine.now_ms();
    check_filter(&args.filter)?;
    engine.with(|o| {
        let doors = Doors::read(&o.db, now)?;
        let unit = unit_of(&o.db, &doors.tree, &o.me, args.unit.as_deref())?;
        let all = doors.beneath(unit);
        let taken = all.iter().filter(|h| doors.facts.get(*h).is_some_and(|f| args.filter.takes(f))).count();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(CampaignPreview { doors: number(taken), of: number(all.len()) })
    })
}

fn campaign(db: &Connection, text: &str) -> Result<Running> {
    let id = views::id(text, "这次专项排查")?;
    let row = get_row(db, Kind::Campaign, id)?.filter(|r| r.get("_del").is_none() && r.get("form").is_some());
    row.map(Running::of).ok_or_else(|| CoreError::not_found("这次专项排查").at("id"))
}

fn unit_of(db: &Connection, tree: &Tree, me: &workspace::Identity, named: Option<&str>) -> Result<Uuid> {
    match named.filter(|u| !u.is_empty()) {
        Some(text) => Ok(tree.find(text).map_err(|e| e.at("unit"))?.record),
        None => settings::own_unit(db, me),
    }
}

fn check_filter(filter: &CampaignFilter) -> Result<()> {
    match filter.wrong() {
        Some(entry) => Err(CoreError::args("筛选里有一项不对：档、标签或年龄。").at(&entry)),
        None => Ok(()),
    }
}

fn short(text: &str, max: usize, field: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(CoreError::args(format!("太长了，最多 {max} 个字。")).at(field));
    }
    Ok(text.to_string())
}

fn title(text: &str) -> Result<String> {
    let text = short(text, TITLE_CHARS_MAX, "title")?;
    if text.is_empty() { Err(CoreError::args("要写名称。").at("title")) } else { Ok(text) }
}

fn day(text: &str, field: &str) -> Result<NaiveDate> {
    parse_day(text.trim()).ok_or_else(|| CoreError::args("日期要写成 2026-11-30。").at(field))
}

/// `add_campaign`
pub fn add(engine: &Engine, args: AddCampaignArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Campaign, Verb::Make))?;
    let now = engine.now_ms();
    let title = title(&args.title)?;
    let words = short(args.words.as_deref().unwrap_or_default(), WORDS_CHARS_MAX, "words")?;
    let from = args.from.as_deref().map_or_else(|| Ok(day_of(now)), |text| day(text, "from"))?;
    let due = day(&args.due, "due")?;
    if due < from {
        return Err(CoreError::args("期限要在开始以后。").at("due"));
    }
    check_filter(&args.filter)?;
    let record = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let unit = unit_of(&o.db, &Tree::read(&o.db)?, &o.me, args.unit.as_deref())?;
        let (form, asked) = require(&library(&o.db)?, &args.form)?;
        if !asked.campaign {
            return Err(CoreError::args(format!("「{}」不是专项排查用的问卷。", asked.zh)).at("form"));
        }
        let mut edits = vec![
            KeyEdit::put("title", title.clone()),
            KeyEdit::put("form", form),
            KeyEdit::put("unit", unit.to_string()),
            KeyEdit::put("from", from.to_string()),
            KeyEdit::put("due", due.to_string()),
        ];
        if !words.is_empty() {
            edits.push(KeyEdit::put("words", words));
        }
        edits.extend(args.filter.entries().into_iter().map(|(key, text)| KeyEdit::put(&format!("filter/{key}"), text)));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_campaign", format!("专项排查：{title}"), None);
            intent.record(unit, record, Kind::Campaign, Class::Common, edits)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: record.to_string() })
}

/// Writes into a campaign that is there.
fn write(engine: &Engine, id: &str, name: &'static str, edits: impl FnOnce(&Running) -> Result<Vec<KeyEdit>>) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Campaign, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let c = campaign(&o.db, id)?;
        let edits = edits(&c)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new(name, format!("专项排查：{}", c.title), None);
            intent.record(c.unit, c.id, Kind::Campaign, Class::Common, edits)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `edit_campaign`
pub fn edit(engine: &Engine, args: EditCampaignArgs) -> Result<Edited> {
    write(engine, &args.id, "edit_campaign", |c| {
        let mut edits = Vec::new();
        if let Some(text) = &args.title {
            edits.push(KeyEdit::put("title", title(text)?));
        }
        if let Some(text) = &args.words {
            let words = short(text, WORDS_CHARS_MAX, "words")?;
            edits.push(KeyEdit::put("words", if words.is_empty() { Value::Null } else { Value::Str(words) }));
        }
        if let Some(text) = &args.due {
            let due = day(text, "due")?;
            if c.from.is_some_and(|from| due < from) {
                return Err(CoreError::args("期限要在开始以后。").at("due"));
            }
            edits.push(KeyEdit::put("due", due.to_string()));
        }
        if let Some(filter) = &args.filter {
            check_filter(filter)?;
            let entries = filter.entries();
            let known: BTreeSet<String> = c.row.texts("filter").into_keys().collect();
            edits.extend(
                known.iter().filter(|k| !entries.contains_key(k.as_str())).map(|k| KeyEdit::put(&format!("filter/{k}"), Value::Null)),
            );
            edits.extend(entries.into_iter().map(|(key, text)| KeyEdit::put(&format!("filter/{key}"), text)));
        }
        Ok(edits)
    })
}

/// `close_campaign`
pub fn close(engine: &Engine, args: IdArgs) -> Result<Edited> {
    write(engine, &args.id, "close_campaign", |_| Ok(vec![KeyEdit::put("closed", true)]))
}
