//! Why something was refused, in words: what happened, and what to do about it. One table for the tray of the author and for the office, in
//! both languages, with a shorter sentence for the large face. A code that stands in no row is answered in general words, never by its name;
//! a test of the server finds codes without a row.

use serde::Serialize;
use ts_rs::TS;

/// The words for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Words {
    /// What happened.
    pub zh: &'static str,
    /// What to do.
    pub zh_do: &'static str,
    /// Both in one short sentence, for the large face.
    pub zh_plain: &'static str,
    pub en: &'static str,
    pub en_do: &'static str,
    pub en_plain: &'static str,
}

struct Reason {
    codes: &'static [&'static str],
    words: Words,
}

macro_rules! reasons {
    ($( [$($code:literal),*] $zh:literal $zh_do:literal $zh_plain:literal $en:literal $en_do:literal $en_plain:literal; )*) => {
        &[$( Reason { codes: &[$($code),*], words: Words { zh: $zh, zh_do: $zh_do, zh_plain: $zh_plain, en: $en, en_do: $en_do, en_plain: $en_plain } } ),*]
    };
}

const REASONS: &[Reason] = reasons! {
    ["late"]
        "这户换了人负责以后，这一条才传到。" "社区能看到，会采用或退给您；急的可以问社区。" "传晚了，社区在看。"
        "It arrived after somebody else took over this household." "The office sees it and will adopt it or give it back; ask them if it is urgent." "It came late. The office is looking at it.";
    ["not_allowed", "forbidden", "rights"]
        "这里现在不归您改。" "社区能看到，会采用或退给您；要是本该归您，请问社区。" "这里不归您改，社区在看。"
        "This is no longer yours to change." "The office sees it and will adopt it or give it back; ask them if it should be yours." "Not yours to change. The office is looking at it.";
    ["mirror"]
        "出生年跟着出生日期走，不能单独改。" "去掉出生年再提交，或者改出生日期。" "出生年不能单独改，去掉它再交。"
        "A birth year follows the birth date and cannot be changed alone." "Leave it out and send again, or change the date." "Leave the birth year out and send again.";
    ["bad_merge"]
        "这两份档案不能合并：不在一个社区，或不是同一类。" "看看是不是选错了，可以放下这一条。" "这两份不能合并。"
        "These two files cannot be merged: they are of two communities, or not of one kind." "See whether you meant another one; you may set this aside." "These two cannot be merged.";
    ["illegal_step", "no_transition"]
        "这件事走到这里，不能接这一步。" "看看这件事现在到了哪一步，再重新办。" "这一步接不上，看看这件事再办。"
        "This step cannot follow where the matter stood." "Look where the matter stands now and take the right step." "This step does not fit. Look at the matter again.";
    ["incomplete_step", "incomplete_case"]
        "缺了必须写的内容。" "补上再提交。" "少写了一样，补上再交。"
        "Something that has to be said is missing." "Add it and send again." "Something is missing. Add it and send again.";
    ["second_person"]
        "这一步要换一个人来做：前一步是同一个人做的。" "请同事核验；您写的可以放下。" "要换一个人来核验。"
        "A second person has to take this step: the one before was taken by the same person." "Ask a colleague to check it; you may set this aside." "Somebody else has to check it.";
    ["community_duty"]
        "这一项社区和网格员只报不办，不能派给社区这边的人。" "请交给牵头部门，或上报上级。" "这件要交给部门办。"
        "The community only reports matters of this kind; nobody here may be made their owner." "Give it to the department that leads, or hand it up." "A department has to handle this.";
    ["no_workflow", "no_matter"]
        "它用的流程或事项，社区那边还没有收到。" "先把流程或目录的改动同步上去，再重新提交。" "流程还没传到，先同步。"
        "The workflow or matter it uses has not come to the office yet." "Sync the change of the workflow or catalogue first, then send again." "Its workflow is not there yet. Sync first.";
    ["no_form", "no_campaign"]
        "它用的问卷或专项排查，社区那边还没有收到。" "先同步一次，再重新提交。" "问卷还没传到，先同步。"
        "The questionnaire or campaign it answers has not come to the office yet." "Sync first, then send it again." "Its questionnaire is not there yet. Sync first.";
    ["bad_form", "bad_campaign", "bad_response"]
        "问卷、专项排查或回答里有一处对不上，社区没有收。" "打开看看，改好再提交。" "问卷有一处对不上，改了再交。"
        "Something in the questionnaire, the campaign or the answers does not fit; it was not taken." "Open it, correct it and send it again." "Something in the answers does not fit. Correct it.";
    ["bad_workflow", "bad_setting"]
        "这个设置里有写不对的地方，社区没有收。" "在设置里打开，按提示改好再存。" "设置有一处不对，改了再存。"
        "Something in this setting is wrong; it was not taken." "Open it in the settings, correct what is marked and save again." "Something in this setting is wrong.";
    ["no_case"]
        "这一步所属的事不在社区那边。" "先看那件事有没有被退回，再重新提交。" "那件事还没收到。"
        "The matter of this step is not at the office." "See whether the matter itself was refused, then send again." "The matter itself is not there yet.";
    ["no_record"]
        "这张照片或录音所属的记录不在社区那边。" "先看那条记录有没有被退回，再重新提交。" "那条记录还没收到。"
        "The record of this photo or recording is not at the office." "See whether that record was refused, then send again." "Its record is not there yet.";
    ["bad_media", "too_many"]
        "这张照片或录音社区不能收，或者这一条已经有太多张。" "换一张，或分到几条记录里再提交。" "这张不能收，换一张。"
        "This photo or recording cannot be taken, or the record has too many." "Choose another, or spread them over several records." "It cannot be taken. Choose another.";
    ["class_too_strict"]
        "这件事涉及住户，不能给这个单位或这个人看。" "要给的话，请指名给一位承办人或干部，会留记录。" "这件事不能给他们看。"
        "This matter is about residents; that unit or person may not see it." "Show it to one assignee or official by name; it is written down." "They may not see this.";
    ["no_membership"]
        "要给的这个人已经不在这个岗位上。" "在事项页上另选一个人，再发一次。" "那个人不在岗了，换一个人。"
        "The person it was meant for no longer holds that post." "Choose somebody else on the page of the matter." "They no longer hold that post. Choose somebody else.";
    ["other_grid"]
        "这栋楼已经在另一个网格。" "楼留在原来的网格；要改请社区调整，这里可以放下。" "这栋楼在别的网格。"
        "This building already stands in another grid." "It stays there; the office can move it. You may set this aside." "This building is in another grid.";
    ["cloned"]
        "这台设备像是被复制过，两边用了同一个编号。" "请社区给这台设备重新登记；写下的社区看得到。" "这台手机要重新登记，请找社区。"
        "This device seems to have been copied: two used the same number." "Ask the office to enrol it again; what you wrote is with them." "This phone must be enrolled again. Ask the office.";
    ["reported_lost"]
        "这一条是设备报失以后才传到的，先放在一边。" "请社区核对是不是本人写的，再采用或放下。" "报失以后传的，社区在核对。"
        "It arrived after the device was reported lost and is kept aside." "The office checks whose it is before it is adopted or set aside." "Sent after the loss was reported. The office is checking.";
    ["unconfirmed"]
        "这台设备没有经社区确认，写的先放在一边。" "请社区核对是谁写的，再采用或放下。" "设备没有确认过，社区在核对。"
        "The device was never confirmed; what it brought is kept aside." "The office checks whose it is before it is adopted or set aside." "The device was never confirmed. The office is checking.";
    ["incomplete"]
        "设备停用前没有传全，这一条接不上。" "社区能看到内容，会采用或放下。" "没有传全，社区在看。"
        "The device was stopped before all of it had come." "The office sees what is there and will adopt it or set it aside." "Not all of it came. The office is looking at it.";
    ["device_closed", "own_device"]
        "停用的设备不能再确认或停用别的设备，也不能停用自己。" "请在社区的另一台设备上做。" "请换一台设备来做。"
        "A stopped device cannot confirm or stop another one, and no device stops itself." "Do it on another device of the office." "Use another device for this.";
    ["policy", "replaces", "actor_closed", "other_actor", "actor_mismatch", "generation", "no_refusal"]
        "这一条写下时的身份或版本，社区那边对不上。" "先同步一次，再改好重新提交。" "先同步，再交一次。"
        "It was written under an identity or a state that the office does not know." "Sync first, then send it again." "Sync, then send again.";
    ["superseded"]
        "它接在一条被退回的后面，一起放在这里。" "先处理那一条；那一条收下以后，这一条可以重新提交。" "先看前面那一条。"
        "It stands on another one that was refused." "See to that one first; then this one can be sent again." "See to the one before it first.";
    ["lost"]
        "社区的资料恢复过，这一条接着的内容两边还没有对齐。" "不用做什么：对齐以后会自动再交一次。" "等社区对齐，会自动再交。"
        "The office's data was restored, and both sides do not agree yet about what this stands on." "Nothing is to be done: it is sent again by itself when they do." "It will be sent again by itself.";
    ["lost_kept"]
        "社区的资料恢复过，这一条接着的内容没有了。" "看看现在的内容，还需要就改好重新提交。" "前面的没有了，核对再交。"
        "The office's data was restored, and what this stands on is gone." "Look at what is there now; correct it and send it again if it is still needed." "What it stood on is gone. Check it and send again.";
    ["stale"]
        "社区那边已经变了，这一步没有生效。" "看看现在是什么样，还需要的话再做一次。" "已经有人处理过了。"
        "It has changed at the office meanwhile; this had no effect." "Look at how it is now, and do it again if it is still needed." "Somebody has already seen to it.";
    ["adopted"]
        "社区已经采用了这一条，这一次没有再写。" "看看现在的内容；还要改就直接改档案。" "社区已经采用了。"
        "The office has already adopted it; nothing was written twice." "Look at what is there now; edit the record if it needs more." "The office has already adopted it.";
    ["returned", "filed"]
        "这一条已经退给写的人了，这一次没有再写。" "等写的人改好再交。" "已经退回去了。"
        "It has already been given back to its author; nothing was written." "Wait until they correct it and send it again." "It was already given back.";
    ["discarded", "resent"]
        "写的人已经自己处理了这一条，这一次没有再写。" "看看档案里现在的内容。" "写的人已经处理了。"
        "Its author has already seen to it; nothing was written." "Look at what the record says now." "Its author has seen to it.";
    ["adopts"]
        "这一条退回的记录不归这里处理。" "请管这一片的社区来处理。" "不归这里处理。"
        "This refused record is not for this office." "The office above its author can see to it." "Not for this office.";
    ["erased"]
        "这条写到的内容已经按规定删除。" "不用再交；有疑问请问社区。" "那份内容已经删除。"
        "What it was about has been erased." "There is nothing to send; ask the office if in doubt." "What it was about is erased.";
    ["too_large", "too_many_steps"]
        "这一笔太大了，没法一次收下。" "写短一些，或分成几次提交。" "写得太长，分几次交。"
        "It is too large to take at once." "Shorten it, or send it in parts." "Too long. Send it in parts.";
    ["bad_value", "unknown_key", "wrong_class", "written_once", "server_only", "kind", "empty", "unit_kind", "invalid_args"]
        "有一格的写法社区不能收。" "改正那一格，或去掉它，再提交。" "有一格写法不对，改了再交。"
        "One field is written in a way that cannot be taken." "Correct it or leave it out, then send again." "One field is wrong. Correct it and send again.";
    ["home", "no_unit", "not_found"]
        "它所属的楼栋或记录在社区那边不在这个位置。" "先同步，看看这户现在在哪里，再重新提交。" "先同步，再看这户在哪里。"
        "The building or record it belongs to is not in that place." "Sync, see where it is now, then send again." "Sync, then look where it is.";
    ["bad_term", "bad_stand_in", "has_units", "has_parts", "twice"]
        "任职或单元这样改不行：日期、代班人或下属的单元对不上。" "看看现在的任职和单元，改好再做一次。" "任职或单元对不上，看看再改。"
        "The term, the stand-in or the units beneath do not fit together." "Look at the terms and units as they are now, then do it again." "It does not fit. Look at it and do it again.";
    ["bad_change", "twice_in_command", "seq_gap", "seq_reused", "duplicate", "own_past_missing", "pred_outside_past", "pred_not_put",
     "pred_other_key", "start_op_wrong", "delete_outside_settlement", "key_twice", "deletion_clock_wrong", "library_disagrees",
     "not_judgeable", "not_storable", "damaged"]
        "这一条在路上或本机损坏，社区没法收。" "内容还在下面，核对后重新提交；多次这样请告诉社区。" "这条坏了，核对后再交一次。"
        "It is damaged and cannot be taken." "What you wrote is still below: check it and send again; tell the office if it happens often." "It is damaged. Check it and send again.";
};

