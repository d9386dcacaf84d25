//! What a token is good for: the services by their numbers, what each has beside its privileges.

use super::content::length;
use super::{ACCESS_TOKEN_2, RTC_TOKEN_BUILDER_2, WILDCARD};
use crate::cursor::{Cursor, Step, Stop};
use crate::tree::{Field, Severity};

/// How a service is laid out after its privileges.
pub(super) struct Kind {
    pub(super) number: u16,
    pub(super) name: &'static str,
    /// The field of a privilege, with the names that this service gives to them.
    pub(super) privilege: &'static Field,
    /// Its texts, in their order.
    pub(super) texts: &'static [&'static Field],
    /// What comes after them.
    pub(super) tail: Tail,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    Nothing,
    /// APaaS: a number of two bytes.
    Role,
    /// RTM 2: which resources may be read and written.
    Permissions,
}

pub(super) static SERVICE: Field =
    Field::new("Service", ACCESS_TOKEN_2, "One of Agora's products, and what may be done there.");
pub(super) static TYPE: Field = Field::new("Service type", ACCESS_TOKEN_2, "Which product.").names(&[
    (1, "RTC"),
    (2, "RTM"),
    (3, "Streaming"),
    (4, "FPA"),
    (5, "Chat"),
    (6, "FCDN"),
    (7, "APaaS"),
    (8, "RTM 2"),
    (9, "ConvoAI"),
    (10, "STT"),
]);
static PRIVILEGE_COUNT: Field = Field::new(
    "Privilege count",
    ACCESS_TOKEN_2,
    "How many privileges follow. What is not named is not allowed.",
);
static PRIVILEGE: Field =
    Field::new("Privilege", ACCESS_TOKEN_2, "Something that is allowed, and for how long.");
pub(super) static PRIVILEGE_EXPIRE: Field = Field::new(
    "Privilege expire",
    RTC_TOKEN_BUILDER_2,
    "For how many seconds from the issue timestamp it is allowed; 0 is for as long as the token counts.",
);
pub(super) static UNKNOWN: Field = Field::new(
    "Unknown service",
    ACCESS_TOKEN_2,
    "No length says where a service ends, so what follows one that is not known cannot be read either.",
);

pub(super) static CHANNEL: Field =
    Field::new("Channel", RTC_TOKEN_BUILDER_2, "The one that may be joined. `*` stands for any.");
pub(super) static UID: Field = Field::new(
    "Uid",
    RTC_TOKEN_BUILDER_2,
    "Who may join, as text. Empty is anybody: a builder writes so for the number 0.",
);
static USER: Field = Field::new("User", ACCESS_TOKEN_2, "Who may log in.");
static ACCOUNT: Field = Field::new("Account", ACCESS_TOKEN_2, "Who may stream. Empty is anybody.");
static ROOM: Field = Field::new("Room", ACCESS_TOKEN_2, "The class room. Empty: no single one.");
pub(super) static ROLE: Field = Field::new(
    "Role",
    ACCESS_TOKEN_2,
    "What the user is there, such as teacher or student; 65535 is -1: none.",
);
static RESOURCE_TYPES: Field = Field::new(
    "Resource type count",
    ACCESS_TOKEN_2,
    "For how many kinds of resources something is allowed.",
);
pub(super) static RESOURCE_TYPE: Field =
    Field::new("Resource type", ACCESS_TOKEN_2, "Which kind of resources.").names(&[
        (0, "message channels"),
        (1, "stream channels"),
        (2, "group channels"),
        (3, "server groups"),
        (4, "users"),
    ]);
static PERMISSIONS: Field = Field::new("Permission count", ACCESS_TOKEN_2, "How many permissions follow.");
pub(super) static PERMISSION: Field = Field::new("Permission", ACCESS_TOKEN_2, "What may be done with them.")
    .names(&[(0, "read"), (1, "write")]);
static RESOURCES: Field = Field::new("Resource count", ACCESS_TOKEN_2, "With how many of them.");
pub(super) static RESOURCE: Field = Field::new("Resource", ACCESS_TOKEN_2, "One of them, by its name.");

static RTC: Field =
    privilege(&[(1, "join channel"), (2, "publish audio"), (3, "publish video"), (4, "publish data")]);
static LOGIN: Field = privilege(&[(1, "login")]);
static STREAMING: Field = privilege(&[(1, "publish mixed stream"), (2, "publish raw stream")]);
static CHAT: Field = privilege(&[(1, "user"), (2, "app")]);
static FCDN: Field = privilege(&[(1, "publish"), (2, "play")]);
static APAAS: Field = privilege(&[(1, "room user"), (2, "user"), (3, "app")]);
static NONE_NAMED: Field = privilege(&[]);

const fn privilege(names: &'static [(u64, &'static str)]) -> Field {
    Field::new("Privilege number", ACCESS_TOKEN_2, "What is allowed; each service has its own numbers.")
        .names(names)
}

