//! What the NAT exercises call right is what the book says, and what their own pages print.

use exercises::nat::Dependence;
use exercises::nat::filter;
use exercises::nat::punch::{Edge, meet, pairs};

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
fn who_meets_whom_is_as_the_oracle_of_real_agents_says() {
    for (left, right) in pairs() {
        let [left_edge, right_edge] = [left, right].map(|edge| edge.name().parse().unwrap());
        let says = scenario::oracle::connects(&left_edge, &right_edge);
        assert_eq!(meet(left, right), says, "{} and {}", left.name(), right.name());
    }
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
fn each_arrival_at_a_filter_is_asked_of_all_three() {
    assert_eq!(filter::arrivals().count() % 3, 0);
    for (name, _, written_to, _) in filter::arrivals() {
        assert_eq!(written_to.is_empty(), name == "nobody was written to", "{name}");
    }
}
