//! Household and personal tags (户标签), split by who may receive them.
//!
//! Ordinary tags travel in class `register`, care tags in class `private`; some categories are not collected at all. The rule is
//! a list of what is ordinary: a word nobody listed is a care tag, because sending too little is mended and sending too much is not.

use super::fold_width;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a tag may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// Class `register`: 独居, 高龄, 退役军人, 党员 …
    Ordinary,
    /// Class `private`: 残疾, 低保, 重病 … and every word not known here.
    Care,
    /// Not collected: categories that are off without a legal basis of their own, and those that are not in the product.
    Refused,
}

/// Ordinary whole words, with the spellings seen in rosters.
const ORDINARY: &str = "一般户 普通户 独居 独居老人 独居户 空巢 空巢老人 空巢户 高龄 高龄老人 老年人 老人 \
    退役 退役军人 退伍军人 复员军人 转业军人 军属 现役军属 军人家属 烈属 烈军属 优抚 优抚对象 光荣之家 \
    党员 中共党员 预备党员 党员户 党员家庭 党员中心户 中心户 老党员 老干部 流动党员 在职党员 双报到党员 \
    高校毕业生 归侨 侨眷 归侨侨眷 侨属 新就业群体 快递员 外卖员 骑手 网约车司机 \
    志愿者 志愿者家庭 楼长 楼栋长 胡同长 单元长 网格员 信息员 居民代表 业委会成员 人大代表 党代表 政协委员 \
    租户 出租户 租住户 自住 空置 空置房 空房 商户";

/// Parts of words that make a text a matter of care, wherever they stand.
const CARE: &str = "残疾 伤残 残障 低保 五保 三无 特困 重病 大病 患病 慢病 慢性病 癌 肿瘤 透析 尿毒 卧床 瘫痪 失能 失智 失明 痴呆 \
    孕 产妇 留守儿童 困境儿童 孤儿 失独 计划生育特殊 计生特殊 低收入 边缘户 边缘易致贫 困难 贫困 脱贫 监测户 失业 单亲 救助 抑郁 家暴";

/// Parts of words that are not collected, wherever they stand.
const REFUSED: &str = "社区矫正 矫正人员 矫正对象 安置帮教 帮教 刑满 刑释 释放人员 服刑 前科 精神障碍 精神病 肇事肇祸 戒毒 吸毒 涉毒 艾滋 \
    上访 信访 邪教 法轮 宗教 信教 教徒 信徒 佛教 基督教 天主教 伊斯兰教 穆斯林 重点管控 涉稳";

/// The kind of one tag, after trimming and folding full-width characters. Unknown words are care tags.
pub fn split_tag(text: &str) -> TagKind {
    let folded = fold_width(text);
    let tag = folded.trim();
    if contains_one_of(REFUSED, tag) {
        TagKind::Refused
    } else if ORDINARY.split_whitespace().any(|word| word == tag) {
        TagKind::Ordinary
    } else {
        TagKind::Care
    }
}

/// Whether a free text speaks of care or of what is not collected. Such a note belongs to class `private`, not to `register`.
pub fn mentions_care(text: &str) -> bool {
    contains_one_of(CARE, text) || contains_one_of(REFUSED, text)
}

fn contains_one_of(words: &str, text: &str) -> bool {
    words.split_whitespace().any(|word| text.contains(word))
}

/// The single tags of a cell: `独居老人、高龄` is two. Empty parts and repeats are left out, order is kept.
pub fn tag_words(text: &str) -> Vec<String> {
    let folded = fold_width(text);
    let mut words: Vec<String> = Vec::new();
    for word in folded.split(['、', ',', ';', '/', '|', '+', '\n', '\r', '\t', ' ', '。']) {
        let word = word.trim();
        if !word.is_empty() && !words.iter().any(|seen| seen == word) {
            words.push(word.to_owned());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_and_care_tags_go_different_ways() {
        for tag in ["独居", "独居老人", "高龄", "退役军人", "党员", "空巢老人", "归侨侨眷", "新就业群体", " 高龄\u{3000}"]
        {
            assert_eq!(split_tag(tag), TagKind::Ordinary, "{tag}");
        }
        for tag in [
            "残疾",
            "残疾人",
            "精神残疾",
            "低保",
            "农村低保户",
            "重病",
            "特困",
            "失能半失能",
            "孕产妇",
            "困境儿童",
            "孤儿",
            "失业",
            "脱贫监测户",
        ] {
            assert_eq!(split_tag(tag), TagKind::Care, "{tag}");
        }
    }

    #[test]
    fn a_tag_nobody_listed_is_treated_as_care() {
        assert_eq!(split_tag("透析"), TagKind::Care);
        assert_eq!(split_tag("高龄且患病"), TagKind::Care);
    }

    #[test]
    fn what_is_not_collected_is_refused_in_every_spelling() {
        for tag in ["社区矫正", "社区矫正人员", "刑满释放人员", "严重精神障碍患者", "戒毒康复", "艾滋病", "信访重点人员", "基督教徒"]
        {
            assert_eq!(split_tag(tag), TagKind::Refused, "{tag}");
        }
    }

    #[test]
    fn a_note_about_illness_is_told_from_an_ordinary_one() {
        assert!(mentions_care("老人长期卧床,儿子照顾"));
        assert!(mentions_care("低保"));
        assert!(!mentions_care("白天上班,晚上在家"));
        assert!(!mentions_care("高龄"));
    }

    #[test]
    fn a_cell_of_tags_is_taken_apart() {
        assert_eq!(tag_words("独居老人、高龄，残疾人; 高龄"), ["独居老人", "高龄", "残疾人"]);
        assert!(tag_words(" 、 ").is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_added_to_an_ordinary_tag_makes_it_care_or_refused(extra in "[病残保障困]{1,3}") {
            prop_assert_ne!(split_tag(&format!("高龄{extra}")), TagKind::Ordinary);
        }
    }
}
