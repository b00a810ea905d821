//! The sheet as SVG. Lengths are tenths of a millimetre. Colours are fixed here and not those of a screen: it is printed on white paper.

use super::{Field, Sheet, Sign};
use crate::commands::map::polygon;
use shared_model::geo::{Position, Shape};
use std::fmt::Write;

/// Fill and pattern of a grid: pale, and told apart without colour by lines of another slope and density.
const FILLS: [(&str, &str); 8] = [
    ("#dbe7f3", ""),
    ("#f6e7cf", "M0 40L40 0"),
    ("#dfeeda", "M0 0L40 40"),
    ("#f3dede", "M0 20H40"),
    ("#e6e0f0", "M20 0V40"),
    ("#fdf6c9", "M0 40L40 0M0 0L40 40"),
    ("#d9eeee", "M0 20H40M20 0V40"),
    ("#ececec", "M19 19h3v3h-3z"),
];
const INK: &str = "#1b2733";
const SOFT: &str = "#5a6672";
const EDGE: &str = "#17527c";
const ORANGE: &str = "#b85c12";
const RED: &str = "#b3261e";
/// Room around everything, and width of the column with the legend.
const MARGIN: f64 = 120.0;
const SIDE: f64 = 1_000.0;
const HEAD: f64 = 240.0;
/// Lines of the column, and the longest name on it, in signs.
const NAME_SIGNS_MAX: usize = 24;
/// Signs named in the column.
const SIGNS_MAX: usize = 30;

/// Text for the sheet: whatever means something to XML is written as what it is, control signs and signs that turn the direction are left out.
pub(super) fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' | '\r' => out.push(' '),
            c if c.is_control() => {}
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

fn short(words: &str, most: usize) -> String {
    let mut signs = words.chars();
    let cut: String = signs.by_ref().take(most).collect();
    if signs.next().is_some() { text(&format!("{cut}…")) } else { text(&cut) }
}

/// How wide a text stands, in its own heights: a Chinese sign is one, a letter a little over half.
fn wide(words: &str) -> f64 {
    words.chars().map(|c| if c.is_ascii() { 0.56 } else { 1.0 }).sum()
}

struct Pen {
    out: String,
}

