//! What the server answers, and that nothing makes it answer more.

use tap::Random;

use super::*;
use crate::client;

async fn server(addresses: usize) -> Server {
    let mut sockets = Vec::new();
    for _ in 0..addresses {
        sockets.push(
            UdpSocket::bind("127.0.0.1:0".parse().unwrap(), &Tap::off())
                .await
                .unwrap(),
        );
    }
    Server { sockets }
}

fn client() -> SocketAddr {
    "192.0.2.1:32853".parse().unwrap()
}

fn requests() -> Vec<Vec<u8>> {
    let random = &mut Random::new(Some(1));
    vec![
        client::binding(random).unwrap(),
        client::with(0x7e57, b"ping", random).unwrap(),
        client::classic(random).unwrap(),
        client::change(6, random).unwrap(),
        client::signed(random).unwrap(),
    ]
}

/// What the answer says, and which socket sends it. The dissector must have nothing
/// against it.
fn answer(server: &Server, request: &[u8], at: usize) -> Option<(String, usize)> {
    let (bytes, out) = server.answer(request, client(), at)?;
    let dissection = wire::stun::STUN.dissect(&bytes);
    assert_eq!(
        bytes.get(4..20),
        request.get(4..20),
        "the transaction ID comes back"
    );
    assert!(
        dissection
            .notes()
            .iter()
            .all(|note| note.severity < wire::Severity::Warning)
    );
    Some(((wire::stun::STUN.summary)(&dissection), out))
}

#[tokio::test]
async fn each_question_gets_the_answer_that_its_rfc_wants() {
    let seen = "192.0.2.1:32853";
    let requests = requests();
    for (request, sockets, at, said, out) in [
        (0, 1, 0, format!("Binding success response {seen}"), 0),
        (1, 1, 0, "Binding error response 420".to_owned(), 0),
        (2, 1, 0, format!("Binding success response {seen}"), 0),
        (3, 1, 0, "Binding error response 420".to_owned(), 0),
        (3, 4, 0, format!("Binding success response {seen}"), 3),
        (3, 4, 2, format!("Binding success response {seen}"), 1),
        (4, 1, 0, format!("Binding success response {seen}"), 0),
    ] {
        let server = server(sockets).await;
        let answer = answer(&server, &requests[request], at);
        assert_eq!(
            answer,
            Some((said, out)),
            "request {request} to socket {at} of {sockets}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_with_401() {
    fn begin(bytes: &mut Vec<u8>) -> wire::stun::Message<'_> {
        wire::stun::Message::begin(bytes, Class::Request, kind::BINDING, [7; 12])
    }
    let server = server(1).await;
    let mut request = Vec::new();
    for username in [USERNAME, "teacher"] {
        for sha256 in [true, false] {
            let message =
                begin(&mut request).attribute(kind::USERNAME, username.as_bytes());
            match sha256 {
                true => message.integrity_sha256(b"guess").finish().unwrap(),
                false => message.integrity(b"guess").finish().unwrap(),
            }
            let (said, _) = answer(&server, &request, 0).unwrap();
            assert_eq!(
                said, "Binding error response 401",
                "{username}, SHA-256 {sha256}"
            );
        }
    }
    begin(&mut request).integrity(PASSWORD.as_bytes()).finish().unwrap();
    assert_eq!(
        answer(&server, &request, 0).unwrap().0,
        "Binding error response 400",
        "no username"
    );
}

#[tokio::test]
async fn no_truncation_and_no_bit_flip_makes_it_panic_or_send_much() {
    let server = server(4).await;
    let mut answered = 0;
    for request in requests() {
        for length in 0..=request.len() {
            for bit in 0..length * 8 {
                let mut damaged = request[..length].to_vec();
                damaged[bit / 8] ^= 1 << (bit % 8);
                if let Some((bytes, _)) = server.answer(&damaged, client(), 0) {
                    assert!(
                        bytes.len() <= 112,
                        "{} bytes for {damaged:02x?}",
                        bytes.len()
                    );
                    answered += 1;
                }
            }
        }
    }
    assert!(
        answered > 100,
        "{answered}: most flips of a transaction ID are answered"
    );
}
