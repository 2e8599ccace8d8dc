"""Reads a written scenario back as a detector would, verifies it, and prints how loud each event is.

For every value column the healthy residual is taken against the median of the same time of day and kind of day
(workday or weekend) in the healthy part. An event's contrast is the median shift in its second half, in standard
deviations of a single healthy residual. A mean over minutes is far quieter than that, so a contrast below one is not
invisible; this is a description of the data, not a detector.
"""
import csv
import tomllib
from pathlib import Path

import numpy as np

DAY = 86400


def load(path: Path) -> tuple[list[str], np.ndarray]:
    with open(path) as f:
        rows = csv.reader(f)
        names = next(rows)
        return names, np.array([[float(x) if x else np.nan for x in r] for r in rows])


def profile(time: np.ndarray, x: np.ndarray, healthy: np.ndarray, cell: float = 1800.0) -> np.ndarray:
    """Residual against the healthy median of the half hour, apart for weekends."""
    key = ((time % DAY) // cell).astype(int) + (((time // DAY) % 7 >= 5) * int(DAY // cell)).astype(int)
    table = np.full(key.max() + 1, np.nanmedian(x[healthy]))
    for k in np.unique(key):
        part = x[healthy & (key == k)]
        if np.isfinite(part).sum() > 5:
            table[k] = np.nanmedian(part)
    return x - table[key]


def check(folder: Path, log=print) -> int:
    wrong = 0

    def fail(text: str) -> None:
        nonlocal wrong
        wrong += 1
        log("WRONG " + text)

    m = tomllib.loads((folder / "manifest.toml").read_text())
    for f in m["file"]:
        names, data = load(folder / f["path"])
        if names != [m["time"]] + f["columns"]:
            fail(f"{f['path']}: columns {names}")
        time = data[:, 0]
        if np.any(np.diff(time) <= 0):
            fail(f"{f['path']}: time does not rise")
        healthy, last = np.ones(len(time), bool), 14 * DAY
        for e in sorted(f["events"], key=lambda e: e["from"]):
            if e["from"] < last or e["to"] <= e["from"] or e["to"] > time[-1] + DAY:
                fail(f"{f['path']}: {e} starts too early, overlaps or ends too late")
            last = e["to"]
            healthy &= ~((time >= e["from"]) & (time < e["to"]))
        res, noise, text = {}, {}, []
        for i, n in enumerate(f["columns"], 1):
            x = data[:, i]
            res[n] = profile(time, x, healthy)
            noise[n] = max(float(np.nanstd(res[n][healthy])), 1e-6)
            gone = np.mean(np.isnan(x[healthy]))
            text.append(f"{n} {np.nanmean(x[healthy]):.2f} [{np.nanmin(x[healthy]):.2f}..{np.nanmax(x[healthy]):.2f}] "
                        f"residual {noise[n]:.3f}" + (f" missing {gone:.2%}" if gone else ""))
        log(f"{f['path']} {len(time)} rows {time[-1] / DAY:.1f} days: " + "; ".join(text))
        for e in f["events"]:
            at = (time >= e["from"]) & (time < e["to"])
            late = at & (time >= (e["from"] + e["to"]) / 2)
            shift = {n: np.nanmedian(r[late]) / noise[n] if np.isfinite(r[late]).any() else np.nan for n, r in res.items()}
            log(f"    {e['kind']} {e['size']} {(e['to'] - e['from']) / 3600:.1f} h, {at.sum()} rows: "
                + " ".join(f"{n} {s:+.1f}" for n, s in shift.items()))
    log(f"{len(m['file'])} files, {wrong} wrong")
    return 1 if wrong else 0
