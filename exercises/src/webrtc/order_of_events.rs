//! The events of one call, and which must come before which. Not all orders are one order: what has no reason to wait
//! does not wait.

use wire::{Spec, rfc};

use crate::{Exam, Failure, Reason};

/// An event of the call, named by the letter that it has in the exercise.
pub type Event = char;
/// What the student writes: all events, in an order in which they can have come.
pub type Order = fn() -> Vec<Event>;

/// The letters of a text, whatever stands between them.
#[must_use]
pub fn letters(text: &str) -> Vec<Event> {
    text.chars().filter(|letter| letter.is_alphabetic()).collect()
}

/// The events, with the line of each in the trace; shuffled.
pub const EVENTS: [(Event, &str); 20] = [
    ('A', "UDP   ping -> pong    DTLS Certificate, ..., Finished"),
    ('B', "UDP   ping -> pong    STUN request, USERNAME pong:ping"),
    ('C', "WS    server -> ping  {\"type\":\"answer\", ...setup:passive...}"),
    ('D', "UDP   pong -> ping    DCEP DATA_CHANNEL_ACK"),
    ('E', "UDP   ping -> STUN    STUN request"),
    ('F', "UDP   ping -> pong    SCTP INIT"),
    ('G', "UDP   ping -> pong    DTLS ClientHello"),
    ('H', "WS    ping -> server  {\"type\":\"offer\",\"sdp\":...}"),
    ('I', "UDP   pong -> ping    STUN response"),
    ('J', "WS    ping -> server  {\"type\":\"candidate\",...typ srflx...}"),
    ('K', "UDP   ping -> pong    DTLS close_notify"),
    ('L', "UDP   pong -> ping    SCTP INIT ACK"),
    ('M', "UDP   pong -> ping    text \"pong\""),
    ('N', "UDP   pong -> ping    DTLS Finished"),
    ('O', "UDP   STUN -> ping    STUN response, XOR-MAPPED-ADDRESS"),
    ('P', "UDP   ping -> pong    DCEP DATA_CHANNEL_OPEN"),
    ('Q', "UDP   pong -> ping    DTLS ServerHello, Certificate, ..."),
    ('R', "WS    pong -> server  {\"type\":\"answer\", ...setup:passive...}"),
    ('S', "UDP   ping -> pong    text \"ping\""),
    ('T', "UDP   ping -> pong    SCTP COOKIE ECHO"),
];

/// One event must come before another; and why.
struct Before {
    first: Event,
    then: Event,
    spec: Spec,
    why: &'static str,
}

const fn before(first: Event, then: Event, spec: Spec, why: &'static str) -> Before {
    Before { first, then, spec, why }
}

/// All that must come before something else.
const REASONS: [Before; 19] = [
    before(
        'H',
        'R',
        rfc(3264, "4"),
        "an answer answers an offer, section by section: there is none before it",
    ),
    before('R', 'C', rfc(8825, "3"), "the server can hand on only what it was given"),
    before('E', 'O', rfc(8489, "6.3"), "a response repeats the transaction ID of its request"),
    before(
        'O',
        'J',
        rfc(8445, "5.1.1.2"),
        "a server-reflexive candidate is the address that the STUN server told: until it answers, nobody knows it",
    ),
    before(
        'H',
        'J',
        rfc(8838, "9"),
        "a trickled candidate belongs to a section of a description, which it names by mid and ufrag. It may come any time \
         after that description has gone out, and not before",
    ),
    before(
        'C',
        'B',
        rfc(8445, "7.2.2"),
        "a check carries pong's ufrag in USERNAME, and an HMAC that is keyed with pong's password. Both stand in the answer, \
         and nowhere else",
    ),
    before('B', 'I', rfc(8489, "6.3"), "a response repeats the transaction ID of its request"),
    before(
        'I',
        'G',
        rfc(8445, "12"),
        "only a check that was answered tells that there is a way, and that the other side wants to hear. Before it, nothing \
         but checks may be sent: DTLS runs on the pair that ICE found",
    ),
    before('G', 'Q', rfc(6347, "4.2"), "a ServerHello chooses from what the ClientHello offered"),
    before(
        'Q',
        'A',
        rfc(6347, "4.2"),
        "the client's Certificate and keys answer the server's flight: this is flight 5 of six",
    ),
    before(
        'A',
        'N',
        rfc(6347, "4.2"),
        "the server's Finished is over all messages before it, the client's Finished included",
    ),
    before(
        'N',
        'F',
        rfc(8261, "3"),
        "SCTP is carried by DTLS: until both Finished are there, nothing can be encrypted",
    ),
    before('F', 'L', rfc(9260, "5.1"), "INIT ACK repeats the tag that INIT gave, and brings the cookie"),
    before('L', 'T', rfc(9260, "5.1"), "COOKIE ECHO gives back the cookie that came with INIT ACK"),
    before(
        'T',
        'P',
        rfc(9260, "5.1"),
        "DATA may share a packet with COOKIE ECHO, and stands after it there. Before it the other side knows of no association",
    ),
    before('P', 'D', rfc(8832, "6"), "an ACK answers the OPEN that came on its stream"),
    before(
        'P',
        'S',
        rfc(8832, "6"),
        "the first message of a channel is OPEN: it says what the channel is. Text may follow at once, before the ACK",
    ),
    before('S', 'M', Spec::Own, "\"pong\" answers \"ping\""),
    before('M', 'K', Spec::Own, "ping got its \"pong\" and hung up: after close_notify it reads no more"),
];

/// Holds an order against all reasons.
///
/// # Errors
/// An event that is missing, unknown or there twice; else the first pair, in the student's order, that is the wrong
/// way round.
pub fn check(exam: &Exam, order: Order) -> Result<(), Box<Failure>> {
    let trace =
        EVENTS.iter().map(|(letter, line)| format!("{letter}  {line}")).collect::<Vec<_>>().join("\n");
    let expected = "an order in which each event has what it needs";
    let case = exam.case("one call, shuffled", trace.as_bytes(), expected, rfc(8825, "3")).text();
    let order = case.ask(order)?;
    let returned: String = order.iter().map(|event| format!("{event} ")).collect();
    let fail = |case: crate::Case<'_>, shown: String, reason| {
        let mut failure = case.wrong(returned.trim_end(), reason);
        failure.bytes = shown.into_bytes();
        Err(failure)
    };
    for (at, event) in order.iter().enumerate() {
        let known = EVENTS.iter().any(|(letter, _)| letter == event);
        if !known || order[..at].contains(event) {
            let why = if known { "each event happens once" } else { "the events are A to T" };
            let reason = Reason::new(Spec::Own, why)
                .at(at * 2..at * 2 + 1, if known { "again" } else { "no such event" });
            return fail(case, returned.clone(), reason);
        }
    }
    if let Some((missing, line)) = EVENTS.iter().find(|(letter, _)| !order.contains(letter)) {
        let why = format!("this call has twenty events, and {missing} is one of them: {line}");
        let end = returned.trim_end().len() + 1;
        return fail(
            case,
            returned.clone(),
            Reason::new(Spec::Own, why).at(end..end, format!("{missing} is missing")),
        );
    }
    let place = |event| order.iter().position(|other| *other == event).unwrap_or(order.len());
    let wrong = REASONS
        .iter()
        .filter(|pair| place(pair.first) > place(pair.then))
        .min_by_key(|pair| place(pair.then));
    let Some(Before { first, then, spec, why }) = wrong else { return Ok(()) };
    let line = |event| EVENTS.iter().find(|(letter, _)| *letter == event).map_or("", |(_, line)| *line);
    let shown = format!("{then}  {}\n{first}  {}", line(*then), line(*first));
    let start = shown.find('\n').map_or(0, |end| end + 1);
    let reason = Reason::new(*spec, *why).at(start..start + 1, "must come first");
    fail(case, shown, reason)
}

/// The pairs in which one must come before the other.
pub fn reasons() -> impl Iterator<Item = (Event, Event)> {
    REASONS.iter().map(|pair| (pair.first, pair.then))
}
