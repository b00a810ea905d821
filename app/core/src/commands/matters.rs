//! The matter catalogue as this deployment uses it: found by words, pinyin, initials and everyday words; edited by the office. What it sets is a
//! configuration record a matter, an entry a field, so two offices that change different fields apart are both kept.

use super::settings::{self, MATTER, Settings};
use super::views;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{folded, name_words};
use crate::store::get_row;
use crate::workspace::{self, Intent};
use shared_model::codes::Coded;
use shared_model::commands::{AddMatterArgs, Added, EditMatterArgs, Edited, ListMattersArgs, MatterItem, MatterList};
use shared_model::doc::config_id;
use shared_model::matters::{self, Catalogue, Matter};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Characters of a text in which matters are looked for by the words that stand in it.
const SENTENCE_CHARS_MIN: usize = 4;

/// `list_matters`: best match first, without words in the order of the catalogue.
pub fn list(engine: &Engine, args: ListMattersArgs) -> Result<MatterList> {
    let q = folded(args.q.as_deref().unwrap_or(""));
    engine.with(|o| {
        let s = settings::read(&o.db, &o.me)?;
        let unit = settings::own_unit(&o.db, &o.me).ok();
        let offered = || s.catalogue.all().iter().filter(|m| args.all == Some(true) || !m.hidden);
        let mut found: Vec<(u8, &Matter)> = offered().filter_map(|m| Some((rank(m, &q)?, m))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        if found.is_empty() && q.chars().count() >= SENTENCE_CHARS_MIN {
            found = by_words(&s.catalogue, &q).into_iter().filter(|m| args.all == Some(true) || !m.hidden).map(|m| (0, m)).collect();
        }
        let items = found.into_iter().map(|(_, m)| matter_item(o, &s, unit, m)).collect::<Result<_>>()?;
        Ok(MatterList { items, may_edit: settings::may_edit(&o.db, &o.me)? })
    })
}

/// How well a matter fits what was typed, 0 best; `None` when it does not. `q` is folded.
fn rank(m: &Matter, q: &str) -> Option<u8> {
    if q.is_empty() {
        return Some(0);
    }
    let forms = |name: &str| name_words(name).map(|w| folded(&w));
    let mut names = forms(&m.name_zh).to_vec();
    names.push(folded(&m.name_en));
    let among = |words: &[String], exact: u8, begins: u8, within: u8| {
        let fits = |w: &String| match w {
            w if w == q => Some(exact),
            w if w.starts_with(q) => Some(begins),
            w if w.contains(q) => Some(within),
            _ => None,
        };
        words.iter().filter_map(fits).min()
    };
    let everyday: Vec<String> = m.synonyms.iter().flat_map(|w| forms(w)).collect();
    let code = match () {
        () if m.code == q => Some(0),
        () if m.code.starts_with(q) => Some(1),
        () => None,
    };
    let category = [forms(&m.category).to_vec(), vec![folded(&m.category_en)]].concat();
    code.or_else(|| among(&names, 0, 1, 2)).or_else(|| among(&everyday, 3, 4, 5)).or_else(|| among(&category, 6, 6, 6))
}

/// Matters of which a name or an everyday word stands in a text, the one with the most and longest words first.
pub fn by_words<'a>(catalogue: &'a Catalogue, text: &str) -> Vec<&'a Matter> {
    let text = folded(text);
    let mut found: Vec<(usize, &Matter)> = Vec::new();
    for m in catalogue.all() {
        let said = |word: &&str| word.chars().count() > 1 && text.contains(&folded(word));
        let words = m.synonyms.iter().map(String::as_str).chain(std::iter::once(m.name_zh.as_str()));
        // a long word says more than two short ones
        let score = words.filter(said).map(|w| w.chars().count().pow(2)).sum();
        if score > 0 {
            found.push((score, m));
        }
    }
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, m)| m).collect()
}

fn matter_item(o: &crate::engine::Open, s: &Settings, unit: Option<Uuid>, m: &Matter) -> Result<MatterItem> {
    let taken = m.workflow.as_deref().and_then(|name| s.library.named(name)).or_else(|| s.library.for_matter(&m.code));
    let own = matters::find(&m.code).map(|own| BTreeMap::from(own.entries())).unwrap_or_default();
    let differs = |(entry, text): (&str, String)| own.get(entry).filter(|own| **own != text).map(|own| (entry.to_string(), own.clone()));
    let record = unit.map(|unit| config_id(unit, &format!("{MATTER}{}", m.code)));
    Ok(MatterItem {
        code: m.code.clone(),
        category: m.category.clone(),
        name_zh: m.name_zh.clone(),
        name_en: m.name_en.clone(),
        lead: Some(m.lead.clone()).filter(|l| !l.is_empty()),
        level: m.level,
        response_hours: m.response_hours,
        resolve_days: m.resolve_days,
        class: m.class.name().into(),
        community_duty: m.community_duty.clone(),
        synonyms: m.synonyms.clone(),
        workflow: taken.map(|(_, w)| Coded::spoken(&w.name, &w.zh, &w.en)),
        hidden: m.hidden,
        local: matters::is_local(&m.code),
        changed: m.entries().into_iter().filter_map(differs).collect(),
        lead_gap: m.has_lead_gap(),
        ops: record.map(|r| settings::ops(&o.db, r)).transpose()?.unwrap_or_default(),
    })
}

