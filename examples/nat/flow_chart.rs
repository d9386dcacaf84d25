//! What RFC 3489 of 2003 would have called it, and what that word leaves out.

use crate::verdict::{Depends, Verdict};

// ANCHOR: flow-chart
/// The flow chart of RFC 3489 section 10.1. All that it asks is known already: its test
/// II is filtering's test II, its test III is filtering's test III, and its second
/// test I goes where mapping's test III goes.
pub(crate) fn name(found: &Verdict) -> Option<&'static str> {
    let Verdict { mapping, filtering, .. } = *found;
    if found.mapped.is_none() {
        return Some("udp blocked"); // test I: no response
    }
    let test_2 = match filtering {
        Depends::Unknown | Depends::None => return None,
        filtering => filtering == Depends::EndpointIndependent,
    };
    Some(match (mapping, test_2) {
        (Depends::None, true) => "open internet",
        (Depends::None, false) => "symmetric udp firewall",
        // The chart ends here, whatever the mapping.
        (_, true) => "full cone",
        (Depends::Unknown, false) => return None,
        // Test I again, at the other address and port: another mapping.
        (Depends::AddressDependent | Depends::AddressAndPortDependent, false) => {
            "symmetric"
        }
        (Depends::EndpointIndependent, false) => match filtering {
            Depends::AddressDependent => "restricted cone", // test III: a response
            _ => "port restricted cone",
        },
    })
}
// ANCHOR_END: flow-chart

/// What that word does not say, or says wrongly.
pub(crate) fn misses(found: &Verdict) -> Option<String> {
    let Verdict { mapping, filtering, .. } = *found;
    Some(match found.rfc3489? {
        "full cone" if mapping != Depends::EndpointIndependent => format!(
            "That is wrong by RFC 3489's own section 5: a full cone maps all requests of one port alike, and this \
             mapping is {mapping}. The chart takes test II for the whole answer and never looks."
        ),
        "symmetric" => format!(
            "The word is one for six of the nine: it does not say that the mapping is {mapping}, and nothing of the \
             filtering, which is {filtering}."
        ),
        "symmetric udp firewall" => format!(
            "The word covers what filters by address and what filters by port too; this one's filtering is {filtering}."
        ),
        "udp blocked" => "Or the server is down: the chart cannot tell.".to_owned(),
        "open internet" => "Open for UDP, from here, at this moment.".to_owned(),
        _ => "The word is right about mapping and filtering, and says nothing of hairpinning, ports and lifetimes; \
              nor will it be right for every port and every hour (RFC 4787 section 3)."
            .to_owned(),
    })
}
