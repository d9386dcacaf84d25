// npm's socket.io, for the client of examples/socketio: tests/examples/socketio_interop.rs
//
// It greets, also with bytes; echoes; asks back; refuses /admin; and with "cut" it drops the connection, then says what
// a client gets only by connection state recovery.
import { Server } from "socket.io";

const io = new Server(0, { connectionStateRecovery: {}, transports: ["polling", "websocket"], pingInterval: 1000 });

io.on("connection", socket => {
    if (!socket.recovered) socket.emit("welcome", socket.handshake.auth.name, Buffer.from("\0\x01\x02ping"));
    socket.on("echo", (...args) => args.pop()(...args));
    socket.on("ask back", async (question, ack) => ack(await socket.emitWithAck("question", question)));
    socket.on("leave", () => socket.disconnect());
    socket.on("cut", () => {
        socket.conn.close();
        setTimeout(() => io.emit("missed", "while you were away"), 50);
    });
});
io.of("/admin").use((socket, next) => next(new Error("not you")));

io.httpServer.on("listening", () => console.log(`Listening at http://127.0.0.1:${io.httpServer.address().port}`));