impl Pen {
    fn put(&mut self, x: f64, y: f64, size: f64, look: &str, escaped: &str) {
        let _ = write!(self.out, r#"<text x="{x:.0}" y="{y:.0}" font-size="{size:.0}" {look}>{escaped}</text>"#);
    }

    fn raw(&mut self, what: &str) {
        self.out.push_str(what);
    }
}

/// The whole document.
pub(super) fn svg(sheet: &Sheet, is_scheme: bool, (width_mm, height_mm): (u32, u32)) -> String {
    let (width, height) = (f64::from(width_mm) * 10.0, f64::from(height_mm) * 10.0);
    let mut pen = Pen { out: String::with_capacity(64 * 1024) };
    let title = text(&format!("{} 网格图", sheet.title));
    let _ = write!(
        pen.out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{title}" font-family="'Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif" fill="{INK}"><title>{title}</title>"#
    );
    pen.raw("<defs>");
    for (n, (fill, lines)) in FILLS.iter().enumerate() {
        let _ = write!(
            pen.out,
            r##"<pattern id="g{n}" width="40" height="40" patternUnits="userSpaceOnUse"><path fill="{fill}" d="M0 0h40v40H0z"/><path d="{lines}" stroke="#9aa7b3" stroke-width="3" fill="none"/></pattern>"##
        );
    }
    let _ = write!(pen.out, r##"</defs><path fill="#ffffff" d="M0 0H{width:.0}V{height:.0}H0z"/>"##);
    pen.put(MARGIN, 190.0, 110.0, r#"font-weight="700""#, &title);
    let day = text(&format!("制图日期 {}　不含居民个人信息", sheet.day));
    pen.put(width - MARGIN, 190.0, 40.0, &format!(r#"text-anchor="end" fill="{SOFT}""#), &day);
    let area = Area { x: MARGIN, y: HEAD, w: width - 3.0 * MARGIN - SIDE, h: height - HEAD - MARGIN };
    let _ = write!(
        pen.out,
        r##"<rect x="{:.0}" y="{:.0}" width="{:.0}" height="{:.0}" fill="#fbfbf9" stroke="{SOFT}" stroke-width="4"/>"##,
        area.x, area.y, area.w, area.h
    );
    let placed = if is_scheme { None } else { View::of(sheet, &area) };
    match &placed {
        Some(view) => ground(&mut pen, sheet, view, &area),
        None => scheme(&mut pen, sheet, &area),
    }
    column(&mut pen, sheet, placed.is_some(), width - MARGIN - SIDE, height);
    pen.raw("</svg>");
    pen.out
}

struct Area {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// From positions to the sheet: flat, true to the scale in both directions, which over a community is exact enough.
struct View {
    west: f64,
    north: f64,
    /// Tenths of a millimetre a degree of latitude, and of longitude.
    down: f64,
    across: f64,
    x: f64,
    y: f64,
}

impl View {
    fn of(sheet: &Sheet, area: &Area) -> Option<View> {
        let shapes =
            sheet.fields.iter().flat_map(|f| f.shape.iter().chain(f.blocks.iter().filter_map(|b| b.shape.as_ref()))).chain(&sheet.frame);
        let points = sheet.fields.iter().flat_map(|f| f.blocks.iter().filter_map(|b| b.at)).chain(sheet.signs.iter().filter_map(|s| s.at));
        let all: Vec<Position> = shapes.flat_map(Shape::positions).chain(points).collect();
        let first = all.first()?;
        let (mut west, mut east, mut south, mut north) = (first.lng, first.lng, first.lat, first.lat);
        for p in &all {
            (west, east, south, north) = (west.min(p.lng), east.max(p.lng), south.min(p.lat), north.max(p.lat));
        }
        // one point alone still lies somewhere: a hundred metres around it
        let (middle_lng, middle_lat) = ((west + east) / 2.0, (south + north) / 2.0);
        let (half_lng, half_lat) = (((east - west) / 2.0).max(0.000_5), ((north - south) / 2.0).max(0.000_5));
        let narrow = middle_lat.to_radians().cos().max(0.01);
        let room = 0.94;
        let down = (area.w * room / (2.0 * half_lng * narrow)).min(area.h * room / (2.0 * half_lat));
        let across = down * narrow;
        let (x, y) = (area.x + area.w / 2.0 - half_lng * across, area.y + area.h / 2.0 - half_lat * down);
        Some(View { west: middle_lng - half_lng, north: middle_lat + half_lat, down, across, x, y })
    }

    fn at(&self, p: Position) -> (f64, f64) {
        (self.x + (p.lng - self.west) * self.across, self.y + (self.north - p.lat) * self.down)
    }

    fn path(&self, shape: &Shape) -> String {
        let mut d = String::new();
        for ring in shape.polygons.iter().flatten() {
            for (n, p) in ring.iter().enumerate() {
                let (x, y) = self.at(*p);
                let _ = write!(d, "{}{x:.0} {y:.0}", if n == 0 { "M" } else { "L" });
            }
            d.push('Z');
        }
        d
    }
}

fn ground(pen: &mut Pen, sheet: &Sheet, view: &View, area: &Area) {
    if let Some(frame) = &sheet.frame {
        let _ =
            write!(pen.out, r#"<path d="{}" fill="none" stroke="{SOFT}" stroke-width="8" stroke-dasharray="40 16"/>"#, view.path(frame));
    }
    for (n, field) in sheet.fields.iter().enumerate() {
        if let Some(shape) = &field.shape {
            let fill = n % FILLS.len();
            let _ = write!(
                pen.out,
                r#"<path d="{}" fill="url(#g{fill})" fill-rule="evenodd" stroke="{EDGE}" stroke-width="9" stroke-linejoin="round"/>"#,
                view.path(shape)
            );
        }
    }
    for block in sheet.fields.iter().flat_map(|f| &f.blocks) {
        if let Some(shape) = &block.shape {
            let _ = write!(pen.out, r##"<path d="{}" fill="#b9c6d1" stroke="{INK}" stroke-width="3"/>"##, view.path(shape));
        }
        let Some(at) = block.at else { continue };
        let (x, y) = view.at(at);
        let label = short(&block.label, 8);
        let w = wide(&block.label.chars().take(9).collect::<String>()).max(1.0) * 32.0 + 22.0;
        let _ = write!(
            pen.out,
            r##"<rect x="{:.0}" y="{:.0}" width="{w:.0}" height="46" rx="8" fill="#ffffff" stroke="{EDGE}" stroke-width="3"/>"##,
            x - w / 2.0,
            y - 23.0
        );
        pen.put(x, y + 12.0, 32.0, r#"text-anchor="middle" font-weight="600""#, &label);
        if block.hubs > 0 {
            star(pen, x + w / 2.0, y - 24.0, 18.0);
        }
    }
    for (n, field) in sheet.fields.iter().enumerate() {
        let seat = field.shape.as_ref().and_then(|s| foot(s, view)).or_else(|| first_of(field, view));
        if let Some((x, y)) = seat {
            let name = short(&field.name, NAME_SIGNS_MAX);
            let halo = r##"text-anchor="middle" font-weight="700" paint-order="stroke" stroke="#ffffff" stroke-width="14" stroke-linejoin="round""##;
            pen.put(x, y, 56.0, &format!(r#"{halo} fill="{EDGE}""#), &format!("{} {name}", n + 1));
        }
    }
    for (n, sign) in sheet.signs.iter().enumerate() {
        if let Some(at) = sign.at {
            let (x, y) = view.at(at);
            mark(pen, sign.what, x + 42.0, y + 42.0, 26.0);
            if n < SIGNS_MAX {
                pen.put(x + 76.0, y + 56.0, 30.0, r##"paint-order="stroke" stroke="#ffffff" stroke-width="8""##, &(n + 1).to_string());
            }
        }
    }
    scale(pen, view, area);
}

/// Over its southern edge, where buildings seldom stand.
fn foot(shape: &Shape, view: &View) -> Option<(f64, f64)> {
    let south = shape.positions().min_by(|a, b| a.lat.total_cmp(&b.lat))?;
    let (middle_x, _) = view.at(polygon::middle(shape)?);
    let (x, y) = view.at(south);
    Some(((x + middle_x) / 2.0, y - 70.0))
}

fn first_of(field: &Field, view: &View) -> Option<(f64, f64)> {
    let (x, y) = view.at(field.blocks.iter().find_map(|b| b.at)?);
    Some((x, y + 90.0))
}

fn scale(pen: &mut Pen, view: &View, area: &Area) {
    // one degree of latitude is 111.2 km
    let metre = view.down / 111_195.0;
    let steps = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0];
    let metres = steps.into_iter().rev().find(|m| m * metre <= 600.0).unwrap_or(10.0);
    let (x, y, w) = (area.x + 40.0, area.y + area.h - 50.0, metres * metre);
    let _ = write!(pen.out, r#"<path d="M{x:.0} {:.0}v30h{w:.0}v-30" fill="none" stroke="{INK}" stroke-width="5"/>"#, y - 10.0);
    pen.put(x + w + 16.0, y + 20.0, 34.0, "", &format!("{metres:.0} 米"));
    let (nx, ny) = (area.x + area.w - 80.0, area.y + 60.0);
    let _ = write!(pen.out, r#"<path d="M{nx:.0} {ny:.0}l28 84-28-18-28 18z" fill="{INK}"/>"#);
    pen.put(nx, ny + 130.0, 40.0, r#"text-anchor="middle" font-weight="700""#, "北");
}

fn star(pen: &mut Pen, x: f64, y: f64, size: f64) {
    let mut points = String::new();
    for n in 0..10 {
        let far = if n % 2 == 0 { size } else { size * 0.42 };
        let turn = f64::from(n) * std::f64::consts::PI / 5.0;
        let _ = write!(points, "{:.0},{:.0} ", x + far * turn.sin(), y - far * turn.cos());
    }
    let _ = write!(pen.out, r##"<polygon points="{}" fill="{RED}" stroke="#ffffff" stroke-width="3"/>"##, points.trim_end());
}

/// The sign of a project by its state, or of a venue. Shape tells them apart, colour only helps.
fn mark(pen: &mut Pen, what: &str, x: f64, y: f64, r: f64) {
    let (l, t, d) = (x - r, y - r, 2.0 * r);
    let square = |fill: &str| {
        format!(r#"<rect x="{l:.0}" y="{t:.0}" width="{d:.0}" height="{d:.0}" rx="6" fill="{fill}" stroke="{ORANGE}" stroke-width="7"/>"#)
    };
    match what {
        "planned" => pen.raw(&square("#ffffff")),
        "underway" => {
            pen.raw(&square("#ffffff"));
            let _ = write!(pen.out, r#"<rect x="{l:.0}" y="{y:.0}" width="{d:.0}" height="{r:.0}" fill="{ORANGE}"/>"#);
        }
        "done" => {
            pen.raw(&square(ORANGE));
            let _ = write!(
                pen.out,
                r##"<path d="M{:.0} {y:.0}l{:.0} {:.0} {:.0} -{:.0}" fill="none" stroke="#ffffff" stroke-width="8"/>"##,
                x - r * 0.55,
                r * 0.4,
                r * 0.45,
                r * 0.75,
                r * 0.85
            );
        }
        _ => {
            let _ = write!(pen.out, r##"<circle cx="{x:.0}" cy="{y:.0}" r="{r:.0}" fill="#ffffff" stroke="{EDGE}" stroke-width="7"/>"##);
            let _ = write!(pen.out, r#"<path d="M{:.0} {:.0}v-22l18 -14 18 14v22z" fill="{EDGE}"/>"#, x - 18.0, y + 17.0);
        }
    }
}

/// Without positions: a panel for each grid, its buildings in their order.
fn scheme(pen: &mut Pen, sheet: &Sheet, area: &Area) {
    let n = sheet.fields.len().max(1);
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // some dozens
    let across = ((n as f64 * area.w / area.h).sqrt().ceil() as usize).clamp(1, n);
    let down = n.div_ceil(across);
    #[allow(clippy::cast_precision_loss)]
    let (w, h) = ((area.w - 40.0) / across as f64, (area.h - 40.0) / down as f64);
    for (n, field) in sheet.fields.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let (x, y) = (area.x + 20.0 + (n % across) as f64 * w + 14.0, area.y + 20.0 + (n / across) as f64 * h + 14.0);
        let (w, h) = (w - 28.0, h - 28.0);
        let fill = n % FILLS.len();
        let _ = write!(
            pen.out,
            r#"<rect x="{x:.0}" y="{y:.0}" width="{w:.0}" height="{h:.0}" rx="20" fill="url(#g{fill})" stroke="{EDGE}" stroke-width="7"/>"#
        );
        let halo = r##"font-weight="700" paint-order="stroke" stroke="#ffffff" stroke-width="12""##;
        pen.put(
            x + 30.0,
            y + 70.0,
            52.0,
            &format!(r#"{halo} fill="{EDGE}""#),
            &format!("{} {}", n + 1, short(&field.name, NAME_SIGNS_MAX)),
        );
        blocks(pen, field, x + 24.0, y + 100.0, w - 48.0, h - 124.0);
    }
}

fn blocks(pen: &mut Pen, field: &Field, x: f64, y: f64, w: f64, h: f64) {
    let longest = field.blocks.iter().map(|b| wide(&b.label).min(9.0)).fold(1.0, f64::max);
    let mut size = 44.0;
    // as large as they fit
    let (cell, row) = loop {
        let (cell, row) = (longest * size + size * 1.1, size * 1.9);
        #[allow(clippy::cast_precision_loss)]
        let lines = (field.blocks.len() as f64 / (w / cell).floor().max(1.0)).ceil();
        if lines * row <= h || size < 12.0 {
            break (cell, row);
        }
        size *= 0.9;
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let across = (w / cell).floor().max(1.0) as usize;
    for (n, block) in field.blocks.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let (x, y) = (x + (n % across) as f64 * cell, y + (n / across) as f64 * row);
        let _ = write!(
            pen.out,
            r##"<rect x="{x:.0}" y="{y:.0}" width="{:.0}" height="{:.0}" rx="8" fill="#ffffff" stroke="{EDGE}" stroke-width="3"/>"##,
            cell - size * 0.3,
            row - size * 0.3
        );
        pen.put(x + (cell - size * 0.3) / 2.0, y + row * 0.56, size, r#"text-anchor="middle""#, &short(&block.label, 8));
        if block.hubs > 0 {
            star(pen, x + cell - size * 0.3, y, size * 0.4);
        }
    }
}

/// Grids with who is in charge, projects and venues, the legend.
fn column(pen: &mut Pen, sheet: &Sheet, has_ground: bool, x: f64, height: f64) {
    let mut y = HEAD + 50.0;
    let bottom = height - MARGIN - 360.0;
    let soft = format!(r#"fill="{SOFT}""#);
    pen.put(x, y, 48.0, r#"font-weight="700""#, "网格");
    let lines = sheet.fields.iter().map(|f| if sheet.shows_staff { 1 + f.staff.len().max(1) } else { 1 }).sum::<usize>();
    #[allow(clippy::cast_precision_loss)]
    let step = ((bottom - y - 60.0) / (lines + sheet.signs.len().min(SIGNS_MAX) + 3).max(1) as f64).clamp(18.0, 62.0);
    let size = step * 0.62;
    for (n, field) in sheet.fields.iter().enumerate() {
        y += step;
        let fill = n % FILLS.len();
        let _ = write!(
            pen.out,
            r#"<rect x="{x:.0}" y="{:.0}" width="{:.0}" height="{size:.0}" fill="url(#g{fill})" stroke="{EDGE}" stroke-width="3"/>"#,
            y - size * 0.86,
            size * 1.4
        );
        let name = format!("{} {}", n + 1, short(&field.name, NAME_SIGNS_MAX));
        pen.put(x + size * 1.8, y, size, r#"font-weight="600""#, &name);
        pen.put(x + SIDE, y, size, &format!(r#"text-anchor="end" {soft}"#), &format!("{} 户", field.households));
        if !sheet.shows_staff {
            continue;
        }
        if field.staff.is_empty() {
            y += step;
            pen.put(x + size * 1.8, y, size * 0.9, &soft, "网格员：空缺");
        }
        for (name, phone) in &field.staff {
            y += step;
            let who = format!("网格员 {} {}", short(name, 10), short(phone.as_deref().unwrap_or_default(), 20));
            pen.put(x + size * 1.8, y, size * 0.9, "", who.trim_end());
        }
    }
    if !sheet.signs.is_empty() {
        y += step * 1.4;
        pen.put(x, y, 48.0_f64.min(step), r#"font-weight="700""#, "项目与场所");
        for (n, sign) in sheet.signs.iter().take(SIGNS_MAX).enumerate() {
            y += step;
            mark(pen, sign.what, x + size * 0.7, y - size * 0.35, size * 0.45);
            pen.put(x + size * 1.8, y, size * 0.9, "", &format!("{} {}", n + 1, short(&sign.name, NAME_SIGNS_MAX)));
        }
    }
    legend(pen, sheet, has_ground, x, height - MARGIN - 270.0);
}

fn legend(pen: &mut Pen, sheet: &Sheet, has_ground: bool, x: f64, y: f64) {
    let _ = write!(pen.out, r#"<path d="M{x:.0} {:.0}h{SIDE:.0}" stroke="{SOFT}" stroke-width="3"/>"#, y - 70.0);
    pen.put(x, y - 16.0, 40.0, r#"font-weight="700""#, "图例");
    let has = |what: &str| sheet.signs.iter().any(|s: &Sign| s.what == what);
    let signs = [("planned", "未开工"), ("underway", "实施中"), ("done", "已完成"), ("venue", "党群与活动场所")];
    let (mut at_x, mut at_y) = (x, y + 50.0);
    for (what, words) in signs.into_iter().filter(|(what, _)| has(what)) {
        mark(pen, what, at_x + 24.0, at_y - 12.0, 20.0);
        pen.put(at_x + 60.0, at_y, 34.0, "", words);
        at_x += 250.0;
        if at_x > x + SIDE - 240.0 {
            (at_x, at_y) = (x, at_y + 62.0);
        }
    }
    if sheet.shows_hubs {
        star(pen, at_x + 24.0, at_y - 12.0, 20.0);
        pen.put(at_x + 60.0, at_y, 34.0, "", "有党员中心户的楼栋");
    }
    let words = if has_ground { "粗线为网格边界，方框中为楼号" } else { "示意图：没有位置，按楼号排列" };
    pen.put(x, y + 190.0, 34.0, &format!(r#"fill="{SOFT}""#), words);
}

#[cfg(test)]
mod tests {
    use super::super::Block;
    use super::*;

    const HOSTILE: [&str; 7] = [
        "<script>alert(1)</script>",
        "\"><image href=x onerror=alert(1)>",
        "]]>&lt;",
        "甲\u{202e}乙",
        "a\u{0}b\u{8}c",
        "'&amp;'",
        "</svg><svg onload='x'>",
    ];

    fn sheet(placed: bool) -> Sheet {
        let fields = HOSTILE.iter().enumerate().map(|(n, name)| {
            #[allow(clippy::cast_precision_loss)]
            let at = Position::new(108.91 + n as f64 * 0.001, 34.26);
            Field {
                name: (*name).into(),
                shape: None,
                households: 300,
                blocks: vec![Block { label: (*name).into(), at: at.filter(|_| placed), shape: None, hubs: 1 }],
                staff: vec![((*name).into(), Some((*name).into()))],
            }
        });
        let signs = HOSTILE.iter().map(|name| Sign { name: (*name).into(), what: "done", at: None });
        Sheet {
            title: HOSTILE[0].into(),
            day: "2026-11-22".into(),
            frame: None,
            fields: fields.collect(),
            signs: signs.collect(),
            shows_hubs: true,
            shows_staff: true,
        }
    }

    #[test]
    fn whatever_people_wrote_is_text_on_the_sheet() {
        for placed in [true, false] {
            let svg = svg(&sheet(placed), !placed, (420, 297));
            assert!(!svg.contains("<script") && !svg.contains("<image") && !svg.contains("\u{202e}") && !svg.contains('\u{0}'), "{svg}");
            assert_eq!((svg.matches("<svg").count(), svg.matches("</svg>").count()), (1, 1));
            assert!(svg.contains("&lt;script&gt;"), "and it is readable");
            assert!(!svg.contains("href") || svg.contains("href=x onerr"), "nothing is fetched");
        }
    }

    #[test]
    fn the_sheet_is_well_formed_at_both_sizes() {
        for size in [(420, 297), (594, 420)] {
            for placed in [true, false] {
                let svg = svg(&sheet(placed), !placed, size);
                let mut open: Vec<String> = Vec::new();
                for tag in svg.split('<').skip(1) {
                    let (tag, _) = tag.split_once('>').expect("every tag ends");
                    if let Some(name) = tag.strip_prefix('/') {
                        assert_eq!(open.pop().as_deref(), Some(name));
                    } else if !tag.ends_with('/') {
                        open.push(tag.split(' ').next().unwrap_or_default().to_string());
                    }
                }
                assert!(open.is_empty(), "{open:?}");
            }
        }
    }
}
