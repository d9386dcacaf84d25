//! What RFC 3489 of 2003 would have called it, and what that word leaves out.

use crate::verdict::{Depends, Verdict};

/// A way through the chart, and the word at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walk {
    pub(crate) steps: Vec<&'static str>,
    pub(crate) word: Option<&'static str>,
}

// ANCHOR: flow-chart
/// The flow chart of RFC 3489 section 10.1. All that it asks is known already: its tests
/// II and III are filtering's tests II and III, and its second test I goes where
/// mapping's test III goes.
pub(crate) fn follow(found: &Verdict) -> Walk {
    use Depends::{AddressDependent, EndpointIndependent, None, Unknown};
    let Verdict { mapping, filtering, .. } = *found;
    let mut walk = Walk::default();
    if found.mapped.is_none() {
        return walk.to("test I: no response").end("udp blocked");
    }
    walk = walk.to("test I: a response");
    walk = walk.to(if mapping == None { "IP the same" } else { "IP another" });
    walk = match filtering {
        Unknown | None => return walk,
        EndpointIndependent => walk.to("test II: a response"),
        _ => walk.to("test II: no response"),
    };
    match (mapping, filtering) {
        (None, EndpointIndependent) => return walk.end("open internet"),
        (None, _) => return walk.end("symmetric udp firewall"),
        // The chart ends here, whatever the mapping.
        (_, EndpointIndependent) => return walk.end("full cone"),
        (Unknown, _) => return walk,
        (EndpointIndependent, _) => walk = walk.to("test I elsewhere: IP the same"),
        _ => return walk.to("test I elsewhere: IP another").end("symmetric"),
    }
    match filtering {
        AddressDependent => walk.to("test III: a response").end("restricted cone"),
        _ => walk.to("test III: no response").end("port restricted cone"),
    }
}
// ANCHOR_END: flow-chart

impl Walk {
    fn to(mut self, step: &'static str) -> Self {
        self.steps.push(step);
        self
    }

    fn end(mut self, word: &'static str) -> Self {
        self.word = Some(word);
        self
    }
}

/// What that word does not say, or says wrongly.
pub(crate) fn misses(found: &Verdict) -> Option<String> {
    let Verdict { mapping, filtering, .. } = *found;
    let independent = mapping == Depends::EndpointIndependent;
    Some(match found.rfc3489? {
        "full cone" if mapping == Depends::Unknown => {
            "The chart never looked at the mapping, which is not known here either.".to_owned()
        }
        "full cone" if !independent => format!(
            "That is wrong, by RFC 3489's own words: a full cone maps all requests of one port alike (section 5), and \
             this mapping is {mapping}. The chart has what it wants after test II, and never looks."
        ),
        "symmetric" => format!(
            "One word for four of the nine kinds. It does not tell that the mapping is {mapping}, and says nothing of \
             the filtering, which is {filtering}."
        ),
        "symmetric udp firewall" => format!(
            "One word for what filters by address and what filters by port too. This one is {filtering}."
        ),
        "udp blocked" => "Or the server is down: the chart cannot tell.".to_owned(),
        "open internet" => "Nothing translates and nothing filters, at this moment.".to_owned(),
        _ => "The word is right about mapping and filtering. It says nothing of hairpinning, ports and lifetimes, and \
              holds for this port at this moment (RFC 5780 section 4)."
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_has_seven_words_for_what_rfc_4787_tells_apart() {
        use Depends::{
            AddressAndPortDependent as Apd, AddressDependent as Ad,
            EndpointIndependent as Ei, None, Unknown,
        };
        for (mapping, filtering, word) in [
            (None, Ei, Some("open internet")),
            (None, Ad, Some("symmetric udp firewall")),
            (None, Apd, Some("symmetric udp firewall")),
            (Ei, Ei, Some("full cone")),
            (Ad, Ei, Some("full cone")),
            (Apd, Ei, Some("full cone")),
            (Ei, Ad, Some("restricted cone")),
            (Ei, Apd, Some("port restricted cone")),
            (Ad, Ad, Some("symmetric")),
            (Ad, Apd, Some("symmetric")),
            (Apd, Ad, Some("symmetric")),
            (Apd, Apd, Some("symmetric")),
            (Unknown, Ei, Some("full cone")),
            (Unknown, Apd, Option::None),
            (Ei, Unknown, Option::None),
        ] {
            let mapped = "198.51.100.1:40000".parse().ok();
            let found =
                Verdict { mapped, mapping, filtering, ..Verdict::default() };
            assert_eq!(follow(&found).word, word, "{mapping}, {filtering}");
        }
        assert_eq!(follow(&Verdict::default()).word, Some("udp blocked"));
    }
}
