//! Code tables about people, compatible with the national code standards named at each table, and two lists of our own.
//!
//! `common` entries are offered in forms, `rare` ones are accepted and shown. Aliases are spellings that mean exactly one entry;
//! a word that could mean two (常住, 文盲) has none, so that it is kept as written and asked about.

use super::{CodeEntry, CodeTable};

const fn common(code: &'static str, zh: &'static str, en: &'static str, aliases: &'static [&'static str]) -> CodeEntry {
    CodeEntry { code, zh, en, aliases, common: true }
}

const fn rare(code: &'static str, zh: &'static str, en: &'static str, aliases: &'static [&'static str]) -> CodeEntry {
    CodeEntry { code, zh, en, aliases, common: false }
}

/// Sex, compatible with GB/T 2261.1.
pub static SEX: CodeTable = CodeTable {
    name: "sex",
    standard: "GB/T 2261.1",
    entries: &[
        rare("0", "未知", "unknown", &["未知的性别"]),
        common("1", "男", "male", &["男性"]),
        common("2", "女", "female", &["女性"]),
        rare("9", "未说明", "not stated", &["未说明的性别"]),
    ],
};

/// Marital status, compatible with GB/T 2261.2.
pub static MARITAL: CodeTable = CodeTable {
    name: "marital",
    standard: "GB/T 2261.2",
    entries: &[
        common("10", "未婚", "single", &[]),
        common("20", "已婚", "married", &["结婚"]),
        rare("21", "初婚", "first marriage", &[]),
        rare("22", "再婚", "remarried", &[]),
        rare("23", "复婚", "remarried to the same person", &[]),
        common("30", "丧偶", "widowed", &["丧偶未再婚"]),
        common("40", "离婚", "divorced", &["离异"]),
        rare("90", "未说明", "not stated", &["未说明的婚姻状况"]),
    ],
};

/// State of health, compatible with GB/T 2261.3 (main values).
pub static HEALTH: CodeTable = CodeTable {
    name: "health",
    standard: "GB/T 2261.3",
    entries: &[
        common("1", "健康或良好", "healthy", &["健康", "良好", "身体健康"]),
        common("2", "一般或较弱", "fair or weak", &["一般", "较弱"]),
        common("3", "有慢性病", "chronic illness", &["慢性病", "患有慢性病"]),
        common("6", "残疾", "disabled", &["残疾人"]),
    ],
};

/// Employment, compatible with GB/T 2261.4.
pub static EMPLOYMENT: CodeTable = CodeTable {
    name: "employment",
    standard: "GB/T 2261.4",
    entries: &[
        common("11", "国家公务员", "civil servant", &["公务员"]),
        common("13", "专业技术人员", "professional", &["专业技术"]),
        common("17", "职员", "clerk", &[]),
        common("21", "企业管理人员", "manager", &[]),
        common("24", "工人", "worker", &[]),
        common("27", "农民", "farmer", &["务农"]),
        common("31", "学生", "student", &["在校学生", "在校生"]),
        common("37", "现役军人", "serving soldier", &["军人"]),
        common("51", "自由职业者", "freelancer", &["自由职业"]),
        common("54", "个体经营者", "self-employed", &["个体", "个体户", "个体工商户"]),
        common("70", "无业人员", "not employed", &["无业", "待业"]),
        common("80", "退(离)休人员", "retired", &["退休", "离休", "退休人员", "离退休", "离退休人员"]),
        common("90", "其他", "other", &[]),
    ],
};

/// Political status, compatible with GB/T 4762.
pub static POLITICAL: CodeTable = CodeTable {
    name: "political",
    standard: "GB/T 4762",
    entries: &[
        common("01", "中共党员", "member of the CPC", &["党员", "中国共产党党员"]),
        common("02", "中共预备党员", "probationary member of the CPC", &["预备党员", "中国共产党预备党员"]),
        common("03", "共青团员", "member of the CYLC", &["团员", "中国共产主义青年团团员"]),
        rare("04", "民革", "RCCK", &["民革党员", "民革会员", "中国国民党革命委员会会员"]),
        rare("05", "民盟", "CDL", &["民盟盟员", "中国民主同盟盟员"]),
        rare("06", "民建", "CNDCA", &["民建会员", "中国民主建国会会员"]),
        rare("07", "民进", "CAPD", &["民进会员", "中国民主促进会会员"]),
        rare("08", "农工党", "CPWDP", &["农工党党员", "中国农工民主党党员"]),
        rare("09", "致公党", "CZGP", &["致公党党员", "中国致公党党员"]),
        rare("10", "九三学社", "Jiusan Society", &["九三学社社员"]),
        rare("11", "台盟", "TDSL", &["台盟盟员", "台湾民主自治同盟盟员"]),
        rare("12", "无党派民主人士", "no party, democrat", &["无党派", "无党派人士"]),
        common("13", "群众", "no party", &["普通群众", "普通公民", "普通居民"]),
    ],
};

/// Education, compatible with GB/T 4658. The eight common labels are the everyday ones of forms; the finer codes are accepted and kept.
pub static EDUCATION: CodeTable = CodeTable {
    name: "education",
    standard: "GB/T 4658",
    entries: &[
        common("10", "研究生", "postgraduate", &["研究生教育", "研究生及以上"]),
        rare("11", "博士研究生毕业", "doctorate", &["博士", "博士研究生", "博士毕业"]),
        rare("12", "博士研究生结业", "doctoral studies completed", &["博士结业"]),
        rare("13", "博士研究生肄业", "doctoral studies left", &["博士肄业"]),
        rare("14", "硕士研究生毕业", "master", &["硕士", "硕士研究生", "硕士毕业"]),
        rare("15", "硕士研究生结业", "master's studies completed", &["硕士结业"]),
        rare("16", "硕士研究生肄业", "master's studies left", &["硕士肄业"]),
        rare("17", "研究生班毕业", "postgraduate course", &["研究生班"]),
        rare("18", "研究生班结业", "postgraduate course completed", &[]),
        rare("19", "研究生班肄业", "postgraduate course left", &[]),
        common("20", "本科", "bachelor", &["大学本科", "本科生", "大学", "大学本科教育", "全日制本科"]),
        rare("21", "大学本科毕业", "bachelor, graduated", &["本科毕业", "大学毕业"]),
        rare("22", "大学本科结业", "bachelor studies completed", &["本科结业"]),
        rare("23", "大学本科肄业", "bachelor studies left", &["本科肄业"]),
        rare("28", "大学普通班毕业", "university short course", &["大学普通班"]),
        common("30", "大专", "college", &["专科", "大学专科", "高职", "大学专科教育", "专科教育"]),
        rare("31", "大学专科毕业", "college, graduated", &["大专毕业", "专科毕业"]),
        rare("32", "大学专科结业", "college studies completed", &["大专结业", "专科结业"]),
        rare("33", "大学专科肄业", "college studies left", &["大专肄业", "专科肄业"]),
        common("40", "中专", "vocational secondary", &["中职", "中等职业", "中等职业教育", "中等专业学校", "中专中技"]),
        rare("41", "中等专业学校毕业", "secondary specialised school, graduated", &["中专毕业"]),
        rare("42", "中等专业学校结业", "secondary specialised school completed", &["中专结业"]),
        rare("43", "中等专业学校肄业", "secondary specialised school left", &["中专肄业"]),
        rare("44", "职业高中毕业", "vocational high school, graduated", &["职高", "职业高中", "职高毕业"]),
        rare("45", "职业高中结业", "vocational high school completed", &["职高结业"]),
        rare("46", "职业高中肄业", "vocational high school left", &["职高肄业"]),
        rare("47", "技工学校毕业", "technical school, graduated", &["技校", "技工学校", "技校毕业"]),
        rare("48", "技工学校结业", "technical school completed", &["技校结业"]),
        rare("49", "技工学校肄业", "technical school left", &["技校肄业"]),
        common("60", "高中", "high school", &["普通高中", "普通高级中学教育"]),
        rare("61", "普通高中毕业", "high school, graduated", &["高中毕业"]),
        rare("62", "普通高中结业", "high school completed", &["高中结业"]),
        rare("63", "普通高中肄业", "high school left", &["高中肄业"]),
        common("70", "初中", "junior middle school", &["初级中学", "初级中学教育"]),
        rare("71", "初中毕业", "junior middle school, graduated", &[]),
        rare("73", "初中肄业", "junior middle school left", &[]),
        common("80", "小学", "primary school", &["小学教育"]),
        rare("81", "小学毕业", "primary school, graduated", &[]),
        rare("83", "小学肄业", "primary school left", &[]),
        common("90", "其他", "other", &[]),
    ],
};

/// Relation to the head of the household, compatible with GB/T 4761. The head is 02.
pub static RELATION: CodeTable = CodeTable {
    name: "relation",
    standard: "GB/T 4761",
    entries: &[
        rare("01", "本人", "self", &[]),
        common("02", "户主", "head of household", &[]),
        common("10", "配偶", "spouse", &["爱人"]),
        rare("11", "夫", "husband", &["丈夫"]),
        rare("12", "妻", "wife", &["妻子", "老婆"]),
        common("20", "子", "son", &["儿子"]),
        rare("21", "独生子", "only son", &[]),
        rare("22", "长子", "eldest son", &["大儿子"]),
        rare("23", "次子", "second son", &["二子", "二儿子"]),
        rare("24", "三子", "third son", &["三儿子"]),
        rare("25", "四子", "fourth son", &[]),
        rare("26", "五子", "fifth son", &[]),
        rare("27", "养子或继子", "adopted son or stepson", &["养子", "继子"]),
        common("28", "女婿", "son-in-law", &[]),
        rare("29", "其他儿子", "other son", &[]),
        common("30", "女", "daughter", &["女儿"]),
        rare("31", "独生女", "only daughter", &[]),
        rare("32", "长女", "eldest daughter", &["大女儿"]),
        rare("33", "次女", "second daughter", &["二女", "二女儿"]),
        rare("34", "三女", "third daughter", &["三女儿"]),
        rare("35", "四女", "fourth daughter", &[]),
        rare("36", "五女", "fifth daughter", &[]),
        rare("37", "养女或继女", "adopted daughter or stepdaughter", &["养女", "继女"]),
        common("38", "儿媳", "daughter-in-law", &["儿媳妇"]),
        rare("39", "其他女儿", "other daughter", &[]),
        rare("40", "孙子女/外孙子女", "grandchild", &["孙子女", "外孙子女"]),
        common("41", "孙子", "son's son", &["孙"]),
        common("42", "孙女", "son's daughter", &[]),
        common("43", "外孙子", "daughter's son", &["外孙"]),
        common("44", "外孙女", "daughter's daughter", &[]),
        rare("45", "孙媳妇或外孙媳妇", "grandson's wife", &["孙媳", "孙媳妇", "外孙媳妇"]),
        rare("46", "孙女婿或外孙女婿", "granddaughter's husband", &["孙女婿", "外孙女婿"]),
        rare("47", "曾孙子或外曾孙子", "great-grandson", &["曾孙", "曾孙子", "外曾孙子"]),
        rare("48", "曾孙女或外曾孙女", "great-granddaughter", &["曾孙女", "外曾孙女"]),
        rare("49", "其他(外)孙子女", "other grandchild", &["其他孙子女"]),
        rare("50", "父母", "parent", &[]),
        common("51", "父亲", "father", &["父", "爸爸"]),
        common("52", "母亲", "mother", &["母", "妈妈"]),
        common("53", "公公", "husband's father", &[]),
        common("54", "婆婆", "husband's mother", &[]),
        common("55", "岳父", "wife's father", &[]),
        common("56", "岳母", "wife's mother", &[]),
        rare("57", "继父或养父", "stepfather or adoptive father", &["继父", "养父"]),
        rare("58", "继母或养母", "stepmother or adoptive mother", &["继母", "养母"]),
        rare("59", "其他父母关系", "other parent", &[]),
        rare("60", "祖父母或外祖父母", "grandparent", &["祖父母", "外祖父母"]),
        rare("61", "祖父", "father's father", &["爷爷"]),
        rare("62", "祖母", "father's mother", &["奶奶"]),
        rare("63", "外祖父", "mother's father", &["外公", "姥爷"]),
        rare("64", "外祖母", "mother's mother", &["外婆", "姥姥"]),
        rare("65", "配偶的(外)祖父母", "spouse's grandparent", &[]),
        rare("66", "曾祖父", "great-grandfather", &[]),
        rare("67", "曾祖母", "great-grandmother", &[]),
        rare("68", "配偶的曾(外)祖父母", "spouse's great-grandparent", &[]),
        rare("69", "其他(外)祖父母", "other grandparent", &[]),
        rare("70", "兄弟姐妹", "sibling", &[]),
        common("71", "兄", "elder brother", &["哥哥", "哥"]),
        rare("72", "嫂", "elder brother's wife", &["嫂子"]),
        common("73", "弟", "younger brother", &["弟弟"]),
        rare("74", "弟媳", "younger brother's wife", &["弟媳妇", "弟妹"]),
        common("75", "姐姐", "elder sister", &["姐"]),
        rare("76", "姐夫", "elder sister's husband", &[]),
        common("77", "妹妹", "younger sister", &["妹"]),
        rare("78", "妹夫", "younger sister's husband", &[]),
        rare("79", "其他兄弟姐妹", "other sibling", &[]),
        common("80", "其他", "other", &[]),
        rare("81", "伯父", "father's elder brother", &["伯伯"]),
        rare("82", "伯母", "wife of father's elder brother", &[]),
        rare("83", "叔父", "father's younger brother", &["叔叔"]),
        rare("84", "婶母", "wife of father's younger brother", &["婶婶"]),
        rare("85", "舅父", "mother's brother", &["舅舅"]),
        rare("86", "舅母", "wife of mother's brother", &["舅妈"]),
        rare("87", "姨夫", "husband of mother's sister", &["姨父"]),
        rare("88", "姨母", "mother's sister", &["姨妈"]),
        rare("89", "姑父", "husband of father's sister", &[]),
        rare("90", "姑母", "father's sister", &["姑姑"]),
        rare("91", "堂兄弟姐妹", "cousin (father's side)", &["堂兄弟", "堂姐妹"]),
        rare("92", "表兄弟姐妹", "cousin (other)", &["表兄弟", "表姐妹"]),
        rare("93", "侄子", "brother's son", &["侄儿"]),
        rare("94", "侄女", "brother's daughter", &[]),
        rare("95", "外甥", "sister's son", &["外甥子"]),
        rare("96", "外甥女", "sister's daughter", &[]),
        rare("97", "其他亲属", "other relative", &["亲属"]),
        common("99", "非亲属", "not a relative", &["无亲属关系"]),
    ],
};

/// Ethnic group, compatible with GB/T 3304 (numeric codes). 毛难族 is the retired name of 毛南族.
pub static ETHNIC: CodeTable = CodeTable {
    name: "ethnic",
    standard: "GB/T 3304",
    entries: &[
        common("01", "汉族", "Han", &["汉"]),
        common("02", "蒙古族", "Mongol", &["蒙古"]),
        common("03", "回族", "Hui", &["回"]),
        common("04", "藏族", "Zang", &["藏"]),
        common("05", "维吾尔族", "Uygur", &["维吾尔", "维族"]),
        rare("06", "苗族", "Miao", &["苗"]),
        rare("07", "彝族", "Yi", &["彝"]),
        rare("08", "壮族", "Zhuang", &["壮"]),
        rare("09", "布依族", "Buyei", &["布依"]),
        rare("10", "朝鲜族", "Chosen", &["朝鲜"]),
        common("11", "满族", "Man", &["满"]),
        rare("12", "侗族", "Dong", &["侗"]),
        rare("13", "瑶族", "Yao", &["瑶"]),
        rare("14", "白族", "Bai", &["白"]),
        rare("15", "土家族", "Tujia", &["土家"]),
        rare("16", "哈尼族", "Hani", &["哈尼"]),
        rare("17", "哈萨克族", "Kazak", &["哈萨克"]),
        rare("18", "傣族", "Dai", &["傣"]),
        rare("19", "黎族", "Li", &["黎"]),
        rare("20", "傈僳族", "Lisu", &["傈僳"]),
        rare("21", "佤族", "Va", &["佤"]),
        rare("22", "畲族", "She", &["畲"]),
        rare("23", "高山族", "Gaoshan", &["高山"]),
        rare("24", "拉祜族", "Lahu", &["拉祜"]),
        rare("25", "水族", "Sui", &["水"]),
        rare("26", "东乡族", "Dongxiang", &["东乡"]),
        rare("27", "纳西族", "Naxi", &["纳西"]),
        rare("28", "景颇族", "Jingpo", &["景颇"]),
        rare("29", "柯尔克孜族", "Kirgiz", &["柯尔克孜"]),
        rare("30", "土族", "Tu", &["土"]),
        rare("31", "达斡尔族", "Daur", &["达斡尔"]),
        rare("32", "仫佬族", "Mulao", &["仫佬"]),
        rare("33", "羌族", "Qiang", &["羌"]),
        rare("34", "布朗族", "Blang", &["布朗"]),
        rare("35", "撒拉族", "Salar", &["撒拉"]),
        rare("36", "毛南族", "Maonan", &["毛南", "毛难", "毛难族"]),
        rare("37", "仡佬族", "Gelao", &["仡佬"]),
        rare("38", "锡伯族", "Xibe", &["锡伯"]),
        rare("39", "阿昌族", "Achang", &["阿昌"]),
        rare("40", "普米族", "Pumi", &["普米"]),
        rare("41", "塔吉克族", "Tajik", &["塔吉克"]),
        rare("42", "怒族", "Nu", &["怒"]),
        rare("43", "乌孜别克族", "Uzbek", &["乌孜别克"]),
        rare("44", "俄罗斯族", "Russ", &["俄罗斯"]),
        rare("45", "鄂温克族", "Ewenki", &["鄂温克"]),
        rare("46", "德昂族", "Deang", &["德昂", "崩龙族"]),
        rare("47", "保安族", "Bonan", &["保安"]),
        rare("48", "裕固族", "Yugur", &["裕固"]),
        rare("49", "京族", "Gin", &["京"]),
        rare("50", "塔塔尔族", "Tatar", &["塔塔尔"]),
        rare("51", "独龙族", "Derung", &["独龙"]),
        rare("52", "鄂伦春族", "Oroqen", &["鄂伦春"]),
        rare("53", "赫哲族", "Hezhen", &["赫哲"]),
        rare("54", "门巴族", "Monba", &["门巴"]),
        rare("55", "珞巴族", "Lhoba", &["珞巴"]),
        rare("56", "基诺族", "Jino", &["基诺"]),
        common("97", "其他", "other", &["其他民族"]),
        rare("98", "外国血统中国籍人士", "Chinese citizen of foreign descent", &["外国血统"]),
    ],
};

/// How a household or person lives here; our own list.
pub static RESIDENCE_TYPE: CodeTable = CodeTable {
    name: "residence_type",
    standard: "",
    entries: &[
        common("registered", "户籍常住", "registered and living here", &["人户一致", "本地常住"]),
        common("registered_absent", "户籍空挂", "registered here, living elsewhere", &["空挂", "空挂户", "人户分离"]),
        common("incoming", "外来常住", "registered elsewhere, living here", &["外地常住", "外来人口"]),
        common("short_term", "短期流入", "here for a short time", &["暂住", "流入"]),
        common("outgoing", "流出", "gone to live elsewhere", &["流出人口"]),
        common("lodging", "寄住", "lodging", &["寄住户"]),
        common("overseas", "境外", "from abroad", &["境外人员"]),
    ],
};

/// Type of disability, compatible with GB/T 26341.
pub static DISABILITY_TYPE: CodeTable = CodeTable {
    name: "disability_type",
    standard: "GB/T 26341",
    entries: &[
        common("1", "视力", "sight", &["视力残疾"]),
        common("2", "听力", "hearing", &["听力残疾"]),
        common("3", "言语", "speech", &["言语残疾"]),
        common("4", "肢体", "limbs", &["肢体残疾"]),
        common("5", "智力", "intellectual", &["智力残疾"]),
        common("6", "精神", "mental", &["精神残疾"]),
        common("7", "多重", "multiple", &["多重残疾"]),
    ],
};

/// Grade of disability, compatible with GB/T 26341; 1 is the most severe.
pub static DISABILITY_GRADE: CodeTable = CodeTable {
    name: "disability_grade",
    standard: "GB/T 26341",
    entries: &[
        common("1", "一级", "grade 1", &["1级"]),
        common("2", "二级", "grade 2", &["2级"]),
        common("3", "三级", "grade 3", &["3级"]),
        common("4", "四级", "grade 4", &["4级"]),
    ],
};

/// Kinds of identity paper, compatible with GA/T 517 (subset).
pub static ID_TYPE: CodeTable = CodeTable {
    name: "id_type",
    standard: "GA/T 517",
    entries: &[
        common("111", "居民身份证", "citizen identity card", &["身份证"]),
        common("114", "军官证", "officer's card", &[]),
        rare("115", "武警警官证", "armed police officer's card", &["警官证"]),
        common("414", "护照", "passport", &["普通护照"]),
        common("511", "台胞证", "Taiwan resident's permit", &["台湾居民来往大陆通行证"]),
        common("516", "港澳通行证", "Hong Kong and Macao resident's permit", &["港澳居民来往内地通行证", "回乡证"]),
        common("554", "外国人居留证", "foreigner's residence permit", &[]),
    ],
};
