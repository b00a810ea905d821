//! Long work that shows how far it is and can be stopped: an export of fifty thousand rows, an import, a bulk decision. It has no thread: each
//! `get_job` does a few portions and gives the store back, so that nobody waits for it and a test sees every step. Whoever stops asking
//! stops the work. What it made is kept until it is asked for once more than needed, at most a few minutes, and never on the disk.

use crate::engine::Engine;
use crate::error::{CoreError, Result};
use serde_json::Value as Json;
use shared_model::commands::{IdArgs, JobView};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Work in portions. A portion takes some tens of milliseconds at most.
pub trait Work: Send {
    /// The next portion.
    ///
    /// # Errors
    /// Of the work; then it is over, and what it would have written is not.
    fn step(&mut self, engine: &Engine) -> Result<Step>;
}

/// What a portion came to.
pub enum Step {
    More {
        done: u64,
        total: u64,
    },
    /// The reply of the command that began it.
    Done(Json),
}

/// Jobs of one device at a time; the one asked for longest ago goes first.
const JOBS_MAX: usize = 8;
/// A job that nobody asks about goes after this, milliseconds.
const IDLE_MS: i64 = 5 * 60 * 1000;
/// One request works so long.
const TURN: Duration = Duration::from_millis(60);

struct Job {
    view: JobView,
    /// `None` while a request works on it, and when it is over.
    work: Option<Box<dyn Work>>,
    asked_ms: i64,
    /// Which request asked last: several may come in one millisecond.
    asked: u64,
}

/// The jobs of an engine, and how often one was asked for; dropped by the lock.
#[derive(Default)]
pub struct Jobs(BTreeMap<String, Job>, u64);

/// Begins work and does the first turn of it: what is small is done when this returns.
///
/// # Errors
/// Of the first turn.
pub fn start(engine: &Engine, what: &str, total: u64, work: Box<dyn Work>) -> Result<JobView> {
    let random: [u8; 16] = crate::vault::random(engine.env());
    let id = uuid::Builder::from_random_bytes(random).into_uuid().to_string();
    let now = engine.now_ms();
    let view = JobView { id: id.clone(), what: what.into(), state: "running".into(), total, ..JobView::default() };
    engine.jobs(|jobs| {
        jobs.0.retain(|_, j| now - j.asked_ms < IDLE_MS);
        while jobs.0.len() >= JOBS_MAX {
            let oldest = jobs.0.iter().min_by_key(|(_, j)| j.asked).map(|(id, _)| id.clone());
            oldest.map(|id| jobs.0.remove(&id));
        }
        jobs.1 += 1;
        jobs.0.insert(id.clone(), Job { view, work: Some(work), asked_ms: now, asked: jobs.1 });
    });
    turn(engine, &id)
}

/// Does it all at once: for the command line, whose program ends with the command.
///
/// # Errors
/// Of the work.
pub fn run_to_end(engine: &Engine, mut work: Box<dyn Work>) -> Result<Json> {
    loop {
        if let Step::Done(json) = work.step(engine)? {
            return Ok(json);
        }
    }
}

/// `get_job`: goes on with it for a moment.
pub fn get(engine: &Engine, args: IdArgs) -> Result<JobView> {
    turn(engine, &args.id)
}

