"""The desk under load: a thousand gateways by MQTT and HTTPS at 200 alerts a second, then a flood while an officer works. Nothing may be lost.

    python3 Tests/DeskLoad [--part 0.1] [--via both|mqtt|https] [--store PLACE] [--program .build/release/bamai-desk] [--folder DIR]
"""
import argparse
import asyncio
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Peers"))

import alerts  # noqa: E402
import gateways  # noqa: E402
import people  # noqa: E402
import processes  # noqa: E402
import programs  # noqa: E402

GATEWAYS, RATE, SECONDS, FLOOD = 1000, 200, 300, 1_000_000
# *Limits*: seconds from publishing to the page's line; MiB of the desk's memory, whatever comes.
VISIBLE_LIMIT, MEMORY_LIMIT = 1.0, 768
# *Units*: seconds at the 99th percentile for an officer in the flood, with two cores for the desk, the broker and this load together.
OFFICER_LIMITS = {"list": 1.0, "open": 1.0, "acknowledge": 2.0, "search": 5.0, "fleet": 5.0}


def quantile(values: list, share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def in_process(body, *arguments):
    """A child with its end of a pipe; `finish` asks it for its result."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=body, args=(*arguments, theirs), daemon=True)
    child.start()

    def finish():
        ours.send("stop")
        if not ours.poll(120):
            raise SystemExit(f"{body.__name__} does not end; exit code {child.exitcode}")
        result = ours.recv()
        child.join()
        return result
    return finish


class Load:
    def __init__(self, options, folder: Path):
        names = [f"gw-{number:04d}" for number in range(GATEWAYS)]
        self.options, self.failed = options, False
        self.broker = programs.broker(folder)
        self.desk = programs.Desk(options.program, folder, options.store or str(folder / "desk.db"), self.broker, names)
        self.certificate = str(folder / "cert.pem")
        self.officer = people.Person(self.desk.port, self.certificate)
        self.officer.log_in(self.desk.setup)
        self.reader = people.Person(self.desk.port, self.certificate)
        self.fleet = gateways.Fleet(names, self.broker, self.desk.port, self.desk.tokens, self.certificate, options.via)

    def say(self, what: str, figure: str, isGood: bool = True):
        self.failed = self.failed or not isGood
        print(f"{'√' if isGood else '×'} {what:<46} {figure}", flush=True)

    def memory(self, when: str):
        kibibytes = self.desk.process.resident()
        resident, peak = kibibytes["VmRSS"] / 1024, kibibytes["VmHWM"] / 1024
        self.say(
            f"memory, {when}", f"{resident:.0f} MiB resident, {peak:.0f} at most, {self.desk.process.processor_seconds():.1f} s CPU", peak < MEMORY_LIMIT)

    def metrics(self) -> dict:
        status, text = self.reader.ask("GET", "/metrics", token=self.desk.reader)
        if status != 200:
            raise SystemExit(f"/metrics: {status}")
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))}

    def stored(self, wanted: int, seconds: float) -> int:
        """Waits until the desk holds so many alert documents."""
        end, found = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            found = int(self.metrics()["bamai_desk_events"])
            if found >= wanted:
                break
            time.sleep(0.5)
        return found

    def numbers(self, prefix: str) -> dict:
        """The desk's own number of every episode whose name begins so, by (gateway, episode): through the front door, page by page."""
        found, offset = {}, 0
        while True:
            status, text = self.reader.ask("GET", f"/v1/alerts?state=all&limit=500&offset={offset}", token=self.desk.reader)
            if status != 200:
                raise SystemExit(f"/v1/alerts: {status}")
            rows = json.loads(text)["alerts"]
            for row in rows:
                if row["episode"].startswith(prefix):
                    found[(row["gateway"], row["episode"])] = row["id"]
            offset += 500
            if len(rows) < 500:
                return found

    async def steady(self) -> int:
        seconds = SECONDS * self.options.part
        await self.fleet.open()
        self.memory("with all gateways connected")
        finish = in_process(people.watch, self.desk.port, self.certificate, self.officer.cookie, 20)
        time.sleep(2)
        sending = asyncio.create_task(self.fleet.steady(RATE, seconds))
        await asyncio.sleep(seconds / 2)
        await asyncio.to_thread(self.memory, "in the middle")
        sent = await sending
        stored = await asyncio.to_thread(self.stored, len(sent), 60)
        await asyncio.sleep(2)
        seen, everything = await asyncio.to_thread(finish)
        numbers = await asyncio.to_thread(self.numbers, "steady-")
        missing = [key for key in sent if key not in numbers]
        self.say(f"{len(sent)} alerts of {GATEWAYS} gateways, {RATE}/s", f"{len(missing)} lost, {stored} stored", not missing and stored == len(sent))
        times = [(seen[numbers[key]] - at) / 1e9 for key, at in sent.items() if key in numbers and numbers[key] in seen]
        unseen = len(sent) - len(times)
        self.say("published to told to the page", f"p50 {quantile(times, .5) * 1000:.0f} ms, p99 {quantile(times, .99) * 1000:.0f} ms, "
                 f"at most {max(times, default=0) * 1000:.0f} ms; {unseen} not named, {everything} times everything",
                 quantile(times, .99) < VISIBLE_LIMIT and unseen == 0)
        self.say("told to come back later", f"{self.fleet.later}")
        self.memory("at the end of it")
        return stored

    async def flood(self, before: int):
        total = int(FLOOD * self.options.part)
        finish = in_process(people.work, self.desk.port, self.certificate, self.officer.cookie)
        self.held, began = 0, time.monotonic()
        counting = asyncio.create_task(self._count())
        sent = await self.fleet.flood(total, self._room)
        stored = await asyncio.to_thread(self.stored, before + sent, 900)
        seconds = time.monotonic() - began
        counting.cancel()
        took = await asyncio.to_thread(finish)
        self.say(f"a flood of {sent} events of {alerts.BYTES} bytes", f"{before + sent - stored} lost; {seconds:.0f} s, {sent / seconds:.0f} events/s",
                 stored == before + sent)
        self.say("told to come back later", f"{self.fleet.later} times")
        for name, values in took.items():
            self.say(f"the officer's {name} meanwhile", f"p50 {quantile(values, .5) * 1000:.0f} ms, p99 {quantile(values, .99) * 1000:.0f} ms, "
                     f"at most {max(values, default=0) * 1000:.0f} ms ({len(values)})", not values or quantile(values, .99) < OFFICER_LIMITS[name])
        self.memory("after the flood")
        figures = self.metrics()
        self.say("store", f"{figures.get('bamai_desk_store_bytes', 0) / 2**20:.0f} MiB, {figures['bamai_desk_episodes']:.0f} episodes")

    async def _room(self, count: int):
        """MQTT knows no "later": a broker queues. What it holds is bounded here, so that the desk is measured and not the broker's memory."""
        self.held += count
        while self.held > 20_000:
            await asyncio.sleep(0.05)

    async def _count(self):
        base = None
        while True:
            figures = await asyncio.to_thread(self.metrics_quick)
            base = figures if base is None else base
            self.taken, previous = figures - base, getattr(self, "taken", 0)
            self.held -= min(self.held, self.taken - previous)
            await asyncio.sleep(0.5)

    def metrics_quick(self) -> int:
        return int(self.metrics().get('bamai_desk_events_total{via="mqtt"}', 0))

    async def run(self):
        self.memory("at the start")
        stored = await self.steady()
        if not self.options.no_flood:
            await self.flood(stored)
        kept = {key: value for key, value in self.metrics().items() if "refused" in key or "deferred" in key or "failures" in key}
        self.say("refused, deferred, failed", json.dumps(kept), not any("failures" in key for key in kept))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--via", choices=["both", "mqtt", "https"], default="both")
    parser.add_argument("--store")
    parser.add_argument("--no-flood", action="store_true")
    parser.add_argument("--program", default=".build/release/bamai-desk")
    parser.add_argument("--folder")
    options = parser.parse_args()
    gateways.raise_limit()
    folder = Path(tempfile.mkdtemp(prefix="bamai-desk-load-", dir=options.folder))
    try:
        load = Load(options, folder)
        asyncio.run(load.run())
        sys.exit(1 if load.failed else 0)
    finally:
        processes.end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
