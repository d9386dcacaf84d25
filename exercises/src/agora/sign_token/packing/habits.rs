//! Ways to pack that are not the right one.

use crate::agora::sign_token::Token;

/// A way to pack that is not the right one.
pub(super) struct Habit {
    pub(super) label: &'static str,
    pub(super) why: &'static str,
    numbers: fn(&mut Vec<u8>, u64, usize),
    text: fn(&Habit, &mut Vec<u8>, &str),
    body: fn(&Habit, &Token) -> Vec<u8>,
}

impl Habit {
    pub(super) fn packs(&self, token: &Token) -> Vec<u8> {
        (self.body)(self, token)
    }

    fn number(&self, out: &mut Vec<u8>, number: impl Into<u64>, bytes: usize) {
        (self.numbers)(out, number.into(), bytes);
    }
}

fn little(out: &mut Vec<u8>, number: u64, bytes: usize) {
    out.extend_from_slice(&number.to_le_bytes()[..bytes]);
}

fn big(out: &mut Vec<u8>, number: u64, bytes: usize) {
    out.extend_from_slice(&number.to_be_bytes()[8 - bytes..]);
}

fn with_length(habit: &Habit, out: &mut Vec<u8>, text: &str) {
    habit.number(out, text.len() as u64, 2);
    out.extend_from_slice(text.as_bytes());
}

fn head(habit: &Habit, out: &mut Vec<u8>, token: &Token) {
    (habit.text)(habit, out, &token.app_id);
    for number in [token.issued, token.expire, token.salt] {
        habit.number(out, number, 4);
    }
}

fn map(habit: &Habit, out: &mut Vec<u8>, privileges: &[(u16, u32)]) {
    habit.number(out, privileges.len() as u64, 2);
    for (number, seconds) in privileges {
        habit.number(out, *number, 2);
        habit.number(out, *seconds, 4);
    }
}

fn sorted(token: &Token) -> Vec<(u16, u32)> {
    let mut privileges = token.privileges.clone();
    privileges.sort_unstable();
    privileges
}

fn uid(token: &Token) -> String {
    if token.uid == 0 { String::new() } else { token.uid.to_string() }
}

fn tail(habit: &Habit, out: &mut Vec<u8>, token: &Token) {
    (habit.text)(habit, out, &token.channel);
    (habit.text)(habit, out, &uid(token));
}

/// As it should be, but for numbers and texts.
fn body(habit: &Habit, token: &Token) -> Vec<u8> {
    let mut out = Vec::new();
    head(habit, &mut out, token);
    habit.number(&mut out, 1_u32, 2);
    habit.number(&mut out, 1_u32, 2);
    map(habit, &mut out, &sorted(token));
    tail(habit, &mut out, token);
    out
}

/// One that differs in nothing: the others begin from it.
const PLAIN: Habit = Habit { label: "", why: "", numbers: little, text: with_length, body };

