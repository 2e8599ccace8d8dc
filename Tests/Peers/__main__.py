"""python3 Tests/Peers BAMAID: bamaid beside thingsboard-gateway and mosquitto's bridge, under one load, one outage and the same kill -9."""
import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import backlog  # noqa: E402
import processes  # noqa: E402
from contenders import all_contenders  # noqa: E402
from race import race  # noqa: E402


def versions(bamaid: str, python: str) -> dict:
    def say(*command):
        answer = subprocess.run(command, capture_output=True, text=True)
        return (answer.stdout + answer.stderr).strip().splitlines()[0]

    listing = "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in %r), sep=', ')"
    packages = ["thingsboard-gateway", "tb-mqtt-client", "tb-paho-mqtt-client"]
    return {
        "bamaid": say("git", "-C", str(Path(bamaid).resolve().parent), "describe", "--always", "--dirty"),
        "mosquitto": say(processes.mosquitto(), "-h"),
        "thingsboard": say(python, "-c", listing % packages), "python": platform.python_version(),
        "kernel": platform.release(), "processors": os.cpu_count(), "machine": platform.machine()}


def table(rows: list[dict]):
    columns = [("contender", 36, lambda r: r["title"]), ("due", 7, lambda r: r["due"]), ("lost", 7, lambda r: r["lost"]),
               ("doubled", 8, lambda r: r["doubled"]), ("by contract", 12,
                lambda r: "–" if r["doubled_after_contract"] is None else r["doubled_after_contract"]),
               ("disorder", 9, lambda r: r["out_of_order"]), ("drain s", 8, lambda r: f"{r['drain_seconds']:.1f}"),
               ("written MiB", 12, lambda r: f"{r['written_bytes'] / 2**20:.1f}"), ("peak MiB", 9, lambda r: f"{r['peak_kib'] / 1024:.1f}"),
               ("CPU s", 7, lambda r: f"{r['cpu_seconds']:.1f}")]
    print("\n" + "".join(name.ljust(width) if not place else name.rjust(width) for place, (name, width, _) in enumerate(columns)))
    for row in rows:
        if "failure" in row:
            print(f"{row['title']:36}failed: {row['failure']}")
        else:
            print("".join(str(f(row)).ljust(w) if not place else str(f(row)).rjust(w) for place, (_, w, f) in enumerate(columns)))


def main() -> int:
    quick = os.environ.get("QUICK") == "1"
    p = argparse.ArgumentParser(prog="Peers", description=__doc__)
    p.add_argument("bamaid", help="the release build")
    p.add_argument("--python", default=".build-peers/venv/bin/python", help="of the environment that holds thingsboard-gateway")
    p.add_argument("--out", type=Path, default=Path(".build-peers/peers.json"))
    p.add_argument("--only", default="", help="contenders by key, with commas between; backlog for the second part")
    p.add_argument("--devices", type=int, default=100)
    p.add_argument("--rate", type=float, default=200, help="messages a second")
    p.add_argument("--seconds", type=float, default=20 if quick else 60, help="how long the load lasts")
    p.add_argument("--outage", type=float, nargs=2, default=[0.3, 0.6], help="when the platform is down, as shares of the load")
    p.add_argument("--kills", type=float, nargs="*", default=[0.12, 0.25, 0.4, 0.5, 0.75], help="when the gateway is killed, likewise")
    p.add_argument("--quiet", type=float, default=20 if quick else 40, help="seconds of silence that end the waiting")
    p.add_argument("--patience", type=float, default=120 if quick else 300, help="seconds after which the waiting ends anyway")
    p.add_argument("--backlog", type=int, nargs="*", default=[100_000] if quick else [1_000_000, 10_000_000], help="readings waiting, second part")
    p.add_argument("--keep", action="store_true", help="keep the temporary folder")
    options = p.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))

    wanted = [key for key in options.only.split(",") if key]
    folder = Path(tempfile.mkdtemp(prefix="bamai-peers-"))
    result = {"versions": versions(options.bamaid, options.python), "rows": [], "backlog": [],
              "load": {key: getattr(options, key) for key in ("devices", "rate", "seconds", "outage", "kills", "quiet", "patience")}}
    print("\n".join(f"{key:12}{value}" for key, value in result["versions"].items()))
    print(f"load        {options.devices} devices, {options.rate:g} messages/s for {options.seconds:g} s, QoS 1; platform down from "
          f"{options.outage[0] * options.seconds:g} s to {options.outage[1] * options.seconds:g} s; kill -9 at "
          + ", ".join(f"{share * options.seconds:g}" for share in options.kills) + " s")
    promise = True
    try:
        for contender in all_contenders(options.bamaid, options.python):
            if wanted and contender.key not in wanted:
                continue
            options.ports = (processes.free_port(), processes.free_port())
            print(f"running {contender.title} …", flush=True)
            row = {"key": contender.key, "title": contender.title, "settings": contender.settings, "note": contender.note}
            try:
                row.update(race(contender, folder / contender.key, options))
            except RuntimeError as failure:
                row["failure"] = str(failure)
            result["rows"].append(row)
            if contender.key == "bamaid":
                promise = "failure" not in row and row["lost"] == 0 and row["out_of_order"] == 0 and row["sender_finished"]
            write(options.out, result)
        table(result["rows"])
        for row in result["rows"]:
            print(f"\n{row['title']}\n  set: {row['settings']}" + (f"\n  note: {row['note']}" if row["note"] else ""))
        if not wanted or "backlog" in wanted:
            for place, size in enumerate(options.backlog):
                result["backlog"].append(backlog.measure(options.bamaid, folder / f"backlog-{place}", size))
                write(options.out, result)
            backlog.table(result["backlog"])
    finally:
        processes.end_all()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(folder)
    print(f"\n{options.out} holds the same figures")
    if not promise:
        print("bamaid lost or misordered messages: that breaks what the README says")
    return 0 if promise else 1


def write(path: Path, result: dict):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
