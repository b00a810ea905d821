//! Which forms there are: those of the product and those that a deployment keeps as configuration. An answer names its form as `name@hash`,
//! the hash over the words of the form, so a form that was changed is another version of the same name.

use super::check::check;
use super::form::Form;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Hex digits of the hash in an id.
const HASH_DIGITS: usize = 12;

/// The files, in the order in which they are offered.
const FILES: &[&str] = &[
    include_str!("../../forms/tier_red.toml"),
    include_str!("../../forms/tier_yellow.toml"),
    include_str!("../../forms/tier_green.toml"),
    include_str!("../../forms/tier_general.toml"),
    include_str!("../../forms/patrol_stairs.toml"),
    include_str!("../../forms/patrol_charging.toml"),
    include_str!("../../forms/patrol_shop.toml"),
    include_str!("../../forms/campaign_ebike.toml"),
    include_str!("../../forms/campaign_gas.toml"),
    include_str!("../../forms/campaign_winter.toml"),
];

/// Forms by id, and which one a name means now.
#[derive(Debug, Clone, Default)]
pub struct FormLibrary {
    by_id: BTreeMap<String, Arc<Form>>,
    /// Name and id, in the order in which they are offered.
    current: Vec<(String, String)>,
}

static BUILT_IN: LazyLock<FormLibrary> = LazyLock::new(|| {
    let mut library = FormLibrary::default();
    for text in FILES {
        // a test reads every file; one that cannot be read is not offered
        if let Ok(form) = parse(text) {
            let id = id_of(&form.name, &body_of(&form));
            library.put(id, form);
        }
    }
    library
});

/// Reads a file of the product.
///
/// # Errors
/// What the reader says, with line and column.
pub fn parse(text: &str) -> Result<Form, String> {
    toml::from_str(text).map_err(|e| e.to_string())
}

/// The words of a form, over which its hash is taken.
pub fn body_of(form: &Form) -> String {
    serde_json::to_string(form).unwrap_or_default()
}

/// The id of a form: its name and the hash of its words.
pub fn id_of(name: &str, body: &str) -> String {
    let hash: String = Sha256::digest(body.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    format!("{name}@{}", &hash[..HASH_DIGITS])
}

/// The name in an id.
pub fn name_of(id: &str) -> &str {
    id.split('@').next().unwrap_or(id)
}

impl FormLibrary {
    /// Those of the product.
    pub fn built_in() -> &'static FormLibrary {
        &BUILT_IN
    }

    fn put(&mut self, id: String, form: Form) {
        match self.current.iter_mut().find(|(name, _)| *name == form.name) {
            Some(known) => known.1.clone_from(&id),
            None => self.current.push((form.name.clone(), id.clone())),
        }
        self.by_id.insert(id, Arc::new(form));
    }

    /// Adds one that a deployment keeps: its words as they were written, under the id that they were given. Its name means it from now on.
    ///
    /// # Errors
    /// A sentence for people: the words are not those of this id, or no form.
    pub fn add_kept(&mut self, id: &str, body: &str) -> Result<(), String> {
        let form: Form = serde_json::from_str(body).map_err(|e| format!("读不懂：{e}"))?;
        if id_of(&form.name, body) != id {
            return Err("内容和编号对不上。".into());
        }
        if let Some(problem) = check(&form).into_iter().next() {
            return Err(problem.words());
        }
        self.put(id.into(), form);
        Ok(())
    }

    /// No longer offered; what was answered keeps it.
    pub fn retire(&mut self, name: &str) {
        self.current.retain(|(n, _)| n != name);
    }

    /// A form by its id.
    pub fn find(&self, id: &str) -> Option<Arc<Form>> {
        self.by_id.get(id).cloned()
    }

    /// What a name means now, with its id.
    pub fn named(&self, name: &str) -> Option<(String, Arc<Form>)> {
        let (_, id) = self.current.iter().find(|(n, _)| n == name)?;
        Some((id.clone(), Arc::clone(self.by_id.get(id)?)))
    }

    /// By a name, or by an id.
    pub fn either(&self, text: &str) -> Option<(String, Arc<Form>)> {
        self.named(text).or_else(|| self.find(text).map(|f| (text.to_string(), f)))
    }

    /// What a campaign asks: its form as it is now, where that can still be asked; else as it was when the campaign began.
    pub fn for_campaign(&self, id: &str) -> Option<(String, Arc<Form>)> {
        self.named(name_of(id)).filter(|(_, f)| f.campaign).or_else(|| self.find(id).map(|f| (id.to_string(), f)))
    }

    /// Those that are offered, with their ids.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Arc<Form>)> {
        self.current.iter().filter_map(|(_, id)| Some((id.as_str(), self.by_id.get(id)?)))
    }

    /// All that are known, former versions included.
    pub fn every(&self) -> impl Iterator<Item = (&str, &Arc<Form>)> {
        self.by_id.iter().map(|(id, form)| (id.as_str(), form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::{FormTarget, QuestionKind};

    #[test]
    fn every_file_is_read_nothing_is_wrong_with_it_and_it_speaks_both_languages() {
        for text in FILES {
            let form = parse(text).unwrap();
            let wrong = check(&form);
            assert!(wrong.is_empty(), "{}: {wrong:#?}", form.name);
            let words = form.questions.iter().flat_map(|q| std::iter::once(&q.en).chain(q.choices.iter().map(|c| &c.en)));
            assert!(words.chain([&form.en, &form.about, &form.about_en]).all(|w| !w.is_empty()), "{}", form.name);
            let pairs = form.questions.iter().flat_map(|q| [(&q.hint, &q.hint_en), (&q.message, &q.message_en)]);
            assert!(pairs.into_iter().all(|(zh, en)| zh.is_empty() == en.is_empty()), "{}", form.name);
            let asked = form.questions.iter().filter(|q| q.kind != QuestionKind::Note).count();
            assert!((3..=10).contains(&asked), "{} asks {asked}", form.name);
        }
        assert_eq!(FormLibrary::built_in().all().count(), FILES.len());
    }

    #[test]
    fn each_tier_has_a_form_and_there_are_checklists_and_campaigns() {
        let all: Vec<_> = FormLibrary::built_in().all().map(|(_, f)| Arc::clone(f)).collect();
        for tier in ["red", "yellow", "green", "general"] {
            assert_eq!(all.iter().filter(|f| f.tier.as_deref() == Some(tier)).count(), 1, "{tier}");
        }
        assert_eq!(all.iter().filter(|f| f.campaign).count(), 3);
        assert_eq!(all.iter().filter(|f| f.target != FormTarget::Household).count(), 3);
    }

    #[test]
    fn a_form_reads_back_from_its_words_under_its_id() {
        for (id, form) in FormLibrary::built_in().all() {
            let mut kept = FormLibrary::default();
            kept.add_kept(id, &body_of(form)).unwrap();
            assert_eq!(**kept.find(id).as_ref().unwrap(), **form);
            assert!(kept.add_kept("x@000000000000", &body_of(form)).is_err());
        }
    }
}
