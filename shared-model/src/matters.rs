//! The matter catalogue: 80 matters in 6 categories, with class, lead department and clocks. Our own compilation; a deployment edits it.

use crate::class::Class;
use std::sync::LazyLock;

/// One matter.
#[derive(Debug, Clone)]
pub struct Matter {
    pub code: String,
    pub category: String,
    pub category_en: String,
    pub name_zh: String,
    pub name_en: String,
    /// Department that leads; may be empty.
    pub lead: String,
    /// 1 most urgent … 4.
    pub level: u32,
    /// 工作时 until the first response.
    pub response_hours: f64,
    /// 工作日 until it is resolved.
    pub resolve_days: u32,
    /// Class of a case of this matter: decides who may ever see it.
    pub class: Class,
    /// 履职, 协办, 代办 or 只报: a community or worker is never made owner of a 只报 matter.
    pub community_duty: String,
}

static MATTERS: LazyLock<Vec<Matter>> =
    LazyLock::new(|| include_str!("../data/matters.csv").trim_start_matches('\u{feff}').lines().skip(1).filter_map(parse).collect());

/// All matters, in the order of the catalogue.
pub fn all() -> &'static [Matter] {
    &MATTERS
}

/// By code, or by the exact Chinese name.
pub fn find(text: &str) -> Option<&'static Matter> {
    MATTERS.iter().find(|m| m.code == text || m.name_zh == text)
}

fn parse(line: &str) -> Option<Matter> {
    let c = split(line);
    let [code, category, category_en, name_zh, name_en, lead, level, response, resolve, class, duty] = <[String; 11]>::try_from(c).ok()?;
    Some(Matter {
        code,
        category,
        category_en,
        name_zh,
        name_en,
        lead,
        level: level.parse().ok()?,
        response_hours: response.parse().ok()?,
        resolve_days: resolve.parse().ok()?,
        class: Class::from_name(&class)?,
        community_duty: duty,
    })
}

/// Fields of one CSV line; a quoted field may hold commas.
fn split(line: &str) -> Vec<String> {
    let (mut out, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for ch in line.trim_end_matches('\r').chars() {
        match ch {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    out.push(field);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_catalogue_has_eighty_matters_in_six_categories() {
        assert_eq!(super::all().len(), 80);
        let categories: std::collections::BTreeSet<_> = super::all().iter().map(|m| &m.category).collect();
        assert_eq!(categories.len(), 6);
    }

    #[test]
    fn domestic_violence_is_private() {
        assert_eq!(super::find("02013").unwrap().class, super::Class::Private);
    }
}
