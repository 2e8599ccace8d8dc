"""python3 Tests/Peers/rates.py BAMAID: how fast the peers take messages and judge samples, as JSON for `make bench`."""
import argparse
import contextlib
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import backlog  # noqa: E402
import processes  # noqa: E402
from contenders import all_contenders  # noqa: E402
from mqtt import Publisher, Witness  # noqa: E402
from processes import broker, wait_for_port  # noqa: E402
from race import ACCESS, load, thingsboard, warm_up  # noqa: E402
from contenders import WARM  # noqa: E402


def rate(contender, folder: Path, messages: int, options) -> dict:
    """Messages as fast as the sensor's broker takes them; the time until the platform has seen the last, and what it cost the gateway."""
    folder.mkdir()
    sensor, platform = options.ports = (processes.free_port(), processes.free_port())
    devices = [f"d{index:03}" for index in range(100)]
    (folder / "access").write_text(ACCESS)
    city = broker(folder, "platform", platform, ["persistence false", "max_queued_messages 0", "max_inflight_messages 1000", f"acl_file {folder}/access"])
    field = broker(folder, "field", sensor, ["persistence false", "max_queued_messages 0"])
    gateway = contender.make(folder, sensor, platform, [*devices, WARM])
    received: list = []
    witness = Witness(platform, contender.filters, lambda *message: received.append(message), thingsboard)
    publisher = None
    try:
        city.start()
        wait_for_port(platform)
        witness.start()
        if not witness.subscribed.wait(10):
            raise RuntimeError("the witness has no subscription")
        (gateway if contender.is_broker else field).start()
        wait_for_port(sensor)
        if not contender.is_broker:
            gateway.start()
        warm_up(contender, sensor, received, options)
        time.sleep(5)
        idle = gateway.resident()["VmRSS"] / 1024
        received.clear()
        before = gateway.processor_seconds()
        publisher = Publisher(sensor, "load", load(devices, messages), window=1000)
        start = time.monotonic()
        publisher.start()
        seen, place, last, deadline = 0, 0, start, start + 300
        while seen < messages and time.monotonic() < max(deadline, 0) and time.monotonic() - last < 40:
            while place < len(received):
                topic, payload, moment = received[place]
                place += 1
                for device, _, _ in contender.read(topic, payload):
                    if device != WARM:
                        seen, last = seen + 1, moment
            time.sleep(0.01)
        cpu = gateway.processor_seconds() - before
        return {"messages": messages, "arrived": seen, "rate": seen / (last - start) if last > start else 0, "cpu_us": cpu / max(1, seen) * 1e6,
                "idle_mib": idle, "resident_mib": gateway.resident()["VmRSS"] / 1024}
    finally:
        witness.stopping = True
        if publisher:
            publisher.stopping = True
        for process in (gateway, field, city):
            process.terminate()


def samples(count: int) -> list[float]:
    generator = random.Random(3)
    return [0.34 + 0.01 * generator.gauss(0, 1) for _ in range(count)]


def timed(step, values: list[float]) -> float:
    """The median of rounds of a hundred. Units: nanoseconds a sample."""
    rounds = []
    for place in range(0, len(values), 100):
        start = time.perf_counter_ns()
        for value in values[place:place + 100]:
            step(value)
        rounds.append((time.perf_counter_ns() - start) / 100)
    return statistics.median(rounds)


def detectors() -> dict:
    found = {}
    try:
        from river import anomaly
        trees = anomaly.HalfSpaceTrees(seed=1)

        def half_space(value):
            trees.score_one({"v": value})
            trees.learn_one({"v": value})
        found["river HalfSpaceTrees"] = timed(half_space, samples(3000))
    except ImportError:
        pass
    try:
        import rrcf
        forest, place = [rrcf.RCTree(random_state=index) for index in range(40)], [0]

        def cut(value):
            for tree in forest:
                if len(tree.leaves) > 256:
                    tree.forget_point(place[0] - 256)
                tree.insert_point([value], index=place[0])
                tree.codisp(place[0])
            place[0] += 1
        found["rrcf, 40 trees of 256"] = timed(cut, samples(1000))
    except ImportError:
        pass
    try:
        from libspot import Spot
        spot = Spot(1e-4)
        spot.fit(samples(2000))
        found["libspot from Python"] = timed(spot.step, samples(20_000))
    except ImportError:
        pass
    return found


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("bamaid")
    p.add_argument("--python", default=".build-peers/venv/bin/python")
    p.add_argument("--messages", type=int, default=20_000)
    p.add_argument("--backlog", type=int, default=10_000_000)
    options = p.parse_args()
    options.rate, options.patience, options.quiet = 0, 120, 20
    folder, result = Path(tempfile.mkdtemp(prefix="bamai-rates-")), {"rates": {}, "problems": []}
    try:
        result["detectors"] = detectors()
        for contender in all_contenders(options.bamaid, options.python):
            if contender.key not in ("bamaid", "tb", "bridge-1s"):
                continue
            try:
                result["rates"][contender.key] = rate(contender, folder / contender.key, options.messages, options)
            except (RuntimeError, OSError, StopIteration) as problem:
                result["problems"].append(f"{contender.title}: {problem}")
        if options.backlog:
            try:
                # Standard output is for the document alone.
                with contextlib.redirect_stdout(sys.stderr):
                    result["backlog"] = backlog.measure(options.bamaid, folder / "backlog", options.backlog)
            except RuntimeError as problem:
                result["problems"].append(f"backlog: {problem}")
        venv = Path(options.python).absolute().parent.parent
        result["environment_mib"] = sum(f.stat().st_size for f in venv.rglob("*") if f.is_file() and not f.is_symlink()) / 2**20
    finally:
        processes.end_all()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
