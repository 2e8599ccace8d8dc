"""python3 Tests/Board PACKAGE: the Debian package on a virtual ARM board, from its installation over pulled plugs and pushed sites to its purge.

The board is boards/qemu-virt: Debian 13 with its own kernel, systemd, mosquitto and simulated GPIO lines in QEMU, with a disk that forgets in a power cut
what was not flushed. The brokers of the street and of the platform run on this machine. The transcript is TAP; exit code 0 when all of it holds."""
import argparse
import atexit
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
REPOSITORY = Path(__file__).resolve().parents[2]
for folder in ("boards/qemu-virt", "Tests/Peers", "Tests/Board"):
    sys.path.insert(0, str(REPOSITORY / folder))

import cuts  # noqa: E402
import disk  # noqa: E402
import figures  # noqa: E402
import installing  # noqa: E402
import processes  # noqa: E402
import pushing  # noqa: E402
import site_file  # noqa: E402
import terminals  # noqa: E402
from gateway import SITE, Gateway  # noqa: E402
from machine import Board, BoardError  # noqa: E402
from traffic import Platform, Stream  # noqa: E402
from transcript import Ended, Transcript  # noqa: E402

# What is asked on the board, with which exit codes, and a word of the answer. The doctor may find something: no network time, brokers without TLS.
COMMANDS = [
    (f"bamai status --site {SITE}", (0, 1), "line lid"),
    (f"bamai doctor --site {SITE}", (0, 1), "gpio"),
    (f"bamai gpio list --site {SITE}", (0,), "door"),
    ("bamai board detect", (0,), "qemu-virt"),
]


def board_seconds(board: Board) -> float:
    """From the kernel's start until everything runs, by the board's clock."""
    text = board.ssh("systemctl is-system-running --wait >/dev/null; systemctl show -p UserspaceTimestampMonotonic -p FinishTimestampMonotonic", timeout=600)
    return round(int(dict(line.split("=") for line in text.split())["FinishTimestampMonotonic"]) / 1e6, 1)


def pushes(t: Transcript, options, folder: Path, gateway: Gateway, platform: Platform, far: Stream, luck: random.Random):
    t.chapter("pushes")
    maintainer = pushing.Maintainer(gateway, options.bamai, folder / "repository", far.port, platform.port)
    pushing.chapter(t, gateway, platform, far, maintainer, processes.free_port(), luck)


