//! `wirebook serve --class`, as a student's machine sees it: over TLS, with the certificate whose fingerprint was printed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};

use crate::checkout::Checkout;
use crate::client::{Answer, wirebook};

/// Longer than anything here takes, so that a test that hangs fails.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_class_gets_in_by_its_code_and_gets_to_what_is_open() {
    let class = Class::start();
    for path in ["/", "/a.html", "/labs.json", "/labs/sdp/read", "/__live"] {
        let answer = class.ask("GET", path, &[], "");
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.body.contains("The code of this class"), "{path}");
    }
    assert_eq!(class.ask("POST", "/class/enter", &[], "code=x").status, 403);
    let cookie = class.enter();
    let with = |path: &str| class.ask("GET", path, &[("Cookie", &cookie)], "");
    assert!(with("/a.html").body.contains("First"));

    let listing: serde_json::Value = serde_json::from_str(&with("/labs.json").body).unwrap();
    for lab in listing["labs"].as_array().unwrap() {
        assert_eq!(
            lab["addresses"].as_array().unwrap().len(),
            0,
            "{lab}: a port on loopback is for nobody else"
        );
        let open = ["sfu", "token", "sdp", "network", "checks"].contains(&lab["id"].as_str().unwrap());
        assert_eq!(lab["error"].is_null(), open, "{lab}");
    }
    let json = [("Cookie", cookie.as_str()), ("Content-Type", "application/json")];
    assert_ne!(class.ask("POST", "/labs/sdp/read", &json, "{}").status, 404);
    assert_eq!(with("/labs/stun/info").status, 404);
    assert_eq!(with("/labs/call/info").status, 404);
}

#[test]
fn a_class_is_no_way_around_the_names() {
    let class = Class::start();
    let cookie = class.enter();
    let own = class.address.clone();
    for (headers, status) in [
        (vec![("Host", "evil.example")], 403),
        (vec![("Host", "localhost:3000")], 403),
        (vec![("Origin", "https://evil.example")], 403),
        (vec![("Origin", &*format!("http://{own}"))], 403),
        (vec![("Origin", &*format!("https://{own}"))], 200),
        (vec![("Sec-Fetch-Site", "cross-site")], 403),
    ] {
        let headers = [headers, vec![("Cookie", &*cookie)]].concat();
        assert_eq!(class.ask("GET", "/labs.json", &headers, "").status, status, "{headers:?}");
    }
}

#[test]
fn who_begins_a_code_and_does_not_go_on_is_let_go() {
    let class = Class::start();
    assert_eq!(class.ask("POST", "/class/enter", &[("Content-Length", "20")], "code=").status, 408);
}

#[test]
fn who_speaks_no_tls_is_not_answered_and_harms_nobody() {
    let class = Class::start();
    let mut silent = TcpStream::connect(&class.address).unwrap();
    let mut plain = TcpStream::connect(&class.address).unwrap();
    plain.set_read_timeout(Some(PATIENCE)).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(class.ask("GET", "/", &[], "").status, 401);
    silent.write_all(b"\x16").unwrap();
}

#[test]
fn an_address_that_is_not_ours_is_told() {
    for (address, told) in
        [("192.0.2.1", "is it an address of this machine?"), ("0.0.0.0", "expected one address")]
    {
        let output = wirebook(&book(), &["serve", "--port", "0", "--class", address]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(told), "{said}");
    }
}

fn book() -> Checkout {
    Checkout::of(&[("a.md", "# First\n")])
}

/// A workbook with a class. It is on loopback too, as a test machine may have no other address.
struct Class {
    child: Child,
    address: String,
    code: String,
    fingerprint: String,
    _checkout: Checkout,
}

impl Class {
    fn start() -> Self {
        let checkout = book();
        let mut command = wirebook(&checkout, &["serve", "--port", "0", "--class", "127.0.0.1"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find_map(|line| Some(line.strip_prefix("class: https://")?.to_owned())).unwrap();
        let (address, code) = line.split_once(", join code ").unwrap();
        let mut notes = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        notes.find(|line| line.contains("fingerprint")).unwrap();
        let fingerprint = notes.next().unwrap().trim().to_owned();
        Self { child, address: address.to_owned(), code: code.to_owned(), fingerprint, _checkout: checkout }
    }

    fn enter(&self) -> String {
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let code = format!("code={}", self.code.replace(' ', "+"));
        let answer = self.ask("POST", "/class/enter", &form, &code);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let verifier =
            Arc::new(Printed { fingerprint: self.fingerprint.clone(), crypto: ring::default_provider() });
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let socket = TcpStream::connect(&self.address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut stream = StreamOwned::new(connection, socket);
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, usual) in [("Host", self.address.clone()), ("Content-Length", body.len().to_string())] {
            if !headers.iter().any(|(given, _)| *given == name) {
                request.push_str(&format!("{name}: {usual}\r\n"));
            }
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A server that closes without close_notify has said all there is, by Content-Length.
        let _ = stream.read_to_end(&mut answer);
        Answer::read(&String::from_utf8_lossy(&answer))
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Trusts the certificate whose fingerprint was printed, and no other.
#[derive(Debug)]
struct Printed {
    fingerprint: String,
    crypto: CryptoProvider,
}

impl ServerCertVerifier for Printed {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found: Vec<String> =
            Sha256::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(found.join(":"), self.fingerprint);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.crypto.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.crypto.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto.signature_verification_algorithms.supported_schemes()
    }
}
