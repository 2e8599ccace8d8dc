"""EPANET, one minute at a time.

wntr's packaged EPANET 2.2 is stepped directly instead of being handed month-long patterns: the demand of every
junction is set each minute, leaks and valves move at their true minute, and tanks keep their state throughout.
Thus an event front is a front of the hydraulics, not an interpolation.

Assumptions: quasi-steady flow (no water hammer, as EPANET); a quarter of the demand runs through open taps and
follows the root of the pressure, the rest fills vessels and is drawn in full down to 14 m of pressure (pressure-driven
analysis); background leakage is an orifice at every customer junction.
"""
import ctypes
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import wntr
from wntr.epanet.toolkit import ENepanet

from networks import District

STEP = 60
SPIN = 2  # days
TAPS = 0.25  # share of demand that follows the pressure
SMOOTH = 0.01  # minor loss of an open pipe; EPANET refuses to set zero
BASE, EMITTER, LEVEL, DEMAND, PRESSURE = 1, 3, 8, 9, 11
FLOW, STATUS, MINOR = 8, 11, 3


@dataclass
class Change:
    """A link that is closed (loss = None) or throttled (loss = minor-loss coefficient) between two steps."""
    link: str
    first: int
    last: int
    loss: float | None = None


@dataclass
class Plan:
    """What happens to the network: extra orifices (junction -> coefficient a step) and link changes."""
    orifices: dict[str, np.ndarray] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


