"""Manhole covers and their wells: tilt, water level and temperature every five minutes.

Assumptions:
- the tilt sensor sits under the cover with an offset from mounting; the road warms the frame and turns it by 0.2 to
  0.5 degrees over a day, an hour behind the sun; wheels rock a loose cover for one to three samples, by day and on
  workdays more; now and then a rocked cover settles anew by a tenth or two. All of this is healthy;
- the well holds a few centimetres; a dry-weather flow breathes with the day; rain comes every five days or so, fills
  10 to 40 cm within an hour or two and runs off over hours, and cools the well. All of this is healthy;
- a flooded well rises to more than a metre within an hour (a blocked sewer or a burst main, with or without rain);
- a displaced cover keeps its new tilt until a crew puts it back, to within a tenth or so; open wells follow the
  outside temperature more;
- batteries and radio: three readings in a thousand are lost in health.
"""
from pathlib import Path

import numpy as np

import manifest
import sensors
from manifest import Event, Site
from noise import DAY, ar1, hump, ramp, stream, wander, weekend

STEP, WARMUP = 300, 14
PROGRAMS = ["displaced", "flooded", "slow_settling", "faults"]
NOTES = ("Tilt in degrees (0.1 resolution), water level in cm, well temperature in degrees Celsius; time in s from a Monday "
         "00:00. Rain of 10 to 40 cm is healthy. size: displaced = step in degrees; slow_settling = final change in degrees; "
         "flooded = crest in cm; flat_line, drop_out = hours.")


def sky(rng: np.random.Generator, time: np.ndarray) -> np.ndarray:
    """Outside temperature (C): a season, days of weather, and a daily cycle that clouds make weaker or stronger."""
    hour = time / 3600 % 24
    cycle = hump(hour, 14.5, 4.2) - 0.35
    return (rng.uniform(5, 18) + rng.uniform(-0.15, 0.15) * time / DAY + wander(rng, time, 3.0)
            + rng.uniform(6, 11) * cycle * np.clip(1 + wander(rng, time, 0.35, 1.5), 0.3, 1.6))


def lag(x: np.ndarray, hours: float) -> np.ndarray:
    """The answer of a body with a time constant."""
    y, state, keep = np.empty_like(x), x[:288].mean(), np.exp(-STEP / 3600 / hours)
    for t, v in enumerate(x):
        state = keep * state + (1 - keep) * v
        y[t] = state
    return y


