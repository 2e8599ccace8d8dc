"""GPIO lines of the board: a real kernel interface with a simulated outside."""
import time

from gateway import Gateway
from traffic import Platform


def wait(holds, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.5)
    return True


def contact(t, gateway: Gateway, platform: Platform):
    """A lid is lifted: an edge, a reading, an alert, the siren, and all of it back."""
    board = gateway.board
    holder = next((line for line in board.ssh("gpioinfo").splitlines() if '"door"' in line or " door" in line), "")
    t.ok("consumer" in holder, "the gateway holds the line", holder)
    raised, cleared = platform.count("cover.open", "raised"), platform.count("cover.open", "cleared")
    seen = len(gateway.rows("MH-1/open"))
    board.line("door", "up")
    t.ok(wait(lambda: len(gateway.rows("MH-1/open")) > seen, 60), "an edge becomes a reading in the journal")
    t.ok(platform.wait_for(lambda p: p.count("cover.open", "raised") > raised, 120), "the platform hears that the cover is open")
    t.ok(wait(lambda: board.line("siren", "value") == "1", 60), "the siren is driven while the alert stands")
    board.line("door", "down")
    t.ok(platform.wait_for(lambda p: p.count("cover.open", "cleared") > cleared, 240), "the platform hears that it is closed")
    t.ok(wait(lambda: board.line("siren", "value") == "0", 60), "the siren is silent again")


def pulses(t, gateway: Gateway, count: int = 200):
    """A meter: no pulse is lost at fifty a second, and none invented."""
    before = last(gateway)
    gateway.board.line("flow-a", "pulses", count, 10)
    wait(lambda: last(gateway) - before >= count, 120)
    t.equal(round(last(gateway) - before), count, f"{count} pulses are counted as {count}")


def last(gateway: Gateway) -> float:
    rows = gateway.rows("WP-1/pulses")
    return float(rows[-1]["value"]) if rows else 0.0
