// A mail server (the smtp-server library) that fails where the reader's address says: `node mail.mjs`. Prints `port N`, then a line of
// JSON for each mail that it took. The address `PHASE-CODE@…` is refused there once it is reached: `rcpt-451@`, `data-550@`;
// `PHASE-drop@` hangs up, `taken-drop@` takes the mail and hangs up before it says so, `data-slow@` answers after a while.
import { SMTPServer } from "smtp-server";

const refusal = (code) => Object.assign(new Error("refused"), { responseCode: Number(code) });
const meets = (address, phase) => {
  const [where, what] = address.split("@")[0].split("-");
  return where === phase ? what : undefined;
};
const act = (what, session, callback) => {
  if (!what) return callback();
  if (what === "drop") return hangUp(session);
  if (what === "slow") return setTimeout(callback, 8000);
  return callback(refusal(what));
};

const hangUp = (session) => [...server.connections].find((connection) => connection.id === session.id)?._socket.destroy();

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  logger: false,
  onRcptTo: (address, session, callback) => act(meets(address.address, "rcpt"), session, callback),
  onData: (stream, session, callback) => {
    const pieces = [];
    stream.on("data", (piece) => pieces.push(piece));
    stream.on("end", () => {
      const to = session.envelope.rcptTo[0].address;
      const what = meets(to, "data");
      const taken = () => console.log(JSON.stringify({ to, from: session.envelope.mailFrom.address, raw: Buffer.concat(pieces).toString() }));
      if (what && what !== "slow") return act(what, session, callback);
      taken();
      return act(what ?? meets(to, "taken"), session, callback);
    });
  },
});
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