static KINDS: &[Kind] = &[
    Kind { number: 1, name: "RTC", privilege: &RTC, texts: &[&CHANNEL, &UID], tail: Tail::Nothing },
    Kind { number: 2, name: "RTM", privilege: &LOGIN, texts: &[&USER], tail: Tail::Nothing },
    Kind {
        number: 3,
        name: "Streaming",
        privilege: &STREAMING,
        texts: &[&CHANNEL, &ACCOUNT],
        tail: Tail::Nothing,
    },
    Kind { number: 4, name: "FPA", privilege: &LOGIN, texts: &[], tail: Tail::Nothing },
    Kind { number: 5, name: "Chat", privilege: &CHAT, texts: &[&USER], tail: Tail::Nothing },
    Kind { number: 6, name: "FCDN", privilege: &FCDN, texts: &[&CHANNEL, &ACCOUNT], tail: Tail::Nothing },
    Kind { number: 7, name: "APaaS", privilege: &APAAS, texts: &[&ROOM, &USER], tail: Tail::Role },
    Kind { number: 8, name: "RTM 2", privilege: &LOGIN, texts: &[&USER], tail: Tail::Permissions },
    Kind { number: 9, name: "ConvoAI", privilege: &NONE_NAMED, texts: &[], tail: Tail::Nothing },
    Kind { number: 10, name: "STT", privilege: &NONE_NAMED, texts: &[], tail: Tail::Nothing },
];

pub(super) fn kind(number: u64) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| u64::from(kind.number) == number)
}

pub(super) fn name(number: u64) -> Option<&'static str> {
    kind(number).map(|kind| kind.name)
}

/// Where a service stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The type of the one before.
    pub(super) before: u64,
    /// How many there are from here on.
    pub(super) left: u64,
    /// For how long the token counts.
    pub(super) expire: u64,
}

/// Reads one, and says its type.
pub(super) fn service(c: &mut Cursor<'_>, place: Place) -> Step<u64> {
    c.group(&SERVICE, |c| {
        let read = c.uint_le(&TYPE, 2)?;
        let number = read.value();
        if number < place.before {
            let why = "out of order: the packages write services by their numbers";
            read.note(Severity::Info, why, Some(ACCESS_TOKEN_2));
        }
        let Some(kind) = kind(number) else {
            unknown(c, place.left)?;
            return Err(Stop);
        };
        privileges(c, kind, place.expire)?;
        for field in kind.texts {
            text(c, field)?;
        }
        match kind.tail {
            Tail::Nothing => {}
            Tail::Role => {
                c.uint_le(&ROLE, 2)?;
            }
            Tail::Permissions => permissions(c)?,
        }
        Ok(number)
    })
}

fn unknown(c: &mut Cursor<'_>, left: u64) -> Step {
    let why = match left {
        1 => "a service that is not known here".to_owned(),
        _ => format!("a service that is not known here, and with it the {} after it", left - 1),
    };
    c.rest(&UNKNOWN)?.note(Severity::Warning, why, Some(ACCESS_TOKEN_2));
    Ok(())
}

fn privileges(c: &mut Cursor<'_>, kind: &Kind, token: u64) -> Step {
    let count = c.uint_le(&PRIVILEGE_COUNT, 2)?.value();
    let mut before = None;
    for _ in 0..count {
        c.group(&PRIVILEGE, |c| {
            let read = c.uint_le(kind.privilege, 2)?;
            let number = read.value();
            let why = match before {
                Some(before) if number == before => "named twice: the last one counts",
                Some(before) if number < before => {
                    "out of order: the packages write privileges by their numbers"
                }
                _ => "",
            };
            if !why.is_empty() {
                read.note(Severity::Warning, why, Some(ACCESS_TOKEN_2));
            }
            before = Some(number);
            let read = c.uint_le(&PRIVILEGE_EXPIRE, 4)?;
            match read.value() {
                0 => {
                    read.note(Severity::Info, "0: as long as the token counts", Some(RTC_TOKEN_BUILDER_2));
                }
                seconds if seconds > token => {
                    let why = "longer than the token, with which it ends";
                    read.note(Severity::Info, why, Some(RTC_TOKEN_BUILDER_2));
                }
                _ => {}
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn text(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    let len = length(c)?;
    let written = c.peek(len).to_vec();
    let read = c.text_of(field, len)?;
    let any = |field: &Field| std::ptr::eq(field, &CHANNEL) || std::ptr::eq(field, &UID);
    if any(field) && written.is_empty() {
        let (what, spec) = match std::ptr::eq(field, &UID) {
            true => ("empty: any uid is let in", RTC_TOKEN_BUILDER_2),
            false => ("empty: any channel may be joined", WILDCARD),
        };
        read.note(Severity::Info, what, Some(spec));
    } else if any(field) && written.contains(&b'*') {
        read.note(Severity::Info, "`*` stands for any characters", Some(WILDCARD));
    }
    Ok(())
}

fn permissions(c: &mut Cursor<'_>) -> Step {
    for _ in 0..c.uint_le(&RESOURCE_TYPES, 2)?.value() {
        c.uint_le(&RESOURCE_TYPE, 2)?;
        for _ in 0..c.uint_le(&PERMISSIONS, 2)?.value() {
            c.uint_le(&PERMISSION, 2)?;
            for _ in 0..c.uint_le(&RESOURCES, 2)?.value() {
                text(c, &RESOURCE)?;
            }
        }
    }
    Ok(())
}
