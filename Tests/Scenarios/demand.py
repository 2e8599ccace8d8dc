"""Water demand of every junction, minute by minute, as a multiple of its mean.

Assumptions (orders of magnitude of published end-use and district metering studies):
- homes peak near 7 and 19 o'clock on workdays; on weekends late in the morning; shops and offices work 7 to 18;
- people draw water as a Poisson process of short draws (8 L in about a minute: taps, toilets) and long draws (45 L
  in about five minutes: showers, machines), half of the volume each. At a junction of few homes this leaves long
  stretches of nothing and sudden pulses, at a junction of many homes it averages out, with no tuning;
- weather moves the whole district by 3.5 % from day to day with a memory of three days, the season by up to a
  quarter of a percent a day; the rhythm of a day shifts by some minutes from day to day;
- one site in four has a batch user (laundry, swimming pool, tanker filling) on workdays with a fixed habit;
- one site in eight has a public holiday: a workday that behaves like a Sunday. It is healthy.
"""
import numpy as np

from noise import DAY, ar1, hump, ramp, wander, weekend

GROUPS = 9
DRAWS = [(0.5, 8.0, 1.0), (0.5, 45.0, 5.0)]  # share of volume, litres a draw, minutes a draw


def home(hour: np.ndarray, free: np.ndarray) -> np.ndarray:
    work = 0.10 + 1.0 * hump(hour, 7.2, 1.1) + 0.42 * hump(hour, 12.6, 2.6) + 0.9 * hump(hour, 19.2, 2.0) + 0.15 * hump(hour, 22.3, 1.0)
    rest = 0.11 + 0.85 * hump(hour, 9.6, 1.7) + 0.6 * hump(hour, 13.6, 2.6) + 0.8 * hump(hour, 19.0, 2.3)
    return np.where(free, 1.04 * rest, work)


def trade(hour: np.ndarray, free: np.ndarray) -> np.ndarray:
    open_ = ramp(hour, 6.5, 8.5) * (1 - ramp(hour, 16.5, 19.0))
    short = ramp(hour, 8.5, 10.0) * (1 - ramp(hour, 13.0, 15.0))
    return 0.10 + np.where(free, 0.3 * short, open_)


def shapes(rng: np.random.Generator, time: np.ndarray, holiday: int | None) -> np.ndarray:
    """Day shapes of some groups of users (steps x groups), mean one: two thirds homes, the rest trade and mixtures."""
    free = weekend(time)
    if holiday is not None:
        free = free | (time // DAY == holiday)
    days = int(time[-1] // DAY) + 1
    late = rng.normal(0, 0.1, days)[(time // DAY).astype(int)]  # hours, common to the district
    out = np.empty((len(time), GROUPS))
    for g in range(GROUPS):
        hour = (time / 3600 - late - rng.normal(0, 0.3)) % 24
        share = 1.0 if g < 6 else 0.0 if g == 6 else rng.uniform(0.3, 0.7)
        h, w = home(hour, free), trade(hour, free)
        out[:, g] = share * h / h.mean() + (1 - share) * w / w.mean()
        out[:, g] *= 1 + ar1(rng, len(time), 0.025, 120, 1)
    return out


def common(rng: np.random.Generator, time: np.ndarray) -> np.ndarray:
    """What moves the whole district: weather, season, and gusts of some minutes to an hour (television, weather)."""
    season = 1 + rng.uniform(-0.0025, 0.0025) * (time - time[-1] / 2) / DAY
    return season * (1 + wander(rng, time, 0.035)) * (1 + ar1(rng, len(time), 0.012, 40, 1))


def batch(rng: np.random.Generator, time: np.ndarray) -> np.ndarray:
    """0..1 course of a batch user: on workdays from a habitual hour for some hours, punctual within minutes."""
    start, length = rng.choice([6.0, 9.0, 13.0, 22.0]), rng.uniform(1.5, 5.0)
    out = np.zeros(len(time))
    for day in range(int(time[-1] // DAY) + 1):
        if day % 7 < 5:
            a = day * DAY + 3600 * (start + rng.normal(0, 0.15))
            b = a + 3600 * length * rng.uniform(0.9, 1.1)
            out[(time >= a) & (time < b)] = 1.0
    return out


def build(rng: np.random.Generator, time: np.ndarray, base: np.ndarray, fixed: np.ndarray):
    """Factors (steps x junctions) for base demands in L/s, and a note. `fixed` marks steady bulk transfers."""
    holiday = None
    if rng.random() < 0.125:
        holiday = int(rng.choice([d for d in range(15, max(16, int(time[-1] // DAY))) if d % 7 < 5]))
    groups = shapes(rng, time, holiday) * common(rng, time)[:, None]
    of = rng.integers(0, GROUPS, len(base))
    out = np.empty((len(time), len(base)), dtype=np.float32)
    users = np.flatnonzero((base > 0) & ~fixed)
    mean, day = base[users], int(DAY / 60)
    state = [share * mean * groups[0, of[users]] for share, _, _ in DRAWS]
    own = rng.standard_normal(len(users)) * 0.03
    keep = np.exp(-1 / 20)
    for a in range(0, len(time), day):
        want = groups[a:a + day][:, of[users]]
        rows = len(want)
        total = np.zeros_like(want)
        for i, (share, litres, minutes) in enumerate(DRAWS):
            draws = rng.poisson(want * mean * share * 60 / litres)
            volume = rng.standard_gamma(draws.astype(np.float32), dtype=np.float32) * (litres / 60)
            phi = np.exp(-1 / minutes)
            for t in range(rows):
                state[i] = phi * state[i] + (1 - phi) * volume[t]
                total[t] += state[i]
        gusts = rng.standard_normal((rows, len(users))) * (0.03 * np.sqrt(1 - keep * keep))
        for t in range(rows):
            own = keep * own + gusts[t]
            total[t] *= 1 + own
        out[a:a + rows][:, users] = total / mean
    out[:, base <= 0] = 0.0
    for i in np.flatnonzero(fixed):
        out[:, i] = 1 + ar1(rng, len(time), 0.03, 600, 1)
    note = "" if holiday is None else f" holiday on day {holiday}"
    if rng.random() < 0.25:
        node = int(rng.choice(users))
        flow = rng.uniform(0.03, 0.07) * mean.sum()
        out[:, node] += (flow / base[node] * batch(rng, time)).astype(np.float32)
        note += f" batch user of {flow:.2f} L/s"
    return out, note
