//! Search as people look for others: name, pinyin, initials, a door in any writing, the last digits of a phone, a tag.
//! Names are two or three characters, so a word index finds nothing; a scan of folded words is exact and well under 30 ms for a grid.

use super::households::plate_of;
use super::units::Tree;
use crate::engine::Engine;
use crate::error::Result;
use crate::project::{SEARCHED, folded};
use crate::store::{get_row, same};
use rusqlite::Connection;
use shared_model::codes;
use shared_model::commands::{CodeBook, CodeChoice, NoArgs, SearchArgs, SearchHit, SearchReply};
use shared_model::records::Kind;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Words of a query: `3号楼2单元501` and `3-2-501` are the same door.
fn terms(q: &str) -> Vec<String> {
    q.split_whitespace().map(|t| door_form(&folded(t))).filter(|t| !t.is_empty()).collect()
}

/// Marks of building, unit and room become hyphens when the rest is numbers.
fn door_form(term: &str) -> String {
    let mut out = term.to_string();
    for mark in ["号楼", "单元", "幢", "栋", "座", "门", "室", "号"] {
        out = out.replace(mark, "-");
    }
    let out = out.trim_matches('-').to_string();
    let looks = !out.is_empty() && out.chars().all(|c| c.is_ascii_digit() || c == '-');
    if looks { out } else { term.to_string() }
}

fn hits(db: &Connection, q: &str, limit: u32) -> Result<Vec<(Uuid, Kind, Option<Uuid>)>> {
    let terms = terms(q);
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let filter: Vec<String> = (1..=terms.len()).map(|n| format!("instr(words, ?{n}) > 0")).collect();
    // 3-2-501 before 13-2-501: a term that begins a word comes first
    let begins: Vec<String> = (1..=terms.len()).map(|n| format!("(instr(' ' || words, ' ' || ?{n}) > 0)")).collect();
    let from: Vec<String> = SEARCHED
        .iter()
        .map(|kind| {
            let household = if *kind == Kind::Household { "record" } else { "household" };
            format!("select record, {} as kind, {household} as household, search_words as words from \"{}\"", *kind as u8, kind.name())
        })
        .collect();
    let sql = format!(
        "select record, kind, household from ({}) where {} order by {} desc, kind, record limit {limit}",
        from.join(" union all "),
        filter.join(" and "),
        begins.join(" + ")
    );
    let mut q = db.prepare_cached(&sql)?;
    let got =
        q.query_map(rusqlite::params_from_iter(&terms), |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?, r.get::<_, Option<Uuid>>(2)?)))?;
    let mut out = Vec::new();
    for r in got {
        let (record, kind, household) = r?;
        if let Some(kind) = Kind::from_u8(kind) {
            out.push((record, kind, household));
        }
    }
    follow_merges(db, &mut out)?;
    Ok(out)
}

/// What went into another is found by its words too, and shown as the one that stays, once.
fn follow_merges(db: &Connection, hits: &mut Vec<(Uuid, Kind, Option<Uuid>)>) -> Result<()> {
    if same::is_empty(db)? {
        return Ok(());
    }
    let gone = same::all(db)?;
    let stays = |record: Uuid| gone.get(&record).copied().unwrap_or(record);
    for (record, _, household) in hits.iter_mut() {
        *record = stays(*record);
        *household = household.map(stays);
    }
    let mut seen = BTreeSet::new();
    hits.retain(|(record, ..)| seen.insert(*record));
    Ok(())
}

/// Households that a few characters mean, by themselves or by somebody in them.
///
/// # Errors
/// Of the store.
pub fn households_matching(db: &Connection, q: &str) -> Result<BTreeSet<Uuid>> {
    Ok(hits(db, q, 100_000)?.into_iter().filter(|(_, k, _)| *k != Kind::Case).filter_map(|(_, _, h)| h).collect())
}

