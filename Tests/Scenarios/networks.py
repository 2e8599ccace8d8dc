"""The water districts: EPANET's example networks as wntr ships them, turned into eight kinds of metered district.

Each kind has its own way of supply, since that decides what a burst or a trip looks like:
  tower    pump switched by the level of a tower; pressure steps with every switch, also in health
  gravity  trunk main with a daily head variation, and a floating tank
  prv      pressure-reducing valve at the inlet; pressure varies by friction only
  boost    pump that runs all day with a non-return bypass; the only kind where a pump trip is an anomaly
  town     whole town with several tanks and pumps
"""
import warnings
from dataclasses import dataclass

import numpy as np
import wntr

warnings.filterwarnings("ignore")


@dataclass
class District:
    kind: str
    model: wntr.network.WaterNetworkModel
    meters: list[tuple[str, int]]       # link and sign: +1 when the link's own direction is into the district
    mean: float                         # L/s, mean demand of all customers
    pump: str | None = None             # pump whose trip is an anomaly
    source: str | None = None           # reservoir whose head follows the trunk main
    head: float = 0.0                   # m, its mean head
    controls: str = ""                  # extra EPANET control lines
    exports: tuple[str, ...] = ()       # junctions with a metered bulk transfer that the balance subtracts


KINDS = ["net2-prv", "net1-boost", "net3-town", "ky4-prv", "net1-tower", "ky4-boost", "net2-gravity", "ky4-town"]
BOOSTED = ["net1-boost", "ky4-boost"]


def flatten(model, scale: float, exports: tuple[str, ...] = ()) -> float:
    """Replaces all demand patterns by one base demand a junction (L/s are set minute by minute later).

    The answer is the mean demand of the customers, without bulk transfers to elsewhere.
    """
    usual = model.options.hydraulic.pattern
    shape = {n: float(np.mean(p.multipliers)) for n, p in model.patterns()}
    mean = {n: sum(d.base_value * shape.get(d.pattern_name or usual, 1.0) for d in j.demand_timeseries_list)
            * model.options.hydraulic.demand_multiplier for n, j in model.junctions()}
    model.add_pattern("flat", [1.0])
    model.options.hydraulic.pattern = "flat"
    total = 0.0
    for name, j in model.junctions():
        base = max(0.0, mean[name]) * scale
        j.demand_timeseries_list.clear()
        j.add_demand(base, "flat")
        total += 0.0 if name in exports else base * 1000
    for _, r in model.reservoirs():
        r.head_timeseries.pattern_name = None
    return total


def attach(model, node: str, mode: str, mean: float, spare: float) -> District:
    """Adds trunk main, valve or pump, and meter pipe before `node`.

    Assumptions: the trunk is laid for 0.55 m/s at mean flow; the worst customer has `spare` metres of pressure at
    mean flow; a booster lifts the last 30 of them and leaves 12 m through its bypass when it trips.
    """
    top = max(j.elevation for _, j in model.junctions())
    floor = model.get_node(node).elevation
    size = max(0.08, np.sqrt(mean / 1000 / 0.55 * 4 / np.pi))
    model.add_junction("UP", base_demand=0, elevation=floor, demand_pattern="flat")
    model.add_junction("IN", base_demand=0, elevation=floor, demand_pattern="flat")
    head = {"prv": top + spare + 25, "gravity": top + spare + 3, "boost": top + spare - 22}[mode]
    model.add_reservoir("SRC", base_head=head)
    model.add_pipe("TRUNK", "SRC", "UP", length=600, diameter=size, roughness=110)
    model.add_pipe("METER", "IN", node, length=20, diameter=size, roughness=110)
    pump = None
    if mode == "prv":
        model.add_valve("PRV", "UP", "IN", diameter=size, valve_type="PRV", initial_setting=top + spare - floor)
    elif mode == "gravity":
        model.add_pipe("GATE", "UP", "IN", length=10, diameter=size, roughness=110)
    else:
        pump = "PUMP"
        model.add_curve("PUMP", "HEAD", [(mean / 1000 * 2.2, 24.0)])
        model.add_pump(pump, "UP", "IN", pump_type="HEAD", pump_parameter="PUMP")
        model.add_pipe("BYPASS", "UP", "IN", length=15, diameter=size, roughness=110, check_valve=True)
    return District("", model, [("METER", 1)], mean, pump, "SRC", head)


