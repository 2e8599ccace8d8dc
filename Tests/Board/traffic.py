"""Numbered messages that never end, and who remembers which of them a broker has acknowledged."""
import itertools
import json
import threading
import time

from mqtt import Publisher, Witness

# Messages between a level that is too high and one that is not.
SWING = 300
HIGH, LOW = 20, 5


def numbered(topic: str, first: int):
    for number in itertools.count(first):
        height = HIGH if number // SWING % 2 else LOW
        yield number, topic, json.dumps({"n": number, "cm": height}).encode()


class Stream:
    """One device that publishes under QoS 1. What the broker acknowledged is kept here, outside the board, whatever happens to the board."""

    def __init__(self, name: str, port: int, rate: float):
        self.name, self.port, self.rate = name, port, rate
        self.acknowledged: set[int] = set()
        self.first = 1
        self.publisher: Publisher | None = None

    @property
    def sensor(self) -> str:
        return f"WELL-1/{self.name}.number"

    def start(self):
        self.publisher = Publisher(self.port, f"device-{self.name}", numbered(f"well/{self.name}", self.first), rate=self.rate, window=20)
        self.publisher.start()

    def flows(self, count: int = 100, seconds: float = 120) -> bool:
        """Waits until the broker has acknowledged so many messages of this start."""
        end = time.monotonic() + seconds
        while len(self.publisher.acknowledged) < count and time.monotonic() < end:
            time.sleep(0.1)
        return len(self.publisher.acknowledged) >= count

    def settle(self, seconds: float = 120) -> bool:
        """No more messages; waits until each that was sent is acknowledged. False: some are not, and are forgotten."""
        if self.publisher is None:
            return True
        publisher, self.publisher = self.publisher, None
        publisher.messages = iter(())
        end = time.monotonic() + seconds
        while not publisher.finished and time.monotonic() < end:
            time.sleep(0.1)
        publisher.stopping = True
        publisher.join(10)
        self.acknowledged |= set(publisher.acknowledged)
        # A number that was sent and not acknowledged may have arrived all the same; it is never used again.
        self.first = max(self.acknowledged | {number for number, _, _ in publisher.flying.values()} | {self.first - 1}) + 1
        return publisher.finished


class Platform:
    """The city's side: keeps every alert and how often each came, and counts readings."""

    def __init__(self, port: int):
        self.port = port
        self.alerts: dict[str, list[dict]] = {}
        self.order: list[dict] = []
        self.readings = 0
        self.lock = threading.Lock()
        self.witness = Witness(port, ["city/#"], self.take)
        self.witness.start()
        if not self.witness.subscribed.wait(30):
            raise OSError("the platform's broker gives no subscription")

    def take(self, topic: str, payload: bytes, _):
        with self.lock:
            if topic.endswith("/alerts"):
                alert = json.loads(payload)
                self.alerts.setdefault(alert["id"], []).append(alert)
                self.order.append(alert)
            else:
                self.readings += 1

    def wait_for(self, holds, seconds: float) -> bool:
        """Waits until `holds(self)`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.lock:
                if holds(self):
                    return True
            time.sleep(0.2)
        return False

    def count(self, rule: str, kind: str) -> int:
        """Different alerts of a rule: kind is raised or cleared."""
        return sum(1 for copies in self.alerts.values() if copies[0]["type"].endswith(f".{kind}") and copies[0]["data"]["bamai"]["rule"] == rule)
