//! A case as the pages see it: where it stands, its clocks, who has to do with it, what it is bound to, what may be done next.

use super::super::households::{due_view, plate_of};
use super::super::settings::{self, Settings};
use super::super::sharing;
use super::super::units::Tree;
use super::super::views::{self, coded};
use super::load::{self, Loaded, as_steps};
use super::steps::{next_steps, step_words};
use crate::error::Result;
use crate::project;
use crate::store::{docs, get_row};
use crate::workspace::{self, Identity};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::cases::{Field, Level, Phase, Running, Told, clocks};
use shared_model::codes::Coded;
use shared_model::commands::{CaseFile, CaseItem, CaseLink, CasePerson, CaseView, ClockView, FieldView, StepView};
use shared_model::due::DueOn;
use shared_model::matters::Matter;
use shared_model::records::Kind;
use shared_model::rules::Role;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The clock that is a case's deadline.
pub(super) const RESOLVE: &str = "resolve";
/// The field by which others know a case.
const NUMBER: &str = "number";

/// What is needed to tell cases, read once.
pub(super) struct Viewing<'a> {
    pub db: &'a Connection,
    pub me: &'a Identity,
    pub now: i64,
    pub tree: Tree,
    pub settings: Settings,
}

impl<'a> Viewing<'a> {
    pub fn new(db: &'a Connection, me: &'a Identity, now: i64) -> Result<Self> {
        Ok(Viewing { db, me, now, tree: Tree::read(db)?, settings: settings::read(db, me)? })
    }

    pub fn matter(&self, c: &Loaded) -> Option<&Matter> {
        self.settings.catalogue.find(&c.row.text("matter").unwrap_or_default())
    }

    /// The clocks of a case that have begun.
    pub fn clocks(&self, c: &Loaded) -> Vec<Running> {
        let held = c.row.texts("data");
        let told = Told {
            workflow: &c.workflow,
            matter: self.matter(c),
            calendar: &self.settings.calendar,
            // by the server's receipt: a wrong phone clock neither helps nor harms
            opened_ms: c.first_at.unwrap_or_else(|| c.row.int("opened_at").unwrap_or(0)),
            field: &|name| held.get(name).cloned(),
            extends_by: &|step| c.step(&step)?.row.texts("data").get("extend_by")?.parse().ok(),
        };
        clocks(&told, &as_steps(&c.steps), &c.folded)
    }

    fn clock_view(&self, c: &Loaded, r: &Running) -> Option<ClockView> {
        let rule = c.workflow.clocks.iter().find(|rule| rule.name == r.name)?;
        let due_at = r.deadline.map(|d| d.at_ms);
        let state = match (r.stopped_ms, due_at) {
            (Some(stopped), Some(due)) if stopped > due => "late",
            (Some(_), _) => "met",
            (None, Some(due)) => self.due(due).state,
            (None, None) => "none",
        };
        Some(ClockView {
            name: Coded::spoken(&rule.name, &rule.zh, &rule.en),
            started_at: r.started_ms,
            due_at,
            stopped_at: r.stopped_ms,
            is_paused: r.is_paused,
            extended: r.extended,
            unit: rule.unit,
            basis: r.deadline.map_or("published", |d| d.basis.name()).into(),
            state: state.into(),
        })
    }

    fn due(&self, at: i64) -> DueOn {
        let date = project::day_of(at);
        let days = i32::try_from((date - project::day_of(self.now)).num_days()).unwrap_or(0);
        let state = match days {
            _ if at < self.now => "over",
            d if d <= 0 => "today",
            d if d <= 2 => "soon",
            _ => "none",
        };
        DueOn { state, date, days }
    }

