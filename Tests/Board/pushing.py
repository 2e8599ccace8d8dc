"""Configurations pushed to the board through its sshd, with the guard that systemd runs: good ones, ones that are taken back, cut cables and pulled plugs.
After each of them a whole generation runs, the old one or the new one, and the one that was said."""
import json
import random
import shutil
import subprocess
import threading
import time
from pathlib import Path

import cuts
import site_file
import terminals
from gateway import SITE, Gateway
from machine import BoardError
from traffic import Platform, Stream

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = {"profiles": "firmware-config/profiles", "devices": "firmware-config/devices", "mappings": "firmware-config/mappings",
          "codes": "firmware-config/codes", "boards": "boards"}
# The board's clock counts instructions and falls behind this machine's: a push here must not be out of patience before the board is.
PATIENCE = ["--health", "90 s", "--confirm", "120 s"]
CONFIRMED, TAKEN_BACK = 0, 3


class Outcome:
    """What one `bamai push` says, line by line, as it says it."""

    def __init__(self, process: subprocess.Popen):
        self.process, self.events, self.errors = process, [], ""
        self.heard = threading.Condition()
        self.readers = [threading.Thread(target=task, daemon=True) for task in (self._read, self._read_errors)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.heard:
                self.events.append(json.loads(line))
                self.heard.notify_all()

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def until(self, event: str, step: str, seconds: float = 300) -> bool:
        """Waits until a step has begun, or is done. False: the push ended before, or took longer."""
        def has() -> bool:
            return any(e.get("event") == event and e.get("step") == step for e in self.events)
        end = time.monotonic() + seconds
        with self.heard:
            while not has() and self.process.poll() is None and time.monotonic() < end:
                self.heard.wait(0.5)
            return has()

    def end(self, seconds: float = 900) -> int:
        """Waits for the end and returns the exit code. *Throws*: BoardError where it takes longer."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise BoardError(f"bamai push took longer than {seconds:.0f} s; so far {self.events[-3:]}") from None
        for reader in self.readers:
            reader.join(10)
        return self.process.returncode

    @property
    def sentence(self) -> str:
        return next((e["sentence"] for e in reversed(self.events) if e.get("event") == "result"), f"no result; {self.errors.strip()}")


class Maintainer:
    """A repository of one site on this machine, and the `bamai` that pushes it."""

    def __init__(self, gateway: Gateway, bamai: Path, folder: Path, field_port: int, platform_port: int):
        self.gateway, self.bamai, self.ports = gateway, bamai, (field_port, platform_port)
        self.folder, self.edits = folder, 0
        folder.mkdir(parents=True)
        for name, source in SHARED.items():
            shutil.copytree(REPOSITORY / source, folder / name, ignore=lambda place, names: [n for n in names if not n.endswith(".toml")])
        self.site = site_file.write(folder / "west", *self.ports, shared="..")

    def edit(self, **ports):
        """Another name, and another port where one is given: what a push is about."""
        self.edits += 1
        field, platform = ports.get("field", self.ports[0]), ports.get("platform", self.ports[1])
        site_file.write(self.site, field, platform, shared="..", name=f"A pump room, edited {self.edits} times")

    def wait_welcome(self, seconds: float = 180):
        """Waits until the board's sshd takes a new connection. After a power cut it has seen connections that ended before they had said who they were, the
        test's own knocking among them, and turns the address away for a while (PerSourcePenalties)."""
        board, end = self.gateway.board, time.monotonic() + seconds
        knock = ["ssh", "-F", str(board.folder / "ssh_config"), "-o", "ControlPath=none", board.name, "true"]
        while subprocess.run(knock, capture_output=True, timeout=120).returncode and time.monotonic() < end:
            time.sleep(5)

    def begin(self, *options: str) -> Outcome:
        board = self.gateway.board
        self.wait_welcome()
        command = [self.bamai, "push", self.site, board.name, "--ssh-config", board.folder / "ssh_config", "--yes", "--json", "--by", "the board test",
                   *PATIENCE, *options]
        return Outcome(subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))

    def history(self) -> dict:
        return json.loads(self.gateway.board.ssh("bamai history . --json"))


