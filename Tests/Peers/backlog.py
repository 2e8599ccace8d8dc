"""What a backlog costs bamaid: resident size while it waits, and how fast it drains beside what the broker itself can take."""
import sqlite3
import time
from pathlib import Path

from contenders import bamai_site
from mqtt import Publisher, Witness
from processes import Process, broker, free_port, wait_for_port

DEVICES, FIELDS = 20, 50
# Readings take half of bamaid's default window of 32.
WINDOW = 16
# So much of the drain is recorded and published again by a plain client.
RECORDED = 1_000_000


def messages(size: int):
    start = 1_767_323_045_000
    for index in range(size // FIELDS):
        device = f"b{index % DEVICES}"
        moment = start + index // DEVICES * 1000
        values = ",".join(f'"f{field}":0.3{1000 + (index * 7 + field * 131) % 8000}' for field in range(FIELDS))
        yield index, f"peers/{device}/data", f'{{"ts":{moment},{values}}}'.encode()


def journalled(path: Path) -> int:
    try:
        link = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            # Not read by bamaid's own code: the table says how many readings each segment holds. Ticks are among them.
            return link.execute("SELECT coalesce(sum(count), 0) FROM segment").fetchone()[0]
        finally:
            link.close()
    except sqlite3.Error:
        return 0


def measure(bamaid: str, folder: Path, size: int) -> dict:
    folder.mkdir()
    sensor, platform = free_port(), free_port()
    field = broker(folder, "field", sensor, ["persistence false", "max_queued_messages 0"])
    city = broker(folder, "platform", platform, ["persistence false", "max_queued_messages 0", "max_inflight_messages 1000"])
    site = bamai_site(folder, sensor, platform, [f"b{index}" for index in range(DEVICES)], [f"f{index}" for index in range(FIELDS)],
                      'max_bytes = "16384 MiB"')
    gateway = Process([str(Path(bamaid).resolve()), str(site)], folder, "gateway.log")
    result = {"readings": size, "series": DEVICES * FIELDS}
    witness = None
    print(f"backlog of {size} readings …", flush=True)
    try:
        field.start()
        wait_for_port(sensor)
        gateway.start()
        time.sleep(3)
        result["empty"] = gateway.resident()
        begin = time.monotonic()
        Publisher(sensor, "fill", messages(size), window=1000).run()
        while journalled(folder / "journal.db") < size:
            if not gateway.alive or time.monotonic() > begin + 600:
                raise RuntimeError("the backlog did not reach the journal; see " + str(folder / "gateway.log"))
            time.sleep(0.5)
        result["fill_seconds"] = round(time.monotonic() - begin, 1)
        time.sleep(3)
        result["waiting"] = gateway.resident()
        result["journal_bytes"] = sum(p.stat().st_size for p in folder.glob("journal.db*") if p.suffix != ".reserve")

        recorded, counted = [], {"readings": 0, "messages": 0, "first": 0.0, "last": 0.0}

        def take(topic, payload, moment):
            if counted["readings"] < RECORDED:
                recorded.append((topic, payload))
            counted["readings"] += payload.count(b'"sequence"')
            counted["messages"] += 1
            counted["first"] = counted["first"] or moment
            counted["last"] = moment

        city.start()
        wait_for_port(platform)
        witness = Witness(platform, ["bamai/+/readings"], take)
        witness.start()
        wait(lambda: counted["readings"] >= size, 75 + size / 20_000)
        seconds = counted["last"] - counted["first"]
        result.update(drained=counted["readings"], drain_seconds=round(seconds, 2), messages=counted["messages"],
                      drain_rate=round(counted["readings"] / seconds) if seconds else 0, after=gateway.resident())
        gateway.sample()
        result["cpu_seconds"] = round(gateway.cpu, 2)
        gateway.terminate()

        # The same bytes to the same broker and subscriber, with the same window, by a client that has nothing else to do.
        plain, sent = list(recorded), sum(payload.count(b'"sequence"') for _, payload in recorded)
        counted.update(readings=RECORDED, messages=0, first=0.0)
        Publisher(platform, "plain", ((number, *message) for number, message in enumerate(plain)), window=WINDOW).run()
        wait(lambda: counted["messages"] >= len(plain), 60)
        seconds = counted["last"] - counted["first"]
        result["plain_rate"] = round(sent / seconds) if seconds else 0
        result["ratio"] = round(result["drain_rate"] / result["plain_rate"], 3) if result["plain_rate"] else None
        return result
    finally:
        if witness:
            witness.stopping = True
        for process in (gateway, field, city):
            process.terminate()


def wait(condition, seconds: float):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


def table(rows: list[dict]):
    print(f"\n{'backlog':>12}{'RSS empty':>12}{'waiting':>10}{'drained':>10}{'waiting, anonymous':>20}{'journal':>12}{'drain':>12}"
          f"{'plain client':>16}{'ratio':>8}")
    for row in rows:
        mib = [f"{row[state]['VmRSS'] / 1024:.1f} MiB" for state in ("empty", "waiting", "after")]
        print(f"{row['readings']:12}{mib[0]:>12}{mib[1]:>10}{mib[2]:>10}{row['waiting']['RssAnon'] / 1024:>16.1f} MiB"
              f"{row['journal_bytes'] / 2**20:>8.1f} MiB{row['drain_rate']:>10}/s{row['plain_rate']:>14}/s{row['ratio'] or 0:>8}")
