"""The package's life on a board: installed without a network, started with a site, upgraded under load, removed and purged."""
import subprocess
import time
from pathlib import Path

from gateway import STATE, UNIT, Gateway

# What dpkg, apt and the logs keep of any package is theirs, and /run is gone with the next start.
LISTING = (
    r"find /etc /usr /var /opt /root /home -xdev \( -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/lib/systemd"
    r" -o -path /var/tmp \) -prune -o -print | sort")


def listing(gateway: Gateway) -> set[str]:
    return set(gateway.board.ssh(LISTING).splitlines())


def older(package: Path, version: str, folder: Path) -> Path:
    """The same package under an older version, and with a file that the new one does not have."""
    tree, out = folder / "older", folder / f"bamai_{version}_arm64.deb"
    subprocess.run(["rm", "-rf", tree], check=True)
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    control = (tree / "DEBIAN" / "control").read_text().splitlines()
    (tree / "DEBIAN" / "control").write_text("\n".join(f"Version: {version}" if line.startswith("Version:") else line for line in control) + "\n")
    (tree / "usr/share/bamai/only-in-the-older").write_text("gone after the upgrade\n")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, out], check=True, capture_output=True)
    return out


def install(t, gateway: Gateway, package: Path):
    """`apt install` of a file. The board's list of sources is empty: what is missing cannot be fetched."""
    board = gateway.board
    board.copy([package], "/root/packages")
    answer = board.ssh_result(f"DEBIAN_FRONTEND=noninteractive apt-get install -y /root/packages/{package.name}", timeout=900)
    t.ok(answer.returncode == 0, f"apt installs {package.name}", (answer.stdout + answer.stderr).decode(errors="replace"), needed=True)


def installed(t, gateway: Gateway):
    """What holds after the installation and before there is a site."""
    board = gateway.board
    t.ok(board.ssh("bamai --version").strip(), "bamai runs on ARM and says its version", needed=True)
    t.equal(board.ssh("getent passwd bamai | cut -d: -f7").strip(), "/usr/sbin/nologin", "the user bamai exists and cannot log in")
    state = gateway.properties("ActiveState", "Result", "NRestarts")
    t.ok(state["ActiveState"] != "failed" and state["NRestarts"] == "0", "without a site nothing fails and nothing is tried again and again", str(state))
    chips = set(board.ssh("udevadm settle; stat -c '%U:%G %a' /dev/gpiochip*").splitlines())
    t.equal(chips, {"root:gpio 660"}, "the chips that were there before the package belong to the group gpio")
    audit = board.ssh("dpkg --audit").strip()
    t.equal(audit, "", "dpkg finds nothing half installed")


def first_start(t, gateway: Gateway, site: Path):
    board = gateway.board
    gateway.put_site(site)
    answer = board.ssh_result(f"bamai check {STATE}/current")
    t.ok(answer.returncode == 0, "bamai check finds the site valid on the board", (answer.stdout + answer.stderr).decode(errors="replace"), needed=True)
    board.ssh(f"systemctl enable {UNIT} 2>/dev/null; systemctl reset-failed {UNIT}; systemctl start --no-block {UNIT}")
    pid = gateway.wait_active()
    t.ok(pid, "the gateway tells systemd that it is ready")
    t.equal(board.ssh(f"ps -o user= -p {pid}").strip(), "bamai", "it runs as the user bamai")
    status = dict(line.split(":\t", 1) for line in board.ssh(f"cat /proc/{pid}/status").splitlines() if ":\t" in line)
    t.equal(int(status["CapEff"], 16), 0, "it has no capability")
    t.equal(status["NoNewPrivs"].strip(), "1", "it can gain no privilege")
    listening = [line for line in board.ssh("ss -Hltnp").splitlines() if f"pid={pid}," in line]
    t.equal(listening, [], "it listens on no TCP port")
    exposure = board.ssh(f"systemd-analyze security --no-pager {UNIT} | tail -1", timeout=300).strip()
    words = [word for word in exposure.split() if word.replace(".", "", 1).isdigit()]
    t.ok(words and float(words[0]) <= 2.0, "systemd calls its exposure 2.0 or less", exposure)
    t.say(exposure)


def upgrade(t, gateway: Gateway, package: Path, version: str):
    """To the package of this tree, while messages arrive."""
    board = gateway.board
    configuration = board.ssh("find /etc/bamai /var/lib/bamai -type f ! -name 'journal.db*' ! -name '*.sock' -exec sha256sum {} + | sort -k2")
    before = gateway.pid
    install(t, gateway, package)
    after = gateway.wait_active()
    t.ok(after and after != before, "the upgrade leaves a new process running", f"{before} before, {after} after")
    t.equal(board.ssh("dpkg-query -W -f '${Version}' bamai"), version, "dpkg has the new version")
    t.equal(board.ssh("ls /usr/share/bamai/only-in-the-older 2>/dev/null", check=False), "", "a file of the older package alone is gone")
    now = board.ssh("find /etc/bamai /var/lib/bamai -type f ! -name 'journal.db*' ! -name '*.sock' -exec sha256sum {} + | sort -k2")
    t.equal(now, configuration, "configuration and site are what they were")


def purge(t, gateway: Gateway, before: set[str]):
    board = gateway.board
    answer = board.ssh_result("DEBIAN_FRONTEND=noninteractive apt-get remove -y bamai", timeout=600)
    t.ok(answer.returncode == 0, "apt removes the package", (answer.stdout + answer.stderr).decode(errors="replace"))
    t.equal(gateway.properties("ActiveState")["ActiveState"], "inactive", "the gateway has stopped")
    kept = board.ssh("ls /var/lib/bamai", check=False).split()
    t.ok("journal.db" in kept, "removal keeps the journal", str(kept))
    answer = board.ssh_result("DEBIAN_FRONTEND=noninteractive apt-get purge -y bamai", timeout=600)
    t.ok(answer.returncode == 0, "apt purges it", (answer.stdout + answer.stderr).decode(errors="replace"))
    time.sleep(1)
    left = sorted(path for path in listing(gateway) - before if not path.startswith("/root/packages"))
    t.equal(left, [], "purge leaves nothing on the disk")
    t.equal(board.ssh("getent passwd bamai; ls -d /run/bamai; systemctl list-unit-files --no-legend 'bamai*'", check=False).strip(), "",
            "nor a user, a socket or a unit")
