"""Random building blocks shared by all scenarios: reddened noise, day shapes, day-to-day wander.

Real telemetry is never white: people, weather and machines have memory. A detector that is tuned on white
noise looks far better than it is, so every healthy signal here is built from parts with a time constant.
"""
import zlib

import numpy as np

DAY = 86400


def stream(seed: int, *names) -> np.random.Generator:
    """A generator that depends on the seed and on a name only.

    Why: site 7 must stay the same when the number of sites changes, or when another site draws more numbers.
    """
    return np.random.default_rng([seed] + [zlib.crc32(str(n).encode()) for n in names])


def ar1(rng: np.random.Generator, n: int, sd: float, tau: float, step: float) -> np.ndarray:
    """Stationary AR(1) noise of standard deviation `sd` and time constant `tau` (same unit as `step`)."""
    phi = float(np.exp(-step / tau))
    x = rng.standard_normal(n)
    y = np.empty(n)
    state = x[0]
    gain = np.sqrt(1 - phi * phi)
    for t in range(n):
        state = phi * state + gain * x[t] if t else state
        y[t] = state
    return sd * y


def wander(rng: np.random.Generator, time: np.ndarray, sd: float, memory_days: float = 3.0) -> np.ndarray:
    """Weather-like day-to-day wander: one AR(1) value a day, joined by cosine ramps through the noons.

    Assumption: weather moves demand and temperature with a memory of about three days and without jumps.
    """
    days = int(time[-1] // DAY) + 3
    value = ar1(rng, days, sd, memory_days, 1.0)
    at = time / DAY + 0.5
    low = np.floor(at).astype(int)
    share = 0.5 - 0.5 * np.cos(np.pi * (at - low))
    return value[low] * (1 - share) + value[low + 1] * share


def hump(hour: np.ndarray, centre: float, width: float) -> np.ndarray:
    """A bell over the hours of the day, wrapped at midnight."""
    gap = (hour - centre + 12) % 24 - 12
    return np.exp(-0.5 * (gap / width) ** 2)


def weekend(time: np.ndarray) -> np.ndarray:
    """True on Saturdays and Sundays. Time 0 is a Monday, 00:00 local time, in every scenario."""
    return (time // DAY) % 7 >= 5


def ramp(time: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 before `start`, 1 after `end`, a straight line between."""
    return np.clip((time - start) / max(end - start, 1e-9), 0.0, 1.0)
