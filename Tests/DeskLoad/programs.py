"""The desk and a broker as real programs, and what Linux says of them. Nothing outlives the harness."""
import atexit
import ctypes
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

_children: list = []
_libc = ctypes.CDLL(None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    _libc.prctl(1, signal.SIGKILL)


@atexit.register
def end_all():
    for child in _children:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    _children.clear()


def start(command: list, log: Path) -> subprocess.Popen:
    child = subprocess.Popen(command, stdout=log.open("ab"), stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
    _children.append(child)
    return child


def until(what: str, condition, seconds: float = 60):
    """What a condition returns once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"{what}: not within {seconds:.0f} s")


def kibibytes(pid: int, key: str) -> int:
    """A line of /proc/PID/status: VmRSS, VmHWM."""
    found = re.search(rf"^{key}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found.group(1)) if found else 0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Broker:
    """mosquitto, with room for what the desk has not taken yet: as shipped it drops what goes beyond a thousand messages."""

    def __init__(self, folder: Path):
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 200\n"
            "persistence false\nlog_type error\n")
        program = next((p for p in ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto") if os.path.exists(p)), "mosquitto")
        self.process = start([program, "-c", str(config)], folder / "mosquitto.log")
        until("mosquitto", lambda: self._answers())

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Desk:
    """bamai-desk with TLS, a store of its own, and registered gateways."""

    def __init__(self, program: str, folder: Path, store: str, broker: Broker, gateways: list):
        self.program, self.folder, self.store = program, folder, store
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True, capture_output=True)
        names = folder / "gateways.txt"
        names.write_text("\n".join(gateways) + "\n")
        self.tokens = dict(line.split() for line in self.command("gateway", "import", str(names)).splitlines())
        self.reader = self.command("token", "add", "load").strip()
        log = folder / "desk.log"
        self.process = start(
            [program, "serve", "--store", store, "--listen", "127.0.0.1:0", "--certificate", str(folder / "cert.pem"), "--key",
             str(folder / "key.pem"), "--mqtt", f"mqtt://127.0.0.1:{broker.port}"], log)
        found = until("bamai-desk", lambda: re.search(r"listens at https://127.0.0.1:(\d+)/", log.read_text()) and re.search(
            r":(\d+)(/setup/\S+)", log.read_text()))
        self.port, self.setup = int(found.group(1)), found.group(2)
        until("the broker's welcome", lambda: "connected to" in log.read_text())

    def command(self, *arguments: str) -> str:
        done = subprocess.run([self.program, *arguments, "--store", self.store], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout
