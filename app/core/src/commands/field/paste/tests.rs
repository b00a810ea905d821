//! Messages as people write them. All of them are made up.

use super::*;

/// 槐荫里小区 has buildings 1, 3 and 12, 枣园 has a building 3 of its own, and there is a lane.
fn doors() -> Vec<Door> {
    let mut out = Vec::new();
    let mut add = |estate: &str, number: &str, unit_no: &str, door: &str| {
        out.push(Door {
            household: format!("{estate}/{number}-{unit_no}-{door}"),
            building: format!("{estate}/{number}"),
            building_name: format!("{number}号楼"),
            estate: estate.into(),
            number: number.into(),
            unit_no: unit_no.into(),
            door: door.into(),
            plate: format!("{number}-{unit_no}-{door}"),
        });
    };
    for number in ["1", "3", "12"] {
        for unit_no in ["1", "2"] {
            for door in ["101", "102", "501", "1203"] {
                add("槐荫里", number, unit_no, door);
            }
        }
    }
    add("枣园", "3", "2", "501");
    out.push(Door {
        household: "lane/12".into(),
        building: "lane".into(),
        building_name: "柳叶胡同".into(),
        estate: String::new(),
        number: String::new(),
        unit_no: String::new(),
        door: "12号".into(),
        plate: "12号".into(),
    });
    out
}

fn people() -> Vec<Dweller> {
    let one = |id: &str, household: &str, name: &str, nickname: &str, phone: &str| Dweller {
        id: id.into(),
        household: household.into(),
        name: name.into(),
        nickname: nickname.into(),
        phones: vec![phone.to_string()],
    };
    vec![
        one("zhang", "槐荫里/3-2-501", "张淑芬", "张婶", "13900001001"),
        one("zhao", "槐荫里/3-2-501", "赵大勇", "", "13900001002"),
        one("li", "槐荫里/1-1-101", "李卫东", "", "13900001003"),
        one("li2", "槐荫里/1-1-101", "李小雨", "", "13900001004"),
        one("wang", "槐荫里/12-1-1203", "王立新", "", "02988880001"),
        one("wang2", "lane/12", "王立新", "", "13900001006"),
        one("sun", "lane/12", "孙桂香", "", "13900001007"),
    ]
}

fn read(text: &str) -> PasteRead {
    guess(text, &doors(), &people(), &Catalogue::default())
}

fn of<'a>(read: &'a PasteRead, kind: &str) -> Vec<&'a str> {
    read.guesses.iter().filter(|g| g.kind == kind).map(|g| g.value.as_str()).collect()
}

fn from<'a>(read: &'a PasteRead, kind: &str) -> &'a str {
    read.guesses.iter().find(|g| g.kind == kind).map_or("", |g| g.from.as_str())
}

/// Message, the doors it means, the people, the phones, a word of the matter first guessed (empty: none is asked for).
type Case = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