    /// A case in a list.
    pub fn item(&self, c: &Loaded) -> Result<CaseItem> {
        let (db, w) = (self.db, &c.workflow);
        let matter = c.row.text("matter").unwrap_or_default();
        let m = self.matter(c);
        let state = w.state(&c.folded.stand.state);
        let is_closed = c.is_over();
        let clocks = self.clocks(c);
        let running = |r: &&Running| r.stopped_ms.is_none() && r.deadline.is_some();
        let at = |r: &Running| r.deadline.map_or(i64::MAX, |d| d.at_ms);
        let next = clocks.iter().filter(running).min_by_key(|r| at(r));
        let main = clocks.iter().find(|r| r.name == RESOLVE).or(next);
        let due_at = main.and_then(|r| r.deadline).map(|d| d.at_ms);
        let due = due_at.filter(|_| !is_closed && main.is_some_and(|r| r.stopped_ms.is_none())).map(|at| self.due(at));
        let household = c.row.id("household");
        // where it is, and the words for where exactly
        let spot = match household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten() {
            Some(h) => Some(plate_of(&self.tree, &h)),
            None => c.row.id("building").map(|b| self.tree.name(b)).filter(|n| !n.is_empty()),
        };
        let place = [spot, c.row.text("place")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let closing = c.counted().rev().find(|s| w.transition(&s.transition()).is_some_and(|t| t.to.is_some()));
        let said = state.map(|s| s.said.clone()).filter(|s| !s.is_empty());
        let outcome = closing.and_then(|s| s.row.text("note").or_else(|| s.row.text("assignee").map(|a| format!("已交给{a}"))));
        let level = self.level(c);
        let overlays = c.folded.stand.overlays.iter().filter_map(|o| w.overlay(o));
        Ok(CaseItem {
            id: c.row.record.to_string(),
            title: c.row.text("title").unwrap_or_default(),
            category: m.map(|m| m.category.clone()).unwrap_or_default(),
            matter: m.map_or_else(|| coded("matter", &matter), |m| Coded::spoken(&m.code, &m.name_zh, &m.name_en)),
            state: state.map_or_else(|| Coded::spoken(&c.folded.stand.state, "", ""), |s| Coded::spoken(&s.name, &s.zh, &s.en)),
            is_closed,
            is_aside: state.is_some_and(|s| s.phase == Phase::Aside),
            household: household.map(|h| h.to_string()),
            building: c.row.id("building").map(|b| b.to_string()),
            place: Some(place).filter(|p| !p.is_empty()),
            opened_at: c.row.int("opened_at").unwrap_or(0),
            due_at,
            due_basis: main.and_then(|r| r.deadline).map(|d| d.basis.name().into()),
            due: due_view(due.as_ref()),
            by: c.by.clone(),
            mine: c.mine,
            lead: m.map(|m| m.lead.clone()).filter(|l| !l.is_empty()),
            class: c.class.name().into(),
            pending: c.pending,
            outcome: outcome.or(said),
            shared: sharing::shown_now(db, &c.shared, self.now)?,
            by_share: c.by_share,
            workflow: Coded::spoken(&w.name, &w.zh, &w.en),
            overlays: overlays.map(|o| Coded::spoken(&o.name, &o.zh, &o.en)).collect(),
            urgency: m.map_or(3, |m| m.level),
            level: Coded::spoken(level.name(), level.zh(), ""),
            follow_at: clocks.iter().filter(running).find(|_| state.is_some_and(|s| s.phase == Phase::Closed)).map(at),
            clashes: u32::try_from(c.folded.unseen_clashes(w, &as_steps(&c.steps)).len()).unwrap_or(u32::MAX),
            number: c.row.texts("data").remove(NUMBER),
            assignee: c.counted().rev().find_map(|s| s.row.text("assignee")),
            lead_gap: m.is_some_and(Matter::has_lead_gap),
        })
    }

    /// At which level it is dealt with: the furthest that its steps reached.
    pub(super) fn level(&self, c: &Loaded) -> Level {
        let said = |s: &load::FoundStep| match s.row.texts("data").get("level").map(String::as_str) {
            Some("district") => Some(Level::District),
            _ => c.workflow.transition(&s.transition())?.level,
        };
        c.counted().filter_map(said).max().unwrap_or(Level::Grid)
    }

    /// Who took a step, or for whom it was written down.
    pub fn author_of_step(&self, s: &load::FoundStep) -> Result<String> {
        if let Some(name) = s.row.text("on_behalf_of") {
            return Ok(name);
        }
        let doc = docs::of_record(self.db, s.row.record)?.first().map(|d| docs::load(self.db, *d)).transpose()?.flatten();
        Ok(doc.map(|d| views::author_of(self.db, &d.shown, "transition")).transpose()?.unwrap_or_default())
    }

    /// A case whole.
    pub fn file(&self, c: &Loaded) -> Result<CaseFile> {
        let db = self.db;
        let unseen = c.folded.unseen_clashes(&c.workflow, &as_steps(&c.steps));
        let mut steps = Vec::new();
        for (id, s) in c.folded.order.iter().filter_map(|id| Some((id, c.step(id)?))) {
            let doc = docs::of_record(db, *id)?.first().map(|d| docs::load(db, *d)).transpose()?.flatten();
            let fields = c.workflow.transition(&s.transition()).map_or(&[][..], |t| &t.fields);
            steps.push(StepView {
                id: id.to_string(),
                transition: step_words(&c.workflow, &s.transition()),
                note: s.row.text("note"),
                assignee: s.row.text("assignee"),
                rating: s.row.text("rating"),
                at: s.row.int("at").unwrap_or(0),
                by: doc.map(|d| views::author_of(db, &d.shown, "transition")).transpose()?.unwrap_or_default(),
                pending: s.pending,
                clashes: c.folded.clashes.contains(id),
                unseen: unseen.contains(id),
                on_behalf_of: s.row.text("on_behalf_of"),
                fields: self.held(fields, &s.row.texts("data")),
            });
        }
        let roles: Vec<Role> = workspace::roles(db, self.me)?.iter().map(|r| r.role).collect();
        let clocks = self.clocks(c);
        let next = next_steps(c, &roles, &self.me.name, &clocks, self.now);
        let people = self.people(c, &steps)?;
        let mut item = self.item(c)?;
        item.shared = sharing::asked_for(db, &self.tree, c.row.record)?.over(item.shared);
        let text = |key: &str| c.row.text(key);
        Ok(CaseFile {
            may_share: sharing::choices(db, self.me, &self.tree, c, self.now)?,
            is_sharer: sharing::is_sharer(db, self.me, c)?,
            clocks: clocks.iter().filter_map(|r| self.clock_view(c, r)).collect(),
            links: self.links(c)?,
            people,
            sheets: c.workflow.sheets.iter().map(|s| Coded::spoken(&s.name, &s.zh, &s.en)).collect(),
            workflow_id: text("workflow").unwrap_or_default(),
            case: CaseView {
                item,
                description: text("description"),
                person: text("person"),
                reporter: text("reporter"),
                contact: text("contact"),
                on_behalf_of: text("on_behalf_of"),
                fields: self.held(&c.workflow.fields, &c.row.texts("data")),
            },
            steps,
            next,
        })
    }

    /// Fields that hold something; what no declaration knows comes last, as it stands.
    fn held(&self, fields: &[Field], data: &BTreeMap<String, String>) -> Vec<FieldView> {
        let known = fields.iter().filter_map(|f| {
            let text = match f.kind {
                shared_model::cases::FieldKind::Case => self.case_title(data.get(&f.name)?),
                _ => f.words(data.get(&f.name)?),
            };
            Some(FieldView { field: Coded::spoken(&f.name, &f.zh, &f.en), en: f.en.clone(), text })
        });
        let strange = data.iter().filter(|(name, _)| fields.iter().all(|f| f.name != **name) && *name != "level");
        known
            .chain(strange.map(|(name, text)| FieldView { field: Coded::spoken(name, name, ""), en: String::new(), text: text.clone() }))
            .collect()
    }

    fn case_title(&self, id: &str) -> String {
        let row = Uuid::parse_str(id).ok().and_then(|id| get_row(self.db, Kind::Case, id).ok().flatten());
        row.and_then(|r| r.text("title")).unwrap_or_else(|| "另一件事（这台设备上没有）".into())
    }

    /// What it is bound to, as far as this device holds it.
    fn links(&self, c: &Loaded) -> Result<Vec<CaseLink>> {
        let mut out = Vec::new();
        let mut add = |kind: &str, c: &Loaded| {
            let state = c.workflow.state(&c.folded.stand.state);
            out.push(CaseLink {
                kind: kind.into(),
                id: c.row.record.to_string(),
                title: c.row.text("title").unwrap_or_default(),
                state: state.map_or_else(|| Coded::spoken("", "", ""), |s| Coded::spoken(&s.name, &s.zh, &s.en)),
            });
        };
        let one = |id: Option<Uuid>| id.and_then(|id| load::load(self.db, &id.to_string()).ok());
        for (kind, id) in [("parent", c.row.id("parent")), ("repeat_of", c.row.id("repeat_of")), ("merged_into", c.merged_into())] {
            if let Some(other) = one(id) {
                add(kind, &other);
            }
        }
        for (kind, key) in [("child", "parent"), ("repeated_by", "repeat_of")] {
            for other in load::bound(self.db, key, c.row.record)? {
                add(kind, &other);
            }
        }
        for other in load::merged_into(self.db, c.row.record)? {
            add("merged", &other);
        }
        Ok(out)
    }

    /// Who has to do with it, each with the class in which that is kept.
    fn people(&self, c: &Loaded, steps: &[StepView]) -> Result<Vec<CasePerson>> {
        let class = |class: Class| Coded::spoken(class.name(), class.zh(), "");
        let stricter = class(Class::Register.max(c.class));
        let person = |part: &str, name: String, contact: Option<String>, class: &Coded| CasePerson {
            part: part.into(),
            name,
            contact,
            class: class.clone(),
        };
        let own = class(c.class);
        let mut out = vec![person("author", c.by.clone(), None, &own)];
        if let Some(name) = c.row.text("on_behalf_of") {
            out.push(person("on_behalf_of", name, None, &stricter));
        }
        if let Some(name) = c.row.text("reporter").or_else(|| c.row.text("contact").map(|_| String::new())) {
            out.push(person("reporter", name, c.row.text("contact"), &stricter));
        }
        if let Some(row) = c.row.id("person").map(|p| get_row(self.db, Kind::Person, p)).transpose()?.flatten() {
            out.push(person("concerned", row.text("name").unwrap_or_default(), row.text("phone"), &stricter));
        }
        let mut names: Vec<String> = out.iter().map(|p| p.name.clone()).collect();
        for s in steps.iter().filter(|s| !s.clashes) {
            for (part, name) in [("assignee", s.assignee.as_ref()), ("handler", s.on_behalf_of.as_ref().or(Some(&s.by)))] {
                if let Some(name) = name.filter(|n| !n.is_empty() && !names.contains(n)) {
                    names.push(name.clone());
                    out.push(person(part, name.clone(), None, &own));
                }
            }
        }
        Ok(out)
    }
}
