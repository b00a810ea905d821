//! A row of a ledger of buildings: the building, and a door for every staircase and floor where the ledger says how many. A door that is here stays as it is.

use super::{Books, Planned, Write, extras, header};
use crate::error::Result;
use crate::project::day_of;
use crate::workspace::KeyEdit;
use app_tables::{TableRow, Template};
use shared_model::Class;
use shared_model::doc;
use shared_model::geo::Position;
use shared_model::records::Kind;

/// Doors of one building.
const DOORS_MAX: u32 = 2_000;
/// Staircases, floors and doors a floor, at most each.
const PARTS_MAX: u32 = 200;

impl Books<'_> {
    pub(super) fn building(&mut self, table: &Template, row: &TableRow) -> Result<Planned> {
        let get = |key: &str| row.cells.get(key).map(String::as_str).unwrap_or_default();
        let [estate, number, ..] = app_tables::read_plate(get("estate"), get("number"), "", "", "");
        let name = if number.chars().all(|c| c.is_ascii_digit()) { format!("{number}号楼") } else { number.clone() };
        let name = if estate.is_empty() { name } else { format!("{estate} {name}") };
        let mut plan = Planned::new(row, &name, &estate, "import_building");
        plan.is_many = true;
        if number.is_empty() {
            return Ok(plan.bad(header(table, "number"), "no_building", "没有楼号，这一行没收。", get("number")));
        }
        let building = doc::building_id(self.community, &estate, &number);
        plan.row.record = Some(building.to_string());
        if !self.taken.insert(building) {
            return Ok(plan.bad(header(table, "number"), "twice", "和上面一行是同一栋楼，只收一行。", &number));
        }
        let mut counts = [0u32; 4];
        for (at, key) in ["staircases", "floors", "doors", "households"].into_iter().enumerate() {
            let text = get(key);
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            match digits.parse::<u32>() {
                Ok(n) if n <= if at == 3 { DOORS_MAX } else { PARTS_MAX } => counts[at] = n,
                _ if text.is_empty() => {}
                _ => plan.find(header(table, key), "bad_number", "不是一个数，没有照它编门牌。", text),
            }
        }
        let is_here = self.tree.get(building).is_some() || self.tree.parent(building).is_some();
        if is_here && self.tree.parent(building).is_some_and(|p| p != self.grid) {
            let home = self.tree.parent(building).map(|g| self.tree.name(g)).unwrap_or_default();
            plan.find(header(table, "number"), "other_grid", format!("这栋楼属于{home}，没有另建一栋。"), &number);
        }
        if !is_here {
            let mut edits = vec![KeyEdit::put("name", name), KeyEdit::put("kind", "building"), KeyEdit::put("number", number.clone())];
            if !estate.is_empty() {
                edits.push(KeyEdit::put("estate", estate));
            }
            if let (Ok(lng), Ok(lat)) = (get("lng").parse(), get("lat").parse())
                && let Some(at) = Position::new(lng, lat)
            {
                let (lng, lat) = at.e7();
                edits.extend([KeyEdit::put("lng_e7", lng), KeyEdit::put("lat_e7", lat)]);
            }
            plan.building = Some((building, self.grid, edits));
        } else if self.closed.contains(&building) {
            plan.building = self.tree.parent(building).map(|parent| (building, parent, Vec::new()));
        }
        let [staircases, floors, a_floor, households] = counts;
        let stairs = staircases.max(1);
        // where only the sum is told, it has to come out even: nobody guesses doors
        let a_floor = match (a_floor, households, floors) {
            (0, n, f) if n > 0 && f > 0 && n % (stairs * f) == 0 => n / (stairs * f),
            (n, ..) => n,
        };
        if households > 0 && floors > 0 && a_floor == 0 {
            plan.find(header(table, "households"), "no_doors", "户数和单元、层数对不上，只建了楼，门牌请走访时补。", get("households"));
        } else if households > 0 && a_floor > 0 && households != stairs * floors * a_floor {
            plan.find(
                header(table, "households"),
                "differs",
                "总户数和单元、层数、每层户数对不上，按每层户数编了门牌。",
                get("households"),
            );
        }
        if stairs * floors * a_floor > DOORS_MAX {
            return Ok(plan.bad(header(table, "doors"), "too_many", "一栋楼最多两千个门，请看看数字。", get("doors")));
        }
        for extra in extras(row) {
            plan.find("", "not_kept", "这一列没有地方放，没有记。", &extra);
        }
        for stair in 1..=stairs {
            let unit_no = if staircases == 0 { String::new() } else { stair.to_string() };
            for (floor, n) in (1..=floors).flat_map(|f| (1..=a_floor).map(move |n| (f, n))) {
                let door = format!("{floor}{n:02}");
                let there = self.households.get(&(building, unit_no.clone(), door.clone())).map(Vec::as_slice).unwrap_or_default();
                if there.iter().any(|r| r.get("_del").is_none()) {
                    continue;
                }
                let record = doc::household_id(building, &unit_no, &door, "");
                let is_back = there.iter().any(|r| r.record == record);
                let edits = if is_back {
                    Vec::new()
                } else {
                    vec![
                        KeyEdit::put("building", building.to_string()),
                        KeyEdit::put("unit_no", unit_no.clone()),
                        KeyEdit::put("door", door),
                        KeyEdit::put("family", ""),
                        KeyEdit::put("since", day_of(self.now).to_string()),
                        KeyEdit::put("batch", self.batch.to_string()),
                    ]
                };
                plan.writes.push(Write { unit: building, record, kind: Kind::Household, class: Class::Register, edits, is_back });
            }
        }
        let doors = plan.writes.len();
        plan.row.place = if doors > 0 { format!("{doors} 个门") } else { plan.row.place };
        plan.row.verdict = match (is_here, doors) {
            (false, _) => "new",
            (true, 0) => "known",
            (true, _) => "fills",
        }
        .into();
        Ok(plan)
    }
}
