//! Keeps three devices in step while people click: a device that wrote something syncs after a short quiet, and what it pushed is fetched
//! by the others that are online. A device that is offline is never touched. Also here: telling the page when anything looks different.

use super::cast::Who;
use super::stage::Stage;
use crate::limits::{STATE_QUIET, SYNC_LATEST, SYNC_QUIET, SYNC_RETRY};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout_at};

/// Why a device may have to sync.
#[derive(Debug, Clone, Copy)]
pub enum Note {
    /// Its store changed; if by its own hand, something waits to be sent.
    Changed(Who),
    /// It sent something: the others should fetch it.
    Pushed(Who),
    /// It is back online.
    Online(Who),
}

/// Who has to do what.
#[derive(Debug, Default)]
struct Round {
    push: BTreeSet<Who>,
    pull: BTreeSet<Who>,
}

impl Round {
    fn add(&mut self, note: Note) {
        match note {
            Note::Changed(who) => drop(self.push.insert(who)),
            Note::Online(who) => drop(self.pull.insert(who)),
            Note::Pushed(from) => self.pull.extend(Who::ALL.into_iter().filter(|who| *who != from)),
        }
    }
}

/// Runs as long as the demo does.
pub async fn keep_in_step(stage: Arc<Stage>, mut notes: UnboundedReceiver<Note>) {
    while let Some(first) = notes.recv().await {
        let mut round = Round::default();
        round.add(first);
        let latest = Instant::now() + SYNC_LATEST;
        while let Ok(Some(note)) = timeout_at(latest.min(Instant::now() + SYNC_QUIET), notes.recv()).await {
            round.add(note);
        }
        let here = stage.clone();
        let left = tokio::task::spawn_blocking(move || even_out(&here, &round)).await.unwrap_or_default();
        for who in left {
            let later = stage.clone();
            tokio::spawn(async move {
                sleep(SYNC_RETRY).await;
                later.note(Note::Changed(who));
            });
        }
    }
}

/// Syncs whoever has to; who still has something to send, although online, is returned.
fn even_out(stage: &Stage, round: &Round) -> Vec<Who> {
    let _turn = stage.turn();
    let is_up = |who: Who| stage.is_ready() && stage.player(who).is_running() && !stage.player(who).is_offline();
    let mut left = Vec::new();
    for who in Who::ALL.into_iter().filter(|who| is_up(*who)) {
        let has_news = round.push.contains(&who) && stage.player(who).status().pending > 0;
        if !has_news && !round.pull.contains(&who) {
            continue;
        }
        if let Err(failure) = stage.ask::<Value>(who, "sync_now", json!({})) {
            tracing::info!(code = failure.code, who = who.key(), "automatic sync");
            if failure.code != "locked" {
                left.push(who);
            }
        }
    }
    left
}

/// Runs as long as the demo does: changes that come together make one new state.
pub async fn publish(stage: Arc<Stage>) {
    loop {
        stage.nudge.notified().await;
        sleep(STATE_QUIET).await;
        let here = stage.clone();
        let _text = tokio::task::spawn_blocking(move || here.publish()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_device_sent_is_fetched_by_the_others_only() {
        let mut round = Round::default();
        round.add(Note::Pushed(Who::Worker));
        assert_eq!(round.pull, BTreeSet::from([Who::Head, Who::Office]));
        assert!(round.push.is_empty());
    }
}
