# A mail server (the aiosmtpd library) that fails in the phase that it is told: `python mail.py PHASE WHAT`. Phases: connect, helo, mail, rcpt,
# data; what: a code, `drop`, or nothing. Prints `port N`, then a line of JSON for each mail that it took. It ends with its standard input.
import asyncio, json, sys

from aiosmtpd.smtp import SMTP

PHASE, WHAT = (sys.argv[1:] + ["", ""])[:2]
WORDS = "refused, as it was told to"


class Handler:
    async def met(self, server, phase, fine):
        if phase != PHASE:
            return fine
        if WHAT == "drop":
            server.transport.abort()
        return f"{WHAT} {WORDS}"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        said = await self.met(server, "helo", None)
        return responses if said is None else [said]

    async def handle_HELO(self, server, session, envelope, hostname):
        session.host_name = hostname
        return await self.met(server, "helo", "250 at your service")

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return await self.met(server, "mail", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return await self.met(server, "rcpt", "250 OK")

    async def handle_DATA(self, server, session, envelope):
        said = await self.met(server, "data", "250 OK")
        if said.startswith("250"):
            raw = envelope.original_content.decode("utf-8", "replace")
            print(json.dumps({"to": envelope.rcpt_tos[0], "from": envelope.mail_from, "raw": raw}), flush=True)
        return said


class Server(SMTP):
    async def _handle_client(self):
        if PHASE == "connect":
            if WHAT != "drop":
                await self.push(f"{WHAT} {WORDS}")
            self.transport.close()
            return
        await super()._handle_client()


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(Handler(), loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
