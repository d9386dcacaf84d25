//! What the NAT exercises call right is what the book says, and what their own pages print.

use exercises::nat::Dependence;
use exercises::nat::punch::{Edge, meet, pairs};
use exercises::nat::{filter, mapping};

#[test]
fn the_four_kinds_of_rfc_3489_meet_as_everybody_says() {
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};
    let kinds = [
        (EndpointIndependent, EndpointIndependent),
        (EndpointIndependent, AddressDependent),
        (EndpointIndependent, AddressAndPortDependent),
        (AddressAndPortDependent, AddressAndPortDependent),
    ]
    .map(|(mapping, filtering)| Edge::Nat { mapping, filtering });
    let row = |left: Edge| -> String {
        kinds.iter().map(|right| if meet(left, *right) { '+' } else { '-' }).collect()
    };
    assert_eq!(kinds.map(row), ["++++", "++++", "+++-", "++--"]);
}

#[test]
fn who_meets_whom_is_the_same_from_both_sides() {
    for (left, right) in pairs() {
        assert_eq!(meet(left, right), meet(right, left), "{} and {}", left.name(), right.name());
    }
}

#[test]
fn the_pairs_are_all_of_eleven_by_eleven() {
    assert_eq!(pairs().count(), 121);
    let met = pairs().filter(|(left, right)| meet(*left, *right)).count();
    assert_eq!(met, 61);
}

#[test]
fn the_mappings_that_are_printed_are_those_of_the_simulator() {
    let stub = include_str!("../../exercises/nat/mapping.rs");
    for line in stub.lines().filter(|line| line.contains("leaves as")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, internal, "->", remote, "leaves", "as", port, ..] = words[..] else { panic!("{line}") };
        assert!(internal.contains(':') && remote.contains(':') && port.starts_with(':'), "{line}");
    }
    let (_, _, packets, ports) = mapping::sequences()
        .find(|(name, kind, ..)| name == "two servers, and back" && *kind == Dependence::AddressDependent)
        .unwrap();
    assert_eq!((packets.len(), ports), (3, vec![5000, 5001, 5000]));
}

#[test]
fn each_arrival_at_a_filter_is_asked_of_all_three() {
    assert_eq!(filter::arrivals().count() % 3, 0);
    for (name, _, written_to, _) in filter::arrivals() {
        assert_eq!(written_to.is_empty(), name == "nobody was written to", "{name}");
    }
}
