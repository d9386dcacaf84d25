//! Decodes each video anew for each mix.

use exercises::agora::topology::{Call, Cost};

/// Everybody but one; None, where nobody would be sent to.
fn others(call: &Call) -> Option<u64> {
    call.members.checked_sub(1).filter(|others| *others > 0)
}

/// No server.
pub fn mesh(call: &Call) -> Cost {
    let Some(others) = others(call) else { return Cost::default() };
    let copies = call.video.saturating_mul(others);
    Cost { up: copies, down: copies, encodes: others, decodes: others, ..Cost::default() }
}

/// Packets are passed on.
pub fn sfu(call: &Call) -> Cost {
    let Some(others) = others(call) else { return Cost::default() };
    let up = call.layers.iter().copied().fold(0, u64::saturating_add);
    let down = call.layers[call.watched].saturating_mul(others);
    Cost {
        up,
        down,
        encodes: call.layers.len() as u64,
        decodes: others,
        server_in: up.saturating_mul(call.members),
        server_out: down.saturating_mul(call.members),
        ..Cost::default()
    }
}

/// One mix for each member.
pub fn mcu(call: &Call) -> Cost {
    if others(call).is_none() {
        return Cost::default();
    }
    let all = call.video.saturating_mul(call.members);
    Cost {
        up: call.video,
        down: call.video,
        encodes: 1,
        decodes: 1,
        server_in: all,
        server_out: all,
        server_decodes: call.members.saturating_mul(call.members - 1),
        server_encodes: call.members,
    }
}

exercises::check!(agora::topology(mesh, sfu, mcu));
