//! Which doors a campaign takes: a filter over what is known of a household. It is kept as entries of the campaign, so that it can be read by
//! whoever holds the campaign; what it comes to is reckoned where the households are held.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The oldest age that a filter may name.
pub const AGE_MAX: u32 = 130;
/// Tiers or tags that a filter names.
const NAMES_MAX: usize = 20;

/// Which households; what is left open takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct CampaignFilter {
    /// Any of these tiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>")]
    pub tiers: Vec<String>,
    /// Any of these tags, of the household or of somebody in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rented: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vacant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub: Option<bool>,
    /// Somebody of at least this age …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_from: Option<u32>,
    /// … and at most this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_to: Option<u32>,
    /// One of what is named is enough; else all of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>")]
    pub any: bool,
}

/// What is known of a household, as far as a filter asks.
#[derive(Debug, Clone, Default)]
pub struct DoorFacts {
    pub tier: String,
    pub tags: Vec<String>,
    pub rented: bool,
    pub vacant: bool,
    pub hub: bool,
    pub ages: Vec<i32>,
}

impl CampaignFilter {
    /// Does it take this household?
    pub fn takes(&self, door: &DoorFacts) -> bool {
        let age = (self.age_from.is_some() || self.age_to.is_some()).then(|| {
            let fits = |a: &&i32| {
                let age = u32::try_from(**a).unwrap_or(0);
                age >= self.age_from.unwrap_or(0) && age <= self.age_to.unwrap_or(AGE_MAX)
            };
            door.ages.iter().any(|a| fits(&a))
        });
        let asked = [
            (!self.tiers.is_empty()).then(|| self.tiers.contains(&door.tier)),
            (!self.tags.is_empty()).then(|| self.tags.iter().any(|t| door.tags.contains(t))),
            self.rented.map(|want| door.rented == want),
            self.vacant.map(|want| door.vacant == want),
            self.hub.map(|want| door.hub == want),
            age,
        ];
        let mut asked = asked.into_iter().flatten().peekable();
        if self.any && asked.peek().is_some() { asked.any(|fits| fits) } else { asked.all(|fits| fits) }
    }

    /// As entries of the campaign.
    pub fn entries(&self) -> BTreeMap<&'static str, String> {
        let yes = |b: bool| if b { "yes" } else { "no" }.to_string();
        let all = [
            ("tiers", (!self.tiers.is_empty()).then(|| self.tiers.join(" "))),
            ("tags", (!self.tags.is_empty()).then(|| self.tags.join(" "))),
            ("rented", self.rented.map(yes)),
            ("vacant", self.vacant.map(yes)),
            ("hub", self.hub.map(yes)),
            ("age_from", self.age_from.map(|n| n.to_string())),
            ("age_to", self.age_to.map(|n| n.to_string())),
            ("any", self.any.then(|| yes(true))),
        ];
        all.into_iter().filter_map(|(k, v)| Some((k, v?))).collect()
    }

    /// The names of all entries that there may be.
    pub const NAMES: [&'static str; 8] = ["tiers", "tags", "rented", "vacant", "hub", "age_from", "age_to", "any"];

    /// Reads the entries back.
    ///
    /// # Errors
    /// The entry that cannot be one of a filter.
    pub fn read(entries: &BTreeMap<String, String>) -> Result<CampaignFilter, String> {
        let mut out = CampaignFilter::default();
        for (key, text) in entries {
            let bad = || key.clone();
            let yes = || match text.as_str() {
                "yes" => Ok(Some(true)),
                "no" => Ok(Some(false)),
                _ => Err(bad()),
            };
            let words = || text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
            let age = || text.parse().ok().filter(|n| *n <= AGE_MAX).map(Some).ok_or_else(bad);
            match key.as_str() {
                "tiers" => out.tiers = words(),
                "tags" => out.tags = words(),
                "rented" => out.rented = yes()?,
                "vacant" => out.vacant = yes()?,
                "hub" => out.hub = yes()?,
                "age_from" => out.age_from = age()?,
                "age_to" => out.age_to = age()?,
                "any" => out.any = yes()? == Some(true),
                _ => return Err(bad()),
            }
        }
        out.wrong().map_or(Ok(out), Err)
    }

    /// The name of what cannot be.
    pub fn wrong(&self) -> Option<String> {
        let tier = |t: &String| !["red", "yellow", "green", "general"].contains(&t.as_str());
        let tag = |t: &String| t.is_empty() || t.chars().any(char::is_whitespace);
        let name = match self {
            f if f.tiers.iter().any(tier) => "tiers",
            f if f.tags.len() > NAMES_MAX || f.tags.iter().any(tag) => "tags",
            f if f.age_from.is_some_and(|a| a > AGE_MAX) => "age_from",
            f if f.age_to.is_some_and(|a| a > AGE_MAX || f.age_from.is_some_and(|from| from > a)) => "age_to",
            _ => return None,
        };
        Some(name.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door() -> DoorFacts {
        DoorFacts { tier: "red".into(), tags: vec!["独居".into()], rented: true, ages: vec![12, 81], ..DoorFacts::default() }
    }

    #[test]
    fn a_filter_takes_all_that_fits_or_any_of_it() {
        let f = CampaignFilter { tiers: vec!["red".into()], age_from: Some(60), age_to: Some(79), ..CampaignFilter::default() };
        assert!(!f.takes(&door()) && CampaignFilter { any: true, ..f }.takes(&door()));
        assert!(CampaignFilter::default().takes(&door()), "nothing named takes all");
        assert!(CampaignFilter { any: true, ..CampaignFilter::default() }.takes(&door()));
        assert!(!CampaignFilter { vacant: Some(true), ..CampaignFilter::default() }.takes(&door()));
        let old = CampaignFilter { age_from: Some(80), tags: vec!["独居".into(), "高龄".into()], ..CampaignFilter::default() };
        assert!(old.takes(&door()));
    }

    #[test]
    fn a_filter_reads_back_from_its_entries_and_others_are_refused() {
        let f = CampaignFilter {
            tiers: vec!["red".into(), "yellow".into()],
            tags: vec!["独居".into()],
            rented: Some(false),
            vacant: Some(true),
            hub: Some(true),
            age_from: Some(60),
            age_to: Some(99),
            any: true,
        };
        let entries: BTreeMap<String, String> = f.entries().into_iter().map(|(k, v)| (k.to_string(), v)).collect();
        assert_eq!((entries.len(), CampaignFilter::read(&entries)), (CampaignFilter::NAMES.len(), Ok(f)));
        for (key, text) in [("tiers", "blue"), ("rented", "1"), ("age_from", "131"), ("moon", "yes"), ("age_to", "-1")] {
            let one = BTreeMap::from([(key.to_string(), text.to_string())]);
            assert_eq!(CampaignFilter::read(&one), Err(key.to_string()));
        }
    }
}
