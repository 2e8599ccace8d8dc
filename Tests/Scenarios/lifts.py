"""Lifts: one row a trip with what a lift controller can tell of it, with slow wear of door, brake and guides.

Assumptions:
- trips come as a Poisson process with the building's rhythm (home, office, hospital), 150 to 600 on a workday, at
  least 20 s apart; between landings of equal distance, half of them to or from the entrance;
- travel time per floor is what remains after the controller's own allowance for starting and levelling, so it is a
  cruising time: short runs do not reach full speed and are slower, a full car is slower up and faster down, cold oil
  and cold grease are slower. A type of lift (old geared, new gearless) has its own spread;
- the levelling error is counted in the direction of travel: a worn brake lets the car overrun, so its mean rises;
- the door's closing time depends on the landing (each has its own panel and closer) and on temperature; passengers
  reopen the door more often in the rush hours;
- wear grows as a straight line or a parabola over 20 to 40 days until the repair; afterwards all is as before;
- a maintenance visit in half of the lifts moves closing time by up to 2 % for good. It is healthy.
"""
from pathlib import Path

import numpy as np

import manifest
from manifest import Event, Site
from noise import DAY, ar1, hump, ramp, stream, wander, weekend

WARMUP = 20  # days without any event
PROGRAMS = ["door_wear", "brake_wear", "guide_wear", "door_block"]
NOTES = ("One row a trip, time in s from a Monday 00:00. Door times in s, travel in s per floor, levelling error in mm in the "
         "direction of travel, reopenings a trip. size: door_wear, guide_wear = final relative rise of closing time or travel "
         "time; brake_wear = final overrun in mm; door_block = relative rise of closing time.")


def rhythm(kind: str, time: np.ndarray) -> np.ndarray:
    """Trips a second relative to the mean of a workday."""
    h, free = time / 3600 % 24, weekend(time)
    if kind == "office":
        work = 0.02 + 1.2 * hump(h, 8.4, 0.8) + 0.9 * hump(h, 12.5, 1.0) + 1.0 * hump(h, 17.3, 0.9) + 0.5 * hump(h, 13, 3.5)
        rest = 0.015 + 0.1 * hump(h, 13, 3)
    elif kind == "hospital":
        work = 0.15 + 0.8 * hump(h, 11, 3.5) + 0.6 * hump(h, 16, 2.5) + 0.3 * hump(h, 6.8, 0.7)
        rest = 0.15 + 0.4 * hump(h, 11, 3.5) + 0.8 * hump(h, 15.5, 2.2)
    else:
        work = 0.05 + 0.8 * hump(h, 7.7, 1.0) + 0.9 * hump(h, 18, 2.3) + 0.4 * hump(h, 13, 3) + 0.1 * hump(h, 22.5, 1.2)
        rest = 0.06 + 0.7 * hump(h, 11, 2.2) + 0.7 * hump(h, 17.5, 3.0) + 0.15 * hump(h, 23, 1.2)
    return np.where(free, rest, work) / work[~free].mean()


def trips(rng: np.random.Generator, kind: str, days: float, a_day: float) -> np.ndarray:
    """Departure times (s): counts a minute from a Poisson process, placed at random within it."""
    minute = np.arange(0, round(days * DAY), 60.0)
    rate = a_day / 1440 * rhythm(kind, minute) * (1 + wander(rng, minute, 0.08)) * np.exp(ar1(rng, len(minute), 0.15, 30, 1))
    count = rng.poisson(np.maximum(rate, 0))
    time = np.sort(np.repeat(minute, count) + 60 * rng.random(count.sum()))
    keep, last = np.zeros(len(time), bool), -1e9
    for i, t in enumerate(time):
        if t - last >= 20:
            keep[i], last = True, t
    return np.round(time[keep], 1)


def runs(rng: np.random.Generator, n: int, floors: int) -> tuple[np.ndarray, np.ndarray]:
    """Start and end floor of each trip; the entrance (0) is one end of half of them."""
    a, b = rng.integers(0, floors, n), rng.integers(0, floors - 1, n)
    b = b + (b >= a)
    home = rng.random(n)
    up, down = home < 0.25, (home >= 0.25) & (home < 0.5)
    upper = rng.integers(1, floors, n)
    a, b = np.where(up, 0, np.where(down, upper, a)), np.where(up, upper, np.where(down, 0, b))
    return a, b


def plan(rng: np.random.Generator, program: str, days: float) -> list[Event]:
    if not program:
        return []
    if program == "door_block":
        # Three times something lies in the sill for one to eight hours of the day.
        out, width = [], (days - WARMUP - 1) / 3
        for i in range(3):
            day = int(WARMUP + (i + rng.uniform(0.1, 0.9)) * width)
            a = day * DAY + 3600 * rng.uniform(7, 16)
            out.append(Event(round(a), round(a + 3600 * rng.uniform(1, 8)), program, round(rng.uniform(0.4, 1.5), 2), "door"))
        return out
    grow = rng.uniform(20, 40)
    start = WARMUP + rng.uniform(0, max(1.0, days - WARMUP - grow - 4))
    end = min(days - 1, start + grow + rng.uniform(1, 5))
    size = {"door_wear": rng.uniform(0.15, 0.45), "brake_wear": rng.uniform(6, 16), "guide_wear": rng.uniform(0.05, 0.15)}[program]
    shape = rng.choice(["line", "parabola"])
    return [Event(round(start * DAY), round(end * DAY), program, round(size, 3), f"{shape} over {grow:.1f} days")]


