//! The matter catalogue, looked up by words, pinyin and initials.

use crate::engine::Engine;
use crate::error::Result;
use crate::project::{folded, name_words};
use shared_model::commands::{ListMattersArgs, MatterItem, MatterList};
use shared_model::matters::{self, Matter};

/// `list_matters`
pub fn list(_: &Engine, args: ListMattersArgs) -> Result<MatterList> {
    let q = folded(args.q.as_deref().unwrap_or(""));
    let items = matters::all()
        .iter()
        .filter(|m| {
            q.is_empty()
                || m.code == q
                || name_words(&m.name_zh).iter().any(|w| folded(w).contains(&q))
                || folded(&m.name_en).contains(&q)
                || folded(&m.category).contains(&q)
        })
        .map(matter_item)
        .collect();
    Ok(MatterList { items })
}

fn matter_item(m: &Matter) -> MatterItem {
    MatterItem {
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
    }
}
