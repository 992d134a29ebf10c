// socket.io with its Redis adapter, as its documentation sets it up: what MAS is compared with.
// Arguments: port, Redis port.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, redisPort] = process.argv.slice(2).map(Number);
const publisher = createClient({ url: `redis://127.0.0.1:${redisPort}` });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);
const http = createServer();
const io = new Server(http, { adapter: createAdapter(publisher, subscriber), transports: ["websocket"], perMessageDeflate: false });
io.on("connection", socket => {
  socket.on("join", group => {
    socket.join(group);
    socket.emit("joined");
  });
  socket.on("say", (group, text, ack) => {
    socket.to(group).emit("said", text);
    ack();
  });
});
http.listen(port, "127.0.0.1", () => console.log("listening"));
