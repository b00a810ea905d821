//! The matter catalogue: 80 matters in 6 categories, with class, lead department and clocks. Our own compilation; a deployment edits it.

use crate::class::Class;
use std::collections::BTreeMap;
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
    /// Hours by the clock on the wall until the first response; from level 3 on, moved to the next opening where they end on a day off.
    pub response_hours: f64,
    /// 工作日 until it is resolved; 自然日 at level 1.
    pub resolve_days: u32,
    /// Class of a case of this matter: decides who may ever see it.
    pub class: Class,
    /// 履职, 协办, 代办 or 只报: a community or worker is never made owner of a 只报 matter.
    pub community_duty: String,
    /// Everyday words for it, by which it is found.
    pub synonyms: Vec<String>,
    /// The workflow that a deployment chose for it.
    pub workflow: Option<String>,
    /// A deployment does not take it: no new case, those that are stay.
    pub hidden: bool,
}

impl Matter {
    /// What a deployment may change of it, as it writes it.
    pub fn entries(&self) -> [(&'static str, String); 7] {
        [
            ("lead", self.lead.clone()),
            ("level", self.level.to_string()),
            ("response_hours", self.response_hours.to_string()),
            ("resolve_days", self.resolve_days.to_string()),
            ("synonyms", self.synonyms.join("、")),
            ("workflow", self.workflow.clone().unwrap_or_default()),
            ("hidden", if self.hidden { "1" } else { "0" }.into()),
        ]
    }

    /// Nobody is named to lead it, and it is not for the community to handle: whoever reports it reports to nobody.
    pub fn has_lead_gap(&self) -> bool {
        self.lead.is_empty() && self.community_duty == REPORT_ONLY
    }
}

/// The code of [`Matter::community_duty`] that lets nobody here be made its owner.
pub const REPORT_ONLY: &str = "只报";
const DUTIES: [&str; 4] = ["履职", "协办", "代办", REPORT_ONLY];
/// Bytes of one text of an entry.
const WORDS_MAX: usize = 600;

/// The catalogue as a deployment uses it: ours, with what it changed and added.
#[derive(Debug, Clone)]
pub struct Catalogue {
    matters: Vec<Matter>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Catalogue { matters: MATTERS.clone() }
    }
}

impl Catalogue {
    /// All matters, in order of their codes.
    pub fn all(&self) -> &[Matter] {
        &self.matters
    }

    /// By code, or by the exact Chinese name.
    pub fn find(&self, text: &str) -> Option<&Matter> {
        self.matters.iter().find(|m| m.code == text || m.name_zh == text)
    }

    /// The code of the next matter that a deployment adds in a category (two digits): from 999 down. `None` for another category, or when all
    /// are taken.
    pub fn next_local(&self, category: &str) -> Option<String> {
        MATTERS.iter().find(|m| m.code[..2] == *category)?;
        (900..=999).rev().map(|n| format!("{category}{n}")).find(|code| self.matters.iter().all(|m| m.code != *code))
    }

    /// Puts in what a deployment keeps for one code. The class and the duty of ours stay: who may see a case, and who may be made its owner,
    /// is not a setting.
    ///
    /// # Errors
    /// `(entry, sentence)` that names what cannot be used; nothing is changed then.
    pub fn set(&mut self, code: &str, entries: &BTreeMap<String, String>) -> Result<(), (String, String)> {
        let at = self.matters.iter().position(|m| m.code == code);
        let wrong = |entry: &str, words: &str| Err((entry.to_string(), words.to_string()));
        let mut m = match at.map(|at| self.matters[at].clone()) {
            Some(m) => m,
            None if is_local(code) => local(code, entries)?,
            None => return wrong("code", "自加的事项编号要在本类的 900 到 999 之间，从 999 往下用。"),
        };
        for (entry, text) in entries {
            let text = text.trim();
            if text.len() > WORDS_MAX {
                return wrong(entry, "太长了。");
            }
            match entry.as_str() {
                "lead" => m.lead = text.into(),
                "level" => match text.parse() {
                    Ok(n @ 1..=4) => m.level = n,
                    _ => return wrong(entry, "紧急程度是 1 到 4。"),
                },
                "response_hours" => match text.parse::<f64>() {
                    Ok(n) if (0.1..=2000.0).contains(&n) => m.response_hours = n,
                    _ => return wrong(entry, "首次响应是 0.1 到 2000 小时。"),
                },
                "resolve_days" => match text.parse() {
                    Ok(n @ 1..=400) => m.resolve_days = n,
                    _ => return wrong(entry, "办结时限是 1 到 400 天。"),
                },
                "synonyms" => m.synonyms = read_words(text),
                "workflow" => m.workflow = Some(text.to_string()).filter(|w| !w.is_empty()),
                "hidden" => m.hidden = text == "1",
                "name_zh" if is_local(code) && !text.is_empty() => m.name_zh = text.into(),
                "name_en" if is_local(code) => m.name_en = text.into(),
                "class" | "community_duty" if is_local(code) => {}
                _ => return wrong(entry, "这一项不能改。"),
            }
        }
        match at {
            Some(at) => self.matters[at] = m,
            None => {
                self.matters.push(m);
                self.matters.sort_by(|a, b| a.code.cmp(&b.code));
            }
        }
        Ok(())
    }
}

