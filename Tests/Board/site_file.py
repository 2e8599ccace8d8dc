"""The site that the board runs: a counter and a level over MQTT from two brokers, and lines of its own."""
from pathlib import Path

SHARED = "/usr/share/bamai"
ID = "board"
# Above it the rule raises.
LIMIT = 10


def mqtt_part(field_port: int, platform_port: int, shared: str, name: str) -> str:
    return f"""schema = 1

[site]
id = "{ID}"
name = "{name}"
profiles = "{shared}/profiles"
devices = "{shared}/devices"
mappings = "{shared}/mappings"
codes = "{shared}/codes"
boards = "{shared}/boards"

[journal]
path = "/var/lib/bamai/journal.db"
max_bytes = "256 MiB"

# The broker on the board itself, which dies with it.
[[broker]]
id = "local"
url = "mqtt://127.0.0.1:1883"

# A broker elsewhere in the street, which outlives the board's power cuts.
[[broker]]
id = "field"
url = "mqtt://10.0.2.2:{field_port}"
# The board's clock falls behind this machine's, whose broker would take it for dead.
keepalive = "10 min"

[platform]
url = "mqtt://10.0.2.2:{platform_port}"
keepalive = "10 min"
alert_topic = "city/{{gateway}}/alerts"
readings_topic = "city/{{gateway}}/readings"
readings = "all"

# The level goes up and down as the test wants it, which would be chattering elsewhere.
[alarms]
chatter_raises = 0
slow_chatter_raises = 0

[[quantity]]
name = "number"
unit = "count"
min = 0
max = 1e9
zh = "序号"
en = "number"

[[quantity]]
name = "height"
unit = "cm"
min = 0
max = 100
zh = "高度"
en = "height"

[[rule]]
id = "well.high"
kind = "high"
quantity = "height"
# Below the siren's level, which is for the cover alone.
levels = [ {{ level = "yellow", limit = {LIMIT} }} ]
deadband = 1
event = {{ zh = "水位过高", en = "Level is high" }}
advice = {{ zh = "请核对。", en = "Check." }}

[[asset]]
id = "WELL-1"
class = "other"
""" + "".join(f"""
[[device]]
id = "{name}"
asset = "WELL-1"
broker = "{broker}"
topic = "well/{{id}}"
format = "json"
prefix = "{name}"
interval = "none"

[[device.reading]]
quantity = "number"
path = "n"

[[device.reading]]
quantity = "height"
path = "cm"
""" for name, broker in (("near", "local"), ("far", "field")))


# The terminals of the board: /etc/board/chips in the image, boards/qemu-virt.toml for the gateway.
LINES = """
[board]
type = "qemu-virt"

[[asset]]
id = "MH-1"
class = "manhole_cover"

[[asset]]
id = "WP-1"
class = "water_pipe"

[[line]]
id = "lid"
role = "contact"
pin = "door"
asset = "MH-1"
quantity = "open"

[[line]]
id = "meter"
role = "pulse"
pin = "flow-a"
asset = "WP-1"
max_hz = 100
interval = "1 s"

[[line]]
id = "lamp"
role = "output"
pin = "status"
drives = "status"

[[line]]
id = "horn"
role = "output"
pin = "siren"
drives = "siren"
"""


def write(folder: Path, field_port: int, platform_port: int, *, shared: str = SHARED, name: str = "A pump room on a virtual board") -> Path:
    """Makes `folder` the site and returns it.

    shared: where it finds what the package brings; a site that is to be pushed finds it beside itself."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(mqtt_part(field_port, platform_port, shared, name) + LINES)
    return folder
