"""Meters and loggers of a district, and the ways in which they fail.

Assumptions: electromagnetic flow meters with 0.5 % of the reading as noise each; pressure loggers with 0.01 m
resolution and 0.05 to 0.1 m of noise (pressure ripple between samples included); one reading in two thousand is
lost on the way in health.
"""
import numpy as np

LOST = 0.0005


def flow_meter(rng: np.random.Generator, flow: np.ndarray, gross: np.ndarray) -> np.ndarray:
    """`gross` is the root of the summed squares of the meters in the balance: their noise does not cancel."""
    return flow + 0.005 * gross * rng.standard_normal(len(flow))


def logger(rng: np.random.Generator, pressure: np.ndarray) -> np.ndarray:
    return pressure + rng.uniform(0.05, 0.1) * rng.standard_normal(len(pressure))


def losses(rng: np.random.Generator, x: np.ndarray) -> None:
    x[rng.random(len(x)) < LOST] = np.nan


def flat_line(x: np.ndarray, a: int, b: int) -> None:
    """The telemetry repeats its last good value."""
    good = x[max(0, a - 10):a + 1]
    good = good[~np.isnan(good)]
    x[a:b] = good[-1] if len(good) else x[~np.isnan(x)][0]


def spikes(rng: np.random.Generator, x: np.ndarray, a: int, b: int, size: float) -> int:
    """Single wrong readings of about `size` up or down, on average every 20 minutes (loose contact, noise on a pulse line)."""
    at = a + np.flatnonzero(rng.random(b - a) < 1 / 20)
    at = np.unique(np.concatenate([[a], at]))
    x[at] += size * rng.choice([-1, 1], len(at)) * rng.uniform(0.7, 1.5, len(at))
    return len(at)


def drift(x: np.ndarray, a: int, b: int, size: float) -> None:
    """The sensor's zero (pressure) wanders off in a straight line until it is replaced at `b`."""
    x[a:b] += size * np.linspace(0, 1, b - a)


def slip(x: np.ndarray, a: int, b: int, share: float) -> None:
    """The sensor's gain (flow) wanders off in a straight line until it is replaced at `b`."""
    x[a:b] *= 1 + share * np.linspace(0, 1, b - a)
