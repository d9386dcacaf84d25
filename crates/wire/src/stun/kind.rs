//! The numbers that a writer or a server names: methods, and attribute types.
//!
//! What each of them is stands in [`super::attributes::ATTRIBUTES`]; a test holds the two together.

/// The method that asks "from where did this come?" (RFC 8489 section 3), and the only one that a STUN server
/// without TURN has.
pub const BINDING: u16 = 0x001;

macro_rules! kinds {
    ($($name:ident = $kind:literal, $spelled:literal;)*) => {
        $(#[doc = concat!($spelled, ", type ", stringify!($kind), ".")] pub const $name: u16 = $kind;)*

        #[cfg(test)]
        const ALL: &[(u16, &str)] = &[$(($name, $spelled)),*];
    };
}

kinds! {
    MAPPED_ADDRESS = 0x0001, "MAPPED-ADDRESS";
    RESPONSE_ADDRESS = 0x0002, "RESPONSE-ADDRESS";
    CHANGE_REQUEST = 0x0003, "CHANGE-REQUEST";
    SOURCE_ADDRESS = 0x0004, "SOURCE-ADDRESS";
    CHANGED_ADDRESS = 0x0005, "CHANGED-ADDRESS";
    USERNAME = 0x0006, "USERNAME";
    MESSAGE_INTEGRITY = 0x0008, "MESSAGE-INTEGRITY";
    ERROR_CODE = 0x0009, "ERROR-CODE";
    UNKNOWN_ATTRIBUTES = 0x000a, "UNKNOWN-ATTRIBUTES";
    REALM = 0x0014, "REALM";
    NONCE = 0x0015, "NONCE";
    MESSAGE_INTEGRITY_SHA256 = 0x001c, "MESSAGE-INTEGRITY-SHA256";
    PASSWORD_ALGORITHM = 0x001d, "PASSWORD-ALGORITHM";
    USERHASH = 0x001e, "USERHASH";
    XOR_MAPPED_ADDRESS = 0x0020, "XOR-MAPPED-ADDRESS";
    PRIORITY = 0x0024, "PRIORITY";
    PADDING = 0x0026, "PADDING";
    RESPONSE_PORT = 0x0027, "RESPONSE-PORT";
    SOFTWARE = 0x8022, "SOFTWARE";
    FINGERPRINT = 0x8028, "FINGERPRINT";
    ICE_CONTROLLED = 0x8029, "ICE-CONTROLLED";
    RESPONSE_ORIGIN = 0x802b, "RESPONSE-ORIGIN";
    OTHER_ADDRESS = 0x802c, "OTHER-ADDRESS";
}

#[cfg(test)]
mod tests {
    use super::super::attributes::named;
    use super::ALL;

    #[test]
    fn each_number_has_its_name_in_the_table_of_attributes() {
        for &(kind, name) in ALL {
            assert_eq!(named(kind).field.name, name, "{kind:#06x}");
        }
    }
}
