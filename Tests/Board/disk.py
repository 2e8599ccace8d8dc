"""Whether the board's disk is one that can lose something. A test of power cuts on a disk that never forgets would prove nothing."""
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from machine import Board, BoardError

DATABASE = "/root/control.db"


def acknowledged_and_found(board: Board, barrier: bool, seconds: float) -> tuple[int, int]:
    """SQLite on the board commits numbered rows, durably as far as it knows, until the plug is pulled; then the disk is read without the board.

    barrier: whether the file system passes flushes on to the disk. Returns the last number that was said to be durable, and the last that is on the disk."""
    board.ssh(f"rm -f {DATABASE}*; sync; mount -o remount,barrier={int(barrier)} /")
    script = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE w(n INTEGER PRIMARY KEY);\n" + "".join(
        f"INSERT INTO w VALUES({n}); SELECT 'n', {n};\n" for n in range(1, 50_001))
    writer = subprocess.Popen(
        [*board.ssh_command(), f"stdbuf -oL sqlite3 {DATABASE}"], cwd=board.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)

    def feed():
        try:
            writer.stdin.write(script)
            writer.stdin.close()
        except OSError:
            pass

    # More than a pipe holds, and the shell reads it as it goes.
    threading.Thread(target=feed, daemon=True).start()
    said, end = 0, None
    for line in writer.stdout:
        if line.startswith("n|"):
            said = int(line[2:])
            end = end or time.monotonic() + seconds
        if end and time.monotonic() > end:
            break
    board.cut()
    for line in writer.stdout:
        if line.startswith("n|"):
            said = int(line[2:])
    writer.wait()
    if not said:
        raise BoardError("SQLite on the board wrote nothing")
    return said, last_row(board)


def last_row(board: Board) -> int:
    """The last row on the disk of a board that is off; 0 where there is no database left."""
    folder = Path(tempfile.mkdtemp(prefix="board-disk-"))
    try:
        raw = folder / "disk.raw"
        subprocess.run(["qemu-img", "convert", "-O", "raw", board.folder / "disk.qcow2", raw], check=True, capture_output=True)
        # What mounting would do: replay the file system's journal.
        subprocess.run(["e2fsck", "-fy", raw], capture_output=True)
        for suffix in ("", "-wal"):
            subprocess.run(["debugfs", "-R", f"dump {DATABASE}{suffix} {folder}/control.db{suffix}", raw], check=True, capture_output=True)
        try:
            with sqlite3.connect(folder / "control.db") as database:
                return database.execute("SELECT coalesce(max(n), 0) FROM w").fetchone()[0]
        except sqlite3.Error:
            return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forgets(t, board: Board):
    """The control, on a disk that is thrown away afterwards: what was not flushed is lost, what was flushed is not."""
    said, found = acknowledged_and_found(board, barrier=True, seconds=5)
    t.ok(found >= said, f"a disk that gets flushes keeps what was flushed: {said} commits said, {found} found")
    board.start(fresh=True)
    said, found = acknowledged_and_found(board, barrier=False, seconds=5)
    t.ok(found < said, f"control: a disk that gets none loses commits, so these cuts can lose: {said} said, {found} found")
