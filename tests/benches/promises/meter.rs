//! What a piece of work costs: time on the wall and time of the processor, and the line that says whether a promise is kept.

use std::time::{Duration, Instant};

/// The cost of one piece of work on the thread that does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub wall: Duration,
    /// Time of the processor; on a machine that does not tell, the time on the wall.
    pub cpu: Duration,
}

/// Time of the processor that this thread has had, where Linux tells.
fn cpu_now() -> Option<Duration> {
    // the kernel brings the account up to date when the thread offers its place
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Runs the body and says what it cost.
pub fn measured<T>(body: impl FnOnce() -> T) -> (Cost, T) {
    let before = cpu_now();
    let began = Instant::now();
    let out = body();
    let wall = began.elapsed();
    let cpu = before.zip(cpu_now()).map_or(wall, |(a, b)| b.saturating_sub(a));
    (Cost { wall, cpu }, out)
}

/// The median in each part.
pub fn median(costs: &[Cost]) -> Cost {
    let middle = |mut of: Vec<Duration>| {
        of.sort_unstable();
        of[of.len() / 2]
    };
    Cost { wall: middle(costs.iter().map(|c| c.wall).collect()), cpu: middle(costs.iter().map(|c| c.cpu).collect()) }
}

pub fn ms(d: Duration) -> f64 {
    d.as_secs_f64() * 1000.0
}

/// How many times the bound.
pub fn times(got: Duration, bound: Duration) -> f64 {
    got.as_secs_f64() / bound.as_secs_f64().max(1e-9)
}

/// One line of the table: what was measured, its bound, and whether the promise is kept.
pub fn say(what: &str, got: Duration, bound: Duration, promise: &str, is_kept: bool) {
    let mark = if is_kept { "kept  " } else { "MISSED" };
    println!("{mark} {what:<58} {:>9.2} ms   plain {:>8.2} ms   {:>5.2} ×   promised {promise}", ms(got), ms(bound), times(got, bound));
}

/// The line of a promise that is a ratio.
pub fn say_ratio(what: &str, got: Duration, bound: Duration, most: f64) {
    say(what, got, bound, &format!("≤ {most} ×"), times(got, bound) <= most);
}

/// The same of rounds that each measured both: the ratio is the median of theirs.
pub fn say_rounds(what: &str, got: &[Cost], bounds: &[Cost], part: impl Fn(&Cost) -> Duration, most: f64) {
    let mut ratios: Vec<f64> = got.iter().zip(bounds).map(|(got, bound)| times(part(got), part(bound))).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let (ratio, got, bound) = (ratios[ratios.len() / 2], part(&median(got)), part(&median(bounds)));
    let mark = if ratio <= most { "kept  " } else { "MISSED" };
    println!("{mark} {what:<58} {:>9.2} ms   plain {:>8.2} ms   {ratio:>5.2} ×   promised ≤ {most} ×", ms(got), ms(bound));
}

/// A promise about sizes.
pub fn say_bytes(what: &str, got: usize, bound: usize, most: f64) {
    let ratio = got as f64 / bound.max(1) as f64;
    let mark = if ratio <= most { "kept  " } else { "MISSED" };
    println!("{mark} {what:<58} {got:>9} B    plain {bound:>8} B    {ratio:>5.2} ×   promised ≤ {most} ×");
}

/// Words beneath a line: what its bound holds, what stands beside it.
pub fn note(words: &str) {
    println!("       {words}");
}