const MESSAGES: [Case; 20] = [
    ("槐荫里3号楼2单元501的张婶说楼道灯坏了三天了", &["槐荫里/3-2-501"], &["zhang"], &[], "灯"),
    ("您好，枣园3-2-501厨房漏水到楼下了，麻烦看看", &["枣园/3-2-501"], &[], &[], ""),
    ("1号楼1单元101门口有人飞线充电，电话139 0000 1003", &["槐荫里/1-1-101"], &["li"], &["13900001003"], "电动"),
    ("三号楼二单元五零一 赵师傅 狗没拴绳", &["槐荫里/3-2-501", "枣园/3-2-501"], &["zhao"], &[], ""),
    ("12栋1单元1203，老王家水管爆了", &["槐荫里/12-1-1203"], &["wang"], &[], ""),
    ("１号楼１单元１０２室 垃圾堆在门口", &["槐荫里/1-1-102"], &[], &[], ""),
    ("柳叶胡同12号孙桂香老人一个人在家摔倒了", &["lane/12"], &["sun"], &[], ""),
    ("十二号楼二单元1203住户噪音扰民，半夜还在装修", &["槐荫里/12-2-1203"], &[], &[], "噪"),
    ("李卫东 2026-03-05 09:12\n我家在1幢1门101，暖气不热", &["槐荫里/1-1-101"], &[], &[], ""),
    ("网格员你好，联系13900001007这个电话，门锁打不开", &["lane/12"], &["sun"], &["13900001007"], ""),
    ("张淑芬家要办老年证，能上门吗", &["槐荫里/3-2-501"], &["zhang"], &[], ""),
    ("王立新家没人交水费", &[], &[], &[], ""),
    ("9号楼2单元501漏水", &[], &[], &[], ""),
    ("12号楼前面井盖没了，太危险", &[], &[], &[], "井盖"),
    ("[图片]\n[语音] 12\"\n楼下烧烤摊油烟太大", &[], &[], &[], ""),
    ("座机029-88880001打不通，麻烦去看看王立新", &["槐荫里/12-1-1203"], &["wang"], &["02988880001"], ""),
    ("3#501 房顶漏雨", &["槐荫里/3-1-501", "槐荫里/3-2-501", "枣园/3-2-501"], &[], &[], ""),
    ("今天3点在2号会议室开会，到5点结束", &[], &[], &[], ""),
    ("订单 139000010031234567 快递丢了", &[], &[], &[], ""),
    ("@小安 槐荫里 1-2-1203 电动车在楼道充电，手机139-0000-9999", &["槐荫里/1-2-1203"], &[], &["13900009999"], "电动"),
];

#[test]
fn twenty_messages_are_read_as_a_person_would_read_them() {
    for (text, doors, people, phones, matter) in MESSAGES {
        let got = read(text);
        assert_eq!(of(&got, "door"), doors, "{text}");
        assert_eq!(of(&got, "person"), people, "{text}: {:?}", got.guesses);
        assert_eq!(of(&got, "phone"), phones, "{text}");
        if !matter.is_empty() {
            let first = got.guesses.iter().find(|g| g.kind == "matter").unwrap_or_else(|| panic!("no matter in {text}"));
            assert!(first.text.contains(matter) || first.from.contains(matter), "{text}: {first:?}");
        }
    }
}

#[test]
fn every_guess_names_words_that_stand_in_the_text() {
    let plain = |text: &str| fold_width(text).replace([' ', '\n'], "");
    for (text, ..) in MESSAGES {
        for guess in read(text).guesses {
            assert!(!guess.from.is_empty() && plain(text).contains(&plain(&guess.from)), "{text}: {guess:?}");
        }
    }
}

#[test]
fn the_words_lose_what_the_chat_put_around_them_and_the_title_its_greeting() {
    let got = read("李卫东 2026-03-05 09:12\n[图片]\n您好，一楼声控灯不亮。晚上看不见\n@全体成员");
    assert_eq!(got.words, "您好，一楼声控灯不亮。晚上看不见");
    assert_eq!(got.title, "一楼声控灯不亮");
    assert_eq!(read("李大妈：下水道堵了").words, "下水道堵了");
    assert_eq!(read("地址：柳叶胡同12号").words, "地址：柳叶胡同12号");
    assert_eq!(of(&read("12号楼前面井盖没了"), "building"), ["槐荫里/12"]);
    assert_eq!(from(&read("12号楼前面井盖没了"), "building"), "12号楼");
    assert_eq!(read("").guesses.len(), 0);
    assert_eq!(read("[[[【】】\u{1F600}：：：").guesses.len(), 0);
}

#[test]
fn a_person_whose_surname_two_share_is_guessed_by_the_whole_name_only() {
    assert_eq!(of(&read("1-1-101 李大爷说灯坏了"), "person"), [""; 0]);
    assert_eq!(of(&read("1-1-101 李小雨说灯坏了"), "person"), ["li2"]);
}