/// The class that a deployment gave a matter of its own. It decides who receives a case, so it is set once.
pub fn local_class(entries: &BTreeMap<String, String>) -> Option<Class> {
    entries.get("class").and_then(|c| Class::from_name(c)).filter(|c| matches!(c, Class::Open | Class::Register | Class::Private))
}

/// A matter that a deployment added.
fn local(code: &str, entries: &BTreeMap<String, String>) -> Result<Matter, (String, String)> {
    let wrong = |entry: &str, words: &str| (entry.to_string(), words.to_string());
    let of = MATTERS.iter().find(|m| m.code[..2] == code[..2]).ok_or_else(|| wrong("code", "没有这一类事项。"))?;
    let text = |entry: &str| entries.get(entry).map(|t| t.trim().to_string()).filter(|t| !t.is_empty());
    let class = local_class(entries).ok_or_else(|| wrong("class", "要选公开、登记或私密。"))?;
    let duty = text("community_duty")
        .filter(|d| DUTIES.contains(&d.as_str()))
        .ok_or_else(|| wrong("community_duty", "要选履职、协办、代办或只报。"))?;
    Ok(Matter {
        code: code.into(),
        category: of.category.clone(),
        category_en: of.category_en.clone(),
        name_zh: text("name_zh").ok_or_else(|| wrong("name_zh", "要写事项的名称。"))?,
        name_en: text("name_en").unwrap_or_default(),
        lead: String::new(),
        level: 3,
        response_hours: 24.0,
        resolve_days: 5,
        class,
        community_duty: duty,
        synonyms: Vec::new(),
        workflow: None,
        hidden: false,
    })
}

static MATTERS: LazyLock<Vec<Matter>> = LazyLock::new(|| {
    let lines = include_str!("../data/matters.csv").trim_start_matches('\u{feff}').lines().skip(1);
    let mut matters: Vec<Matter> = lines.filter_map(parse).collect();
    for line in include_str!("../data/synonyms.csv").lines().skip(1) {
        if let Some((code, words)) = line.split_once(',')
            && let Some(m) = matters.iter_mut().find(|m| m.code == code)
        {
            m.synonyms = read_words(words);
        }
    }
    matters
});

/// Words that stand beside each other.
fn read_words(text: &str) -> Vec<String> {
    text.split(['、', ',', '，', ';', '；', ' ', '\n']).map(str::trim).filter(|w| !w.is_empty()).map(Into::into).collect()
}

/// All matters, in the order of the catalogue.
pub fn all() -> &'static [Matter] {
    &MATTERS
}

/// By code, or by the exact Chinese name.
pub fn find(text: &str) -> Option<&'static Matter> {
    MATTERS.iter().find(|m| m.code == text || m.name_zh == text)
}

/// Is it the code of a matter that a deployment added: local ones count down from 999 within a category (as GB/T 30428.2 does)?
pub fn is_local(code: &str) -> bool {
    code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()) && ("01"..="06").contains(&&code[..2]) && &code[2..] >= "900"
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
        synonyms: Vec::new(),
        workflow: None,
        hidden: false,
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
    fn every_matter_has_everyday_words_and_no_word_stands_for_two() {
        let lines = include_str!("../data/synonyms.csv").lines().count() - 1;
        assert_eq!(lines, 80);
        let mut seen = std::collections::BTreeMap::new();
        for m in super::all() {
            assert!((4..=8).contains(&m.synonyms.len()), "{} {}", m.code, m.synonyms.len());
            for word in &m.synonyms {
                assert_eq!(seen.insert(word.clone(), &m.code), None, "{word}");
            }
        }
    }

    #[test]
    fn a_deployments_own_codes_count_down_and_what_it_may_not_change_stays() {
        let mut catalogue = super::Catalogue::default();
        assert_eq!(catalogue.next_local("03").as_deref(), Some("03999"));
        let own = [("name_zh", "共享单车堆放"), ("class", "open"), ("community_duty", "代办")];
        let own = own.map(|(k, v)| (k.to_string(), v.to_string())).into();
        catalogue.set("03999", &own).unwrap();
        assert_eq!(catalogue.next_local("03").as_deref(), Some("03998"));
        assert_eq!(catalogue.next_local("07"), None);
        let duty = std::collections::BTreeMap::from([("community_duty".to_string(), "履职".to_string())]);
        assert_eq!(catalogue.set("01001", &duty).unwrap_err().0, "community_duty");
        assert_eq!(catalogue.find("01001").unwrap().community_duty, super::REPORT_ONLY);
    }

    #[test]
    fn domestic_violence_is_private() {
        assert_eq!(super::find("02013").unwrap().class, super::Class::Private);
    }
}
