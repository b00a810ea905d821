//! What a case prints: the sheet of its workflow with what is held here put in. What is missing stays a line to write on.

use super::load::{Loaded, load};
use super::view::Viewing;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::day_of;
use shared_model::commands::{PrintCaseArgs, PrintLine, PrintedSheet};
use std::collections::BTreeMap;

/// Where nothing is held, there is room to write.
const BLANK: &str = "＿＿＿＿＿＿";

/// `print_case`
pub fn print(engine: &Engine, args: PrintCaseArgs) -> Result<PrintedSheet> {
    let now = engine.now_ms();
    engine.with(|o| {
        let viewing = Viewing::new(&o.db, &o.me, now)?;
        let c = load(&o.db, &args.case)?;
        let sheet =
            c.workflow.sheets.iter().find(|s| s.name == args.sheet).ok_or_else(|| CoreError::not_found("这份打印稿").at("sheet"))?;
        let facts = facts(&viewing, &c)?;
        Ok(PrintedSheet { title: sheet.zh.clone(), lines: sheet.body.lines().map(|line| printed(line, &facts)).collect() })
    })
}

fn facts(v: &Viewing<'_>, c: &Loaded) -> Result<BTreeMap<String, String>> {
    let item = v.item(c)?;
    let day = |ms: i64| day_of(ms).format("%Y年%-m月%-d日").to_string();
    let community = v.tree.above(c.unit, "community").map(|u| v.tree.name(u)).unwrap_or_default();
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    // of one name, what was written last counts
    for s in c.counted() {
        let t = c.workflow.transition(&s.transition());
        for (name, held) in s.row.texts("data") {
            let words = t.and_then(|t| t.fields.iter().find(|f| f.name == name)).map_or_else(|| held.clone(), |f| f.words(&held));
            out.insert(name, words);
        }
        for key in ["note", "rating"] {
            out.extend(s.row.text(key).map(|v| (key.to_string(), v)));
        }
    }
    for (name, held) in c.row.texts("data") {
        let words = c.workflow.fields.iter().find(|f| f.name == name).map_or_else(|| held.clone(), |f| f.words(&held));
        out.entry(name).or_insert(words);
    }
    let told = [
        ("title", Some(item.title)),
        ("matter", Some(item.matter.label)),
        ("description", c.row.text("description")),
        ("place", item.place),
        ("opened_at", Some(day(item.opened_at))),
        ("opened_by", Some(item.by)),
        ("state", Some(item.state.label)),
        ("community", Some(community)),
        ("today", Some(day(v.now))),
        ("lead", item.lead),
        ("assignee", item.assignee),
        ("due_at", item.due_at.map(day)),
    ];
    out.extend(told.into_iter().filter_map(|(k, v)| Some((k.to_string(), v.filter(|v| !v.is_empty())?))));
    out.entry("number".into()).or_insert_with(|| c.row.record.to_string()[24..].to_uppercase());
    Ok(out)
}

/// Puts in what is held. What was put in is text: braces in it are not read again.
fn filled(text: &str, facts: &BTreeMap<String, String>) -> String {
    let mut pieces = text.split('{');
    let mut out = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        match piece.split_once('}') {
            Some((name, rest)) => {
                out.push_str(facts.get(name).map_or(BLANK, String::as_str));
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

fn printed(line: &str, facts: &BTreeMap<String, String>) -> PrintLine {
    let text = |t: &str| filled(t.trim(), facts);
    if let Some(t) = line.strip_prefix("# ") {
        return PrintLine::Heading { text: text(t) };
    }
    if let Some(t) = line.strip_prefix("___ ") {
        return PrintLine::Sign { text: text(t) };
    }
    if let Some((label, value)) = line.strip_prefix('|').and_then(|l| l.trim_end().strip_suffix('|')).and_then(|l| l.split_once('|')) {
        return PrintLine::Row { label: text(label), text: text(value) };
    }
    PrintLine::Text { text: text(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_stays_text_and_what_is_missing_leaves_room() {
        let facts = BTreeMap::from([("terms".to_string(), "付{today}元 # | <b>".to_string()), ("today".to_string(), "今天".to_string())]);
        assert_eq!(filled("约定：{terms}，{who}，{today}", &facts), format!("约定：付{{today}}元 # | <b>，{BLANK}，今天"));
        assert!(matches!(printed("| 条款 | {terms} |", &facts), PrintLine::Row { label, text } if label == "条款" && text.contains("<b>")));
        assert!(matches!(printed("___ 甲方", &facts), PrintLine::Sign { text } if text == "甲方"));
    }
}
