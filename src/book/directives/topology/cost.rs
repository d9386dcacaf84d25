//! What a call costs, by how its members are joined (RFC 7667 sections 3.4, 3.6.1 and 3.7). One stream a member, without
//! simulcast; a mixed stream is as large as a member's.

/// How members are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topology {
    Mesh,
    Sfu,
    Mcu,
}

impl Topology {
    pub(super) const ALL: [Self; 3] = [Self::Mesh, Self::Sfu, Self::Mcu];
}

/// Rates in the unit of the stream's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) member_sends: u64,
    pub(super) member_receives: u64,
    pub(super) server_sends: u64,
    pub(super) server_encodes: u64,
}

impl Cost {
    /// Of a call with two members or more.
    pub(super) fn of(topology: Topology, members: u32, rate: u64) -> Self {
        let members = u64::from(members);
        let others = members - 1;
        match topology {
            Topology::Mesh => Self {
                member_sends: others * rate,
                member_receives: others * rate,
                server_sends: 0,
                server_encodes: 0,
            },
            Topology::Sfu => Self {
                member_sends: rate,
                member_receives: others * rate,
                server_sends: members * others * rate,
                server_encodes: 0,
            },
            Topology::Mcu => Self {
                member_sends: rate,
                member_receives: rate,
                server_sends: members * rate,
                server_encodes: members,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_sent_is_received() {
        for members in [2, 3, 10, 1000] {
            for topology in Topology::ALL {
                let cost = Cost::of(topology, members, 7);
                let all = u64::from(members);
                let from_members =
                    if topology == Topology::Mesh { all * cost.member_sends } else { cost.server_sends };
                assert_eq!(from_members, all * cost.member_receives, "{topology:?} of {members}");
            }
        }
    }

    /// The table has one column for both.
    #[test]
    fn what_the_table_joins_is_the_same() {
        for members in [2, 3, 10, 1000] {
            let [mesh, sfu, mcu] = Topology::ALL.map(|topology| Cost::of(topology, members, 7));
            assert_eq!((sfu.member_sends, mesh.member_receives), (mcu.member_sends, sfu.member_receives));
        }
    }

    #[test]
    fn ten_members_cost_what_the_page_says() {
        let [mesh, sfu, mcu] = Topology::ALL.map(|topology| Cost::of(topology, 10, 1500));
        assert_eq!((mesh.member_sends, sfu.member_sends, mcu.member_sends), (13_500, 1500, 1500));
        assert_eq!((sfu.server_sends, mcu.server_sends, mcu.server_encodes), (135_000, 15_000, 10));
    }
}
