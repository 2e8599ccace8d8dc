"""What the test says: TAP for people and machines that read lines, and one JSON document with the same."""
import json
import sys
import time
from pathlib import Path


class Ended(Exception):
    """The test cannot go on: what follows depends on what failed."""


class Transcript:
    def __init__(self, document: Path):
        self.document, self.points, self.figures, self.part, self.begin = document, [], {}, "", time.monotonic()
        print("TAP version 13", flush=True)

    def say(self, text: str):
        for line in text.splitlines():
            print(f"# {line}", flush=True)

    def chapter(self, name: str):
        self.part = name
        self.say(f"--- {name} ({time.monotonic() - self.begin:.0f} s)")

    def ok(self, holds, text: str, detail: str = "", *, needed=False) -> bool:
        """One assertion. needed: without it the test ends."""
        self._point("ok" if holds else "not ok", text, detail if not holds else "")
        if needed and not holds:
            raise Ended(text)
        return bool(holds)

    def equal(self, found, expected, text: str, *, needed=False) -> bool:
        return self.ok(found == expected, text, f"found {found!r}, expected {expected!r}", needed=needed)

    def skip(self, text: str, why: str):
        print(f"ok {len(self.points) + 1} - {text} # SKIP {why}", flush=True)
        self.points.append({"part": self.part, "text": text, "result": "skipped", "detail": why})

    def figure(self, name: str, value, unit: str, *, at_most=None):
        """A measured number. at_most makes it an assertion; times are never one."""
        self.figures[name] = {"value": value, "unit": unit, **({} if at_most is None else {"at_most": at_most})}
        if at_most is None:
            self.say(f"{name}: {value} {unit}")
        else:
            self.ok(value <= at_most, f"{name}: {value} {unit}, at most {at_most} {unit}")

    def end(self) -> int:
        """The plan, the document, and the exit code."""
        failed = [p for p in self.points if p["result"] == "not ok"]
        skipped = [p for p in self.points if p["result"] == "skipped"]
        print(f"1..{len(self.points)}")
        self.say(f"{len(self.points) - len(failed) - len(skipped)} passed, {len(failed)} failed, {len(skipped)} skipped in {time.monotonic() - self.begin:.0f} s")
        for point in failed:
            self.say(f"not ok: {point['part']}: {point['text']}")
        self.document.parent.mkdir(parents=True, exist_ok=True)
        self.document.write_text(json.dumps({
            "passed": len(self.points) - len(failed) - len(skipped), "failed": len(failed), "skipped": len(skipped),
            "seconds": round(time.monotonic() - self.begin), "figures": self.figures, "points": self.points}, indent=1, ensure_ascii=False) + "\n")
        self.say(f"the same as JSON: {self.document}")
        return 1 if failed or not self.points else 0

    def _point(self, result: str, text: str, detail: str):
        print(f"{result} {len(self.points) + 1} - {text}", flush=True)
        self.points.append({"part": self.part, "text": text, "result": result, "detail": detail})
        if detail:
            for line in str(detail).strip().splitlines()[:40]:
                print(f"#   {line}", flush=True)
            sys.stdout.flush()