def run(t: Transcript, options, folder: Path):
    luck = random.Random(options.seed)
    t.say(f"seed {options.seed}; repeat with --seed {options.seed}")
    version = subprocess.run(["dpkg-deb", "-f", options.package, "Version"], check=True, capture_output=True, text=True).stdout.strip()

    t.chapter("brokers on this machine")
    field_port, platform_port = processes.free_port(), processes.free_port()
    wide = ["max_queued_messages 100000", "max_queued_bytes 0"]
    for name, port in (("field", field_port), ("platform", platform_port)):
        processes.broker(folder, name, port, wide).start()
        processes.wait_for_port(port)
    platform = Platform(platform_port)

    t.chapter("disk and boot")
    board = Board(options.name, Path(os.environ.get("BAMAI_BOARDS") or REPOSITORY / "run" / "board"))
    board.cut()
    if not options.keep:
        atexit.register(board.cut)
    board.start(fresh=True)
    disk.forgets(t, board)
    facts = board.start(fresh=True)
    t.ok(facts["banner_seconds"], f"the board answers SSH (Linux {facts['kernel']}, {facts['memory_mib']} MiB, one Cortex-A53)")
    t.figure("boot_to_banner", facts["banner_seconds"], "s of this machine's time")
    t.figure("boot", board_seconds(board), "s of the board's time")
    t.equal(board.ssh("uname -m").strip(), "aarch64", "it is an ARM machine")
    t.equal(board.ssh("systemctl is-system-running --wait", check=False, timeout=300).strip(), "running", "Debian's own services all run")
    gateway = Gateway(board)

    t.chapter("installation")
    before = installing.listing(gateway)
    package = options.package if options.pushes else installing.older(options.package, "0.0.1", folder)
    installing.install(t, gateway, package)
    installing.installed(t, gateway)
    installing.first_start(t, gateway, site_file.write(folder / "site", field_port, platform_port))

    near, far = Stream("near", facts["mqtt_port"], options.rate), Stream("far", field_port, options.rate)
    t.chapter("sensors and platform")
    cuts.subscribed(t, gateway, [near, far])
    if options.pushes:
        pushes(t, options, folder, gateway, platform, far, luck)
        return

    for stream in (near, far):
        stream.start()
    t.ok(platform.wait_for(lambda p: p.count("well.high", "raised") and p.count("well.high", "cleared"), 240),
         "the platform hears an alert of the street raised and cleared")
    t.ok(platform.wait_for(lambda p: p.readings > 0, 120), "the platform gets readings")
    t.ok(all([stream.flows() for stream in (near, far)]), "both devices go on publishing")
    t.ok(all([stream.settle() for stream in (near, far)]), "the brokers have acknowledged everything")
    cuts.count(t, gateway, [near, far], "without a cut")
    terminals.contact(t, gateway, platform)
    terminals.pulses(t, gateway)

    t.chapter("commands on the board")
    for command, codes, word in COMMANDS:
        answer = board.ssh_result(command, timeout=300)
        out = (answer.stdout + answer.stderr).decode(errors="replace")
        if t.ok(answer.returncode in codes and word in out, f"{command}: exit {answer.returncode}, says {word}", out):
            t.say(out)

    t.chapter("kill -9")
    cuts.kill(t, gateway, [near, far], options.cuts, luck)

    t.chapter("watchdog")
    cuts.watchdog(t, gateway)

    t.chapter("upgrade")
    far.start()
    installing.upgrade(t, gateway, options.package, version)
    t.ok(far.settle(), "upgrade: the broker has acknowledged everything")
    cuts.count(t, gateway, [near, far], "upgrade")

    t.chapter("figures")
    figures.weigh(t, gateway, far, 30)

    t.chapter("power cuts")
    sequence = int(gateway.rows(far.sensor)[-1]["sequence"])
    far.rate = options.rate
    cuts.power(t, gateway, near, far, options.cuts, luck)
    figures.first_reading(t, gateway, far, sequence)
    cuts.told(t, gateway, platform)
    terminals.contact(t, gateway, platform)

    pushes(t, options, folder, gateway, platform, far, luck)

    t.chapter("removal")
    installing.purge(t, gateway, before)
    if not options.keep:
        board.stop()
        t.ok(not board.is_running, "the board switches itself off in order")


def main() -> int:
    p = argparse.ArgumentParser(prog="Tests/Board", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("package", type=Path, help="bamai_…_arm64.deb")
    p.add_argument("--bamai", type=Path, default=REPOSITORY / ".build/release/bamai", help="the program that pushes, for this machine")
    p.add_argument("--name", default="test", help="the board's name")
    p.add_argument("--cuts", type=int, default=int(os.environ.get("CUTS") or 10), help="how often each plug is pulled")
    p.add_argument("--pushes", action="store_true", help="only the installation and the pushes")
    p.add_argument("--rate", type=float, default=40, help="messages a second and device")
    p.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    p.add_argument("--out", type=Path, default=Path(".build-board/board.json"), help="the transcript for programs")
    p.add_argument("--keep", action="store_true", help="leave the board running and the folder of the brokers where it is")
    options = p.parse_args()
    options.package = options.package.resolve()
    # So that what was started is stopped: exit handlers do not run for a plain SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    t = Transcript(options.out)
    folder = Path(tempfile.mkdtemp(prefix="board-test-"))
    try:
        run(t, options, folder)
    except Ended as reason:
        t.say(f"ended early: {reason}")
    except (BoardError, OSError) as problem:
        t.ok(False, f"the test could not go on: {type(problem).__name__}", str(problem))
    if options.keep:
        t.say(f"left in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return t.end()


if __name__ == "__main__":
    sys.exit(main())