def whole(t, gateway: Gateway, maintainer: Maintainer, generation: int, what: str):
    """The generation that must be in place is, every byte of it, and the daemon has loaded it."""
    board = gateway.board
    end = time.monotonic() + 240
    while True:
        history = maintainer.history()
        found = next((g for g in history["generations"] if g["number"] == history["current"]), {})
        drift = board.ssh_result("bamai drift .", timeout=240)
        said = (drift.stdout + drift.stderr).decode(errors="replace").strip()
        holds = history["current"] == generation and not found.get("flaw") and drift.returncode == 0 and "runs it" in said
        if holds or time.monotonic() > end:
            break
        time.sleep(3)
    t.ok(holds, f"{what}: generation {generation} is in place, whole, and runs", f"current {history['current']}, {found}; drift says {said}")


def settled(maintainer: Maintainer, seconds: float = 600) -> dict:
    """Waits until the board has decided by itself, and returns its history."""
    end = time.monotonic() + seconds
    while True:
        history = maintainer.history()
        if history["change"]["phase"] in ("probation", "kept", "reverted", "stranded") or time.monotonic() > end:
            return history
        time.sleep(3)


def adopt(t, gateway: Gateway, maintainer: Maintainer):
    """Once, on the board: what an installer does. The site is below /etc/bamai, where the package's links lie beside it."""
    gateway.board.copy([maintainer.site], "/etc/bamai")
    answer = gateway.board.ssh_result("bamai board adopt /etc/bamai/west && systemctl reload-or-restart bamaid", timeout=300)
    t.ok(answer.returncode == 0, "bamai board adopt makes the first generation", (answer.stdout + answer.stderr).decode(errors="replace"), needed=True)
    gateway.wait_active()
    whole(t, gateway, maintainer, 1, "adopted")


def connected(gateway: Gateway) -> bool:
    status = json.loads(gateway.board.ssh(f"bamai status --site {SITE} --json; true", timeout=240) or "{}")
    return (status.get("platform") or {}).get("state") == "connected" and all(b["state"] == "connected" for b in status["brokers"])


def good(t, gateway: Gateway, maintainer: Maintainer, generation: int):
    maintainer.edit()
    begin = time.monotonic()
    push = maintainer.begin()
    code = push.end()
    t.ok(code == CONFIRMED, f"good push: exit {code}: {push.sentence}", str(push.events[-4:]))
    t.figure("push_confirmed", round(time.monotonic() - begin, 1), "s of this machine's time")
    whole(t, gateway, maintainer, generation, "good push")
    guards = gateway.board.ssh("systemctl list-units --no-legend --plain 'bamai-guard-*'").split()
    t.ok(guards and guards[2:4] == ["active", "running"], "the guard is a unit of systemd's, outside the daemon and the session", str(guards))
    t.equal(settled(maintainer)["change"]["phase"], "probation", "it is on probation")


def bad(t, gateway: Gateway, maintainer: Maintainer, former: int, **ports):
    """A site that is valid and leads nowhere: the broker, or the platform, cannot be reached with it."""
    what = f"push that loses the {'platform' if 'platform' in ports else 'broker'}"
    maintainer.edit(**ports)
    push = maintainer.begin()
    code = push.end()
    t.ok(code == TAKEN_BACK, f"{what}: exit {code}: {push.sentence}", str(push.events[-4:]))
    t.ok("connected before" in push.sentence, f"{what}: the sentence says why", push.sentence)
    whole(t, gateway, maintainer, former, what)


def abandoned(t, gateway: Gateway, maintainer: Maintainer, former: int):
    """The maintainer's machine dies while the board decides: nobody confirms, so the board goes back, with nobody connected."""
    maintainer.edit()
    # The confirmation is immediate, so the push has to die before the daemon can be healthy: right behind the swap.
    push = maintainer.begin("--health", "60 s", "--confirm", "20 s")
    armed = push.until("begun", "health")
    push.process.kill()
    push.end()
    t.ok(armed, "push whose maintainer dies: the board was armed", str(push.events))
    history = settled(maintainer)
    t.ok(history["change"]["phase"] == "reverted", "push whose maintainer dies: the board has taken it back by itself", str(history["change"]))
    whole(t, gateway, maintainer, former, "push whose maintainer dies")