/// `edit_matter`
pub fn edit(engine: &Engine, args: EditMatterArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let s = settings::read(&o.db, &o.me)?;
        let matter = s.catalogue.find(args.code.trim()).ok_or_else(|| CoreError::args("事项目录里没有这一项。").at("code"))?.clone();
        let name = format!("{MATTER}{}", matter.code);
        let is_local = matters::is_local(&matter.code);
        if is_local && get_row(&o.db, Kind::Config, config_id(unit, &name))?.is_none() {
            return Err(CoreError::not_allowed("改别的社区自加的事项").at("code"));
        }
        let mut edits = Vec::new();
        let mut put = BTreeMap::new();
        for (entry, json) in &args.entries {
            let text = settings::entry_text(json).ok_or_else(|| CoreError::args("这一项不能这样写。").at(entry))?;
            match &text {
                Some(_) if matches!(entry.as_str(), "class" | "community_duty") => {
                    return Err(CoreError::args("加的时候定下的不能再改：它决定谁收得到这类事。").at(entry));
                }
                Some(text) => drop(put.insert(entry.clone(), text.clone())),
                None if is_local && entry == "name_zh" => return Err(CoreError::args("要写事项的名称。").at(entry)),
                None if matter.entries().iter().any(|(known, _)| known == entry) || (is_local && entry == "name_en") => {}
                None => return Err(CoreError::args("这一项不能改。").at(entry)),
            }
            edits.push(settings::entry(entry, text.as_deref(), args.seen.as_ref().and_then(|s| s.get(entry)))?);
        }
        s.catalogue.clone().set(&matter.code, &put).map_err(settings::entry_problem)?;
        if let Some(name) = put.get("workflow").filter(|name| !name.is_empty())
            && s.library.named(name).is_none()
        {
            return Err(CoreError::args("没有这个办事流程。").at("workflow"));
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("edit_matter", format!("事项目录：{}", matter.name_zh), None);
            if !edits.is_empty() {
                settings::writes(w.tx, &mut intent, unit, &name, edits)?;
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `add_matter`
pub fn add(engine: &Engine, args: AddMatterArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    let now = engine.now_ms();
    let (code, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let mut catalogue = settings::catalogue(&o.db, &o.me)?;
        let name = args.name_zh.trim();
        if catalogue.all().iter().any(|m| m.name_zh == name) {
            return Err(CoreError::args("目录里已经有这个名称的事项。").at("name_zh"));
        }
        let code = catalogue
            .next_local(args.category.trim())
            .ok_or_else(|| CoreError::args("没有这一类事项，或这一类自加的编号用完了。").at("category"))?;
        let mut entries = BTreeMap::from([
            ("name_zh".to_string(), name.to_string()),
            ("class".into(), args.class.trim().to_string()),
            ("community_duty".into(), args.community_duty.trim().to_string()),
        ]);
        let given = [
            ("name_en", args.name_en.clone()),
            ("lead", args.lead.clone()),
            ("level", args.level.map(|n| n.to_string())),
            ("response_hours", args.response_hours.map(|n| n.to_string())),
            ("resolve_days", args.resolve_days.map(|n| n.to_string())),
        ];
        entries.extend(given.into_iter().filter_map(|(k, v)| Some((k.to_string(), v.filter(|v| !v.trim().is_empty())?))));
        catalogue.set(&code, &entries).map_err(settings::entry_problem)?;
        let edits = entries.iter().map(|(k, v)| settings::entry(k, Some(v), None)).collect::<Result<_>>()?;
        let (_, changed) = workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_matter", format!("事项目录加一项：{name}"), None);
            settings::writes(w.tx, &mut intent, unit, &format!("{MATTER}{code}"), edits)?;
            w.command(intent)
        })?;
        Ok((code, changed))
    })?;
    engine.raise(&changed);
    Ok(Added { id: code })
}

/// What a conflict about a matter's code shows: a matter that a deployment added has a name too.
pub(super) fn name_of(db: &rusqlite::Connection, code: &str) -> Result<String> {
    Ok(crate::project::matter_name(db, code)?.unwrap_or_else(|| views::coded("matter", code).label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(q: &str) -> String {
        let catalogue = Catalogue::default();
        let q = folded(q);
        let mut found: Vec<_> = catalogue.all().iter().filter_map(|m| Some((rank(m, &q)?, &m.code))).collect();
        found.sort();
        found.first().map(|(_, code)| (*code).clone()).unwrap_or_default()
    }

    #[test]
    fn a_matter_is_found_as_people_say_it_in_words_pinyin_and_initials() {
        for (q, code) in [
            ("楼道堆东西", "01001"),
            ("loudaoduidongxi", "01001"),
            ("lddd", "01001"),
            ("飞线充电", "01002"),
            ("fxcd", "01002"),
            ("噪声扰民", "03012"),
            ("zsrm", "03012"),
            ("停水", "04010"),
            ("02013", "02013"),
            ("Noise", "03012"),
            ("路灯", "03016"),
        ] {
            assert_eq!(first(q), code, "{q}");
        }
        assert_eq!(first("没有这样的事"), "");
    }

    #[test]
    fn a_sentence_leads_to_the_matter_of_its_words() {
        let catalogue = Catalogue::default();
        let of = |text: &str| by_words(&catalogue, text).first().map(|m| m.code.as_str().to_string());
        assert_eq!(of("来电人反映3号楼2单元楼道堆东西多日，存在火灾隐患").as_deref(), Some("01001"));
        assert_eq!(of("楼上半夜施工噪音大，太吵，睡不着").as_deref(), Some("03012"));
        assert_eq!(of("请问几点上班"), None);
    }
}