def rocking(rng: np.random.Generator, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spikes of traffic (degrees) and the small permanent resettlings that some of them leave."""
    hour = time / 3600 % 24
    a_day = rng.choice([1.0, 4.0, 12.0])  # footway, side street, main road
    traffic = (0.03 + 0.9 * hump(hour, 8, 2) + hump(hour, 17, 2.5) + 0.7 * hump(hour, 12.5, 3)) * np.where(weekend(time), 0.5, 1.0)
    spike, settle = np.zeros(len(time)), np.zeros(len(time))
    for t in np.flatnonzero(rng.random(len(time)) < a_day / 288 * traffic / traffic.mean()):
        n = int(rng.integers(1, 4))
        spike[t:t + n] += rng.choice([-1, 1]) * rng.gamma(2.0, 0.4) * rng.uniform(0.5, 1, len(spike[t:t + n]))
        if rng.random() < 0.01:
            settle[t:] += rng.normal(0, 0.12)
    return spike, settle


def water(rng: np.random.Generator, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level (cm) in health, and the rain's share of it."""
    hour = time / 3600 % 24
    dry = rng.uniform(0, 3) + rng.uniform(0, 1.5) * (hump(hour, 8.5, 2) + hump(hour, 20, 2.5))
    dry = dry + ar1(rng, len(time), 0.3, 3600 * 6, STEP)
    rain = np.zeros(len(time))
    t = rng.exponential(4) * DAY
    while t < time[-1]:
        fill, run, crest = rng.uniform(0.4, 2.0) * 3600, rng.uniform(1.5, 6) * 3600, rng.uniform(10, 40)
        course = np.where(time < t + fill, ramp(time, t, t + fill), np.exp(-np.maximum(time - t - fill, 0) / run))
        rain = np.maximum(rain, crest * course)
        t += fill + rng.exponential(5) * DAY
    return dry, rain


def plan(rng: np.random.Generator, program: str, days: float) -> list[Event]:
    def slot(i: int, n: int, share: float = 0.5) -> float:
        width = (days - WARMUP - 1) / n
        return round((WARMUP + 0.5 + (i + rng.uniform(0, share)) * width) * DAY / STEP) * STEP

    def end(a: float, hours: float) -> float:
        return a + round(hours * 3600 / STEP) * STEP

    if program == "displaced":
        return [Event(a, end(a, rng.uniform(3, 72)), program, round(rng.choice([-1, 1]) * rng.uniform(8, 30), 1), "tilt")
                for a in (slot(i, 2) for i in range(2))]
    if program == "flooded":
        return [Event(a, end(a, rng.uniform(4, 24)), program, round(rng.uniform(105, 190)), "level")
                for a in (slot(i, 3) for i in range(3))]
    if program == "slow_settling":
        a, grow = slot(0, 1, 0.2), rng.uniform(16, 24)
        return [Event(a, min(end(a, 24 * (grow + 5)), (days - 2) * DAY), program,
                      round(rng.choice([-1, 1]) * rng.uniform(1.5, 3.0), 1), f"tilt over {grow:.1f} days")]
    out = []
    for i, kind in enumerate(["flat_line", "drop_out", "flat_line", "drop_out"]) if program else []:
        a, hours = slot(i, 4), rng.uniform(12, 48) if kind == "flat_line" else rng.uniform(3, 36)
        where = str(rng.choice(["tilt_deg", "level_cm", "temp_c"] + ["all"] * (kind == "drop_out")))
        out.append(Event(a, end(a, hours), kind, round(hours, 1), where))
    return out


def site(seed: int, number: int, program: str, healthy_days: float) -> Site:
    rng = stream(seed, "covers", number)
    days = healthy_days if not program else round(rng.uniform(44, 60))
    time = np.arange(0, days * DAY, STEP, dtype=float)
    n = len(time)
    outside = sky(rng, time)
    frame = lag(outside, 1.0)
    daily = np.percentile(frame - lag(outside, 48), 95) - np.percentile(frame - lag(outside, 48), 5)
    spike, settle = rocking(rng, time)
    tilt = rng.uniform(-1.5, 1.5) + rng.uniform(0.2, 0.5) / daily * (frame - frame.mean()) * rng.choice([-1, 1]) + spike + settle
    dry, rain = water(rng, time)
    air = 12 + 0.75 * (lag(outside, 96) - 12) + rng.uniform(0.08, 0.2) * (lag(outside, 4) - outside.mean()) - 0.05 * lag(rain, 0.5)

    events = plan(rng, program, days)
    flood = np.zeros(n)
    for e in events:
        inside = (time >= e.start) & (time < e.end)
        if e.kind == "displaced":
            tilt += e.size * inside + rng.normal(0, 0.1) * (time >= e.end)
            air += 0.4 * (outside - air) * lag(inside.astype(float), 1.0)
        elif e.kind == "slow_settling":
            # The frame stays where it has sunk to until it is set anew, in the file's last days or later.
            tilt += e.size * inside * ramp(time, e.start, e.start + float(e.where.split()[2]) * DAY)
        elif e.kind == "flooded":
            rise, run = rng.uniform(0.3, 1.0) * 3600, rng.uniform(0.5, 1.5) * 3600
            down = e.end - run * np.log(e.size / 30)  # runs off so as to pass 30 cm at the end of the event
            up = ramp(time, e.start - STEP, e.start + rise)
            flood = np.maximum(flood, e.size * np.where(time < down, up, up * np.exp(-np.maximum(time - down, 0) / run)))
    level = np.maximum(0, np.maximum(dry + rain, flood)) + 0.4 * rng.standard_normal(n)
    level = np.round(np.maximum(level, 0) * 2) / 2
    columns = {"tilt_deg": tilt + 0.04 * rng.standard_normal(n), "level_cm": level, "temp_c": air + 0.06 * rng.standard_normal(n)}
    for x in columns.values():
        x[rng.random(n) < 0.001] = np.nan
    lost = rng.random(n) < 0.003
    for e in events:
        a, b = int(e.start // STEP), int(e.end // STEP)
        for name, x in columns.items():
            if e.where in (name, "all") and e.kind == "flat_line":
                sensors.flat_line(x, a, b)
            elif e.where in (name, "all") and e.kind == "drop_out":
                x[a:b] = np.nan
        e.effect = effect(e, a, b, columns)
    about = f"highest rain {rain.max():.0f} cm; rocking {np.mean(np.abs(spike) > 0.2) * 288:.1f} samples a day"
    return Site(f"cover-{number:03d}.csv", time, columns, dict.fromkeys(columns, 1), events, interval=STEP, cycle=DAY,
                about=about, rows=~lost)


def effect(e: Event, a: int, b: int, columns: dict[str, np.ndarray]) -> str:
    """Medians of the second half of the event against the day before."""
    if e.kind in ("flat_line", "drop_out"):
        return ""
    return "; ".join(f"{n} {np.nanmedian(x[a - 288:a]):.1f} > {np.nanmedian(x[(a + b) // 2:b]):.1f}" for n, x in columns.items())


def generate(out: Path, seed: int, sites: int, healthy_days: float = 60.0, log=print) -> list[Site]:
    done, sick = [], 0
    for number in range(1, sites + 1):
        program = "" if (number - 1) * 5 % 12 < 5 else PROGRAMS[sick % 4]
        sick += bool(program)
        s = site(seed, number, program, healthy_days)
        manifest.write_csv(out, s)
        log(f"{s.path} {program or 'healthy'}: {s.about}")
        done.append(s)
    manifest.write(out, "covers", NOTES, STEP, DAY, done)
    return done
