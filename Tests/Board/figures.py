"""What the gateway weighs on ARM. The board's clock counts instructions, 500 million to the second while there is work, so these figures are the board's
and not the host's: a Cortex-A53 at 1.2 GHz does about as much."""
import datetime
import time

from gateway import Gateway
from traffic import Stream

MIB = 1 << 20


def moment(text: str) -> datetime.datetime:
    """systemd's and the export's UTC."""
    text = text.strip().removesuffix(" UTC").removesuffix("Z")
    text = text.split(" ", 1)[1] if text[:3].isalpha() else text
    return datetime.datetime.fromisoformat(text.replace(" ", "T"))


def first_reading(t, gateway: Gateway, stream: Stream, last: int):
    """From the start of the unit's process to the first reading behind sequence `last`; a broker holds messages ready."""
    start = moment(gateway.properties("ExecMainStartTimestamp")["ExecMainStartTimestamp"])
    received = [moment(row["received"]) for row in gateway.rows(stream.sensor, since=last + 1)]
    after = sorted(when for when in received if when >= start)
    if t.ok(after, "after a power cut readings arrive again"):
        t.figure("start_to_first_reading", round((after[0] - start).total_seconds(), 2), "s", at_most=5)


def weigh(t, gateway: Gateway, stream: Stream, seconds: int):
    """At fifty readings a second (two a message), for a while."""
    stream.rate = 25
    stream.start()
    pid = gateway.wait_active()
    time.sleep(10)

    def sample():
        text = gateway.board.ssh(f"cat /proc/uptime; cat /proc/{pid}/stat; grep -E '^(VmHWM|VmRSS|RssAnon|RssFile)' /proc/{pid}/status; getconf CLK_TCK")
        lines = text.splitlines()
        fields = lines[1].rsplit(")", 1)[1].split()
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[2:6]}
        return float(lines[0].split()[0]), (int(fields[11]) + int(fields[12])) / int(lines[6]), sizes

    def sequence():
        return int(gateway.rows(stream.sensor)[-1]["sequence"])

    first, (begin, used, _) = sequence(), sample()
    time.sleep(seconds)
    (end, now, sizes), last = sample(), sequence()
    t.ok(stream.settle(), "under the load of the figures everything is acknowledged")
    # What resides is counted by the kernel of the board, and does not depend on how fast that is.
    t.figure("resident", round(sizes["VmRSS"] / MIB, 1), "MiB", at_most=16)
    t.figure("resident_own", round(sizes["RssAnon"] / MIB, 1), "MiB of it private")
    t.figure("resident_most", round(sizes["VmHWM"] / MIB, 1), "MiB at the most so far")
    # The host sends by its own clock, so what came in a second of the board is counted.
    rate = (last - first) / (end - begin)
    t.figure("processor_share_at_50", round(100 * (now - used) / (last - first) * 50, 1), f"% of one processor at 50 readings/s (measured at {rate:.0f}/s)")
    size = gateway.board.ssh("stat -c %s $(command -v bamaid)").strip()
    t.figure("bamaid_size", round(int(size) / MIB, 1), "MiB on the disk", at_most=12)
