//! The language of conditions: a subset of what XLSForm writes (XPath 1.0 with the extensions of ODK), total and bounded. `${name}` is an
//! answer, `.` the answer that a constraint judges; texts, numbers, `= != < <= > >=`, `and or not()`, `+ - * div mod`, `selected()`,
//! `count-selected()`, `if()`, `string-length()`, `number()`, `date()`, `today()`, `true()`, `false()`. A day counts as days where a number is
//! wanted, so days compare and subtract. Nothing else is taken: paths, loops, `regex()`, `pulldata()` are named as errors.

use chrono::NaiveDate;

/// Characters of one expression.
pub const EXPR_CHARS_MAX: usize = 600;
/// How deep brackets and functions may stand in one another.
const DEPTH_MAX: usize = 24;
/// Parts of one expression.
const NODES_MAX: usize = 200;

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError {
    /// Character, counted from 1.
    pub at: usize,
    pub zh: String,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Text(String),
    Number(f64),
    Bool(bool),
    /// `${name}`
    Answer(String),
    /// `.`
    This,
    Today,
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Two(Op, Box<Expr>, Box<Expr>),
    Selected(Box<Expr>, Box<Expr>),
    CountSelected(Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Length(Box<Expr>),
    ToNumber(Box<Expr>),
}

/// What stands between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Div,
    Mod,
}

/// A value while it is reckoned.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// Answers as an expression asks for them.
pub struct Given<'a> {
    /// The answer to a question, empty where there is none.
    pub answer: &'a dyn Fn(&str) -> String,
    pub this: &'a str,
    pub today: NaiveDate,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Number(f64),
    Answer(String),
    Dot,
    Name(String),
    Sign(&'static str),
}