def wear(time: np.ndarray, e: Event) -> np.ndarray:
    """0..1 course of an event."""
    inside = (time >= e.start) & (time < e.end)
    if e.kind == "door_block":
        return inside.astype(float)
    x = ramp(time, e.start, e.start + float(e.where.split()[2]) * DAY)
    return inside * (x if e.where.startswith("line") else x * x)


def site(seed: int, number: int, program: str, healthy_days: float) -> Site:
    rng = stream(seed, "lifts", number)
    days = healthy_days if not program else round(rng.uniform(70, 90))
    kind = ["home", "office", "hospital"][int(rng.integers(3))]
    floors, a_day, new = int(rng.integers(6, 25)), rng.uniform(180, 600), rng.random() < 0.5
    time = trips(rng, kind, days, a_day)
    n = len(time)
    hour = time / 3600 % 24
    warm = 20 + rng.uniform(-4, 4) + 2.5 * hump(hour, 15, 4) + np.interp(
        time, np.arange(0, days * DAY, 3600.0), wander(rng, np.arange(0, days * DAY, 3600.0), 3.0)) + rng.uniform(-0.06, 0.06) * time / DAY
    a, b = runs(rng, n, floors)
    length, up = np.abs(b - a), b > a
    load = np.clip(rng.gamma(1.3, 0.13, n) * (1 + hump(hour, 8.2, 1) + hump(hour, 17.5, 1.2)), 0, 1)
    events = plan(rng, program, days)
    worn = {k: np.zeros(n) for k in PROGRAMS}
    for e in events:
        worn[e.kind] += e.size * wear(time, e)

    panel = rng.normal(0, 0.025, floors)[b]
    grease = 1 - 0.003 * (warm - 20)
    visit = np.ones(n)
    if rng.random() < 0.5:
        visit[time > rng.uniform(15, days) * DAY] += rng.uniform(-0.02, 0.02)
    passengers = rng.uniform(0.03, 0.09) * (1 + 1.5 * hump(hour, 8.3, 0.9) + 1.2 * hump(hour, 17.5, 1.2))
    reopen = rng.poisson(passengers + 1.2 * worn["door_wear"] + np.where(worn["door_block"] > 0, 2.0, 0))
    close = rng.uniform(2.6, 4.2) * (1 + panel) * grease * visit
    close = close * (1 + worn["door_wear"]) * (1 + worn["door_block"] * rng.uniform(0.6, 1.4, n))
    close += rng.normal(0, 0.05 if new else 0.09, n) * (1 + 2 * worn["door_wear"]) + 0.15 * reopen * rng.random(n)
    open_ = rng.uniform(2.0, 3.0) * (1 + 0.7 * panel) * grease * (1 + 0.15 * worn["door_wear"])
    open_ += rng.normal(0, 0.04 if new else 0.07, n)

    cruise = rng.uniform(1.2, 2.2) if new else rng.uniform(2.5, 4.0)
    slow = 1 + rng.uniform(0.08, 0.2) / length ** 1.5
    pull = 1 + (0.012 if new else 0.03) * (load - 0.4) * np.where(up, 1, -1)
    oil = 1 - (0.0004 if new else 0.0015) * (warm - 20)
    travel = cruise * slow * pull * oil * (1 + worn["guide_wear"] * (0.8 + 0.4 * (length > floors / 3)))
    travel *= 1 + rng.normal(0, 1, n) * (0.006 if new else 0.012) * (1 + 15 * worn["guide_wear"]) / np.sqrt(length)

    level = rng.normal(0, 1.0) + rng.normal(0, 0.8, floors)[b] + (1.5 if new else 4.0) * (load - 0.25) * np.where(up, -1, 1)
    level += (0.02 if new else 0.08) * (warm - 20) + rng.normal(0, 1.2 if new else 2.2, n) * (1 + 0.05 * worn["brake_wear"])
    level += worn["brake_wear"] * rng.uniform(0.8, 1.2, n)

    columns = {"door_close_s": close, "door_open_s": open_, "travel_s_per_floor": travel, "levelling_mm": level,
               "reopenings": reopen.astype(float)}
    digits = {"door_close_s": 2, "door_open_s": 2, "travel_s_per_floor": 3, "levelling_mm": 1, "reopenings": 0}
    for e in events:
        e.effect = effect(e, time, columns)
    about = f"{kind} {floors} floors {'gearless' if new else 'geared'} {n / days:.0f} trips a day"
    return Site(f"lift-{number:03d}.csv", time, columns, digits, events, interval=round(days * DAY / n, 1), cycle=DAY, about=about)


def effect(e: Event, time: np.ndarray, columns: dict[str, np.ndarray]) -> str:
    """Means of the last fifth of the event against the week before it."""
    late = (time >= e.end - (e.end - e.start) / 5) & (time < e.end)
    early = (time >= e.start - 7 * DAY) & (time < e.start)
    return "; ".join(f"{n} {x[early].mean():.2f} > {x[late].mean():.2f}" for n, x in columns.items()) if late.any() else "no trip"


def generate(out: Path, seed: int, sites: int, healthy_days: float = 90.0, log=print) -> list[Site]:
    done, sick = [], 0
    for number in range(1, sites + 1):
        program = "" if (number - 1) * 5 % 12 < 5 else PROGRAMS[sick % 4]
        sick += bool(program)
        s = site(seed, number, program, healthy_days)
        manifest.write_csv(out, s)
        log(f"{s.path} {program or 'healthy'}: {s.about}")
        done.append(s)
    manifest.write(out, "lifts", NOTES, 240, DAY, done, counts=("reopenings",))
    return done
