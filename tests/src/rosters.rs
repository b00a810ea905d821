//! Small rosters. Every person is fictional.

/// Two buildings, seven doors, eleven people. The ID numbers pass their own check.
pub const SMALL: &str = "\
楼号,单元,房号,姓名,与户主关系,性别,身份证号,联系电话,文化程度,备注
1,1,101,张建国,户主,男,610104195208090515,13900000101,初中,
1,1,101,李秀英,配偶,女,,13900000102,小学,
1,1,102,王强,户主,男,,13900000103,大学本科,
1,1,201,赵敏,户主,女,,13900000104,高中,
1,1,201,赵小天,子,男,,,,
1,2,101,陈伟,户主,男,,13900000105,大专,
2,1,101,刘洋,户主,男,,13900000106,大学本科,
2,1,101,周静,配偶,女,,13900000107,大学本科,
2,1,102,吴桂兰,户主,女,,13900000108,文盲,
2,1,201,孙磊,户主,男,,13900000109,高中,
2,1,201,孙小雨,女,女,,,,
";

/// A roster of `doors` doors in one building, each with one person; `phone` begins their numbers.
pub fn of_building(number: u32, doors: u32, phone: &str) -> String {
    let mut out = String::from("楼号,单元,房号,姓名,与户主关系,性别,联系电话\n");
    for n in 0..doors {
        let (floor, door) = (n / 4 + 1, n % 4 + 1);
        let sex = if n % 2 == 0 { "男" } else { "女" };
        out.push_str(&format!("{number},1,{floor}0{door},{},户主,{sex},{phone}{n:05}\n", name(number, n)));
    }
    out
}

/// A fictional name, the same for the same door.
pub fn name(building: u32, n: u32) -> String {
    const FAMILY: [&str; 12] = ["钱", "冯", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤", "许"];
    const GIVEN: [&str; 10] = ["文", "斌", "芳", "娜", "军", "洁", "勇", "艳", "超", "霞"];
    let pick = |list: &[&'static str], at: u32| list[at as usize % list.len()];
    format!("{}{}{}", pick(&FAMILY, n + building), pick(&GIVEN, n / 3), pick(&GIVEN, n + 7 * building))
}

/// A grid of `doors` doors, two to four people each, with what a ledger of an office says of them.
pub fn of_grid(doors: u32) -> String {
    let mut out = String::from("楼号,单元,房号,姓名,与户主关系,性别,身份证号,联系电话,文化程度,工作单位,备注\n");
    for n in 0..doors {
        let (building, place) = (n / 48 + 1, n % 48);
        let (stair, floor, side) = (place / 16 + 1, place % 16 / 2 + 1, place % 2 + 1);
        for p in 0..2 + (n * 7 + n / 5) % 5 / 2 + n % 2 {
            let serial = n * 5 + p;
            let sex = if serial % 2 == 0 { "女" } else { "男" };
            let relation = ["户主", "配偶", "子", "女", "其他"][p as usize];
            let born = 1930 + serial * 13 % 85;
            let number = id_number(&format!(
                "610104{born}{:02}{:02}{:03}",
                serial % 12 + 1,
                serial % 28 + 1,
                (serial * 2 + u32::from(sex == "男")) % 1000
            ));
            let school = ["小学", "初中", "高中", "大专", "大学本科"][(serial % 5) as usize];
            let employer = ["", "", "莲湖百货", "红光小学", "西站车务段"][(serial / 3 % 5) as usize];
            let who = name(building, serial);
            out.push_str(&format!(
                "{building},{stair},{floor}0{side},{who},{relation},{sex},{number},139{serial:08},{school},{employer},\n"
            ));
        }
    }
    out
}

/// With its check digit (GB 11643).
fn id_number(body: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).zip(WEIGHTS).map(|(d, w)| d * w).sum();
    format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize])
}