def power(t, gateway: Gateway, maintainer: Maintainer, former: int, wait: float, what: str) -> int:
    """The plug is pulled while the board decides. Whatever the push says at its end must be what runs. Returns the generation that is in place."""
    board = gateway.board
    maintainer.edit()
    push = maintainer.begin()
    t.ok(push.until("begun", "health"), f"{what}: the board was armed", str(push.events))
    time.sleep(wait)
    board.cut()
    board.start(seconds=600)
    gateway.wait_active()
    code = push.end()
    t.say(f"{what}: exit {code}: {push.sentence}")
    history = settled(maintainer)
    phase, change = history["change"]["phase"], history["change"]
    t.ok(phase in ("probation", "kept", "reverted"), f"{what}: the board has decided: {phase}", str(change))
    expected = change["to"] if phase in ("probation", "kept") else former
    t.ok(code == (CONFIRMED if expected == change["to"] else TAKEN_BACK), f"{what}: the push says what runs", f"exit {code}, {push.sentence}; {change}")
    whole(t, gateway, maintainer, expected, what)
    return expected


def confirmed_then_cut(t, gateway: Gateway, maintainer: Maintainer, generation: int):
    """Durable before it is said: the plug is pulled as soon as the push has ended well."""
    maintainer.edit()
    push = maintainer.begin()
    code = push.end()
    gateway.board.cut()
    t.ok(code == CONFIRMED, f"power cut right behind the confirmation: exit {code}: {push.sentence}", str(push.events[-4:]))
    gateway.board.start(seconds=600)
    gateway.wait_active()
    whole(t, gateway, maintainer, generation, "power cut right behind the confirmation")
    t.equal(settled(maintainer)["change"]["phase"], "probation", "power cut right behind the confirmation: it is still on probation")


def crash_loop(t, gateway: Gateway, maintainer: Maintainer, former: int):
    """A generation that was confirmed and then falls again and again is taken back, without anybody."""
    for _ in range(12):
        if maintainer.history()["change"]["phase"] != "probation":
            break
        gateway.board.ssh(f"kill -9 {gateway.wait_active()}")
        # The guard looks every five seconds of the board's.
        gateway.wait_active()
        gateway.board.ssh("sleep 7")
    history = settled(maintainer)
    change = history["change"]
    t.ok(change["phase"] == "reverted" and "restarted" in change["cause"], "a crash loop in probation is taken back", str(change))
    whole(t, gateway, maintainer, former, "crash loop in probation")


def chapter(t, gateway: Gateway, platform: Platform, far: Stream, maintainer: Maintainer, dead_port: int, luck: random.Random):
    """Everything, while messages arrive from outside the board: none is lost over all the reloads."""
    adopt(t, gateway, maintainer)
    far.start()
    terminals.wait(lambda: connected(gateway), 240)
    good(t, gateway, maintainer, 2)
    bad(t, gateway, maintainer, 2, field=dead_port)
    bad(t, gateway, maintainer, 2, platform=dead_port)
    abandoned(t, gateway, maintainer, 2)
    runs = power(t, gateway, maintainer, 2, 0, "power cut right behind the swap")
    runs = power(t, gateway, maintainer, runs, luck.uniform(0.5, 4), "power cut while the board decides")
    newest = max(g["number"] for g in maintainer.history()["generations"]) + 1
    confirmed_then_cut(t, gateway, maintainer, newest)
    crash_loop(t, gateway, maintainer, runs)
    maintainer.edit()
    push = maintainer.begin()
    t.ok(push.end() == CONFIRMED, f"after all that a good push: {push.sentence}", str(push.events[-4:]))
    t.ok(far.settle(), "pushes: the broker outside has acknowledged everything")
    cuts.count(t, gateway, [far], "pushes")
    kinds = {copies[0]["type"] for copies in platform.alerts.values()}
    t.ok(platform.wait_for(lambda p: any(".audit." in copies[0]["type"] for copies in p.alerts.values()), 120),
         "the platform hears who has changed what", str(sorted(kinds)))