def part(model, pipe: str, node: str):
    """Cuts out the part of a network that hangs on one pipe: the natural metered district."""
    keep, edge = {node}, [node]
    while edge:
        here = edge.pop()
        for name in model.get_links_for_node(here):
            link = model.get_link(name)
            there = link.end_node_name if link.start_node_name == here else link.start_node_name
            if name != pipe and there not in keep:
                keep.add(there)
                edge.append(there)
    out = wntr.network.WaterNetworkModel()
    out.options.hydraulic.headloss = "H-W"
    for n in sorted(keep):
        j = model.get_node(n)
        out.add_junction(n, base_demand=j.demand_timeseries_list[0].base_value, elevation=j.elevation, coordinates=j.coordinates)
    for name, link in model.pipes():
        if name != pipe and link.start_node_name in keep and link.end_node_name in keep:
            out.add_pipe(name, link.start_node_name, link.end_node_name, link.length, link.diameter, link.roughness)
    return out


def strip(model, nodes: list[str]) -> None:
    """Removes nodes with their links and all controls."""
    for c in list(model.control_name_list):
        model.remove_control(c)
    for n in nodes:
        for link in list(model.get_links_for_node(n)):
            model.remove_link(link)
        model.remove_node(n)


def tank_meters(model) -> list[tuple[str, int]]:
    """Each tank's connection is metered; water that leaves the tank enters the district."""
    out = []
    for t in model.tank_name_list:
        for name in model.get_links_for_node(t):
            out.append((name, 1 if model.get_link(name).start_node_name == t else -1))
    return out


def build(kind: str) -> District:
    """One district of a kind. Scales keep flows in the range of what the pipes were laid for."""
    net, mode = kind.split("-")
    model = wntr.network.WaterNetworkModel({"net1": "Net1", "net2": "Net2", "net3": "Net3", "ky4": "ky4"}[net])
    if kind == "net1-tower":
        mean = flatten(model, 0.9)
        d = District(kind, model, [("9", 1)] + tank_meters(model), mean)
    elif kind == "net1-boost":
        strip(model, ["2", "9"])
        d = attach(model, "10", mode, flatten(model, 0.45), 42)
    elif net == "net2":
        if mode == "prv":
            strip(model, ["26"])
        # Node 1 carries a negative demand, the original pumping station: it becomes the inlet.
        mean = flatten(model, 1.0)
        d = attach(model, "1", mode, mean, 28)
        if mode == "gravity":
            tank = model.get_node("26")
            d.head = tank.elevation + tank.init_level + 4.5
            model.get_node("SRC").head_timeseries.base_value = d.head
            d.meters += tank_meters(model)
    elif kind == "net3-town":
        # Node 203 is a bulk transfer of 40 % to elsewhere with its own meter: the district balance subtracts it.
        mean = flatten(model, 1.0, ("203",))
        strip(model, [])
        d = District(kind, model, [("10", 1), ("60", 1)] + tank_meters(model), mean, exports=("203",))
        # The lake's pump keeps its daily hours; the river's pump follows tank 1, as in the original.
        d.controls = ("LINK 10 OPEN AT CLOCKTIME 1 AM\nLINK 10 CLOSED AT CLOCKTIME 3 PM\n"
                      "LINK 335 OPEN IF NODE 1 BELOW 5.2\nLINK 335 CLOSED IF NODE 1 ABOVE 5.8\n"
                      "LINK 330 CLOSED IF NODE 1 BELOW 5.2\nLINK 330 OPEN IF NODE 1 ABOVE 5.8\n")
    elif kind == "ky4-town":
        # The original's two constant-power pumps overfill every tank (a constant power has no shut-off head). One duty
        # pump with a curve for 1.6 times the mean flow takes their place and follows the level of tank T-3.
        mean = flatten(model, 1.0)
        strip(model, [])
        for pump in ("~@Pump-1", "~@Pump-2"):
            model.remove_link(pump)
        model.add_curve("DUTY", "HEAD", [(mean / 1000 * 1.6, 108.0)])
        model.add_pump("DUTY", "I-Pump-2", "O-Pump-2", pump_type="HEAD", pump_parameter="DUTY")
        d = District(kind, model, [("DUTY", 1)] + tank_meters(model), mean)
        d.controls = "LINK DUTY OPEN IF NODE T-3 BELOW 29.5\nLINK DUTY CLOSED IF NODE T-3 ABOVE 32.5\n"
    else:
        pipe, node = {"prv": ("P-435", "J-572"), "boost": ("P-363", "J-510")}[mode]
        model = part(model, pipe, node)
        # Denser housing than the rural original: about a thousand homes.
        mean = flatten(model, 4.0 if mode == "prv" else 3.2)
        d = attach(model, node, mode, mean, 30)
    d.kind = kind
    return d