fn err<T>(at: usize, zh: impl Into<String>) -> Result<T, ExprError> {
    Err(ExprError { at: at + 1, zh: zh.into() })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExprError> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > EXPR_CHARS_MAX {
        return err(EXPR_CHARS_MAX, format!("条件太长了，最多 {EXPR_CHARS_MAX} 个字符。"));
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let run = |from: usize, takes: &dyn Fn(char) -> bool| chars[from..].iter().take_while(|c| takes(**c)).count();
        let word = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
        let next_is_digit = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        if c.is_whitespace() {
            at += 1;
        } else if matches!(c, '\'' | '"' | '‘' | '“') {
            // a spreadsheet program makes curly ones by itself
            let end = match c {
                '‘' => '’',
                '“' => '”',
                same => same,
            };
            let Some(len) = chars[at + 1..].iter().position(|x| *x == end) else { return err(at, "这个引号没有合上。") };
            out.push((at, Token::Text(word(at + 1, at + 1 + len))));
            at += len + 2;
        } else if c == '$' {
            let len = if chars.get(at + 1) == Some(&'{') { chars[at..].iter().position(|x| *x == '}') } else { None };
            let Some(len) = len else { return err(at, "题目要写成 ${代号}。") };
            let name = word(at + 2, at + len).trim().to_string();
            if name.is_empty() || !name.chars().all(|c| is_name(c) || c == '-') {
                return err(at, "${} 里要写一个题目的代号。");
            }
            out.push((at, Token::Answer(name)));
            at += len + 1;
        } else if c.is_ascii_digit() || (c == '.' && next_is_digit) {
            let len = run(at, &|c| c.is_ascii_digit() || c == '.');
            let Ok(n) = word(at, at + len).parse::<f64>() else { return err(at, "这个数写错了。") };
            out.push((at, Token::Number(n)));
            at += len;
        } else if c == '.' {
            if chars.get(at + 1) == Some(&'.') {
                return err(at, "不支持路径（..），请用 ${代号}。");
            }
            out.push((at, Token::Dot));
            at += 1;
        } else if c.is_alphabetic() || c == '_' {
            let len = run(at, &|c| is_name(c) || c == '-');
            out.push((at, Token::Name(word(at, at + len))));
            at += len;
        } else {
            let two: String = chars[at..].iter().take(2).collect();
            let signs = ["!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "(", ")", ","];
            let Some(sign) = signs.into_iter().find(|s| two.starts_with(s)) else {
                return err(at, format!("不认识「{c}」。"));
            };
            out.push((at, Token::Sign(sign)));
            at += sign.len();
        }
    }
    Ok(out)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    nodes: usize,
}

/// Reads an expression.
///
/// # Errors
/// Where it goes wrong, in Chinese.
pub fn parse(text: &str) -> Result<Expr, ExprError> {
    let mut p = Parser { tokens: tokens(text)?, next: 0, end: text.chars().count(), nodes: 0 };
    let expr = p.level(0, 0)?;
    match p.tokens.get(p.next) {
        Some((at, _)) => err(*at, "这里多出来了，前面是不是少了 and 或 or？"),
        None => Ok(expr),
    }
}

/// Operators from loose to tight; those of one level from left to right.
const LEVELS: [&[(&str, Op)]; 6] = [
    &[("or", Op::Or)],
    &[("and", Op::And)],
    &[("=", Op::Equal), ("!=", Op::Unequal)],
    &[("<", Op::Less), ("<=", Op::LessOrEqual), (">", Op::More), (">=", Op::MoreOrEqual)],
    &[("+", Op::Plus), ("-", Op::Minus)],
    &[("*", Op::Times), ("div", Op::Div), ("mod", Op::Mod)],
];

impl Parser {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |t| t.0)
    }

    fn count(&mut self) -> Result<(), ExprError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX { err(self.at(), format!("条件太复杂了，最多 {NODES_MAX} 项。")) } else { Ok(()) }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.tokens.get(self.next), Some((_, Token::Sign(s))) if *s == sign);
        self.next += usize::from(is);
        is
    }

    fn want(&mut self, sign: &str) -> Result<(), ExprError> {
        if self.sign(sign) { Ok(()) } else { err(self.at(), format!("这里要「{sign}」。")) }
    }

    fn operator(&mut self, level: usize) -> Option<Op> {
        let word = match self.tokens.get(self.next) {
            Some((_, Token::Sign(s))) => *s,
            Some((_, Token::Name(n))) => n.as_str(),
            _ => return None,
        };
        let op = LEVELS[level].iter().find(|(w, _)| *w == word)?.1;
        self.next += 1;
        Some(op)
    }

    fn level(&mut self, level: usize, depth: usize) -> Result<Expr, ExprError> {
        if depth > DEPTH_MAX {
            return err(self.at(), format!("括号套得太深，最多 {DEPTH_MAX} 层。"));
        }
        if level == LEVELS.len() {
            return self.unary(depth);
        }
        let mut left = self.level(level + 1, depth)?;
        while let Some(op) = self.operator(level) {
            self.count()?;
            left = Expr::Two(op, Box::new(left), Box::new(self.level(level + 1, depth)?));
        }
        Ok(left)
    }

    fn unary(&mut self, depth: usize) -> Result<Expr, ExprError> {
        self.count()?;
        if self.sign("-") {
            if depth >= DEPTH_MAX {
                return err(self.at(), format!("括号套得太深，最多 {DEPTH_MAX} 层。"));
            }
            return Ok(Expr::Minus(Box::new(self.unary(depth + 1)?)));
        }
        let at = self.at();
        let Some((_, token)) = self.tokens.get(self.next).cloned() else { return err(at, "条件没有写完。") };
        self.next += 1;
        match token {
            Token::Text(t) => Ok(Expr::Text(t)),
            Token::Number(n) => Ok(Expr::Number(n)),
            Token::Answer(name) => Ok(Expr::Answer(name)),
            Token::Dot => Ok(Expr::This),
            Token::Sign("(") => {
                let inner = self.level(0, depth + 1)?;
                self.want(")")?;
                Ok(inner)
            }
            Token::Name(name) => self.function(&name, at, depth),
            Token::Sign(s) => err(at, format!("这里不能有「{s}」。")),
        }
    }

    fn function(&mut self, name: &str, at: usize, depth: usize) -> Result<Expr, ExprError> {
        if !self.sign("(") {
            return err(at, format!("不认识「{name}」：题目写成 ${{{name}}}，选项写成 '{name}'。"));
        }
        let mut args = Vec::new();
        if !self.sign(")") {
            loop {
                args.push(self.level(0, depth + 1)?);
                if !self.sign(",") {
                    break;
                }
            }
            self.want(")")?;
        }
        let count = args.len();
        let mut args = args.into_iter().map(Box::new);
        let (a, b, c) = (args.next(), args.next(), args.next());
        match (name, count, a, b, c) {
            ("not", 1, Some(a), ..) => Ok(Expr::Not(a)),
            ("selected", 2, Some(a), Some(b), _) => Ok(Expr::Selected(a, b)),
            ("count-selected", 1, Some(a), ..) => Ok(Expr::CountSelected(a)),
            ("if", 3, Some(a), Some(b), Some(c)) => Ok(Expr::If(a, b, c)),
            ("string-length", 1, Some(a), ..) => Ok(Expr::Length(a)),
            ("number", 1, Some(a), ..) => Ok(Expr::ToNumber(a)),
            // a day is its own text
            ("date", 1, Some(a), ..) => Ok(*a),
            ("today", 0, ..) => Ok(Expr::Today),
            ("true", 0, ..) => Ok(Expr::Bool(true)),
            ("false", 0, ..) => Ok(Expr::Bool(false)),
            ("not" | "selected" | "count-selected" | "if" | "string-length" | "number" | "date" | "today" | "true" | "false", ..) => {
                err(at, format!("{name}() 里的项数不对。"))
            }
            _ => err(at, format!("不支持 {name}()。")),
        }
    }
}

