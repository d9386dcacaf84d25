//! What makes a Linux router behave: by iptables where it can, else by nftables.
//!
//! Linux has no table of mappings. It tracks connections, five-tuples each with the five-tuple of their answers, and
//! a NAT rule is asked for a connection's first packet only. So nothing comes in but answers (address and
//! port-dependent filtering) unless a rule lets it, and that rule must itself know for whom it is.

use std::net::Ipv4Addr;

use anyhow::Result;

use crate::namespace::Namespace;
use crate::street::SERVER;

/// What is on the way between client and server, from the client on.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) routers: Vec<Rules>,
}

/// One router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    Nat {
        mapping: Mapping,
        filtering: Filtering,
        hairpin: Hairpin,
    },
    /// No translation; only answers come in.
    Firewall,
    /// No translation; UDP vanishes.
    Dropping,
    /// No translation; UDP is refused by ICMP.
    Rejecting,
}

/// Which external endpoint a packet gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    /// `SNAT`: the internal port where it can be had, else one for all that this port sends.
    Preserving,
    /// `SNAT`, for each remote address from ports of its own.
    PerAddress,
    /// `SNAT --random-fully`: any port, chosen for each connection.
    Random,
    /// `MASQUERADE`: `SNAT` with whatever address the interface has.
    Masquerade,
    /// `MASQUERADE --random`.
    MasqueradeRandom,
}

/// Who comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filtering {
    /// Answers to tracked connections.
    Tracked,
    /// `DNAT` of all UDP to the client.
    Forwarded,
    /// `DNAT` to the client of what comes from an address that somebody inside wrote to, by the match `recent`.
    Recent,
    /// An nftables map from external ports to internal endpoints, filled by what goes out: for all the world.
    Learned,
    /// The same, for remote addresses that the mapping was used to.
    LearnedPerAddress,
}

/// What becomes of a packet from inside to an external endpoint of the NAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hairpin {
    /// The rules are for packets that come in or go out: it is for the router itself.
    No,
    /// It gets a new destination and keeps its source: half of what port forwarding guides call "NAT loopback".
    Destination,
    /// It gets both, as if it had been outside.
    Both,
}

/// Where a router stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The client, or the next NAT on the way to it.
    pub(crate) inside: Ipv4Addr,
    /// The address that it translates to.
    pub(crate) outside: Ipv4Addr,
}

impl Kind {
    pub(crate) fn nat(mapping: Mapping, filtering: Filtering) -> Self {
        Self { routers: vec![Rules::Nat { mapping, filtering, hairpin: Hairpin::No }] }
    }

    pub(crate) fn hairpinning(mapping: Mapping, filtering: Filtering, hairpin: Hairpin) -> Self {
        Self { routers: vec![Rules::Nat { mapping, filtering, hairpin }] }
    }

    pub(crate) fn refusing(rules: Rules) -> Self {
        Self { routers: vec![rules] }
    }

    /// Client and server on one cable.
    pub(crate) fn nothing() -> Self {
        Self { routers: Vec::new() }
    }

    pub(crate) fn behind(self, outer: Self) -> Self {
        Self { routers: [self.routers, outer.routers].concat() }
    }
}

impl Rules {
    pub(crate) fn translates(self) -> bool {
        matches!(self, Self::Nat { .. })
    }

    pub(crate) fn lay(self, router: &Namespace, place: Place) -> Result<()> {
        match self {
            Self::Nat { mapping, filtering, hairpin } => {
                // What nobody inside asked for must not reach the router's own sockets: see `surprises`.
                iptables(router, "-A INPUT -i outside -j DROP")?;
                mapping.lay(router, place, hairpin)?;
                filtering.lay(router, place, hairpin)
            }
            Self::Firewall => {
                iptables(
                    router,
                    "-A FORWARD -i outside -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
                )?;
                iptables(router, "-A FORWARD -i outside -j DROP")
            }
            Self::Dropping => iptables(router, "-A FORWARD -p udp -j DROP"),
            Self::Rejecting => iptables(router, "-A FORWARD -p udp -j REJECT"),
        }
    }
}

impl Mapping {
    fn lay(self, router: &Namespace, Place { outside, .. }: Place, hairpin: Hairpin) -> Result<()> {
        // A hairpin leaves where it came in, and needs a new source there too.
        let on = if hairpin == Hairpin::Both { "" } else { "-o outside" };
        let rule = format!("-t nat -A POSTROUTING {on} -p udp");
        match self {
            Self::Preserving => iptables(router, &format!("{rule} -j SNAT --to-source {outside}")),
            Self::PerAddress => {
                for (remote, ports) in SERVER.into_iter().zip(["40000-49999", "50000-59999"]) {
                    iptables(router, &format!("{rule} -d {remote} -j SNAT --to-source {outside}:{ports}"))?;
                }
                // To other addresses, as a hairpin's, from what is left.
                iptables(router, &format!("{rule} -j SNAT --to-source {outside}:30000-39999"))
            }
            Self::Random => iptables(router, &format!("{rule} -j SNAT --to-source {outside} --random-fully")),
            Self::Masquerade => iptables(router, &format!("{rule} -j MASQUERADE")),
            Self::MasqueradeRandom => iptables(router, &format!("{rule} -j MASQUERADE --random")),
        }
    }
}

impl Filtering {
    fn lay(self, router: &Namespace, Place { inside, outside }: Place, hairpin: Hairpin) -> Result<()> {
        let from = if hairpin == Hairpin::No { "-i outside" } else { "" };
        let rule = format!("-t nat -A PREROUTING {from} -d {outside} -p udp");
        match self {
            Self::Tracked => Ok(()),
            Self::Forwarded => iptables(router, &format!("{rule} -j DNAT --to-destination {inside}")),
            Self::Recent => {
                // Who is written to is noted on each packet, so in FORWARD: the nat table sees first packets only.
                iptables(router, "-A FORWARD -o outside -p udp -m recent --name peers --set --rdest")?;
                let known = "-m recent --name peers --rcheck --rsource";
                iptables(router, &format!("{rule} {known} -j DNAT --to-destination {inside}"))
            }
            Self::Learned => nft(router, outside, hairpin, ""),
            Self::LearnedPerAddress => nft(router, outside, hairpin, "udp dport . ip saddr @peers"),
        }
    }
}

fn iptables(router: &Namespace, rule: &str) -> Result<()> {
    router.run(&format!("iptables -w 20 {rule}")).map(drop)
}

/// What iptables has no words for: a NAT's table of mappings. After the translation of what goes out, its new source
/// port and the endpoint that it stands for go into a map; what comes in is sent to where the map says.
fn nft(router: &Namespace, outside: Ipv4Addr, hairpin: Hairpin, known: &str) -> Result<()> {
    let from = if hairpin == Hairpin::No { "iifname outside" } else { "" };
    let table = format!(
        "add table ip keeper
         add map ip keeper holes {{ type inet_service : ipv4_addr . inet_service; size 4096; flags dynamic; }}
         add set ip keeper peers {{ type inet_service . ipv4_addr; size 4096; flags dynamic; }}
         add chain ip keeper learn {{ type filter hook postrouting priority 150; }}
         add rule ip keeper learn ip saddr {outside} update @holes \
           {{ udp sport : ct original ip saddr . ct original proto-src }}
         add rule ip keeper learn ip saddr {outside} update @peers {{ udp sport . ip daddr }}
         add chain ip keeper open {{ type nat hook prerouting priority -90; }}
         add rule ip keeper open {from} ip daddr {outside} {known} dnat ip to udp dport map @holes"
    );
    router.run_with_input("nft -f -", &table).map(drop)
}
