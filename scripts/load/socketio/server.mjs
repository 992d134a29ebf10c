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

// An acknowledgement says that Redis has the message, as it does of MAS. One PING answers for all that was published
// before it. Acknowledged at once, senders would run far ahead of what is delivered.
let waiting = [];
let asking = false;
async function acknowledge(ack) {
  waiting.push(ack);
  if (asking) return;
  asking = true;
  while (waiting.length > 0) {
    const published = waiting;
    waiting = [];
    await publisher.ping();
    for (const answer of published) answer();
  }
  asking = false;
}

io.on("connection", socket => {
  socket.on("join", group => {
    socket.join(group);
    socket.emit("joined");
  });
  socket.on("say", (group, text, ack) => {
    socket.to(group).emit("said", text);
    acknowledge(ack);
  });
});
http.listen(port, "127.0.0.1", () => console.log("listening"));
