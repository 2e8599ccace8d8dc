"""Child processes that never outlive the harness, and what Linux says of them."""
import atexit
import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

_children: list = []
_libc = ctypes.CDLL(None)
_taken: set = set()
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    # Below the range of outgoing connections: a port must stay free while its broker is down.
    while True:
        port = random.randint(15000, 31999)
        if port in _taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _taken.add(port)
        return port


def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL)


@atexit.register
def end_all():
    for child in _children:
        if child.poll() is None:
            child.kill()
            child.wait()
    _children.clear()


def _status(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return 0


class Process:
    """A program that may be started many times; figures are summed over its incarnations."""

    def __init__(self, command: list[str], folder: Path, log: str, environment: dict | None = None):
        self.command, self.folder, self.log, self.environment = command, folder, folder / log, environment
        self.written, self.cpu, self.peak, self.starts, self.deaths = 0, 0.0, 0, 0, 0
        self.child = None

    def start(self):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(self.environment or {})},
                preexec_fn=_die_with_parent)
        _children.append(self.child)
        self.starts += 1

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def resident(self) -> dict:
        """KiB now."""
        return {key: _status(self.child.pid, key) for key in ("VmRSS", "RssAnon", "RssFile", "VmHWM")}

    def processor_seconds(self) -> float:
        """Of this incarnation, now."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def sample(self):
        """Adds this incarnation's figures; to be called once, before its end."""
        if not self.alive:
            self.deaths += 1
            return
        pid = self.child.pid
        for line in Path(f"/proc/{pid}/io").read_text().splitlines():
            if line.startswith("write_bytes:"):
                self.written += int(line.split()[1])
        self.cpu += self.processor_seconds()
        self.peak = max(self.peak, _status(pid, "VmHWM"))

    def kill(self):
        self.end(signal.SIGKILL)

    def terminate(self):
        self.end(signal.SIGTERM)

    def end(self, number: int):
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.send_signal(number)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        if self.child in _children:
            _children.remove(self.child)


def wait_for_port(port: int, seconds: float = 10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def mosquitto() -> str:
    return next(p for p in ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto") if os.access(p, os.X_OK))


def broker(folder: Path, name: str, port: int, lines: list[str]) -> Process:
    """A mosquitto, not yet started. Started as root it would become another user, who may not write here."""
    (folder / name).mkdir(exist_ok=True)
    common = [f"listener {port} 127.0.0.1", "allow_anonymous true", "user root", "log_dest stderr", f"persistence_location {folder}/{name}/"]
    (folder / f"{name}.conf").write_text("\n".join(common + lines) + "\n")
    return Process([mosquitto(), "-c", str(folder / f"{name}.conf")], folder, f"{name}.log")