class Engine:
    def __init__(self, district: District, days: float):
        self.district = district
        m = district.model
        m.options.time.duration = int((days + 2 + SPIN) * 86400)
        m.options.time.hydraulic_timestep = m.options.time.pattern_timestep = STEP
        m.options.time.report_timestep = 3600
        m.options.time.start_clocktime = 0
        h = m.options.hydraulic
        h.inpfile_units, h.trials, h.accuracy, h.unbalanced, h.unbalanced_value = "LPS", 200, 1e-4, "CONTINUE", 20
        h.demand_model, h.required_pressure, h.minimum_pressure, h.demand_multiplier = "PDA", 14.0, 0.0, 1.0
        h.emitter_exponent = 0.5
        m.options.quality.parameter = "NONE"
        for _, pipe in m.pipes():
            pipe.minor_loss = max(pipe.minor_loss, SMOOTH)
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "net.inp"
        wntr.network.write_inpfile(m, str(path), units="LPS", version=2.2)
        if district.controls:
            path.write_text(path.read_text().replace("[CONTROLS]\n", "[CONTROLS]\n" + district.controls))
        self.en = ENepanet(version=2.2)
        self.en.ENopen(str(path), str(path) + ".rpt", str(path) + ".bin")
        self.lib, self.project = self.en.ENlib, self.en._project
        self.en.ENopenH()
        self.junctions = list(m.junction_name_list)
        self.node = {n: self.en.ENgetnodeindex(n) for n in m.node_name_list}
        self.link = {n: self.en.ENgetlinkindex(n) for n in m.link_name_list}
        self.base = np.array([m.get_node(n).demand_timeseries_list[0].base_value * 1000 for n in self.junctions])
        self.exports = np.array([n in district.exports for n in self.junctions])
        self.users = np.flatnonzero((self.base > 0) & ~self.exports)
        self.drawn = np.flatnonzero(self.base > 0)
        self.minor = {n: m.get_link(n).minor_loss for n in m.pipe_name_list}
        self.open = {n for n, l in m.links() if str(l.initial_status) != "Closed"}
        self.leakage = np.zeros(len(self.junctions))   # orifice coefficients, L/s at 1 m
        self.taps = np.zeros(len(self.junctions))      # the same of the open taps at mean demand
        self.cell = ctypes.c_double()
        self.warnings = 0
        self.mean = self.night = 0.0  # L/s of the healthy run, for the sizes of events

    def close(self) -> None:
        self.en.ENcloseH()
        self.lib.EN_close(self.project)
        self.folder.cleanup()

    def _set_node(self, name: str, what: int, value: float) -> None:
        code = self.lib.EN_setnodevalue(self.project, self.node[name], what, ctypes.c_double(value))
        if code:
            raise RuntimeError(f"EPANET error {code}: node {name}, property {what}, value {value}")

    def _set_link(self, name: str, what: int, value: float) -> None:
        code = self.lib.EN_setlinkvalue(self.project, self.link[name], what, ctypes.c_double(value))
        if code:
            raise RuntimeError(f"EPANET error {code}: link {name}, property {what}, value {value}")

    def _get(self, call, index: int, what: int) -> float:
        call(self.project, index, what, ctypes.byref(self.cell))
        return self.cell.value

    def pressure(self, name: str) -> float:
        return self._get(self.lib.EN_getnodevalue, self.node[name], PRESSURE)

    def flow(self, name: str) -> float:
        return self._get(self.lib.EN_getlinkvalue, self.link[name], FLOW)

    def metered(self) -> list[float]:
        """All inlets and tanks, and the bulk transfers with a minus."""
        out = [-self._get(self.lib.EN_getnodevalue, self.node[n], DEMAND) for n in self.district.exports]
        return [sign * self.flow(name) for name, sign in self.district.meters] + out

    def inflow(self) -> float:
        """District balance (L/s)."""
        return sum(self.metered())

    def _start(self) -> None:
        self.lib.EN_initH(self.project, 0)
        for name, loss in self.minor.items():
            self._set_link(name, MINOR, loss)

    def _change(self, c: Change, on: bool) -> None:
        if c.loss is None:
            self._set_link(c.link, STATUS, 0.0 if on else 1.0)
        else:
            self._set_link(c.link, MINOR, c.loss if on else self.minor[c.link])

    def still(self, factor: float, orifices: dict[str, float] = {}, changes: list[Change] = []) -> np.ndarray:
        """Pressures (m) of one instant at `factor` times the mean demand; `inflow` and `flow` stay readable."""
        self._start()
        for i, name in enumerate(self.junctions):
            self._set_node(name, BASE, float(self.base[i] * (1 if self.exports[i] else factor)))
            self._set_node(name, EMITTER, float(self.leakage[i] + self.taps[i] * factor + orifices.get(name, 0.0)))
        for c in changes:
            self._change(c, True)
        self.lib.EN_runH(self.project, ctypes.byref(ctypes.c_long()))
        return np.array([self.pressure(n) for n in self.junctions])

    def share_out(self, leakage: float) -> np.ndarray:
        """Divides the mean demand: a share into background leaks, TAPS of the rest into open taps.

        Answers what customers draw at each junction (L/s), to be varied by the factors of `run`.
        """
        p, u = self.still(1.0), self.users
        root = np.sqrt(np.maximum(p[u], 5.0))
        drawn = self.base.copy()
        drawn[u] *= 1 - leakage
        self.leakage[u] = leakage * self.base[u] / root
        self.taps[u] = TAPS * drawn[u] / root
        self.base[u] = (1 - TAPS) * drawn[u]
        return drawn

    def run(self, factors: np.ndarray, heads: np.ndarray | None, loggers: list[str], plan: Plan):
        """Steps through all minutes. factors: steps x junctions, times the base demand.

        Tanks first go through two days of spin-up (the first two days' demand), so that their initial levels, which
        are nobody's operation, do not show in the record.

        Answers the balance, the root of the summed squares of its meters (for their noise), and the loggers' pressures.
        """
        steps = len(factors)
        lib, project, set_node = self.lib, self.project, self.lib.EN_setnodevalue
        index = [self.node[self.junctions[i]] for i in self.drawn]
        base, leakage, taps = self.base[self.drawn], self.leakage[self.drawn], self.taps[self.drawn]
        holes = [(int(np.flatnonzero(self.drawn == self.junctions.index(n))[0]), c) for n, c in plan.orifices.items()]
        flow, gross, pressure = np.empty(steps), np.empty(steps), np.empty((steps, len(loggers)))
        now, span, real = ctypes.c_long(), ctypes.c_long(), ctypes.c_double
        self._start()
        self.warnings = 0
        starts = {c.first: c for c in plan.changes}
        ends = {c.last: c for c in plan.changes}
        before = SPIN * 86400 // STEP if self.district.model.tank_name_list else 0
        k = -before
        while k < steps:
            if now.value == (k + before) * STEP:
                draw = factors[k if k >= 0 else (k + before) % steps, self.drawn].astype(float)
                emit = leakage + taps * draw
                for i, c in holes:
                    emit[i] += c[k] if k >= 0 else 0.0
                for i, v, c in zip(index, (base * draw).tolist(), emit.tolist()):
                    set_node(project, i, BASE, real(v))
                    set_node(project, i, EMITTER, real(c))
                if heads is not None:
                    self._set_node(self.district.source, LEVEL, float(heads[max(k, 0)]))
                if k in ends:
                    self._change(ends[k], False)
                if k in starts:
                    self._change(starts[k], True)
            code = lib.EN_runH(project, ctypes.byref(now))
            if code > 100:
                raise RuntimeError(f"EPANET error {code} at {now.value} s in {self.district.kind}")
            self.warnings += code > 0
            if now.value == (k + before) * STEP:
                if k >= 0:
                    each = self.metered()
                    flow[k], gross[k] = sum(each), sum(x * x for x in each) ** 0.5
                    pressure[k] = [self.pressure(n) for n in loggers]
                k += 1
            lib.EN_nextH(project, ctypes.byref(span))
            now.value += span.value
            if span.value <= 0:
                break
        if k < steps:
            raise RuntimeError(f"EPANET stopped after {k} of {steps} minutes in {self.district.kind}")
        return flow, gross, pressure
