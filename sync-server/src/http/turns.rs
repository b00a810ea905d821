//! Whose turn it is. One device runs one request at a time and a few wait behind it; the devices themselves queue in order of arrival. So a
//! device that asks a hundred times at once stands in the queue once, and nobody waits for more than one request of each other device.

use super::limits::WAITING_PER_DEVICE_MAX;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// Who asks: the address and the device that is named. Naming another's device from elsewhere takes nobody's place.
pub type Who = (IpAddr, Option<Uuid>);

struct Own {
    one: Arc<Semaphore>,
    count: usize,
}

/// The queue.
pub struct Turns {
    all: Arc<Semaphore>,
    own: Arc<Mutex<HashMap<Who, Own>>>,
}

/// A place in the queue; given back when dropped, also by a client that leaves.
struct Place {
    who: Who,
    own: Arc<Mutex<HashMap<Who, Own>>>,
}

/// The right to run one request.
pub struct Turn {
    // In this order: the next of this device comes after another device's.
    _all: OwnedSemaphorePermit,
    _one: OwnedSemaphorePermit,
    _place: Place,
}

impl Turns {
    /// `running`: requests at the same time.
    pub fn new(running: usize) -> Self {
        Turns { all: Arc::new(Semaphore::new(running)), own: Arc::default() }
    }

    /// Waits for a turn; `None` when too many of the same device wait already.
    pub async fn take(&self, who: Who) -> Option<Turn> {
        let (place, one) = self.place(who)?;
        let one = one.acquire_owned().await.ok()?;
        let all = self.all.clone().acquire_owned().await.ok()?;
        Some(Turn { _all: all, _one: one, _place: place })
    }

    fn place(&self, who: Who) -> Option<(Place, Arc<Semaphore>)> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = own.entry(who).or_insert_with(|| Own { one: Arc::new(Semaphore::new(1)), count: 0 });
        if entry.count > WAITING_PER_DEVICE_MAX {
            return None;
        }
        entry.count += 1;
        Some((Place { who, own: self.own.clone() }, entry.one.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = own.get_mut(&self.who) {
            entry.count -= 1;
            if entry.count == 0 {
                own.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(n: u128) -> Who {
        (IpAddr::from([127, 0, 0, 1]), Some(Uuid::from_u128(n)))
    }

    /// Lets every task that can run do so.
    async fn settle() {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_greedy_device_stands_in_the_queue_once() {
        let turns = Arc::new(Turns::new(1));
        let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
        let first = turns.take(who(9)).await.unwrap();
        let ask = |n: u128| {
            let (turns, done) = (turns.clone(), done.clone());
            tokio::spawn(async move {
                let _turn = turns.take(who(n)).await.unwrap();
                done.send(n).unwrap();
            })
        };
        for _ in 0..WAITING_PER_DEVICE_MAX {
            ask(1);
        }
        settle().await;
        ask(2);
        ask(3);
        settle().await;
        drop(first);
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(order.recv().await.unwrap());
        }
        assert_eq!(told, [1, 2, 3, 1], "each other device waits for one request of the greedy one");
    }

    #[tokio::test]
    async fn beyond_a_few_a_device_is_told_to_come_back_and_others_are_not() {
        let turns = Arc::new(Turns::new(1));
        let held = turns.take(who(1)).await.unwrap();
        let waiting: Vec<_> = (0..WAITING_PER_DEVICE_MAX)
            .map(|_| {
                let turns = turns.clone();
                tokio::spawn(async move { turns.take(who(1)).await.is_some() })
            })
            .collect();
        settle().await;
        assert!(turns.take(who(1)).await.is_none());
        // A client that leaves gives its place back.
        waiting[0].abort();
        settle().await;
        assert!(turns.place(who(1)).is_some());
        assert!(turns.place(who(2)).is_some());
        drop(held);
        for one in waiting.into_iter().skip(1) {
            assert!(one.await.unwrap());
        }
        assert!(turns.own.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }
}