fn turn(engine: &Engine, id: &str) -> Result<JobView> {
    let (now, missing) = (engine.now_ms(), || CoreError::not_found("这件长活，可能已经放下了").at("id"));
    let taken = engine.jobs(|jobs| {
        let job = jobs.0.get_mut(id)?;
        jobs.1 += 1;
        (job.asked_ms, job.asked) = (now, jobs.1);
        Some(job.work.take().ok_or_else(|| job.view.clone()))
    });
    let mut work = match taken.ok_or_else(missing)? {
        Ok(work) => work,
        // over, or another request works on it
        Err(view) => return Ok(view),
    };
    let began = Instant::now();
    let (mut done, mut total) = (0, 0);
    let ended = loop {
        match work.step(engine) {
            Ok(Step::More { done: d, total: t }) => (done, total) = (d, t),
            Ok(Step::Done(json)) => break Some(Ok(json)),
            Err(e) => break Some(Err(e)),
        }
        if began.elapsed() > TURN || engine.jobs(|jobs| jobs.0.get(id).is_none_or(|j| j.view.state != "running")) {
            break None;
        }
    };
    engine.jobs(|jobs| {
        let job = jobs.0.get_mut(id).ok_or_else(missing)?;
        match ended {
            // stopped meanwhile: what it made is dropped with it
            _ if job.view.state != "running" => {}
            None => {
                (job.view.done, job.view.total) = (done, total.max(job.view.total));
                job.work = Some(work);
            }
            Some(Ok(json)) => {
                job.view.done = job.view.total;
                job.view.state = "done".into();
                job.view.result = json;
            }
            Some(Err(e)) => {
                job.view.state = "failed".into();
                job.view.failure = Some(e.failure());
            }
        }
        Ok(job.view.clone())
    })
}

/// `cancel_job`: what is over stays over.
pub fn cancel(engine: &Engine, args: IdArgs) -> Result<JobView> {
    // no id that is not one reaches a message
    let id = Uuid::parse_str(&args.id).map(|u| u.to_string()).unwrap_or_default();
    engine.jobs(|jobs| {
        let job = jobs.0.get_mut(&id).ok_or_else(|| CoreError::not_found("这件长活，可能已经放下了").at("id"))?;
        if job.view.state == "running" {
            job.view.state = "cancelled".into();
            job.work = None;
        }
        Ok(job.view.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineOptions;
    use serde_json::json;

    struct Count(u64, u64);
    impl Work for Count {
        fn step(&mut self, _: &Engine) -> Result<Step> {
            if self.0 == self.1 {
                return Ok(Step::Done(json!({ "counted": self.1 })));
            }
            self.0 += 1;
            // as long as a turn, so that each request does one portion
            let began = Instant::now();
            while began.elapsed() <= TURN {
                std::hint::spin_loop();
            }
            Ok(Step::More { done: self.0, total: self.1 })
        }
    }

    fn engine() -> (tempfile::TempDir, Engine) {
        let home = tempfile::tempdir().unwrap();
        let engine = Engine::open(home.path().to_path_buf(), EngineOptions::system()).unwrap();
        (home, engine)
    }

    #[test]
    fn work_goes_on_when_it_is_asked_for_and_says_how_far_it_is() {
        let (_home, engine) = engine();
        let first = start(&engine, "count", 3, Box::new(Count(0, 3))).unwrap();
        assert_eq!((first.state.as_str(), first.done, first.total), ("running", 1, 3));
        let ask = || get(&engine, IdArgs { id: first.id.clone() }).unwrap();
        assert_eq!(ask().done, 2);
        let mut last = ask();
        while last.state == "running" {
            last = ask();
        }
        assert_eq!((last.state.as_str(), &last.result), ("done", &json!({ "counted": 3 })));
        assert_eq!(ask().result, json!({ "counted": 3 }), "an answer that was lost is asked for again");
    }

    #[test]
    fn what_was_cancelled_goes_no_further_and_what_is_forgotten_makes_room() {
        let (_home, engine) = engine();
        let job = start(&engine, "count", 9, Box::new(Count(0, 9))).unwrap();
        assert_eq!(cancel(&engine, IdArgs { id: job.id.clone() }).unwrap().state, "cancelled");
        assert_eq!(get(&engine, IdArgs { id: job.id.clone() }).unwrap().state, "cancelled");
        for _ in 0..JOBS_MAX {
            start(&engine, "count", 0, Box::new(Count(0, 0))).unwrap();
        }
        assert_eq!(get(&engine, IdArgs { id: job.id }).unwrap_err().code, "not_found");
        assert_eq!(cancel(&engine, IdArgs { id: "<b>".into() }).unwrap_err().code, "not_found");
    }
}
