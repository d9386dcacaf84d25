//! Who may have a run played, and for how long.
//!
//! A run takes a thread and up to [`LONGEST`] of its time. So a few are played at once and the rest wait in the order
//! in which they came; and of one reader only the newest counts: a slider that is dragged asks for twenty, and wants
//! the last.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// So much of real time a run may take.
pub const LONGEST: Duration = Duration::from_secs(5);
/// So long may it wait for its turn.
const PATIENCE: Duration = Duration::from_secs(40);
/// So many are played at once.
const AT_ONCE: usize = 2;

/// Lets run a few at a time.
#[derive(Debug, Clone)]
pub struct Turns {
    places: Arc<Semaphore>,
    /// The newest run of each reader that has one under way.
    newest: Arc<Mutex<HashMap<String, u64>>>,
    count: Arc<AtomicU64>,
}

/// Why nothing was played.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// The reader asked for another one meanwhile.
    Replaced,
    /// Too many others wait.
    Busy,
    /// It broke down.
    Broken,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replaced => f.write_str("a newer run of the same page took the place of this one"),
            Self::Busy => write!(
                f,
                "expected a free place within {} s, found that others play: try again",
                PATIENCE.as_secs()
            ),
            Self::Broken => {
                f.write_str("the run broke down, which is a mistake of the workbook: try another setting")
            }
        }
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), newest: Arc::default(), count: Arc::default() }
    }
}

impl Turns {
    /// Plays when it is this run's turn. `play` asks now and then whether to go on.
    ///
    /// # Errors
    /// Where it never was, or is not wanted any more.
    pub async fn play<T: Send + 'static>(
        &self,
        reader: Option<String>,
        play: impl FnOnce(&mut dyn FnMut() -> bool) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let ticket = Ticket::new(self.clone(), reader);
        let place = match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => place,
            _ => return Err(Refused::Busy),
        };
        if !ticket.is_newest() {
            return Err(Refused::Replaced);
        }
        let played = spawn_blocking(move || {
            let begun = Instant::now();
            let played = play(&mut || begun.elapsed() < LONGEST && ticket.is_newest());
            // Whoever hung up meanwhile held the place until here.
            drop(place);
            ticket.is_newest().then_some(played)
        });
        played.await.map_err(|_| Refused::Broken)?.ok_or(Refused::Replaced)
    }

    fn newest(&self) -> std::sync::MutexGuard<'_, HashMap<String, u64>> {
        // Nothing panics while it holds the lock; and a number is right or not, whatever happened to others.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader's wish, from when it came to its end.
struct Ticket {
    turns: Turns,
    reader: Option<String>,
    number: u64,
}

impl Ticket {
    fn new(turns: Turns, reader: Option<String>) -> Self {
        let number = turns.count.fetch_add(1, Ordering::Relaxed);
        if let Some(reader) = &reader {
            turns.newest().insert(reader.clone(), number);
        }
        Self { turns, reader, number }
    }

    fn is_newest(&self) -> bool {
        self.reader.as_ref().is_none_or(|reader| self.turns.newest().get(reader) == Some(&self.number))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            let mut newest = self.turns.newest();
            if newest.get(reader) == Some(&self.number) {
                newest.remove(reader);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_newer_run_of_the_same_reader_ends_the_older_and_no_other() {
        let turns = Turns::default();
        let (begun, begins) = std::sync::mpsc::channel();
        let old = turns.clone();
        let old = tokio::spawn(async move {
            old.play(Some("a".into()), move |go_on| {
                begun.send(()).unwrap();
                while go_on() {
                    std::thread::yield_now();
                }
            })
            .await
        });
        tokio::task::spawn_blocking(move || begins.recv().unwrap()).await.unwrap();
        assert_eq!(turns.play(Some("b".into()), |go_on| go_on()).await, Ok(true));
        assert!(!old.is_finished());
        assert_eq!(turns.play(Some("a".into()), |go_on| go_on()).await, Ok(true));
        assert_eq!(old.await.unwrap(), Err(Refused::Replaced));
        assert!(turns.newest().is_empty(), "nothing is kept of runs that ended");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_run_that_panics_gives_its_place_back() {
        let turns = Turns::default();
        for _ in 0..AT_ONCE * 3 {
            let broken = turns.play(None, |_| -> () { panic!("on purpose") }).await;
            assert_eq!(broken, Err(Refused::Broken));
        }
        assert_eq!(turns.play(None, |_| 1).await, Ok(1));
    }
}