impl Value {
    fn is_true(&self) -> bool {
        match self {
            Value::Bool(b) => *b,
            Value::Number(n) => *n != 0.0 && !n.is_nan(),
            Value::Text(t) => !t.is_empty(),
        }
    }

    fn number(&self) -> f64 {
        match self {
            Value::Bool(b) => f64::from(u8::from(*b)),
            Value::Number(n) => *n,
            Value::Text(t) => t.trim().parse().ok().filter(|n: &f64| n.is_finite()).or_else(|| days(t)).unwrap_or(f64::NAN),
        }
    }

    fn text(self) -> String {
        match self {
            Value::Bool(b) => b.to_string(),
            Value::Number(n) => n.to_string(),
            Value::Text(t) => t,
        }
    }
}

/// Days since 1970 of a day.
fn days(text: &str) -> Option<f64> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).ok().map(f64::from)
}

impl Expr {
    /// Does it hold?
    pub fn holds(&self, given: &Given<'_>) -> bool {
        self.value(given).is_true()
    }

    fn value(&self, given: &Given<'_>) -> Value {
        let number = |e: &Expr| e.value(given).number();
        match self {
            Expr::Text(t) => Value::Text(t.clone()),
            Expr::Number(n) => Value::Number(*n),
            Expr::Bool(b) => Value::Bool(*b),
            Expr::Answer(name) => Value::Text((given.answer)(name)),
            Expr::This => Value::Text(given.this.to_string()),
            Expr::Today => Value::Text(given.today.format("%Y-%m-%d").to_string()),
            Expr::Not(e) => Value::Bool(!e.holds(given)),
            Expr::Minus(e) => Value::Number(-number(e)),
            Expr::Two(op, a, b) => two(*op, a, b, given),
            Expr::Selected(a, b) => {
                let (all, one) = (a.value(given).text(), b.value(given).text());
                Value::Bool(all.split_whitespace().any(|w| w == one))
            }
            Expr::CountSelected(e) => {
                let count = e.value(given).text().split_whitespace().count();
                Value::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
            }
            Expr::If(a, b, c) => {
                if a.holds(given) {
                    b.value(given)
                } else {
                    c.value(given)
                }
            }
            Expr::Length(e) => {
                let count = e.value(given).text().chars().count();
                Value::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
            }
            Expr::ToNumber(e) => Value::Number(number(e)),
        }
    }

    /// Every part of it, itself included.
    pub fn visit<'e>(&'e self, see: &mut dyn FnMut(&'e Expr)) {
        see(self);
        match self {
            Expr::Not(a) | Expr::Minus(a) | Expr::CountSelected(a) | Expr::Length(a) | Expr::ToNumber(a) => a.visit(see),
            Expr::Two(_, a, b) | Expr::Selected(a, b) => {
                a.visit(see);
                b.visit(see);
            }
            Expr::If(a, b, c) => {
                a.visit(see);
                b.visit(see);
                c.visit(see);
            }
            Expr::Text(_) | Expr::Number(_) | Expr::Bool(_) | Expr::Answer(_) | Expr::This | Expr::Today => {}
        }
    }

    /// Questions that it asks for.
    pub fn questions(&self) -> Vec<&str> {
        let mut out = Vec::new();
        self.visit(&mut |e| {
            if let Expr::Answer(name) = e {
                out.push(name.as_str());
            }
        });
        out
    }

    /// Choices that it compares an answer with: question (none: the one it is asked for) and choice.
    pub fn choices(&self) -> Vec<(Option<&str>, &str)> {
        let mut out = Vec::new();
        self.visit(&mut |e| {
            if let Expr::Two(Op::Equal | Op::Unequal, a, b) | Expr::Selected(a, b) = e {
                match (&**a, &**b) {
                    (Expr::Answer(q), Expr::Text(c)) | (Expr::Text(c), Expr::Answer(q)) => out.push((Some(q.as_str()), c.as_str())),
                    (Expr::This, Expr::Text(c)) | (Expr::Text(c), Expr::This) => out.push((None, c.as_str())),
                    _ => {}
                }
            }
        });
        out
    }
}

