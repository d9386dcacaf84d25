//! # websocket::close_code: a solution
//!
//! The sizes first, so that what follows need not think of them. Then one list of ranges, which says what may be
//! sent rather than what may not: a code that somebody makes up is refused without being named.
//!
//! 1005, 1006 and 1015 are values of an API, and no codes: a browser's CloseEvent has them where nothing came that
//! could be shown. On the wire they would be a lie.
//!
//! Failing the connection has a code as well: 1002 for size and code, 1007 for the reason.

use exercises::websocket::close_code::Broken;

/// What the application is told of a Close frame with this payload.
pub fn close_code(body: &[u8]) -> Result<(u16, &str), Broken> {
    if body.is_empty() {
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