const OTHER: Words = Words {
    zh: "社区没有收下这一条。",
    zh_do: "您写的还在；可以改好重新提交，或者问社区。",
    zh_plain: "没有收下，可以问社区。",
    en: "It was not taken.",
    en_do: "What you wrote is kept: correct it and send again, or ask the office.",
    en_plain: "Not taken. You can ask the office.",
};

/// The words for a code; general ones for a code that has none.
pub fn words(code: &str) -> Words {
    REASONS.iter().find(|r| r.codes.contains(&code)).map_or(OTHER, |r| r.words)
}

/// Has the code words of its own?
pub fn is_known(code: &str) -> bool {
    REASONS.iter().any(|r| r.codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_one_row_and_every_row_says_everything() {
        let mut seen = BTreeSet::new();
        for reason in REASONS {
            for code in reason.codes {
                assert!(seen.insert(*code), "{code} stands twice");
            }
            let w = reason.words;
            for text in [w.zh, w.zh_do, w.zh_plain] {
                assert!(text.ends_with('。') && !text.is_ascii(), "{text}");
            }
            for text in [w.en, w.en_do, w.en_plain] {
                assert!(text.ends_with('.') && text.is_ascii(), "{text}");
            }
            assert!(w.zh_plain.chars().count() <= 20, "{} is not short", w.zh_plain);
        }
    }

    #[test]
    fn an_unknown_code_is_answered_in_general_words() {
        assert_eq!(words("no_such_code"), OTHER);
        assert!(!is_known("no_such_code"));
    }
}
