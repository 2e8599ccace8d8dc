"""What goes wrong in a water district: where, when, how much.

Everything is drawn from the site's own random stream and tried on the hydraulics first: a burst that the pipes
cannot feed, or a closure that nobody would notice, is not an event worth a label.
"""
import numpy as np

import sensors
from hydraulics import STEP, Change, Engine, Plan
from manifest import Event
from noise import DAY

WARMUP = 14  # days without any event, for a detector to learn days and weekends
BURSTS = [0.05, 0.10, 0.15, 0.20, 0.30]
LEAKS = [0.02, 0.05, 0.10, 0.20, 0.30]
PROGRAMS = ["burst", "leak", "faults", "leak", "valve", "drift_sensor", "leak", "burst", "pump_trip", "leak", "valve", "burst",
            "faults", "leak"]


def slots(rng: np.random.Generator, days: float, count: int) -> list[int]:
    """Starts (steps) of `count` short events, each alone in its stretch of the days after the healthy time."""
    width = (days - WARMUP - 0.6) / count
    return [int((WARMUP + 0.3 + (i + rng.uniform(0.02, 0.5)) * width) * DAY / STEP) for i in range(count)]


def choose_loggers(rng: np.random.Generator, engine: Engine) -> list[str]:
    """Two or three junctions: the lowest pressure (the usual critical point), then those that react most differently.

    Their reaction is read from how pressures change between low and high demand, so that loggers do not sit together.
    """
    low, high = engine.still(0.5), engine.still(1.6)
    users = engine.users
    chosen = [int(users[np.argmin(high[users])])]
    for _ in range(int(rng.integers(1, 3))):
        gap = np.min([np.abs(low - low[c]) + 3 * np.abs((low - high) - (low[c] - high[c])) for c in chosen], axis=0)
        best = users[np.argsort(gap[users])[::-1][: max(1, len(users) // 6)]]
        best = [i for i in best if i not in chosen] or [i for i in users if i not in chosen]
        chosen.append(int(rng.choice(best)))
    return [engine.junctions[i] for i in chosen]


def orifice(rng: np.random.Generator, engine: Engine, flow: float, factor: float) -> tuple[str, float]:
    """A junction whose pipes can feed `flow` L/s more without its pressure falling by half, and the coefficient."""
    before = engine.still(factor)
    sound = engine.inflow()
    best = ("", 0.0, 1e9)
    for node in rng.permutation(engine.users)[:25]:
        name = engine.junctions[node]
        c = flow / np.sqrt(max(before[node], 5.0))
        for _ in range(4):
            p = engine.still(factor, {name: c})
            c *= flow / max(engine.inflow() - sound, 1e-3 * flow)
        fall = 1 - p[node] / before[node]
        if fall < best[2]:
            best = (name, c, fall)
        if fall < 0.5 and np.min(p[engine.users]) > 5:
            break
    return best[0], best[1]


def closure(rng: np.random.Generator, engine: Engine, loggers: list[str], used: set[str]) -> tuple[str, float | None, float]:
    """A valve whose closing is felt by 1 to 12 m at a logger and cuts nobody off; else a throttled inlet.

    The effect is judged at 1.3 times the mean demand.
    """
    at = [engine.junctions.index(n) for n in loggers]
    before = engine.still(1.3)
    meters = [m for m, _ in engine.district.meters]
    pipes = [n for n in engine.minor if n not in meters + ["TRUNK", "BYPASS", "GATE"] and n in engine.open and n not in used]
    flows = {n: abs(engine.flow(n)) for n in pipes}
    pipes = sorted(pipes, key=lambda n: -flows[n])[:60]
    for n in [pipes[i] for i in rng.permutation(len(pipes))]:
        p = engine.still(1.3, changes=[Change(n, 0, 0)])
        effect = np.max(np.abs(p - before)[at])
        if 1.0 <= effect <= 12 and np.min(p[engine.users]) > 8:
            return n, None, effect
    inlet = max((m for m in meters if m in engine.minor), key=lambda n: abs(engine.flow(n)))
    want, loss, effect = rng.uniform(2, 5), 10.0, 0.0
    while loss < 1e6 and effect < want:
        loss *= 1.3
        effect = np.max(np.abs(engine.still(1.3, changes=[Change(inlet, 0, 0, loss)]) - before)[at])
    return inlet, loss, effect


class Script:
    """The events of one site: those that the hydraulics must know, and those of its sensors."""

    def __init__(self, rng, engine: Engine, loggers: list[str], days: float, program: str, turn: int):
        self.rng, self.engine, self.loggers, self.steps = rng, engine, loggers, int(days * DAY / STEP)
        self.days, self.turn, self.plan, self.events, self.broken = days, turn, Plan(), [], []
        getattr(self, program)()

    def add(self, a: int, b: int, kind: str, size: float, where: str) -> None:
        self.events.append(Event(a * STEP, b * STEP, kind, round(float(size), 4), where))

    def course(self, name: str) -> np.ndarray:
        return self.plan.orifices.setdefault(name, np.zeros(self.steps))

    def burst(self):
        """Three bursts of different sizes, full within two minutes, closed off by a crew after two to four hours."""
        for a, size in zip(slots(self.rng, self.days, 3), self.rng.choice(BURSTS, 3, replace=False)):
            node, c = orifice(self.rng, self.engine, size * self.engine.mean, 1.0)
            b = a + int(self.rng.uniform(120, 240))
            x = self.course(node)
            x[a], x[a + 1:b] = c * self.rng.uniform(0.4, 0.9), c
            x[b:b + 10] = c * np.linspace(1, 0, 12)[1:-1]
            self.add(a, b + 10, "burst", size, node)

    def leak(self):
        """One leak that opens over one to five days and is repaired days later."""
        size = LEAKS[(3 * self.turn + 1) % 5]  # 0.05, 0.30, 0.10, 0.02, 0.20: each size as often as the others
        a = int((WARMUP + self.rng.uniform(0.5, 2.0)) * DAY / STEP)
        grow = int(self.rng.uniform(1, 5) * DAY / STEP)
        b = min(self.steps - int(DAY / STEP), a + grow + int(self.rng.uniform(4, 7) * DAY / STEP))
        node, c = orifice(self.rng, self.engine, size * self.engine.night, 0.3)
        x = self.course(node)
        x[a:b] = c * np.clip(np.arange(b - a) / grow, 0, 1)
        self.add(a, b, "leak", size, node)

    def valve(self):
        """Two closures of half an hour to six hours, begun in working hours, and a sensor that freezes."""
        first, second, third = slots(self.rng, self.days, 3)
        for a in (first, third):
            link, loss, effect = closure(self.rng, self.engine, self.loggers, {c.link for c in self.plan.changes})
            a = a // 1440 * 1440 + int(self.rng.uniform(7.5, 14) * 60)
            b = a + int(self.rng.uniform(30, 360))
            self.plan.changes.append(Change(link, a, b, loss))
            self.add(a, b, "valve", effect, f"{link} {'closed' if loss is None else 'throttled'}")
        self.fault(second, "flat_line")

    def pump_trip(self):
        """Four trips of the booster; the pump is back after 4 to 40 minutes."""
        link = self.engine.district.pump
        at = [self.engine.junctions.index(n) for n in self.loggers]
        loss = np.max((self.engine.still(1.0) - self.engine.still(1.0, changes=[Change(link, 0, 0)]))[at])
        for a in slots(self.rng, self.days, 4):
            b = a + int(self.rng.uniform(4, 40))
            self.plan.changes.append(Change(link, a, b))
            self.add(a, b, "pump_trip", loss, link)

    def faults(self):
        for a, kind in zip(slots(self.rng, self.days, 5), ["flat_line", "spikes", "drop_out", "spikes", "drop_out"]):
            self.fault(a, kind)

    def drift_sensor(self):
        """Two sensors wander off one after the other, each for a good four days until it is replaced."""
        names = ["flow_district", "pressure_" + str(self.rng.choice(self.loggers))]
        for start, name in zip((0.5, 6.2), self.rng.permutation(names)):
            a = int((WARMUP + start + self.rng.uniform(0, 0.5)) * DAY / STEP)
            b = a + int(self.rng.uniform(4.0, 4.6) * DAY / STEP)
            size = self.rng.uniform(0.08, 0.2) if name == "flow_district" else self.rng.uniform(1.0, 4.0)
            size *= self.rng.choice([-1, 1])
            self.broken.append((a, b, "drift_sensor", str(name), size))
            self.add(a, b, "drift_sensor", size, str(name))

    def fault(self, a: int, kind: str) -> None:
        names = ["flow_district"] + ["pressure_" + n for n in self.loggers]
        name = str(self.rng.choice(names))
        hours = self.rng.uniform(1, 8) if kind == "drop_out" else self.rng.uniform(2, 10)
        b = a + int(hours * 60)
        size = hours
        if kind == "spikes":
            size = self.rng.uniform(0.25, 0.6) * self.engine.mean if name == "flow_district" else self.rng.uniform(2, 8)
        if kind == "drop_out" and self.rng.random() < 0.5:
            name = "all"
        self.broken.append((a, b, kind, name, size))
        self.add(a, b, kind, size, name)

    def apply(self, columns: dict[str, np.ndarray]) -> None:
        """Puts the sensor faults into the measured columns."""
        for a, b, kind, name, size in self.broken:
            for column, x in columns.items():
                if name not in (column, "all"):
                    continue
                if kind == "flat_line":
                    sensors.flat_line(x, a, b)
                elif kind == "spikes":
                    sensors.spikes(self.rng, x, a, b, size)
                elif kind == "drop_out":
                    x[a:b] = np.nan
                elif column == "flow_district":
                    sensors.slip(x, a, b, size)
                else:
                    sensors.drift(x, a, b, size)