/// Records of a kind that a few characters mean; a person also by the door. `None`: records of this kind are not searched.
///
/// # Errors
/// Of the store.
pub fn matching(db: &Connection, kind: Kind, q: &str) -> Result<Option<BTreeSet<Uuid>>> {
    if kind == Kind::Household {
        return Ok(Some(households_matching(db, q)?));
    }
    if !SEARCHED.contains(&kind) {
        return Ok(None);
    }
    let found = hits(db, q, 100_000)?;
    let mut out: BTreeSet<Uuid> = found.iter().filter(|(_, k, _)| *k == kind).map(|(record, ..)| *record).collect();
    // a door is everybody behind it; a name is whoever has it
    let is_door = terms(q).iter().all(|t| t.chars().all(|c| c.is_ascii_digit() || c == '-'));
    if kind == Kind::Person && is_door {
        let mut people = db.prepare_cached("select record from person where household = ?1")?;
        for household in found.iter().filter(|(_, k, _)| *k == Kind::Household).map(|(record, ..)| record) {
            let of = people.query_map([household], |r| r.get::<_, Uuid>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
            out.extend(of);
        }
    }
    Ok(Some(out))
}

/// `search`
pub fn search(engine: &Engine, args: SearchArgs) -> Result<SearchReply> {
    let limit = args.limit.unwrap_or(30) as usize;
    engine.with(|o| {
        let found = hits(&o.db, &args.q, 2_000)?;
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let tree = Tree::read(&o.db)?;
        let mut items = Vec::new();
        for (record, kind, household) in found.into_iter().take(limit) {
            let Some(row) = get_row(&o.db, kind, record)? else { continue };
            let plate = household.map(|h| get_row(&o.db, Kind::Household, h)).transpose()?.flatten().map(|h| plate_of(&tree, &h));
            let (title, detail) = match kind {
                Kind::Household => (row.text("head_name").unwrap_or_else(|| plate.clone().unwrap_or_default()), row.names("tag").join(" ")),
                Kind::Person => {
                    let relation = row.text("relation").map(|c| shared_model::records::label("relation", &c)).unwrap_or_default();
                    (row.text("name").unwrap_or_default(), [relation, row.text("phone").unwrap_or_default()].join(" ").trim().to_string())
                }
                _ => (
                    row.text("title").unwrap_or_default(),
                    row.text("matter").map(|m| super::matters::name_of(&o.db, &m)).transpose()?.unwrap_or_default(),
                ),
            };
            items.push(SearchHit {
                kind: kind.name().into(),
                id: record.to_string(),
                household: household.map(|h| h.to_string()),
                plate,
                title,
                detail,
            });
        }
        Ok(SearchReply { items, total })
    })
}

/// `list_codes`
pub fn list_codes(_: &Engine, _: NoArgs) -> Result<CodeBook> {
    let mut book = CodeBook::default();
    // every table: some are asked for by a form alone, with no field of a record behind them
    book.tables.extend(codes::TABLES.iter().map(|table| (table.name.to_string(), choices(table))));
    book.tags = ["独居", "空巢", "高龄", "退役军人", "党员", "党员中心户", "新就业群体", "租户"].map(String::from).to_vec();
    book.care_tags = ["低保", "特困", "残疾", "重病", "失能", "留守儿童", "困境儿童", "临时困难", "失业"].map(String::from).to_vec();
    Ok(book)
}

fn choices(table: &codes::CodeTable) -> Vec<CodeChoice> {
    table.entries.iter().map(|e| CodeChoice { code: e.code.into(), zh: e.zh.into(), en: e.en.into(), common: e.common }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_door_in_any_writing_is_one_term() {
        for q in ["3号楼2单元501", "3-2-501", "3幢2单元501室", "３栋2门501", "3座2单元501号"] {
            assert_eq!(super::terms(q), ["3-2-501"], "{q}");
        }
        assert_eq!(super::terms("zxh 4127"), ["zxh", "4127"]);
        assert_eq!(super::terms("门卫"), ["门卫"]);
    }
}
