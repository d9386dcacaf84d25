//! Who is due when.

use std::collections::BTreeSet;
use std::time::Duration;

/// A clock with one alarm for each of many: setting one, and asking for the next, takes no walk over all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarms {
    by_time: BTreeSet<(Duration, usize)>,
    of: Vec<Option<Duration>>,
}

impl Alarms {
    /// Sets the alarm of one, in place of the one it had; `None` for no more.
    pub(crate) fn set(&mut self, who: usize, at: Option<Duration>) {
        if self.of.len() <= who {
            self.of.resize(who + 1, None);
        }
        let before = std::mem::replace(&mut self.of[who], at);
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, who));
        }
        if let Some(at) = at {
            self.by_time.insert((at, who));
        }
    }

    /// The next that is due; of two at the same time, the one with the lower number.
    pub(crate) fn next(&self) -> Option<(Duration, usize)> {
        self.by_time.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_alarm_and_the_next_comes_first() {
        let at = |seconds| Some(Duration::from_secs(seconds));
        let mut alarms = Alarms::default();
        for (who, when) in [(2, at(5)), (0, at(5)), (1, at(9)), (2, at(1)), (1, None), (2, at(7))] {
            alarms.set(who, when);
        }
        assert_eq!(alarms.next(), Some((Duration::from_secs(5), 0)));
        alarms.set(0, None);
        assert_eq!(alarms.next(), Some((Duration::from_secs(7), 2)));
        alarms.set(2, None);
        assert_eq!(alarms.next(), None);
    }
}
