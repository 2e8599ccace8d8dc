"""What the test asks of the gateway on the board, all of it through SSH, the installed programs and SQLite's own."""
import csv
import io
import json
import time
from pathlib import Path

from machine import Board, BoardError

UNIT = "bamaid.service"
STATE = "/var/lib/bamai"
SITE = f"{STATE}/current"
JOURNAL = f"{STATE}/journal.db"


class Gateway:
    def __init__(self, board: Board):
        self.board = board

    # --- systemd

    def properties(self, *names: str) -> dict:
        text = self.board.ssh(f"systemctl show {UNIT} -p {','.join(names)} --timestamp=us+utc")
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    @property
    def pid(self) -> int:
        """0: it does not run."""
        return int(self.properties("MainPID")["MainPID"])

    @property
    def starts(self) -> int:
        """How often systemd has started it again by itself."""
        return int(self.properties("NRestarts")["NRestarts"])

    def wait_active(self, seconds: float = 180) -> int:
        """Waits until systemd has heard READY=1 and returns the process. *Throws*: BoardError with what the daemon said."""
        end = time.monotonic() + seconds
        state = {}
        while time.monotonic() < end:
            state = self.properties("ActiveState", "SubState", "MainPID")
            if (state["ActiveState"], state["SubState"]) == ("active", "running"):
                return int(state["MainPID"])
            time.sleep(1)
        raise BoardError(f"the gateway did not start in {seconds:.0f} s ({state}):\n{self.log(30)}")

    def log(self, lines: int) -> str:
        return self.board.ssh(f"journalctl -u {UNIT} -n {lines} --no-pager -o cat", check=False)

    # --- Its journal

    def rows(self, sensor: str, *, since: int = 1) -> list[dict]:
        """Readings as `bamai export` writes them, from a sequence on."""
        answer = self.board.ssh_result(f"bamai export --site {SITE} --sensor '{sensor}' --from {since}", timeout=300)
        if answer.returncode:
            raise BoardError(f"bamai export: {answer.stderr.decode(errors='replace').strip()}")
        return list(csv.DictReader(io.StringIO(answer.stdout.decode())))

    def sql(self, query: str) -> list[list[str]]:
        """Reads with SQLite's own shell, which has no part in the gateway's code."""
        return [line.split("|") for line in self.board.ssh(f"sqlite3 -readonly {JOURNAL}", data=query.encode(), timeout=300).splitlines()]

    def holes(self) -> list[str]:
        """Where one segment does not begin behind the one before it. The journal's first sequence is 1."""
        expected, found = 1, []
        for first, count in self.sql("SELECT first, count FROM segment ORDER BY first;"):
            if int(first) != expected:
                found.append(f"sequence {expected} is followed by {first}")
            expected = int(first) + int(count)
        return found

    def alerts(self) -> list[dict]:
        """The journal's alerts as the command line gives them to programs."""
        text = self.board.ssh(f"bamai alerts --site {SITE} --limit 100000 --json", timeout=300)
        return [json.loads(line) for line in text.splitlines() if line.strip()]

    def put_site(self, folder: Path):
        """Makes a site the current one, as an installer would by hand."""
        self.board.copy([folder], STATE)
        self.board.ssh(f"ln -sfn {STATE}/{folder.name} {SITE}")
