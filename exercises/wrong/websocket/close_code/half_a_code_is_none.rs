//! Takes one byte for no code.

use exercises::websocket::close_code::Broken;

/// What the application is told of a Close frame with this payload.
pub fn close_code(body: &[u8]) -> Result<(u16, &str), Broken> {
    if body.len() < 2 {
        return Ok((1005, ""));
    }
    if body.len() > 125 {
        return Err(Broken::Size);
    }
    let (code, reason) = body.split_first_chunk::<2>().ok_or(Broken::Size)?;

    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Broken::Code);
    }

    let reason = std::str::from_utf8(reason).map_err(|_| Broken::Reason)?;
    Ok((code, reason))
}

exercises::check!(websocket::close_code(close_code));
