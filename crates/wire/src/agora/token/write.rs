//! From values to text.

use base64::Engine;

use super::super::sign::{Certificate, sign};
use super::super::{BASE64, zlib};
use super::{Permissions, Privileges, Service, Token, Unsignable};

impl Token {
    /// The token as text, signed. Services are written by their numbers, as the packages write them.
    ///
    /// # Errors
    /// An App ID that is none, no service, or more than a token can hold.
    pub fn sign(&self, certificate: &Certificate) -> Result<String, Unsignable> {
        if self.app_id.len() != 32 || !self.app_id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Unsignable::AppId(self.app_id.chars().count()));
        }
        let signing_info = self.signing_info()?;
        let signature = sign(certificate, self.issued, self.salt, &signing_info);
        let mut out = Writer::default();
        out.bytes(&signature)?;
        out.0.extend_from_slice(&signing_info);
        fits("bytes", zlib::MOST_INFLATED, out.0.len())?;
        Ok(format!("007{}", BASE64.encode(zlib::deflated(&out.0))))
    }

    fn signing_info(&self) -> Result<Vec<u8>, Unsignable> {
        if self.services.is_empty() {
            return Err(Unsignable::NoService);
        }
        let mut out = Writer::default();
        out.text(&self.app_id)?;
        for number in [self.issued, self.expire, self.salt] {
            out.u32(number);
        }
        let mut services: Vec<_> = self.services.iter().collect();
        // One that is not known swallows what follows it.
        services.sort_by_key(|service| (matches!(service, Service::Unknown { .. }), service.number()));
        let count = |service: &&Service| match service {
            Service::Unknown { count, .. } => usize::from(*count),
            _ => 1,
        };
        out.count("services", services.iter().map(count).sum())?;
        services.iter().try_for_each(|service| out.service(service))?;
        Ok(out.0)
    }
}

impl Service {
    /// Its type.
    #[must_use]
    pub fn number(&self) -> u16 {
        match self {
            Self::Rtc { .. } => 1,
            Self::Rtm { .. } => 2,
            Self::Streaming { .. } => 3,
            Self::Fpa { .. } => 4,
            Self::Chat { .. } => 5,
            Self::Fcdn { .. } => 6,
            Self::Apaas { .. } => 7,
            Self::Rtm2 { .. } => 8,
            Self::ConvoAi { .. } => 9,
            Self::Stt { .. } => 10,
            Self::Unknown { number, .. } => *number,
        }
    }
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn service(&mut self, service: &Service) -> Result<(), Unsignable> {
        self.u16(service.number());
        match service {
            Service::Rtc { channel, uid: who, privileges }
            | Service::Streaming { channel, account: who, privileges }
            | Service::Fcdn { channel, account: who, privileges } => {
                self.privileges(privileges)?;
                self.text(channel)?;
                self.text(who)
            }
            Service::Rtm { user, privileges } | Service::Chat { user, privileges } => {
                self.privileges(privileges)?;
                self.text(user)
            }
            Service::Fpa { privileges } | Service::ConvoAi { privileges } | Service::Stt { privileges } => {
                self.privileges(privileges)
            }
            Service::Apaas { room, user, role, privileges } => {
                self.privileges(privileges)?;
                self.text(room)?;
                self.text(user)?;
                self.0.extend_from_slice(&role.to_le_bytes());
                Ok(())
            }
            Service::Rtm2 { user, permissions, privileges } => {
                self.privileges(privileges)?;
                self.text(user)?;
                self.permissions(permissions)
            }
            Service::Unknown { rest, .. } => {
                self.0.extend_from_slice(rest);
                Ok(())
            }
        }
    }

    fn privileges(&mut self, privileges: &Privileges) -> Result<(), Unsignable> {
        self.count("privileges", privileges.len())?;
        for (number, expire) in privileges {
            self.u16(*number);
            self.u32(*expire);
        }
        Ok(())
    }

    fn permissions(&mut self, permissions: &Permissions) -> Result<(), Unsignable> {
        self.count("resource types", permissions.len())?;
        for (kind, permissions) in permissions {
            self.u16(*kind);
            self.count("permissions", permissions.len())?;
            for (permission, resources) in permissions {
                self.u16(*permission);
                self.count("resources", resources.len())?;
                resources.iter().try_for_each(|name| self.text(name))?;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Unsignable> {
        self.bytes(text.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Unsignable> {
        self.count("bytes of a text", bytes.len())?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn count(&mut self, what: &'static str, count: usize) -> Result<(), Unsignable> {
        self.u16(fits(what, usize::from(u16::MAX), count)? as u16);
        Ok(())
    }

    fn u16(&mut self, number: u16) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }
}

fn fits(what: &'static str, most: usize, found: usize) -> Result<usize, Unsignable> {
    if found > most { Err(Unsignable::TooLong { what, most, found }) } else { Ok(found) }
}
