//! The labs as processes of their own: what `cargo bench` started starts itself again, as a server.

use wirebook::labs::socketio::{self, SocketIoLab};
use wirebook::labs::{Surroundings, websocket};

/// More than the bench asks for; else the labs are as the workbook has them.
const ROOM: usize = 20_000;

/// Serves the named lab until the process is ended.
pub(crate) fn serve(name: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let workbook = ([127, 0, 0, 1], 1).into();
        let (url, _alive): (String, Box<dyn std::any::Any>) = match name {
            "socketio" => {
                let limits =
                    socketio::Limits { connections: ROOM, sessions: ROOM, ..socketio::Limits::default() };
                let config = socketio::Config { port: Some(0), limits, ..socketio::Config::default() };
                let lab = SocketIoLab::start(&config, workbook).await.expect("the lab starts");
                (lab.info().url, Box::new(lab))
            }
            _ => {
                let surroundings = Surroundings::of(workbook);
                let running = (websocket::LAB.start)(surroundings).await.expect("the lab starts");
                (running.addresses[0].url.clone(), Box::new(running))
            }
        };
        println!("listens: {url}");
        std::future::pending::<()>().await;
    });
}
