// npm `socket.io` with the events of the lab's chat that the bench uses: `join` and `say`.
import { createRequire } from "node:module";
const require = createRequire(`${process.env.WIREBOOK_PACKAGES}/`);
const { Server } = require("socket.io");

const io = new Server({ serveClient: false });
io.on("connection", socket => {
    const name = `guest-${socket.id.slice(0, 4)}`;
    socket.emit("welcome", { name });
    socket.on("join", room => {
        socket.join(room);
        socket.to(room).emit("joined", { room, from: name });
    });
    socket.on("say", (room, text) => socket.to(room).emit("said", { room, from: name, text }));
});
const http = (await import("node:http")).createServer();
io.attach(http);
http.listen(0, "127.0.0.1", () => console.log(`listens: http://127.0.0.1:${http.address().port}`));
process.on("SIGUSR2", () => globalThis.gc());
