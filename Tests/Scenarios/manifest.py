"""Writes the CSV files, the manifest that lists them, and a truth table for people.

The manifest holds only what the reader needs: files, value columns, sampling and events. Everything else that is
known about an event (which sensor, which pipe, how much it changed the noise-free signals) goes to truth.csv.
"""
import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass
class Event:
    """`size` may carry a sign (direction of a drift or tilt); the manifest gives its amount, truth.csv the sign too."""
    start: float
    end: float
    kind: str
    size: float
    where: str = ""
    effect: str = ""


@dataclass
class Site:
    """One file: its time axis, its columns (NaN = missing) with their number of decimals, and its events."""
    path: str
    time: np.ndarray
    columns: dict[str, np.ndarray]
    decimals: dict[str, int]
    events: list[Event] = field(default_factory=list)
    interval: float | None = None
    cycle: float | None = None
    about: str = ""
    rows: np.ndarray | None = None  # mask of the rows that arrived; None = all

    @property
    def sensor_days(self) -> float:
        return (self.time[-1] - self.time[0]) / 86400 * len(self.columns)

    def healthy_days(self, warmup: float = 0.0) -> float:
        """Sensor-days outside of events and after `warmup` days."""
        first, last = self.time[0] + warmup * 86400, self.time[-1]
        sick = sum(max(0.0, min(e.end, last) - max(e.start, first)) for e in self.events)
        return max(0.0, last - first - sick) / 86400 * len(self.columns)


def write_csv(folder: Path, site: Site) -> None:
    """Rows with every value missing are left out: that is how a silent logger looks in an archive."""
    names = list(site.columns)
    keep = ~np.all([np.isnan(site.columns[n]) for n in names], axis=0)
    if site.rows is not None:
        keep &= site.rows
    whole = bool(np.all(site.time == np.round(site.time)))
    text = [[f"{t:.0f}" if whole else f"{t:.1f}" for t in site.time]]
    for n in names:
        form = f"%.{site.decimals[n]}f"
        text.append(["" if v != v else form % v for v in site.columns[n].tolist()])
    with open(folder / site.path, "w", newline="\n") as out:
        out.write(",".join(["time"] + names) + "\n")
        out.writelines(",".join(row) + "\n" for row, k in zip(zip(*text), keep) if k)


def number(x: float) -> str:
    return f"{x:.0f}" if float(x).is_integer() else f"{x:.6g}" if abs(x) < 1e5 else f"{x:.1f}"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write(folder: Path, name: str, notes: str, interval: float, cycle: float, sites: list[Site], counts: tuple[str, ...] = ()) -> None:
    """`counts` names the columns that count events: they are judged as counts, not as measurements."""
    lines = [f"name = {quoted(name)}", f"notes = {quoted(notes)}", 'time = "time"',
             f"interval = {number(interval)}", f"cycle = {number(cycle)}"]
    if counts:
        lines.append("counts = [" + ", ".join(quoted(c) for c in counts) + "]")
    for s in sites:
        lines += ["", "[[file]]", f"path = {quoted(s.path)}",
                  "columns = [" + ", ".join(quoted(c) for c in s.columns) + "]"]
        if s.interval is not None:
            lines.append(f"interval = {number(s.interval)}")
        if s.cycle is not None:
            lines.append(f"cycle = {number(s.cycle)}")
        if not s.events:
            lines.append("events = []")
            continue
        lines.append("events = [")
        lines += [f"  {{ from = {number(e.start)}, to = {number(e.end)}, kind = {quoted(e.kind)}, size = {number(abs(e.size))} }},"
                  for e in sorted(s.events, key=lambda e: e.start)]
        lines.append("]")
    (folder / "manifest.toml").write_text("\n".join(lines) + "\n")
    with open(folder / "truth.csv", "w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["file", "about", "kind", "from", "to", "size", "where", "effect"])
        for s in sites:
            for e in s.events or [Event(s.time[0], s.time[-1], "healthy", 0)]:
                table.writerow([s.path, s.about, e.kind, number(e.start), number(e.end), number(e.size), e.where, e.effect])


def summary(sites: list[Site], warmup: float) -> str:
    kinds: dict[str, int] = {}
    for e in (e for s in sites for e in s.events):
        kinds[e.kind] = kinds.get(e.kind, 0) + 1
    total = sum(s.sensor_days for s in sites) / 365.25
    calm = sum(s.healthy_days() for s in sites) / 365.25
    late = sum(s.healthy_days(warmup) for s in sites) / 365.25
    return (f"{len(sites)} sites, {sum(not s.events for s in sites)} healthy, {sum(kinds.values())} events {kinds}; "
            f"{total:.2f} sensor-years, {calm:.2f} healthy, {late:.2f} healthy after {warmup:.0f} days")