pub(super) static HABITS: [Habit; 17] = [
    Habit {
        label: "the high byte first",
        why: "numbers in a token have their low byte first, as most processors keep them. The Internet's protocols do it the \
              other way round: here it is `to_le_bytes`",
        numbers: big,
        ..PLAIN
    },
    Habit {
        label: "the high byte first",
        why: "a length is a number as the others: its low byte comes first, and with the two swapped 32 is 8192",
        text: |_, out, text| {
            big(out, text.len() as u64, 2);
            out.extend_from_slice(text.as_bytes());
        },
        ..PLAIN
    },
    Habit {
        label: "no length before it",
        why: "nothing ends a text but its length, which stands before it in two bytes. Without it a reader takes the first two \
              letters for one",
        text: |_, out, text| out.extend_from_slice(text.as_bytes()),
        ..PLAIN
    },
    Habit {
        label: "in four bytes",
        why: "the length of a text has two bytes: no text is longer than 65535",
        text: |_, out, text| {
            little(out, text.len() as u64, 4);
            out.extend_from_slice(text.as_bytes());
        },
        ..PLAIN
    },
    Habit {
        label: "in one byte",
        why: "the length of a text has two bytes, also where one would do",
        text: |_, out, text| {
            little(out, text.len() as u64, 1);
            out.extend_from_slice(text.as_bytes());
        },
        ..PLAIN
    },
    Habit {
        label: "ended by a 0",
        why: "a text has its length before it, and nothing behind it: the 0 of a C string would be the next field's first byte",
        text: |_, out, text| {
            out.extend_from_slice(text.as_bytes());
            out.push(0);
        },
        ..PLAIN
    },
    Habit {
        label: "a time",
        why: "`expire` is for how many seconds the token counts from `issued`. As a time it is some 50 years more. In the \
              token of before, 006, such numbers were times: hence the habit",
        body: |habit, token| {
            let expire = token.expire.wrapping_add(token.issued);
            body(habit, &Token { expire, ..token.clone() })
        },
        ..PLAIN
    },
    Habit {
        label: "a time",
        why: "the seconds of a privilege count from `issued`, as those of the token do: no time is added to them",
        body: |habit, token| {
            let later = |(number, seconds): &(u16, u32)| (*number, seconds.wrapping_add(token.issued));
            body(habit, &Token { privileges: token.privileges.iter().map(later).collect(), ..token.clone() })
        },
        ..PLAIN
    },
    Habit {
        label: "another number's place",
        why: "issued, expire, salt, in this order: nothing but the place says which is which",
        body: |habit, token| body(habit, &Token { expire: token.salt, salt: token.expire, ..token.clone() }),
        ..PLAIN
    },
    Habit {
        label: "not in order",
        why: "privileges go by their number, the smallest first. Who checks a token signs nothing anew: it takes the bytes as they \
              are. But the same token must be the same bytes whoever makes it, and Agora's builders sort",
        body: |habit, token| {
            let mut out = Vec::new();
            head(habit, &mut out, token);
            habit.number(&mut out, 1_u32, 2);
            habit.number(&mut out, 1_u32, 2);
            map(habit, &mut out, &token.privileges);
            tail(habit, &mut out, token);
            out
        },
        ..PLAIN
    },
    Habit {
        label: "missing",
        why: "a reader cannot see where a list ends: how many privileges there are stands before them, in two bytes",
        body: |habit, token| {
            let mut out = Vec::new();
            head(habit, &mut out, token);
            habit.number(&mut out, 1_u32, 2);
            habit.number(&mut out, 1_u32, 2);
            let mut list = Vec::new();
            map(habit, &mut list, &sorted(token));
            out.extend_from_slice(&list[2..]);
            tail(habit, &mut out, token);
            out
        },
        ..PLAIN
    },
    Habit {
        label: "a count is missing before it",
        why: "a token can be good for several services. How many stands before them, also where it is one: 01 00, and then its \
              type, which is 01 00 as well",
        body: |habit, token| {
            let mut out = Vec::new();
            head(habit, &mut out, token);
            habit.number(&mut out, 1_u32, 2);
            map(habit, &mut out, &sorted(token));
            tail(habit, &mut out, token);
            out
        },
        ..PLAIN
    },
    Habit {
        label: "not yet",
        why: "a service begins with its type and its privileges, which all services have. What only some have comes after: for \
              RTC the channel and the uid",
        body: |habit, token| {
            let mut out = Vec::new();
            head(habit, &mut out, token);
            habit.number(&mut out, 1_u32, 2);
            habit.number(&mut out, 1_u32, 2);
            tail(habit, &mut out, token);
            map(habit, &mut out, &sorted(token));
            out
        },
        ..PLAIN
    },
    Habit {
        label: "as a number",
        why: "a uid is a text in the token, whatever it is in your program: the decimal digits, with their length before them",
        body: |habit, token| {
            let mut out = body(habit, &Token { uid: 0, ..token.clone() });
            out.truncate(out.len() - 2);
            habit.number(&mut out, token.uid, 4);
            out
        },
        ..PLAIN
    },
    Habit {
        label: "the text \"0\"",
        why: "uid 0 stands for anybody, and in the token anybody is the empty text: a length of 0, and no byte after it. \"0\" would \
              be a user of this name",
        body: |habit, token| {
            let mut out = body(habit, token);
            if token.uid == 0 {
                out.truncate(out.len() - 2);
                (habit.text)(habit, &mut out, "0");
            }
            out
        },
        ..PLAIN
    },
    Habit {
        label: "left out",
        why: "an empty text is not nothing: its length is there, and says 0",
        body: |habit, token| {
            let mut out = body(habit, token);
            if token.uid == 0 {
                out.truncate(out.len() - 2);
            }
            out
        },
        ..PLAIN
    },
    Habit {
        label: "in lower case",
        why: "the App ID is a text, and its letters stay as they are: only its bytes count, not the number that the digits stand for",
        body: |habit, token| {
            body(habit, &Token { app_id: token.app_id.to_ascii_lowercase(), ..token.clone() })
        },
        ..PLAIN
    },
];
