"""A virtual ARM board: Debian 13 in QEMU, its disk behind a cache that a power cut empties, its GPIO lines simulated by the kernel.

A board is a folder with a copy-on-write disk over the shared image, and at most one QEMU. Nothing here is asynchronous: every call has a deadline.
"""
import json
import os
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Room in the copy-on-write file for its own tables: it is served with a fixed length.
OVERLAY_BYTES = 2300 << 20
# One thread, and a clock that counts instructions (2 ns each) while there is work: a host that is busy makes the board slow, and no board's deadline late.
CLOCK = ["-accel", "tcg,thread=single", "-icount", "shift=1,sleep=on"]


class BoardError(Exception):
    """What went wrong with the board, and what to look at."""


def build_image() -> Path:
    """The folder of the image, made first if it is not there. *Time*: minutes the first time."""
    answer = subprocess.run([HERE / "build-image"], stdout=subprocess.PIPE, text=True)
    if answer.returncode:
        raise BoardError("the board's image could not be built")
    return Path(answer.stdout.strip().splitlines()[-1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def running(pid: int) -> bool:
    try:
        # A child that has ended and was not waited for is not running.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Board:
    """One board by name. *Isolation*: one process at a time drives a board."""

    def __init__(self, name: str, root: Path):
        self.name, self.folder = name, (root / name).resolve()
        self.multiplexed = True

    # --- What is known of it

    @property
    def facts(self) -> dict:
        """What `start` has written: ports, memory, kind of disk. *Throws*: BoardError where the board was never started."""
        try:
            return json.loads((self.folder / "board.json").read_text())
        except OSError:
            raise BoardError(f"there is no board {self.name} in {self.folder.parent}; start it: boards/qemu-virt/board start {self.name}") from None

    def pid(self, program: str) -> int | None:
        try:
            number = int((self.folder / f"{program}.pid").read_text())
        except (OSError, ValueError):
            return None
        return number if running(number) else None

    @property
    def is_running(self) -> bool:
        return self.pid("qemu") is not None

    # --- Power

    def start(self, *, volatile=True, fresh=False, memory=512, smp=1, forward=(), seconds=600) -> dict:
        """Switches the board on and waits until it answers SSH.

        volatile: what the board has not flushed is lost in `cut`. fresh: a new disk. forward: pairs (host port, board port).
        Returns the facts, among them `banner_seconds` and `login_seconds`. *Throws*: BoardError, and then nothing runs.
        """
        if self.is_running:
            raise BoardError(f"the board {self.name} runs already")
        image = build_image()
        self.folder.mkdir(parents=True, exist_ok=True)
        old = json.loads((self.folder / "board.json").read_text()) if (self.folder / "board.json").exists() else {}
        disk = self.folder / "disk.qcow2"
        if fresh or not disk.exists() or old.get("image") != str(image):
            disk.unlink(missing_ok=True)
            self._tool("qemu-img", "create", "-q", "-f", "qcow2", "-b", image / "disk.qcow2", "-F", "qcow2", disk)
            os.truncate(disk, OVERLAY_BYTES)
            old = {}
        # The ports stay, so that a client may go on after a power cut.
        facts = {
            "name": self.name, "image": str(image), "kernel": (image / "kernel.release").read_text().strip(), "volatile": volatile,
            "memory_mib": memory, "smp": smp, "ssh_port": old.get("ssh_port") or free_port(), "mqtt_port": old.get("mqtt_port") or free_port(),
            "forward": [list(pair) for pair in forward] or old.get("forward", []), "ssh_config": str(self.folder / "ssh_config"),
            "key": str(self.folder / "key")}
        self._write_ssh(image, facts["ssh_port"])
        for left in ("qemu.pid", "nbd.pid", "nbd.sock", "cm", "console.log"):
            (self.folder / left).unlink(missing_ok=True)
        wire = ["driver=file,node-name=wire,filename=disk.qcow2"]
        if volatile:
            self._start_disk(disk)
            wire = ["driver=nbd,node-name=wire,server.type=unix,server.path=nbd.sock"]
        forwards = [(facts["ssh_port"], 22), (facts["mqtt_port"], 1883), *facts["forward"]]
        network = "user,id=net" + "".join(f",hostfwd=tcp:127.0.0.1:{host}-:{guest}" for host, guest in forwards)
        begin = time.monotonic()
        try:
            self._tool(
                "qemu-system-aarch64", "-M", "virt,gic-version=2", "-cpu", "cortex-a53", "-smp", smp, "-m", memory, *CLOCK, "-nodefaults",
                "-no-user-config", "-display", "none", "-kernel", image / "kernel.image", "-initrd", image / "initrd", "-append",
                "root=/dev/vda rw console=ttyAMA0 quiet net.ifnames=0", "-blockdev", *wire, "-blockdev", "driver=qcow2,node-name=disk,file=wire",
                "-device", "virtio-blk-pci,drive=disk", "-netdev", network, "-device", "virtio-net-pci,netdev=net,romfile=",
                "-device", "virtio-rng-pci", "-serial", "file:console.log", "-pidfile", "qemu.pid", "-daemonize")
            self._await_banner(facts["ssh_port"], begin + seconds)
            facts["banner_seconds"] = round(time.monotonic() - begin, 1)
            (self.folder / "board.json").write_text(json.dumps(facts, indent=1) + "\n")
            self._await_login(begin + seconds)
        except BaseException:
            self.cut()
            raise
        facts["login_seconds"] = round(time.monotonic() - begin, 1)
        (self.folder / "board.json").write_text(json.dumps(facts, indent=1) + "\n")
        return facts

    def cut(self):
        """Pulls the plug: QEMU and the disk's cache end at once. What was not flushed is gone, if the disk is volatile."""
        pids = [self.pid(program) for program in ("qemu", "nbd")]
        for pid in filter(None, pids):
            os.kill(pid, signal.SIGKILL)
        self._await_end(pids, 10)

    def stop(self, seconds=120):
        """An orderly power off; after `seconds` the plug is pulled, which a BoardError then says."""
        if self.is_running:
            try:
                self.ssh("systemctl poweroff", timeout=30, check=False)
            except BoardError:
                pass
            late = not self._await_end([self.pid("qemu")], seconds)
            if late:
                self.cut()
                raise BoardError(f"the board {self.name} did not switch itself off within {seconds} s; its plug was pulled")
        disk = self.pid("nbd")
        if disk:
            os.kill(disk, signal.SIGTERM)
            self._await_end([disk], 30)

    # --- Commands and files

    def ssh(self, command: str, *, check=True, timeout=120, data: bytes | None = None) -> str:
        """Runs a shell command as root and returns what it wrote. *Throws*: BoardError with both outputs, when it fails or takes too long."""
        answer = self.ssh_result(command, timeout=timeout, data=data)
        if check and answer.returncode:
            raise BoardError(f"`{command}` ended with {answer.returncode} on the board: {(answer.stderr + answer.stdout).decode(errors='replace').strip()}")
        return answer.stdout.decode(errors="replace")

    def ssh_result(self, command: str, *, timeout=120, data: bytes | None = None) -> subprocess.CompletedProcess:
        """The same, for those who look at the exit code themselves."""
        try:
            return subprocess.run([*self.ssh_command(), command], cwd=self.folder, capture_output=True, timeout=timeout, input=data if data else b"")
        except subprocess.TimeoutExpired:
            raise BoardError(f"`{command}` took longer than {timeout} s on the board") from None

    def ssh_command(self) -> list[str]:
        """The OpenSSH command to which a remote command may be appended; its working folder is the board's."""
        sharing = ["-o", "ControlMaster=auto", "-o", "ControlPath=cm", "-o", "ControlPersist=300"] if self.multiplexed else []
        return ["ssh", "-F", str(self.folder / "ssh_config"), *sharing, self.name]

    def copy(self, sources: list[Path], folder: str):
        """Copies files and folders into a folder of the board, which is made if need be."""
        archive = ["tar", "-c", "--owner=0", "--group=0"]
        for source in map(Path.resolve, map(Path, sources)):
            archive += ["-C", str(source.parent), source.name]
        packed = subprocess.run(archive, capture_output=True)
        if packed.returncode:
            raise BoardError(packed.stderr.decode(errors="replace").strip())
        where = shlex.quote(folder)
        self.ssh(f"mkdir -p {where} && tar -x -C {where}", data=packed.stdout, timeout=300)

    def fetch(self, path: str, target: Path):
        """Copies one file from the board."""
        answer = self.ssh_result(f"cat {shlex.quote(path)}", timeout=300)
        if answer.returncode:
            raise BoardError(f"{path} cannot be read on the board: {answer.stderr.decode(errors='replace').strip()}")
        target.write_bytes(answer.stdout)

    def line(self, name: str, *action: str) -> str:
        """Pulls a simulated line: `up`, `down`, `value`, or `pulses COUNT MILLISECONDS`."""
        return self.ssh(shlex.join(["board-line", name, *map(str, action)]), timeout=600).strip()

    # --- Inside

    def _tool(self, *command, **environment):
        # Its words go into a file: a program in the background would hold a pipe open.
        with open(self.folder / "tools.log", "w+") as log:
            answer = subprocess.run(
                [str(word) for word in command], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **{name: str(value) for name, value in environment.items()}})
            log.seek(0)
            words = log.read().strip()
        if answer.returncode:
            raise BoardError(f"{command[0]}: {words}")

    def _start_disk(self, disk: Path):
        # Its cache is a file without a name in TMPDIR, as large as what is written without being flushed. It goes into the background by itself, which
        # also frees it from dying with whoever started it.
        self._tool("nbdkit", "-U", "nbd.sock", "-P", "nbd.pid", "--filter=cache", "file", disk, "cache=writeback", "cache-max-size=1G", TMPDIR=self.folder)

    def _write_ssh(self, image: Path, port: int):
        # A key of its own file, because ssh refuses one that others may read.
        key = self.folder / "key"
        key.unlink(missing_ok=True)
        key.touch(mode=0o600)
        key.write_bytes((image / "key").read_bytes())
        host_key = (image / "hostkey.pub").read_text().split()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key[0]} {host_key[1]}\n")
        (self.folder / "ssh_config").write_text(
            f"Host {self.name}\n  HostName 127.0.0.1\n  Port {port}\n  User root\n  IdentityFile \"{key}\"\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile \"{self.folder / 'known_hosts'}\"\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n"
            "  BatchMode yes\n  ConnectTimeout 30\n  ServerAliveInterval 15\n")

    def _await_banner(self, port: int, end: float):
        # QEMU accepts the connection long before the board listens, so only the greeting counts.
        while time.monotonic() < end:
            if not self.is_running:
                raise BoardError(f"QEMU ended; the board's last words: {self._last_words()}")
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=2) as link:
                    link.settimeout(2)
                    if link.recv(4) == b"SSH-":
                        return
            except OSError:
                pass
            time.sleep(0.2)
        raise BoardError(f"no SSH greeting within the deadline; the board's last words: {self._last_words()}")

    def _await_login(self, end: float):
        answer = None
        while time.monotonic() < end:
            answer = self.ssh_result("true", timeout=120)
            if not answer.returncode:
                return
            time.sleep(1)
        raise BoardError(f"no login: {answer.stderr.decode(errors='replace').strip() if answer else 'too late'}")

    def _await_end(self, pids: list, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while any(pid and running(pid) for pid in pids):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        (self.folder / "cm").unlink(missing_ok=True)
        return True

    def _last_words(self) -> str:
        try:
            return (self.folder / "console.log").read_text(errors="replace")[-2000:].strip() or "none"
        except OSError:
            return "none"
