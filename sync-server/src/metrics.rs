//! What the server counts, and the Prometheus text of it. No personal data and no ids: labels are routes, statuses, kinds and states, all
//! from lists of this program.

use crate::Inner;
use crate::backup;
use crate::error::Error;
use crate::store::{self, devices, documents, epochs, lock};
use shared_model::wire::Verdict;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// Upper bounds of the latency buckets, milliseconds.
const BOUNDS_MS: [u64; 10] = [2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];
/// What the database is asked for is kept this long, milliseconds: counting a large archive on every scrape would cost more than it tells.
const KEPT_MS: i64 = 15_000;

/// Routes that have a name of their own in logs and metrics; anything else is `other`, because a path may hold anything.
const ROUTES: [&str; 9] =
    ["/healthz", "/readyz", "/metrics", "/v1/enrol", "/v1/sync", "/v1/history", "/v1/invite", "/v1/events", "/v1/wiped"];

/// The name of a path for logs and metrics.
pub fn route_name(path: &str) -> &'static str {
    if path == crate::media::PATH || path.starts_with("/v1/media/") {
        return crate::media::PATH;
    }
    ROUTES.into_iter().find(|route| *route == path).unwrap_or("other")
}

/// The name of a method for logs and metrics.
pub fn method_name(method: &str) -> &'static str {
    ["GET", "POST", "HEAD", "PATCH", "OPTIONS"].into_iter().find(|name| *name == method).unwrap_or("other")
}

#[derive(Default)]
struct Times {
    buckets: [u64; BOUNDS_MS.len()],
    sum_us: u64,
    count: u64,
}

/// Counters since the start of the program.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    times: Mutex<BTreeMap<&'static str, Times>>,
    verdicts: Mutex<BTreeMap<&'static str, u64>>,
    in_bytes: AtomicU64,
    out_bytes: AtomicU64,
    turned_away: AtomicU64,
    streams: AtomicI64,
    connections: AtomicI64,
    kept: Mutex<Option<(i64, String)>>,
}

impl Metrics {
    /// A request was answered.
    pub fn note_request(&self, route: &'static str, status: u16, took_us: u64, in_bytes: usize, out_bytes: usize) {
        *lock(&self.requests).entry((route, status)).or_default() += 1;
        let mut times = lock(&self.times);
        let of = times.entry(route).or_default();
        of.sum_us += took_us;
        of.count += 1;
        if let Some(at) = BOUNDS_MS.iter().position(|bound| took_us <= bound * 1_000) {
            of.buckets[at] += 1;
        }
        if route == "/v1/sync" {
            self.in_bytes.fetch_add(in_bytes as u64, Relaxed);
            self.out_bytes.fetch_add(out_bytes as u64, Relaxed);
        }
    }

    /// A request was turned away because its sender asks too often or too many wait.
    pub fn note_turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    /// An event stream began (1) or ended (-1).
    pub fn note_streams(&self, by: i64) {
        self.streams.fetch_add(by, Relaxed);
    }

    /// A connection began (1) or ended (-1).
    pub fn note_connections(&self, by: i64) {
        self.connections.fetch_add(by, Relaxed);
    }

    /// Verdicts were given.
    pub fn note_verdicts(&self, verdicts: &[(u64, Verdict)]) {
        let mut counts = lock(&self.verdicts);
        for (_, verdict) in verdicts {
            *counts.entry(verdict_name(verdict)).or_default() += 1;
        }
    }

    fn write_counters(&self, out: &mut Text) {
        out.head("gridwalk_http_requests_total", "counter", "Answered requests.");
        for ((route, status), n) in lock(&self.requests).iter() {
            out.line("gridwalk_http_requests_total", &[("route", route), ("status", &status.to_string())], n);
        }
        out.head("gridwalk_http_request_seconds", "histogram", "Time from the whole request to the answer.");
        for (route, times) in lock(&self.times).iter() {
            let mut below = 0;
            for (bound, n) in BOUNDS_MS.iter().zip(times.buckets) {
                below += n;
                out.line("gridwalk_http_request_seconds_bucket", &[("route", route), ("le", &seconds(bound * 1_000))], below);
            }
            out.line("gridwalk_http_request_seconds_bucket", &[("route", route), ("le", "+Inf")], times.count);
            out.line("gridwalk_http_request_seconds_sum", &[("route", route)], seconds(times.sum_us));
            out.line("gridwalk_http_request_seconds_count", &[("route", route)], times.count);
        }
        out.head("gridwalk_verdicts_total", "counter", "Verdicts given to pushed commands, repeated ones too.");
        for (kind, n) in lock(&self.verdicts).iter() {
            out.line("gridwalk_verdicts_total", &[("kind", kind)], n);
        }
        out.head("gridwalk_sync_bytes_total", "counter", "Bodies of sync requests, compressed.");
        out.line("gridwalk_sync_bytes_total", &[("direction", "in")], self.in_bytes.load(Relaxed));
        out.line("gridwalk_sync_bytes_total", &[("direction", "out")], self.out_bytes.load(Relaxed));
        out.single("gridwalk_turned_away_total", "counter", "Requests answered 429.", self.turned_away.load(Relaxed));
        out.single("gridwalk_event_streams", "gauge", "Open event streams.", self.streams.load(Relaxed));
        out.single("gridwalk_connections", "gauge", "Open connections.", self.connections.load(Relaxed));
    }
}

fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted { .. } => "accepted",
        Verdict::Quarantined { .. } => "quarantined",
        Verdict::Superseded { .. } => "superseded",
        Verdict::Need { .. } => "need",
        Verdict::Erased => "erased",
        Verdict::Stale { .. } => "stale",
        Verdict::Lost => "lost",
    }
}

/// The whole text.
pub fn text(inner: &Inner) -> Result<String, Error> {
    let mut out = Text(String::new());
    out.head("gridwalk_build_info", "gauge", "The program that runs.");
    out.line("gridwalk_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    inner.metrics.write_counters(&mut out);
    let now_ms = inner.env.now_ms();
    let mut kept = lock(&inner.metrics.kept);
    if kept.as_ref().is_none_or(|(at, _)| (now_ms - at).abs() >= KEPT_MS) {
        *kept = Some((now_ms, stored(inner)?));
    }
    out.0.push_str(kept.as_ref().map_or("", |(_, text)| text));
    Ok(out.0)
}

fn stored(inner: &Inner) -> Result<String, Error> {
    let size = |name: &str| std::fs::metadata(inner.dir.join(name)).map_or(0, |file| file.len());
    let mut out = Text(String::new());
    inner.store.read(|db| {
        let (partitions, documents, changes) = documents::totals(db)?;
        out.single("gridwalk_log_rows", "gauge", "Sum of the heads of all partitions.", documents::rows_total(db)?);
        out.single("gridwalk_partitions", "gauge", "Partitions.", partitions);
        out.single("gridwalk_documents", "gauge", "Documents.", documents);
        out.single("gridwalk_changes", "gauge", "Changes in the archive.", changes);
        out.single("gridwalk_quarantined", "gauge", "Refused commands that are kept.", store::commands::count_quarantined(db)?);
        out.single("gridwalk_epoch", "gauge", "The epoch; it rises with every restore.", epochs::current(db)?);
        if let Some(last) = backup::last(db)? {
            let age_s = (inner.env.now_ms() - last.at_ms).max(0) / 1_000;
            out.single("gridwalk_backup_age_seconds", "gauge", "Since the last verified backup; absent: there never was one.", age_s);
        }
        out.head("gridwalk_devices", "gauge", "Enrolled devices by state.");
        for (state, n) in devices::count_by_state(db)? {
            out.line("gridwalk_devices", &[("state", &state)], n);
        }
        Ok::<_, Error>(())
    })?;
    out.single("gridwalk_database_bytes", "gauge", "Size of the database file.", size("server.db"));
    out.single("gridwalk_wal_bytes", "gauge", "Size of the write-ahead log.", size("server.db-wal"));
    Ok(out.0)
}

fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("writing to memory cannot fail");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        writeln!(self.0, "{name}{{{}}} {value}", labels.join(",")).expect("writing to memory cannot fail");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        writeln!(self.0, "{name} {value}").expect("writing to memory cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anyone_may_write_into_a_request_is_no_label() {
        assert_eq!(route_name("/v1/sync"), "/v1/sync");
        assert_eq!(route_name("/v1/张三/13900000000"), "other");
        assert_eq!(method_name("610104196001010515"), "other");
    }

    #[test]
    fn the_buckets_of_a_histogram_add_up() {
        let (metrics, mut out) = (Metrics::default(), Text(String::new()));
        [1_500, 4_000, 4_500, 9_000_000].into_iter().for_each(|us| metrics.note_request("/v1/sync", 200, us, 10, 20));
        metrics.write_counters(&mut out);
        let value = |labels: &str| {
            let line = format!("gridwalk_http_request_seconds_bucket{{route=\"/v1/sync\",le=\"{labels}\"}} ");
            out.0.lines().find_map(|l| l.strip_prefix(&line)).unwrap().to_owned()
        };
        assert_eq!([value("0.002"), value("0.005"), value("5"), value("+Inf")], ["1", "3", "3", "4"]);
        assert!(out.0.contains("gridwalk_sync_bytes_total{direction=\"out\"} 80\n"), "{}", out.0);
        assert!(out.0.contains("gridwalk_http_request_seconds_sum{route=\"/v1/sync\"} 9.01\n"), "{}", out.0);
    }
}
