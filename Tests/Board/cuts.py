"""Pulling plugs: the process's, ten times, then the machine's, ten times, with writes in flight. After each everything that was acknowledged is counted."""
import random
import time

from gateway import SITE, UNIT, Gateway
from traffic import Platform, Stream


def numbers(gateway: Gateway, stream: Stream) -> list[int]:
    return [round(float(row["value"])) for row in gateway.rows(stream.sensor)]


def wait_arrived(gateway: Gateway, streams: list[Stream], seconds: float) -> dict[str, list[int]]:
    """Waits until every acknowledged number is in the journal, and returns what is there then, complete or not."""
    end = time.monotonic() + seconds
    while True:
        found = {stream.name: numbers(gateway, stream) for stream in streams}
        if all(stream.acknowledged <= set(found[stream.name]) for stream in streams) or time.monotonic() > end:
            return found
        time.sleep(1)


def subscribed(t, gateway: Gateway, streams: list[Stream]):
    """Waits until each broker has a session of the gateway: what comes before that is nobody's. Those first messages are not counted."""
    for stream in streams:
        stream.start()
        end = time.monotonic() + 120
        while not numbers(gateway, stream) and time.monotonic() < end:
            time.sleep(1)
        t.ok(numbers(gateway, stream), f"messages of the device {stream.name} arrive", needed=True)
        stream.settle()
        stream.acknowledged.clear()


def count(t, gateway: Gateway, streams: list[Stream], what: str):
    """The assertions after a cut. The streams have settled."""
    found = wait_arrived(gateway, streams, 240)
    for stream in streams:
        there = found[stream.name]
        lost = sorted(stream.acknowledged - set(there))
        doubled = len(there) - len(set(there))
        t.ok(not lost and not doubled and stream.acknowledged,
             f"{what}: all {len(stream.acknowledged)} acknowledged messages of {stream.name} are in the journal, each once",
             f"{len(lost)} lost {lost[:10]}, {doubled} doubled, {len(there)} there")
        if lost:
            # Whether the gateway or the broker on the board has them is the first question.
            t.say(gateway.board.ssh(f"bamai status --site {SITE} | sed -n '/^sources/,/^journal/p'; tail -5 /var/log/mosquitto/mosquitto.log", check=False))
    sound = gateway.sql("PRAGMA quick_check;")
    t.equal(sound, [["ok"]], f"{what}: quick_check")
    t.equal(gateway.holes(), [], f"{what}: the journal's sequence has no hole")


def kill(t, gateway: Gateway, streams: list[Stream], times: int, luck: random.Random):
    """SIGKILL of the daemon. Both brokers live on, so both streams are counted."""
    restarts = gateway.starts
    for stream in streams:
        stream.start()
    for _ in range(times):
        time.sleep(luck.uniform(1, 4))
        pid = gateway.wait_active()
        gateway.board.ssh(f"kill -9 {pid}")
    gateway.wait_active()
    settled = [stream.settle() for stream in streams]
    t.ok(all(settled), f"{times} times SIGKILL: the brokers have acknowledged everything", str(settled))
    t.equal(gateway.starts - restarts, times, f"{times} times SIGKILL: systemd has started it again each time")
    count(t, gateway, streams, f"{times} times SIGKILL")


def power(t, gateway: Gateway, near: Stream, far: Stream, times: int, luck: random.Random):
    """The machine loses its power, and its disk what was not flushed. Only the broker outside outlives that, so only its stream is counted."""
    board = gateway.board
    ready = []
    for number in range(1, times + 1):
        near.start()
        far.start()
        gateway.wait_active()
        time.sleep(luck.uniform(2, 6))
        board.cut()
        near.settle(0)
        t.ok(far.settle(), f"power cut {number}: the broker outside has acknowledged everything")
        facts = board.start(seconds=600)
        ready.append(facts["login_seconds"])
        gateway.wait_active()
        count(t, gateway, [far], f"power cut {number}")
        there = set(numbers(gateway, near))
        t.say(f"power cut {number}: of {len(near.acknowledged)} messages that the broker on the board had acknowledged {len(near.acknowledged - there)} "
              "died with it unread")
        near.acknowledged &= there
        damaged = board.ssh("ls /var/lib/bamai | grep -c damaged", check=False).strip()
        t.equal(damaged, "0", f"power cut {number}: no journal was set aside as damaged")
    t.figure("boot_to_login", sorted(ready)[len(ready) // 2], "s, median, of this machine's time")


def told(t, gateway: Gateway, platform: Platform):
    """What the journal holds of alerts is at the platform, under the same ids."""
    journal = {alert["id"] for alert in gateway.alerts()}
    t.ok(journal, "there are alerts in the journal")
    t.ok(platform.wait_for(lambda p: journal <= set(p.alerts), 240), f"all {len(journal)} alerts of the journal are at the platform",
         f"missing: {sorted(journal - set(platform.alerts))[:5]}")
    strange = set(platform.alerts) - journal
    t.equal(sorted(strange)[:5], [], "the platform has no alert that the journal does not have")
    repeated = sum(len(copies) - 1 for copies in platform.alerts.values())
    def same(copies):
        # When it was sent, and what the clock was worth then, may differ.
        plain = [{k: v for k, v in c.items() if not k.startswith(("sent", "clock"))} for c in copies]
        return all(p["type"] == plain[0]["type"] and p["data"]["bamai"]["rule"] == plain[0]["data"]["bamai"]["rule"] for p in plain)
    t.ok(all(map(same, platform.alerts.values())), f"what came again ({repeated} times) is the same alert")


def watchdog(t, gateway: Gateway):
    """A daemon that stands still is no gateway: systemd must notice."""
    before, restarts = gateway.wait_active(), gateway.starts
    gateway.board.ssh(f"kill -STOP {before}")
    end = time.monotonic() + 300
    while gateway.starts == restarts and time.monotonic() < end:
        time.sleep(2)
    t.ok(gateway.starts > restarts, "a daemon that stands still is started again by systemd")
    said = gateway.board.ssh(f"journalctl -u {UNIT} --no-pager -o cat | grep -ci watchdog", check=False).strip()
    t.ok(int(said or 0) > 0, "systemd says that it was the watchdog")
    after = gateway.wait_active()
    t.ok(after != before, "the new process is another one")
