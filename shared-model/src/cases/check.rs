//! What is wrong with a workflow, each with its place and what to do. Asked when a file is read, when a deployment writes one, and by the gate.

use super::fold::REVIEWED;
use super::workflow::{Amount, Field, FieldKind, Phase, Transition, Workflow};
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// States, steps, fields, clocks, overlays of one workflow, each at most.
const PARTS_MAX: usize = 80;
/// Bytes of its words.
pub const BODY_BYTES_MAX: usize = 48 * 1024;
/// Characters of a label.
const LABEL_CHARS_MAX: usize = 40;
/// What a step may ask for beside its fields.
const ASKED: [&str; 4] = ["note", "assignee", "rating", "to"];
/// Names that a field of a step may not have: what every step keeps beside its fields.
const KEPT: [&str; 5] = ["note", "assignee", "rating", "to", "level"];
/// Units that a clock, or what is offered after it, may count: hours or days. Ten years of working days are no promise any more, and beyond
/// what the calendar counts a clock would silently have no end.
const CLOCK_UNITS_MAX: u32 = 2_000;
/// The step by which whoever finds something says that it is done already; it is written with the case.
const ON_THE_SPOT: &str = "on_the_spot";
/// Ratings.
const RATINGS: [&str; 3] = ["satisfied", "fair", "dissatisfied"];
/// What a sheet may put in beside fields.
const FACTS: [&str; 15] = [
    "title",
    "matter",
    "description",
    "place",
    "opened_at",
    "opened_by",
    "state",
    "number",
    "community",
    "today",
    "lead",
    "assignee",
    "due_at",
    "note",
    "rating",
];

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// Stable, e.g. `unreachable`, `dead_end`, `label`, `name`, `unknown`.
    pub code: String,
    /// Where: `states.closed`, `steps.dispatch.from`, `clocks.resolve.starts`.
    pub place: String,
    /// For people, with what to do.
    pub message: String,
}

impl Problem {
    /// Place and words in one sentence.
    pub fn words(&self) -> String {
        format!("{}：{}", self.place, self.message)
    }
}

struct Checking<'a> {
    w: &'a Workflow,
    found: Vec<Problem>,
}

/// Everything that is wrong with a workflow; empty: it may be used.
pub fn check(workflow: &Workflow) -> Vec<Problem> {
    let mut c = Checking { w: workflow, found: Vec::new() };
    c.head();
    c.states();
    c.steps();
    c.graph();
    c.overlays();
    c.clocks();
    c.sheets();
    c.found
}

/// What it is called, or its code while it has no words.
fn called<'n>(zh: &'n str, name: &'n str) -> &'n str {
    if zh.trim().is_empty() { name } else { zh }
}

