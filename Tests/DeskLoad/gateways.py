"""A thousand gateways in one process: half of them by MQTT, half by HTTPS with a long poll beside it, as real ones do."""
import asyncio
import collections
import resource
import ssl
import time

import alerts
from mqtt import packet


def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


class MQTTGateway:
    """QoS 1, MQTT 3.1.1."""

    def __init__(self, name: str, port: int):
        self.name, self.port, self.waiting, self.next = name, port, {}, 1
        self.window = asyncio.Semaphore(20)

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        name = self.name.encode()
        self.writer.write(packet(0x10, b"\0\4MQTT" + bytes([4, 2, 0, 0]) + len(name).to_bytes(2, "big") + name))
        answer = await self.reader.readexactly(4)
        if answer[0] != 0x20 or answer[3] != 0:
            raise OSError(f"{self.name}: the broker refuses")
        self.topic = f"bamai/{self.name}/alerts".encode()
        self.task = asyncio.create_task(self._listen())

    async def _listen(self):
        # Only acknowledgements come: four bytes each.
        while True:
            answer = await self.reader.readexactly(4)
            done = self.waiting.pop(int.from_bytes(answer[2:], "big"), None)
            if done:
                self.window.release()
                if not done.done():
                    done.set_result(None)

    async def send(self, documents: list) -> int:
        """Sends, and returns when the broker has acknowledged all of them."""
        futures = []
        for document in documents:
            await self.window.acquire()
            identifier, self.next = self.next, self.next % 65535 + 1
            future = asyncio.get_running_loop().create_future()
            self.waiting[identifier] = future
            futures.append(future)
            self.writer.write(packet(0x32, len(self.topic).to_bytes(2, "big") + self.topic + identifier.to_bytes(2, "big") + document))
            await self.writer.drain()
        await asyncio.gather(*futures)
        return 0


class HTTPSGateway:
    """One connection for events and one that waits for decisions."""

    def __init__(self, name: str, port: int, token: str, trust: ssl.SSLContext, poll: bool):
        self.name, self.port, self.token, self.trust, self.poll = name, port, token, trust, poll
        self.lock = asyncio.Lock()
        self.reader = self.writer = None

    async def open(self):
        self.reader, self.writer = await self._connect()
        if self.poll:
            self.task = asyncio.create_task(self._poll())

    def _connect(self):
        return asyncio.open_connection("127.0.0.1", self.port, ssl=self.trust, server_hostname="localhost")

    async def _request(self, reader, writer, head: str, body: bytes = b""):
        writer.write((head + f"Host: localhost\r\nAuthorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:] if line)}
        await reader.readexactly(int(headers.get("content-length", 0)))
        return int(lines[0].split()[1]), headers

    async def _poll(self):
        reader, writer = await self._connect()
        while True:
            try:
                await self._request(reader, writer, f"GET /v1/decisions?gateway={self.name}&after=0&wait=50 HTTP/1.1\r\n")
            except (OSError, asyncio.IncompleteReadError):
                writer.close()
                await asyncio.sleep(1)
                reader, writer = await self._connect()

    async def send(self, documents: list) -> int:
        """Sends until it is accepted; returns how often the desk asked to come back later."""
        kind = "cloudevents-batch" if len(documents) > 1 else "cloudevents"
        body = b"[" + b",".join(documents) + b"]" if len(documents) > 1 else documents[0]
        later = 0
        async with self.lock:
            while True:
                try:
                    status, headers = await self._request(
                        self.reader, self.writer, f"POST /v1/events HTTP/1.1\r\nContent-Type: application/{kind}+json\r\n", body)
                except (OSError, asyncio.IncompleteReadError):
                    self.writer.close()
                    self.reader, self.writer = await self._connect()
                    later += 1
                    continue
                if status == 202:
                    return later
                if status not in (429, 503):
                    raise OSError(f"{self.name}: the desk answers {status}")
                later += 1
                await asyncio.sleep(float(headers.get("retry-after", 1)))


class Fleet:
    def __init__(self, names: list, broker: int, desk: int, tokens: dict, certificate: str, via: str):
        trust = ssl.create_default_context(cafile=certificate)
        self.names, self.gateways = names, []
        for index, name in enumerate(names):
            if via == "mqtt" or (via == "both" and index % 2):
                self.gateways.append(MQTTGateway(name, broker))
            else:
                self.gateways.append(HTTPSGateway(name, desk, tokens[name], trust, poll=True))
        self.sequence = collections.Counter()
        self.later = 0

    async def open(self):
        for begin in range(0, len(self.gateways), 50):
            await asyncio.gather(*(gateway.open() for gateway in self.gateways[begin:begin + 50]))

    async def steady(self, rate: float, seconds: float) -> dict:
        """So many alerts a second, each an episode of its own. Returns when each was published, by (gateway, episode)."""
        sent, tasks, moment = {}, set(), alerts.now()

        async def one(gateway, number):
            self.sequence[gateway.name] += 1
            episode = f"steady-{number}"
            document = alerts.document(gateway.name, self.sequence[gateway.name], episode, f"LIFT-{number % 40}", "raised", moment)
            sent[(gateway.name, episode)] = time.monotonic_ns()
            self.later += await gateway.send([document])

        began = time.monotonic()
        for number in range(int(rate * seconds)):
            wait = began + number / rate - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            moment = alerts.now()
            task = asyncio.create_task(one(self.gateways[number % len(self.gateways)], number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        return sent

    async def flood(self, total: int, room) -> int:
        """All gateways at once, as fast as they are taken, ten events an episode. `room` waits while the broker holds too many. Returns how many."""
        each, moment = -(-total // len(self.gateways)), alerts.now()

        async def all_of(gateway):
            left, number = each, 0
            size = 64 if isinstance(gateway, HTTPSGateway) else 20
            while left:
                documents = []
                for _ in range(min(left, size)):
                    self.sequence[gateway.name] += 1
                    documents.append(alerts.document(
                        gateway.name, self.sequence[gateway.name], f"flood-{number // 10}", f"LIFT-{number // 10 % 40}", alerts.LIFE[number % 10],
                        moment))
                    number += 1
                left -= len(documents)
                if isinstance(gateway, MQTTGateway):
                    await room(len(documents))
                self.later += await gateway.send(documents)

        await asyncio.gather(*(all_of(gateway) for gateway in self.gateways))
        return each * len(self.gateways)
