//! The unit tree as this device knows it.

use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project;
use crate::store::{Row, rows, same};
use rusqlite::Connection;
use shared_model::commands::{NoArgs, UnitItem, UnitList};
use shared_model::doc;
use shared_model::records::Kind;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The tree.
pub struct Tree {
    rows: BTreeMap<Uuid, Row>,
    parents: HashMap<Uuid, Uuid>,
}

impl Tree {
    /// Reads it.
    ///
    /// # Errors
    /// Of the store.
    pub fn read(db: &Connection) -> Result<Tree> {
        let mut parents = HashMap::new();
        let mut q = db.prepare_cached("select unit, parent from unit_asked")?;
        for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Uuid>(1)?)))? {
            let (u, p) = r?;
            parents.insert(u, p);
        }
        let rows: BTreeMap<Uuid, Row> = rows(db, Kind::Unit, "", &[])?.into_iter().map(|r| (r.record, r)).collect();
        for r in rows.values() {
            if let Some(p) = r.id("parent") {
                parents.insert(r.record, p);
            }
        }
        Ok(Tree { rows, parents })
    }

    /// A unit by id, or by code.
    ///
    /// # Errors
    /// `not_found`.
    pub fn find(&self, text: &str) -> Result<&Row> {
        let id = Uuid::parse_str(text).unwrap_or_else(|_| doc::unit_id(text));
        self.rows
            .get(&id)
            .or_else(|| self.rows.values().find(|r| r.text("code").as_deref() == Some(text)))
            .ok_or_else(|| CoreError::not_found("这个单元"))
    }

    /// Its row.
    pub fn get(&self, id: Uuid) -> Option<&Row> {
        self.rows.get(&id)
    }

    /// Its parent.
    pub fn parent(&self, id: Uuid) -> Option<Uuid> {
        self.parents.get(&id).copied()
    }

    /// Has it stand elsewhere, for a preview.
    pub fn place(&mut self, unit: Uuid, parent: Uuid) {
        self.parents.insert(unit, parent);
    }

    /// Itself and what it stands under, from the unit upwards.
    pub fn line(&self, id: Uuid) -> Vec<Uuid> {
        let mut out = vec![id];
        while let Some(p) = self.parent(out[out.len() - 1]) {
            if out.len() > 32 || out.contains(&p) {
                break;
            }
            out.push(p);
        }
        out
    }

    /// The nearest unit of a kind, upwards.
    pub fn above(&self, id: Uuid, kind: &str) -> Option<Uuid> {
        self.line(id).into_iter().find(|u| self.rows.get(u).and_then(|r| r.text("kind")).as_deref() == Some(kind))
    }

    /// Everything beneath, itself included.
    pub fn beneath(&self, id: Uuid) -> BTreeSet<Uuid> {
        let mut out = BTreeSet::from([id]);
        loop {
            let more: Vec<Uuid> = self.parents.iter().filter(|(u, p)| out.contains(p) && !out.contains(u)).map(|(u, _)| *u).collect();
            if more.is_empty() {
                return out;
            }
            out.extend(more);
        }
    }

    /// Its name for people.
    pub fn name(&self, id: Uuid) -> String {
        self.rows.get(&id).map(name_of).unwrap_or_default()
    }

    /// Number of a building, for plates.
    pub fn number(&self, id: Uuid) -> String {
        self.rows.get(&id).and_then(|r| r.text("number")).unwrap_or_default()
    }

    /// All rows.
    pub fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }
}

/// Name of a unit; a building without one is called by its number.
pub fn name_of(row: &Row) -> String {
    row.text("name").unwrap_or_else(|| format!("{}号楼", row.text("number").unwrap_or_default()))
}

/// `list_units`
pub fn list(engine: &Engine, _: NoArgs) -> Result<UnitList> {
    let today = project::day_of(engine.now_ms());
    engine.with(|o| {
        let db = &o.db;
        let tree = Tree::read(db)?;
        let due = project::due_of(db, today)?;
        #[derive(Default, Clone, Copy)]
        struct Count {
            households: u32,
            people: u32,
            over: u32,
            today: u32,
            cases: u32,
        }
        let mut own: HashMap<Uuid, Count> = HashMap::new();
        {
            // both tables are read once as they lie: a lookup for each person takes five times as long
            let gone = same::all(db)?;
            let mut homes: HashMap<Uuid, Uuid> = HashMap::new();
            let mut q = db.prepare_cached("select record, building, _del is null from household where +building is not null")?;
            let mut got = q.query([])?;
            while let Some(r) = got.next()? {
                let (h, b): (Uuid, Uuid) = (r.get(0)?, r.get(1)?);
                homes.insert(h, b);
                if !r.get::<_, bool>(2)? || gone.contains_key(&h) {
                    continue;
                }
                let c = own.entry(b).or_default();
                c.households += 1;
                match due.get(&h).map(|d| d.0.state) {
                    Some("over") => c.over += 1,
                    Some("today") => c.today += 1,
                    _ => {}
                }
            }
            let mut q =
                db.prepare_cached("select record, household from person where _del is null and +ended is null and +household is not null")?;
            let mut got = q.query([])?;
            while let Some(r) = got.next()? {
                let (p, h): (Uuid, Uuid) = (r.get(0)?, r.get(1)?);
                let home = homes.get(gone.get(&h).unwrap_or(&h));
                if let Some(b) = home.filter(|_| !gone.contains_key(&p)) {
                    own.entry(*b).or_default().people += 1;
                }
            }
        }
        for c in super::cases::open_by_unit(db)? {
            own.entry(c).or_default().cases += 1;
        }
        let mut sums: HashMap<Uuid, Count> = HashMap::new();
        for (unit, c) in &own {
            for u in tree.line(*unit) {
                let s = sums.entry(u).or_default();
                s.households += c.households;
                s.people += c.people;
                s.over += c.over;
                s.today += c.today;
                s.cases += c.cases;
            }
        }
        let mut items: Vec<(String, UnitItem)> = tree
            .all()
            .map(|r| {
                let c = sums.get(&r.record).copied().unwrap_or_default();
                let kind = r.text("kind").unwrap_or_default();
                let item = UnitItem {
                    id: r.record.to_string(),
                    code: r.text("code"),
                    kind: super::views::coded("unit_kind", &kind),
                    name: name_of(r),
                    parent: tree.parent(r.record).map(|p| p.to_string()),
                    number: r.text("number"),
                    estate: r.text("estate"),
                    households: c.households,
                    people: c.people,
                    over: c.over,
                    today: c.today,
                    open_cases: c.cases,
                    // somebody may have written there without knowing that it was closed: nothing is hidden
                    closed: r.flag("closed") && c.households == 0,
                };
                (sort_key(r), item)
            })
            .collect();
        items.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(UnitList { items: items.into_iter().map(|(_, i)| i).collect() })
    })
}

/// From wide to narrow, then by code, estate and number.
fn sort_key(r: &Row) -> String {
    let order = ["district", "street", "community", "grid", "micro_grid", "estate", "building", "alley", "area"];
    let kind = r.text("kind").unwrap_or_default();
    let rank = order.iter().position(|k| *k == kind).unwrap_or(order.len());
    let number = r.text("number").unwrap_or_default();
    format!("{rank:02}|{}|{}|{number:0>8}|{}", r.text("code").unwrap_or_default(), r.text("estate").unwrap_or_default(), r.record)
}
