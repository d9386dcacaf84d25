//! Packets of a trace, by number, taken apart with what the packets before them say.

use wire::trace::{Event, Trace};
use wire::{Dissection, Session};

use super::problem::Complaint;

/// A packet number, from 1.
pub(crate) fn number(word: &str) -> Result<u32, Complaint> {
    word.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        Complaint::new(format!("`{word}` is no packet number"))
            .help("packets are counted from 1, as in Wireshark")
    })
}

/// The number of the packet that an event came in: its own, or its place in a trace that has none.
pub(crate) fn number_of(place: usize, event: &Event) -> u32 {
    event.packet.unwrap_or_else(|| u32::try_from(place + 1).unwrap_or(u32::MAX))
}

/// The place of packet `number` in a trace.
pub(crate) fn place(trace: &Trace, file: &str, number: u32) -> Result<usize, Complaint> {
    let numbers = || trace.events.iter().enumerate().map(|(place, event)| number_of(place, event));
    if let Some(place) = numbers().position(|this| this == number) {
        return Ok(place);
    }
    if let Some(skip) = trace.skipped.iter().find(|skip| skip.packet == number) {
        return Err(Complaint::new(format!(
            "packet {number} of traces/{file} cannot be shown: {}",
            skip.why
        )));
    }
    let last = numbers().max().unwrap_or(0);
    if number < last {
        return Err(Complaint::new(format!("packet {number} of traces/{file} carries no payload"))
            .help(format!("see `wirebook inspect traces/{file}`")));
    }
    Err(Complaint::new(format!("no packet {number} in traces/{file}, which has {last}"))
        .help(format!("`wirebook inspect traces/{file}` lists them")))
}

/// A packet and what it says.
pub(crate) struct Packet<'t> {
    pub(crate) event: &'t Event,
    pub(crate) dissection: Dissection<'t>,
}

/// Packet `number`, taken apart after all that came before it.
pub(crate) fn packet<'t>(
    trace: &'t Trace,
    file: &str,
    number: u32,
    password: Option<&str>,
) -> Result<Packet<'t>, Complaint> {
    let place = place(trace, file, number)?;
    let mut session = Session::of(trace, password.map(str::to_owned));
    let mut last = None;
    for event in trace.events.iter().take(place + 1) {
        last = Some(Packet { event, dissection: session.dissect(event) });
    }
    last.ok_or_else(|| Complaint::new(format!("traces/{file} is empty")))
}

/// Reads "1-4", "1,3" or "1-2,7".
pub(crate) fn numbers(list: &str) -> Result<Vec<u32>, Complaint> {
    let mut all = Vec::new();
    for part in list.split(',').map(str::trim) {
        match part.split_once('-') {
            None => all.push(number(part)?),
            Some((first, last)) => {
                let (first, last) = (number(first.trim())?, number(last.trim())?);
                if first > last || last - first > MOST {
                    return Err(Complaint::new(format!("`{part}` is no range of packets"))
                        .help("write the lower number first, as in packets=\"1-4,7\""));
                }
                all.extend(first..=last);
            }
        }
    }
    Ok(all)
}

/// More than this is a typing error rather than a figure.
const MOST: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_packets_takes_single_ones_and_ranges() {
        for (list, expected) in
            [("1-4", vec![1, 2, 3, 4]), ("3", vec![3]), ("1-2, 7", vec![1, 2, 7]), ("5-5", vec![5])]
        {
            assert_eq!(numbers(list).unwrap(), expected);
        }
        for list in ["", "0", "4-1", "1-", "x", "1-99999999"] {
            assert!(numbers(list).is_err(), "{list}");
        }
    }
}