/// Words that are there twice.
fn twice<'n>(words: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut seen = BTreeSet::new();
    words.map(str::trim).find(|w| !w.is_empty() && !seen.insert(*w))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Checking<'_> {
    fn say(&mut self, code: &str, place: impl Into<String>, message: impl Into<String>) {
        self.found.push(Problem { code: code.into(), place: place.into(), message: message.into() });
    }

    fn label(&mut self, place: &str, zh: &str, en: &str) {
        if zh.trim().is_empty() {
            self.say("label", format!("{place}.zh"), "没有中文名，写上一个。");
        }
        for (key, words) in [("zh", zh), ("en", en)] {
            if words.chars().count() > LABEL_CHARS_MAX {
                self.say("label", format!("{place}.{key}"), format!("名称太长，最多 {LABEL_CHARS_MAX} 个字。"));
            }
        }
    }

    fn names<'n>(&mut self, place: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !is_name(name) {
                self.say("name", format!("{place}.{name}"), "代号只用小写字母、数字和下划线，最多 32 个。");
            }
            if !seen.insert(name) {
                self.say("name", format!("{place}.{name}"), "代号重复了，换一个。");
            }
        }
        if seen.len() > PARTS_MAX {
            self.say("too_many", place, format!("太多了，最多 {PARTS_MAX} 个。"));
        }
    }

    fn head(&mut self) {
        if !is_name(&self.w.name) || self.w.name == super::UNKNOWN {
            self.say("name", "name", "代号只用小写字母、数字和下划线，最多 32 个。");
        }
        self.label("workflow", &self.w.zh, &self.w.en);
        if self.w.opened_by.is_empty() {
            self.say("roles", "opened_by", "没有人能发起，至少选一种人。");
        }
        if self.w.class.is_some_and(|c| c != crate::class::Class::Office) {
            self.say("class", "class", "只能不写（按事项），或写 office（社区内部）。");
        }
        for m in self.w.matters.iter().chain(&self.w.matter) {
            let is_category = m.len() == 2 && crate::matters::all().iter().any(|x| x.code.starts_with(m.as_str()));
            let is_own = crate::matters::is_local(m);
            if crate::matters::find(m).is_none_or(|x| x.code != *m) && !is_own && !(is_category && Some(m) != self.w.matter.as_ref()) {
                self.say("unknown", "matters", format!("事项目录里没有「{m}」。"));
            }
        }
        if super::body_of(self.w).len() > BODY_BYTES_MAX {
            self.say("too_large", "workflow", format!("整个流程太大，最多 {} KB。", BODY_BYTES_MAX / 1024));
        }
        self.fields("fields", &self.w.fields);
    }

    fn fields(&mut self, place: &str, fields: &[Field]) {
        self.names(place, fields.iter().map(|f| f.name.as_str()));
        for f in fields {
            let at = format!("{place}.{}", f.name);
            self.label(&at, &f.zh, &f.en);
            if KEPT.contains(&f.name.as_str()) {
                self.say("name", &at, "这个代号已有别的用处，换一个。");
            }
            if f.kind == FieldKind::Choice && f.options.is_empty() {
                self.say("options", &at, "单选要有选项。");
            }
            self.names(&format!("{at}.options"), f.options.iter().map(|o| o.name.as_str()));
            if let Some(words) = twice(f.options.iter().map(|o| o.zh.as_str())) {
                self.say("twins", format!("{at}.options"), format!("有两个选项都叫「{words}」，分不清，改一个。"));
            }
            for o in &f.options {
                self.label(&format!("{at}.options.{}", o.name), &o.zh, &o.en);
            }
        }
    }

    fn states(&mut self) {
        self.names("states", self.w.states.iter().map(|s| s.name.as_str()));
        for s in &self.w.states {
            self.label(&format!("states.{}", s.name), &s.zh, &s.en);
        }
        if let Some(words) = twice(self.w.states.iter().map(|s| s.zh.as_str())) {
            let name = self.w.states.iter().rfind(|s| s.zh == words).map(|s| s.name.clone()).unwrap_or_default();
            self.say("twins", format!("states.{name}.zh"), format!("有两个状态都叫「{words}」，分不清，改一个。"));
        }
        match self.w.states.first() {
            None => self.say("states", "states", "一个状态也没有。"),
            Some(first) if first.phase != Phase::Open => self.say("states", format!("states.{}", first.name), "开始的状态不能已经办结。"),
            Some(_) if !self.w.states.iter().any(|s| s.phase == Phase::Closed) => {
                self.say("states", "states", "没有一个状态是办结，这样的事永远办不完。");
            }
            Some(_) => {}
        }
    }

    fn steps(&mut self) {
        self.names("steps", self.w.steps.iter().map(|t| t.name.as_str()));
        for t in &self.w.steps {
            let at = format!("steps.{}", t.name);
            self.label(&at, &t.zh, &t.en);
            self.fields(&format!("{at}.fields"), &t.fields);
            if t.by.is_empty() {
                self.say("roles", format!("{at}.by"), "没有人能做这一步，至少选一种人。");
            }
            if t.by.contains(&Role::Assignee) && !t.shared {
                self.say("roles", format!("{at}.by"), "承办人只看得到给他看的事：写上 shared，或去掉承办人。");
            }
            for s in t.from.iter().filter(|s| self.w.state(s).is_none()).cloned().collect::<Vec<_>>() {
                self.say("unknown", format!("{at}.from"), format!("没有「{s}」这个状态。"));
            }
            for s in t.to.iter().filter(|s| self.w.state(s).is_none()).cloned().collect::<Vec<_>>() {
                self.say("unknown", format!("{at}.to"), format!("没有「{s}」这个状态。"));
            }
            if !t.ends.is_empty() && (t.ends == t.begins || t.unless.contains(&t.ends)) {
                self.say("never", &at, format!("「{}」永远不能做：它要等一个叠加状态，又不许有它。", called(&t.zh, &t.name)));
            }
            for n in t.not_by.iter().filter(|n| self.w.transition(n).is_none()).cloned().collect::<Vec<_>>() {
                self.say("unknown", format!("{at}.not_by"), format!("没有「{n}」这一步。"));
            }
            for r in t.requires.iter().filter(|r| !ASKED.contains(&r.as_str())).cloned().collect::<Vec<_>>() {
                self.say("unknown", format!("{at}.requires"), format!("不认识「{r}」，只能是 note、assignee、rating、to。"));
            }
            for r in t.ratings.iter().filter(|r| !RATINGS.contains(&r.as_str())).cloned().collect::<Vec<_>>() {
                self.say("unknown", format!("{at}.ratings"), format!("不认识评价「{r}」。"));
            }
            if !t.ratings.is_empty() && !t.requires.iter().any(|r| r == "rating") {
                self.say("rating", &at, "按评价分路的一步要有评价：requires 里写上 rating。");
            }
            if t.requires.iter().any(|r| r == "to") && t.by != [Role::Office] {
                self.say("roles", &at, "给别人看只有社区办公室能做：by 只写 office。");
            }
        }
        self.groups();
        self.twins();
        self.needed();
    }

    /// Two buttons with the same words in the same state; those of one group are one button.
    fn twins(&mut self) {
        let w = self.w;
        let meets = |a: &Transition, b: &Transition| {
            let takes = |t: &Transition, s: &str| if t.from.is_empty() { t.always || !w.is_over(s) } else { t.from.iter().any(|f| f == s) };
            w.states.iter().any(|s| takes(a, &s.name) && takes(b, &s.name))
        };
        for (n, a) in w.steps.iter().enumerate() {
            let same = |b: &&Transition| !a.zh.trim().is_empty() && a.zh == b.zh && (a.group.is_empty() || a.group != b.group);
            if w.steps[..n].iter().filter(same).any(|b| meets(a, b)) {
                self.say("twins", format!("steps.{}.zh", a.name), format!("同一个状态下有两步都叫「{}」，分不清，改一个。", a.zh));
            }
        }
    }

    /// What the engine itself takes a step for.
    fn needed(&mut self) {
        if self.w.transition(REVIEWED).is_none_or(|t| !t.is_remark() || !t.from.is_empty() || !t.always) {
            let missing = "要有一步代号 reviewed（已核对相抵的步骤），随时可做，不改状态：两个人同时办、步骤相抵时靠它了结。";
            self.say("needed", "steps.reviewed", missing);
        }
        let Some(t) = self.w.transition(ON_THE_SPOT) else { return };
        let first = self.w.states.first().map(|s| s.name.as_str()).unwrap_or_default();
        if !t.from.iter().any(|s| s == first) || !t.to.as_deref().is_some_and(|s| self.w.is_over(s)) {
            self.say("needed", format!("steps.{ON_THE_SPOT}.from"), "当场办结（代号 on_the_spot）要从开始的状态直接到办结。");
        }
        if t.requires.iter().any(|r| r != "note") || t.fields.iter().any(|f| f.required) {
            self.say(
                "needed",
                format!("steps.{ON_THE_SPOT}.requires"),
                "当场办结（代号 on_the_spot）随上报一起写，只能要求写说明，不能再有必填的。",
            );
        }
    }

    /// In one group each rating leads one way.
    fn groups(&mut self) {
        let mut groups: BTreeMap<&str, Vec<&Transition>> = BTreeMap::new();
        for t in self.w.steps.iter().filter(|t| !t.group.is_empty()) {
            groups.entry(&t.group).or_default().push(t);
        }
        for (name, of) in groups {
            let ratings: Vec<&String> = of.iter().flat_map(|t| &t.ratings).collect();
            let distinct: BTreeSet<_> = ratings.iter().collect();
            if of.iter().any(|t| t.ratings.is_empty()) || distinct.len() != ratings.len() {
                self.say("group", format!("groups.{name}"), "同一组的每一步要写明各由哪些评价进入，不能重叠。");
            }
        }
    }

    fn graph(&mut self) {
        let w = self.w;
        let Some(first) = w.states.first() else { return };
        let leads = |from: &str, t: &Transition| match t.from.is_empty() {
            true => t.always || !w.is_over(from),
            false => t.from.iter().any(|s| s == from),
        };
        let onward = |from: &str| w.steps.iter().filter(|t| leads(from, t)).filter_map(|t| t.to.clone()).collect::<BTreeSet<String>>();
        let mut reached = BTreeSet::from([first.name.clone()]);
        let mut todo = vec![first.name.clone()];
        while let Some(state) = todo.pop() {
            for next in onward(&state) {
                if reached.insert(next.clone()) {
                    todo.push(next);
                }
            }
        }
        // from where an end can be reached, backwards
        let mut ends: BTreeSet<String> = w.states.iter().filter(|s| s.phase != Phase::Open).map(|s| s.name.clone()).collect();
        loop {
            let more: Vec<String> =
                w.states.iter().map(|s| s.name.clone()).filter(|s| !ends.contains(s) && !onward(s).is_disjoint(&ends)).collect();
            if more.is_empty() {
                break;
            }
            ends.extend(more);
        }
        for s in &w.states {
            let at = format!("states.{}", s.name);
            if !reached.contains(&s.name) {
                self.say("unreachable", &at, format!("「{}」从哪里都到不了：加一步通向它，或去掉它。", called(&s.zh, &s.name)));
            }
            if !ends.contains(&s.name) {
                self.say("dead_end", &at, format!("「{}」走不到办结：加一步离开它。", called(&s.zh, &s.name)));
            }
        }
        for t in &w.steps {
            if !t.from.is_empty() && !t.from.iter().any(|s| reached.contains(s)) {
                self.say(
                    "unreachable",
                    format!("steps.{}", t.name),
                    format!("「{}」永远轮不到：它的起点都到不了。", called(&t.zh, &t.name)),
                );
            }
        }
    }

    fn overlays(&mut self) {
        self.names("overlays", self.w.overlays.iter().map(|o| o.name.as_str()));
        for o in &self.w.overlays {
            let at = format!("overlays.{}", o.name);
            self.label(&at, &o.zh, &o.en);
            if !self.w.steps.iter().any(|t| t.begins == o.name) {
                self.say("unreachable", &at, format!("「{}」没有一步会开始它。", called(&o.zh, &o.name)));
            }
            if !self.w.steps.iter().any(|t| t.ends == o.name) {
                self.say("dead_end", &at, format!("「{}」没有一步会结束它。", called(&o.zh, &o.name)));
            }
        }
        for t in &self.w.steps {
            let named = [&t.begins, &t.ends].into_iter().filter(|o| !o.is_empty()).chain(&t.unless);
            for o in named.filter(|o| self.w.overlay(o).is_none()).cloned().collect::<Vec<_>>() {
                self.say("unknown", format!("steps.{}", t.name), format!("没有「{o}」这个叠加状态。"));
            }
        }
    }

    fn clocks(&mut self) {
        self.names("clocks", self.w.clocks.iter().map(|c| c.name.as_str()));
        for c in &self.w.clocks {
            let at = format!("clocks.{}", c.name);
            self.label(&at, &c.zh, &c.en);
            for (key, is_missing, words) in [
                ("starts", c.starts.is_empty(), "要写明从进入哪个状态起算。"),
                ("stops", c.stops.is_empty() && c.stops_by.is_empty(), "要写明到哪个状态、或做了哪一步为止。"),
            ] {
                if is_missing {
                    self.say("clock", format!("{at}.{key}"), words);
                }
            }
            for (key, states) in [("starts", &c.starts), ("stops", &c.stops)] {
                for s in states.iter().filter(|s| self.w.state(s).is_none()) {
                    self.say("unknown", format!("{at}.{key}"), format!("没有「{s}」这个状态。"));
                }
            }
            let steps = c.stops_by.iter().chain(c.escalate.as_ref().map(|e| &e.step));
            for s in steps.filter(|s| self.w.transition(s).is_none()).cloned().collect::<Vec<_>>() {
                self.say("unknown", &at, format!("没有「{s}」这一步。"));
            }
            if !c.pause.is_empty() && self.w.overlay(&c.pause).is_none() {
                self.say("unknown", format!("{at}.pause"), format!("没有「{}」这个叠加状态。", c.pause));
            }
            if !c.extend.is_empty() {
                let by = self.w.transition(&c.extend).and_then(|t| t.fields.iter().find(|f| f.name == "extend_by"));
                if by.is_none_or(|f| f.kind != FieldKind::Int || !f.required) {
                    self.say("clock", format!("{at}.extend"), "延期的那一步要有必填的整数字段 extend_by。");
                }
            }
            let is_date = |name: &str| self.w.fields.iter().any(|f| f.name == name && f.kind == FieldKind::Date);
            match &c.amount {
                Amount::Fixed(0) => self.say("clock", format!("{at}.amount"), "时限不能是 0。"),
                Amount::Named(n) if !matches!(n.as_str(), "response" | "resolve") && !is_date(n) => {
                    self.say("unknown", format!("{at}.amount"), format!("没有「{n}」这个日期字段。"));
                }
                Amount::Fixed(n) if *n > CLOCK_UNITS_MAX => {
                    self.say("clock", format!("{at}.amount"), format!("时限太长，最多 {CLOCK_UNITS_MAX}。"));
                }
                _ => {}
            }
            if c.escalate.as_ref().is_some_and(|e| e.after > CLOCK_UNITS_MAX) {
                self.say("clock", format!("{at}.escalate"), format!("逾期以后太久了，最多 {CLOCK_UNITS_MAX}。"));
            }
        }
    }

    fn sheets(&mut self) {
        self.names("sheets", self.w.sheets.iter().map(|s| s.name.as_str()));
        let fields: BTreeSet<&str> =
            self.w.fields.iter().chain(self.w.steps.iter().flat_map(|t| &t.fields)).map(|f| f.name.as_str()).collect();
        for s in &self.w.sheets {
            let at = format!("sheets.{}", s.name);
            self.label(&at, &s.zh, &s.en);
            for piece in s.body.split('{').skip(1) {
                match piece.split_once('}') {
                    Some((name, _)) if FACTS.contains(&name) || fields.contains(name) => {}
                    Some((name, _)) => self.say("unknown", &at, format!("打印稿里的「{{{name}}}」没有这个字段。")),
                    None => self.say("sheet", &at, "打印稿里有一个「{」没有关上。"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::workflow::Label;
    use super::*;
    use crate::cases::Library;

    /// The loop of most matters with one thing changed: what is wrong with it, as code and place.
    fn wrong(change: impl FnOnce(&mut Workflow)) -> Vec<(String, String)> {
        let mut w = Library::built_in().hazard().clone();
        change(&mut w);
        check(&w).into_iter().map(|p| (p.code, p.place)).collect()
    }

    fn step<'w>(w: &'w mut Workflow, name: &str) -> &'w mut Transition {
        w.steps.iter_mut().find(|t| t.name == name).unwrap()
    }

    fn at(code: &str, place: &str) -> Vec<(String, String)> {
        vec![(code.into(), place.into())]
    }

    #[test]
    fn two_states_options_or_buttons_with_the_same_words_are_told_apart_by_nobody() {
        assert_eq!(wrong(|w| w.states[1].zh = "已上报".into()), at("twins", "states.judged.zh"));
        assert_eq!(
            wrong(|w| step(w, "judge").fields[0].options[1].zh = "社区可以办".into()),
            at("twins", "steps.judge.fields.category_note.options")
        );
        assert_eq!(wrong(|w| step(w, "close").zh = "交办".into()), at("twins", "steps.close.zh"));
        // where they never stand beside each other they may
        assert!(wrong(|w| step(w, "split").zh = "撤销作废".into()).is_empty());
        assert!(wrong(|w| step(w, "visit_badly").zh = "回访".into()).is_empty(), "one button, the rating chooses");
    }

    #[test]
    fn whoever_sees_only_what_is_shown_to_them_takes_only_steps_of_what_is_shown() {
        assert_eq!(wrong(|w| step(w, "answer").shared = false), at("roles", "steps.answer.by"));
    }

    #[test]
    fn a_step_that_waits_for_what_it_forbids_is_found() {
        assert_eq!(wrong(|w| step(w, "resume").unless = vec!["held".into()]), at("never", "steps.resume"));
        let both = wrong(|w| step(w, "resume").begins = "held".into());
        assert!(both.contains(&("never".into(), "steps.resume".into())), "{both:?}");
    }

    #[test]
    fn clashing_steps_can_always_be_looked_at() {
        let gone = wrong(|w| w.steps.retain(|t| t.name != REVIEWED));
        assert_eq!(gone, at("needed", "steps.reviewed"));
        assert_eq!(wrong(|w| step(w, REVIEWED).to = Some("closed".into())), at("needed", "steps.reviewed"));
    }

    #[test]
    fn what_is_closed_on_the_spot_is_written_with_the_case_and_asks_for_nothing_more() {
        assert_eq!(wrong(|w| step(w, ON_THE_SPOT).to = Some("judged".into())), at("needed", "steps.on_the_spot.from"));
        assert_eq!(wrong(|w| step(w, ON_THE_SPOT).from = vec!["judged".into()]), at("needed", "steps.on_the_spot.from"));
        let asks = wrong(|w| {
            let mut asked = step(w, "join").fields[0].clone();
            asked.name = "how".into();
            step(w, ON_THE_SPOT).fields = vec![asked];
        });
        assert_eq!(asks, at("needed", "steps.on_the_spot.requires"));
    }

    #[test]
    fn a_clock_says_where_it_lacks_something_and_is_never_longer_than_the_calendar_counts() {
        assert_eq!(wrong(|w| w.clocks[1].starts.clear()), at("clock", "clocks.resolve.starts"));
        assert_eq!(wrong(|w| w.clocks[1].stops.clear()), at("clock", "clocks.resolve.stops"));
        assert_eq!(wrong(|w| w.clocks[2].amount = Amount::Fixed(CLOCK_UNITS_MAX + 1)), at("clock", "clocks.follow.amount"));
        assert!(wrong(|w| w.clocks[2].amount = Amount::Fixed(CLOCK_UNITS_MAX)).is_empty());
        assert_eq!(wrong(|w| w.clocks[1].escalate.as_mut().unwrap().after = u32::MAX), at("clock", "clocks.resolve.escalate"));
        let longest = crate::calendar::Clock {
            start_ms: 1_800_000_000_000,
            count: crate::calendar::Count::WorkDays,
            amount: CLOCK_UNITS_MAX,
            pauses: Vec::new(),
        };
        assert!(crate::calendar::Calendar::national().deadline(&longest).is_some(), "the longest clock has an end");
    }

    #[test]
    fn a_field_of_a_step_has_no_name_that_every_step_keeps() {
        let wrong = wrong(|w| {
            step(w, "join").fields[0].name = "level".into();
            w.sheets.clear();
        });
        assert_eq!(wrong, at("name", "steps.join.fields.level"));
    }

    #[test]
    fn a_state_that_is_not_there_is_told_where_it_is_named() {
        assert_eq!(wrong(|w| step(w, "judge").from.push("gone".into())), at("unknown", "steps.judge.from"));
        let to = wrong(|w| step(w, "rate").to = Some("gone".into()));
        assert_eq!(to, at("unknown", "steps.rate.to"));
        let overlays = wrong(|w| w.overlays.push(Label { name: "spare".into(), zh: "备用".into(), en: String::new() }));
        assert_eq!(overlays.len(), 2, "{overlays:?}");
    }
}
