"""The desk and a broker as real programs, and what Linux says of them. Nothing outlives the harness."""
import re
import subprocess
import time
from pathlib import Path

import processes


def until(what: str, condition, seconds: float = 60):
    """What a condition returns once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"{what}: not within {seconds:.0f} s")


def broker(folder: Path) -> int:
    """The port of a mosquitto with room for what the desk has not taken yet: as shipped it drops what goes beyond a thousand messages."""
    port = processes.free_port()
    processes.broker(folder, "mosquitto", port, ["max_queued_messages 0", "max_inflight_messages 200", "persistence false", "log_type error"]).start()
    processes.wait_for_port(port, 60)
    return port


class Desk:
    """bamai-desk with TLS, a store of its own, and registered gateways."""

    def __init__(self, program: str, folder: Path, store: str, broker: int, gateways: list):
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
        self.process = processes.Process(
            [program, "serve", "--store", store, "--listen", "127.0.0.1:0", "--certificate", str(folder / "cert.pem"), "--key",
             str(folder / "key.pem"), "--mqtt", f"mqtt://127.0.0.1:{broker}"],
            Path.cwd(), str(log))
        self.process.start()
        found = until("bamai-desk", lambda: re.search(r"listens at https://127.0.0.1:(\d+)/", log.read_text()) and re.search(
            r":(\d+)(/setup/\S+)", log.read_text()))
        self.port, self.setup = int(found.group(1)), found.group(2)
        until("the broker's welcome", lambda: "connected to" in log.read_text())

    def command(self, *arguments: str) -> str:
        done = subprocess.run([self.program, *arguments, "--store", self.store], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout
