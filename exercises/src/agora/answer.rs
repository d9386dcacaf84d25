//! Which datagrams get an answer, and which one.

use wire::Spec;

use crate::{Exam, Failure, Reason};

/// What the student writes: a datagram to its answer.
pub type Answer = fn(&[u8]) -> Option<Vec<u8>>;
/// What it is, the datagram, its answer.
type Question = (&'static str, &'static [u8], Option<&'static [u8]>);

/// TO WRITE: the rule that this tests, such as `rfc(8489, "14.2")`.
const SPEC: Spec = Spec::Own;

/// Puts pings to `answer`, then what is none.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, answer: Answer) -> Result<(), Box<Failure>> {
    let cases: [Question; 6] = [
        ("a ping", b"ping 7", Some(b"pong 7")),
        ("another number", b"ping 45489", Some(b"pong 45489")),
        ("a pong", b"pong 7", None),
        ("another word", b"song 7", None),
        ("a ping that was cut off", b"pin", None),
        ("an empty datagram", b"", None),
    ];
    for (name, datagram, right) in cases {
        let right = right.map(<[u8]>::to_vec);
        let case = exam.case(name, datagram, show(&right), SPEC);
        let case =
            if datagram.len() < 5 { case.at(datagram.len()..datagram.len(), "ends here") } else { case };
        case.expect(&right, || answer(datagram), show, |returned| explain(datagram, returned.as_deref()))?;
    }
    Ok(())
}

/// Looks for the mistake behind a wrong answer.
fn explain(datagram: &[u8], returned: Option<&[u8]>) -> Reason {
    let is_ping = datagram.starts_with(b"ping ");
    match returned {
        Some(same) if is_ping && same == datagram => {
            let why = "the question came back as it was. Whoever gets it takes it for a ping, and answers";
            Reason::new(SPEC, why).at(0..4, "still says ping")
        }
        Some(answer) if is_ping && answer.starts_with(b"pong") => {
            let why = "the number tells which question this answers. Without it, a late answer to an old question \
                       passes for a new one";
            Reason::new(SPEC, why).at(5..datagram.len(), "the number, which the answer must repeat")
        }
        None if is_ping => {
            Reason::new(SPEC, "this is a ping, and whoever sent it is waiting").at(0..5, "ping")
        }
        Some(_) if datagram.starts_with(b"pong") => {
            let why = "a pong is an answer. Two machines that answer each other's answers never stop";
            Reason::new(SPEC, why).at(0..4, "pong, and not ping")
        }
        _ => Reason::new(
            SPEC,
            "a ping begins with the five bytes 70 69 6e 67 20, and nothing else gets an answer",
        ),
    }
}

fn show(answer: &Option<Vec<u8>>) -> String {
    answer.as_ref().map_or("None".to_owned(), |bytes| format!("{:?}", String::from_utf8_lossy(bytes)))
}