fn two(op: Op, a: &Expr, b: &Expr, given: &Given<'_>) -> Value {
    match op {
        Op::Or => return Value::Bool(a.holds(given) || b.holds(given)),
        Op::And => return Value::Bool(a.holds(given) && b.holds(given)),
        _ => {}
    }
    let (a, b) = (a.value(given), b.value(given));
    if matches!(op, Op::Equal | Op::Unequal) {
        let is_equal = match (&a, &b) {
            (Value::Bool(_), _) | (_, Value::Bool(_)) => a.is_true() == b.is_true(),
            (Value::Number(_), _) | (_, Value::Number(_)) => a.number() == b.number(),
            (Value::Text(x), Value::Text(y)) => x == y,
        };
        return Value::Bool(is_equal == (op == Op::Equal));
    }
    let (x, y) = (a.number(), b.number());
    match op {
        Op::Less => Value::Bool(x < y),
        Op::LessOrEqual => Value::Bool(x <= y),
        Op::More => Value::Bool(x > y),
        Op::MoreOrEqual => Value::Bool(x >= y),
        Op::Plus => Value::Number(x + y),
        Op::Minus => Value::Number(x - y),
        Op::Times => Value::Number(x * y),
        Op::Div => Value::Number(x / y),
        _ => Value::Number(x % y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn holds(text: &str, answers: &[(&str, &str)], this: &str) -> bool {
        let answers: BTreeMap<&str, &str> = answers.iter().copied().collect();
        let answer = |name: &str| answers.get(name).copied().unwrap_or_default().to_string();
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        parse(text).unwrap().holds(&Given { answer: &answer, this, today })
    }

    #[test]
    fn conditions_of_ordinary_forms_hold_as_they_are_read() {
        let a = [("fuel", "gas"), ("needs", "food visit"), ("n", "3"), ("since", "2026-11-01"), ("none", "")];
        for (text, expected) in [
            ("${fuel} = 'gas'", true),
            ("${fuel} != 'gas' or ${n} >= 3", true),
            ("selected(${needs}, 'visit') and count-selected(${needs}) = 2", true),
            ("selected(${needs}, 'vis')", false),
            ("not(${none})", true),
            ("${none} > 0", false),
            ("${none} = ''", true),
            ("${since} <= today() and today() - ${since} = 21", true),
            ("${since} < date('2026-10-31')", false),
            ("if(${n} mod 2 = 1, 'odd', '') = “odd”", true),
            ("1 + 2 * ${n} = 7 and (1 + 2) * ${n} = 9", true),
            ("6 div 4 = 1.5 and -${n} = 0 - 3", true),
            ("string-length(${fuel}) = 3", true),
        ] {
            assert_eq!(holds(text, &a, ""), expected, "{text}");
        }
        assert!(holds(". >= 0 and . <= 20", &[], "20") && !holds(". >= 0 and . <= 20", &[], "21"));
        assert!(holds("string-length(.) = 2", &[], "电梯"));
    }

    #[test]
    fn what_it_does_not_know_is_named_with_its_place() {
        for (text, at, words) in [
            ("${a} = gas", 8, "'gas'"),
            ("regex(., '[0-9]+')", 1, "regex"),
            ("${a} = 'x", 8, "引号"),
            ("${a} ${b}", 6, "and"),
            ("(${a}", 6, ")"),
            ("../a = 1", 1, "路径"),
            ("/data/a = 1", 1, "/"),
            ("selected(${a})", 1, "项数"),
            ("${a} and", 9, "没有写完"),
            ("", 1, "没有写完"),
        ] {
            let e = parse(text).unwrap_err();
            assert!(e.at == at && e.zh.contains(words), "{text}: {e:?}");
        }
        assert!(parse(&"(".repeat(300)).is_err() && parse(&"-".repeat(300)).is_err());
        assert!(parse(&["1"; 150].join("+")).is_err(), "too many parts");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_reckoning_never_panics(text in "[-a-z0-9 .,()'=<>!+*${}“”/\"一-三]{0,80}", this in ".{0,12}") {
            if let Ok(e) = parse(&text) {
                let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
                e.holds(&Given { answer: &|n: &str| n.repeat(2), this: &this, today });
            }
        }

        #[test]
        fn expressions_put_together_by_rule_are_read_and_reckoned(parts in prop::collection::vec((0..8usize, 0..4usize), 1..20), day in 0..40_000i32) {
            let atoms = ["${a}", "today()", "3.5", "'x y'", ".", "count-selected(${b})", "string-length(.)", "-(2)"];
            let ops = [" + ", " and ", " <= ", " div "];
            let mut text = String::new();
            for (atom, op) in &parts {
                if !text.is_empty() {
                    text.push_str(ops[*op]);
                }
                text.push_str(atoms[*atom]);
            }
            let today = NaiveDate::default() + chrono::Days::new(u64::try_from(day).unwrap());
            parse(&text).unwrap().holds(&Given { answer: &|_: &str| "2026-02-30".into(), this: "1e999", today });
        }
    }
}
