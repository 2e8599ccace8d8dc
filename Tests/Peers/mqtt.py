"""As much of MQTT 3.1.1 as a load and a witness need. Own code, because the counting must not depend on a library's idea of resending."""
import collections
import select
import socket
import threading
import time


def text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def packet(kind: int, body: bytes) -> bytes:
    length, head = len(body), bytearray([kind])
    while True:
        length, digit = divmod(length, 128)
        head.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


class Link:
    """One connection. Failures are OSError."""

    def __init__(self, port: int, client: str, clean: bool, user: str = ""):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        flags = (2 if clean else 0) | (0x80 if user else 0)
        # Keepalive 0: on loopback a dead peer shows at once.
        body = text("MQTT") + bytes([4, flags, 0, 0]) + text(client) + (text(user) if user else b"")
        try:
            self.socket.sendall(packet(0x10, body))
            kind, answer = self.next(10)
            if kind != 0x20 or answer[1] != 0:
                raise OSError(f"{client}: the broker refused the connection")
        except OSError:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    def next(self, seconds: float):
        """The next packet, or None after the time."""
        end = time.monotonic() + seconds
        while True:
            found = self.take()
            if found:
                return found
            if not select.select([self.socket], [], [], max(0.0, end - time.monotonic()))[0]:
                return (0, b"") if seconds >= 10 else None
            data = self.socket.recv(1 << 18)
            if not data:
                raise ConnectionResetError("closed by the broker")
            self.buffer += data

    def take(self):
        length, place = 0, 1
        while True:
            if place >= len(self.buffer):
                return None
            digit = self.buffer[place]
            length |= (digit & 0x7F) << (7 * (place - 1))
            place += 1
            if not digit & 0x80:
                break
        if len(self.buffer) < place + length:
            return None
        kind, body = self.buffer[0], bytes(memoryview(self.buffer)[place:place + length])
        del self.buffer[:place + length]
        return kind, body

    def subscribe(self, filters: list[str]):
        self.socket.sendall(packet(0x82, b"\0\1" + b"".join(text(f) + b"\1" for f in filters)))

    def publish(self, topic: str, payload: bytes, identifier: int = 0, again: bool = False):
        """QoS 1 with an identifier, QoS 0 without."""
        if identifier:
            self.socket.sendall(packet(0x3A if again else 0x32, text(topic) + identifier.to_bytes(2, "big") + payload))
        else:
            self.socket.sendall(packet(0x30, text(topic) + payload))


class Publisher(threading.Thread):
    """Publishes QoS 1 in order, at a rate or as fast as the window allows, and keeps what is not acknowledged until it is."""

    def __init__(self, port: int, client: str, messages, rate: float = 0, window: int = 100):
        super().__init__(name=client, daemon=True)
        self.port, self.client, self.messages, self.rate, self.window = port, client, iter(messages), rate, window
        self.acknowledged: dict = {}  # key -> time of the PUBACK
        self.flying: collections.OrderedDict = collections.OrderedDict()
        self.reconnects = -1
        self.stopping = False
        self.finished = False

    def run(self):
        link, waiting, sent, identifier, ended = None, None, 0, 0, False
        start = time.monotonic()
        while not self.stopping:
            try:
                if link is None:
                    link = Link(self.port, self.client, clean=False)
                    self.reconnects += 1
                    # Nothing may overtake what the last connection left unanswered.
                    for number, (_, topic, payload) in self.flying.items():
                        link.publish(topic, payload, number, again=True)
                pause = 0.05
                while len(self.flying) < self.window and not ended:
                    if self.rate:
                        pause = start + sent / self.rate - time.monotonic()
                        if pause > 0:
                            break
                    waiting = next(self.messages, None)
                    if waiting is None:
                        ended = True
                        break
                    identifier = identifier % 65535 + 1
                    self.flying[identifier] = waiting
                    sent += 1
                    link.publish(waiting[1], waiting[2], identifier)
                if ended and not self.flying:
                    self.finished = True
                    link.socket.sendall(packet(0xE0, b""))
                    link.close()
                    return
                found = link.next(min(0.05, max(0.0, pause)) if len(self.flying) < self.window else 0.05)
                while found:
                    if found[0] == 0x40:
                        done = self.flying.pop(int.from_bytes(found[1][:2], "big"), None)
                        if done:
                            self.acknowledged[done[0]] = time.monotonic()
                    found = link.take()
            except OSError:
                if link:
                    link.close()
                link = None
                time.sleep(0.05)
        if link:
            link.close()


class Witness(threading.Thread):
    """The platform's subscriber: a persistent session that hands every message to `take(topic, payload, time)`."""

    def __init__(self, port: int, filters: list[str], take, answers=None):
        super().__init__(name="witness", daemon=True)
        self.port, self.filters, self.take, self.answers = port, filters, take, answers or (lambda topic, payload: None)
        self.stopping = False
        self.subscribed = threading.Event()
        self.last = time.monotonic()

    def run(self):
        link = None
        recent: collections.deque = collections.deque(maxlen=5000)
        while not self.stopping:
            try:
                if link is None:
                    link = Link(self.port, "witness", clean=False, user="platform")
                    link.subscribe(self.filters)
                found = link.next(0.2)
                if found is None:
                    continue
                kind, body = found
                if kind == 0x90:
                    self.subscribed.set()
                if kind & 0xF0 != 0x30:
                    continue
                end = 2 + int.from_bytes(body[:2], "big")
                topic, number = body[2:end].decode(), b""
                if kind & 6:
                    number, end = body[end:end + 2], end + 2
                    link.socket.sendall(b"\x40\2" + number)
                # The platform broker repeats what we had not acknowledged when it went down; that is not the gateway's doubling.
                mark = (number, hash(body))
                if not (kind & 8 and mark in recent):
                    reply = self.answers(topic, body[end:])
                    if reply:
                        link.publish(*reply)
                    self.last = time.monotonic()
                    self.take(topic, body[end:], self.last)
                recent.append(mark)
            except OSError:
                if link:
                    link.close()
                link = None
                time.sleep(0.05)
        if link:
            link.close()
