"""Water districts: flow and pressure at one-minute steps, with bursts, leaks, closures, pump trips and sensor faults.

Every event site is simulated twice with the same demand, once without its events. The difference of the two is the
noise-free effect; it is checked here to be there at all, and goes to truth.csv.
"""
from pathlib import Path

import numpy as np

import demand
import manifest
import mishaps
import networks
import sensors
from hydraulics import STEP, Engine, Plan
from manifest import Event, Site
from noise import DAY, ar1, hump, stream

NOTES = ("District flow in L/s (balance of all metered inlets and tanks) and pressures in m. Time in s from a Monday 00:00. "
         "size: burst = share of the district's mean flow; leak = share of its mean night flow (2 to 4 h); valve, pump_trip "
         "= largest median pressure change of a logger in m; flat_line, drop_out = hours; spikes = typical height "
         "in the sensor's unit; drift_sensor = final offset in m (pressure) or as a share (flow).")


def casts(sites: int) -> list[tuple[str, str, int]]:
    """Kind of district, programme of events ("" = healthy) and the programme's turn for each site.

    Five of twelve sites are healthy.

    Healthy sites and event sites go through the kinds of district separately, so that each kind shows both.
    """
    out, calm, sick, turns = [], 0, 0, dict.fromkeys(mishaps.PROGRAMS, 0)
    for i in range(sites):
        if i * 5 % 12 < 5:
            out.append((networks.KINDS[calm % 8], "", 0))
            calm += 1
            continue
        program = mishaps.PROGRAMS[sick % len(mishaps.PROGRAMS)]
        kind = networks.KINDS[(sick * 3 + 1 + sick // 8) % 8]
        if program == "pump_trip":
            kind = networks.BOOSTED[turns[program] % 2]
        out.append((kind, program, turns[program]))
        turns[program] += 1
        sick += 1
    return out


def trunk_head(rng: np.random.Generator, time: np.ndarray, mean: float) -> np.ndarray:
    """Head of the trunk main: sags by some metres in the peaks of the whole city, and wanders with its operation."""
    hour = time / 3600 % 24
    city = 0.9 * hump(hour, 7.5, 1.5) + 0.8 * hump(hour, 19.3, 2.2) + 0.4 * hump(hour, 13, 3)
    head = mean - rng.uniform(1.5, 3.5) * (city - city.mean())
    return np.round(head + ar1(rng, len(time), 0.25, 240, 1) + ar1(rng, len(time), 0.06, 10, 1), 3)


def decimals(mean: float) -> int:
    """Telemetry gives the flow with about three to four digits."""
    return 2 if mean < 100 else 1


def effect(event: Event, sick, calm) -> tuple[str, float, bool]:
    """Noise-free change by an event in flow and in the most affected pressure (as text, and in m), and whether it is plainly there.

    Taken against the ten minutes before, since an earlier event may have moved tank levels for good.
    """
    a, b = int(event.start // STEP), int(event.end // STEP)
    early, late = slice(a - 10, a), slice(a + 2, max(a + 3, b - 10))
    if event.kind == "leak":
        late = slice((a + 2 * b) // 3, b)
    flow = np.median((sick[0] - calm[0])[late]) - np.median((sick[0] - calm[0])[early])
    d = sick[2] - calm[2]
    pressure = np.median(d[late], axis=0) - np.median(d[early], axis=0)
    worst = pressure[np.argmax(np.abs(pressure))]
    note = f"flow {flow:+.2f} L/s ({flow / calm[0].mean():+.1%} of mean); pressure {worst:+.2f} m"
    if event.kind in ("burst", "leak"):
        at = calm[0].mean() if event.kind == "burst" else night(calm[0])
        return note, abs(worst), 0.5 < flow / (event.size * at) < 2
    return note, abs(worst), abs(worst) > 0.3


def night(flow: np.ndarray) -> float:
    minute = np.arange(len(flow)) % 1440
    return float(flow[(minute >= 120) & (minute < 240)].mean())


def site(seed: int, number: int, kind: str, program: str, turn: int, healthy_days: float) -> tuple[Site, list[str]]:
    rng = stream(seed, "pipes", number)
    days = healthy_days if not program else round(rng.uniform(26.0, 28.0), 1)
    time = np.arange(0, round(days * DAY), STEP, dtype=float)
    district = networks.build(kind)
    engine = Engine(district, days)
    try:
        drawn = engine.share_out(rng.uniform(0.08, 0.2))
        factors, about = demand.build(rng, time, drawn, engine.exports)
        heads = trunk_head(rng, time, district.head) if district.source else None
        loggers = mishaps.choose_loggers(rng, engine)
        calm = result = engine.run(factors, heads, loggers, Plan())
        engine.mean, engine.night = float(calm[0].mean()), night(calm[0])
        script, troubles = None, []
        if program:
            script = mishaps.Script(rng, engine, loggers, days, program, turn)
            if script.plan.orifices or script.plan.changes:
                result = engine.run(factors, heads, loggers, script.plan)
        if engine.warnings > len(time) / 1000:
            troubles.append(f"EPANET warned in {engine.warnings} of {len(time)} minutes")
    finally:
        engine.close()
    columns = {"flow_district": sensors.flow_meter(rng, result[0], result[1])}
    for i, name in enumerate(loggers):
        columns[f"pressure_{name}"] = sensors.logger(rng, result[2][:, i])
    for x in columns.values():
        sensors.losses(rng, x)
    events = []
    if script:
        script.apply(columns)
        events = script.events
        for e in events:
            if e.kind in ("burst", "leak", "valve", "pump_trip"):
                e.effect, metres, seen = effect(e, result, calm)
                if e.kind in ("valve", "pump_trip"):
                    e.size = round(metres, 2)
                if not seen:
                    troubles.append(f"faint {e.kind} {e.size}: {e.effect}")
    digits = {n: 2 for n in columns} | {"flow_district": decimals(engine.mean)}
    about = f"{kind} mean {engine.mean:.2f} L/s night {engine.night:.2f} L/s{about}"
    return Site(f"{kind}-{number:03d}.csv", time, columns, digits, events, about=about), troubles


def generate(out: Path, seed: int, sites: int, healthy_days: float = 28.0, log=print) -> list[Site]:
    done = []
    for number, (kind, program, turn) in enumerate(casts(sites), 1):
        s, troubles = site(seed, number, kind, program, turn, healthy_days)
        manifest.write_csv(out, s)
        log(f"{s.path} {program or 'healthy'}: {s.about}")
        for t in troubles:
            log("  note: " + t)
        s.columns = {n: np.empty(0) for n in s.columns}  # written; keep only the names
        done.append(s)
    manifest.write(out, "pipes", NOTES, STEP, DAY, done)
    return done
