"""Who is compared, exactly how each is configured, and how its messages are read back."""
import json
import shutil
from pathlib import Path

from processes import Process, broker

WARM = "warm"


class Contender:
    key = title = settings = note = ""
    # Whether sensors publish to the gateway itself, so that kill -9 hits the broker that acknowledged them.
    is_broker = False
    filters = ["#"]

    def make(self, folder: Path, sensor: int, platform: int, devices: list[str]) -> Process:
        raise NotImplementedError

    def read(self, topic: str, payload: bytes):
        """(device, number, what the platform may drop repetitions by) of every reading."""
        raise NotImplementedError


PROFILE = """schema = 1
profile = "peers"
version = 1
[[quantity]]
name = "value"
unit = "1"
min = -1e12
max = 1e12
zh = "数值"
en = "Value"
"""


def bamai_site(folder: Path, sensor: int, platform: int, devices: list[str], fields: list[str], lines: str = "") -> Path:
    """A site of devices that report `fields`; every value goes up."""
    (folder / "site").mkdir()
    (folder / "profiles").mkdir()
    (folder / "profiles/peers.toml").write_text(PROFILE)
    text = [f"""schema = 1
[site]
id = "peers"
utc_offset = "+00:00"
profile = "peers"
[journal]
path = "{folder}/journal.db"
{lines}
[control]
socket = "{folder}/control.sock"
[[broker]]
id = "field"
url = "mqtt://127.0.0.1:{sensor}"
[platform]
url = "mqtt://127.0.0.1:{platform}"
readings = "all"
"""]
    for device in devices:
        text.append(f"""[[asset]]
id = "{device}"
class = "other"
[[device]]
id = "{device}"
asset = "{device}"
topic = "peers/{device}/data"
time = {{ path = "ts", format = "unix_ms" }}
late_after = "365 d"
""")
        text += [f'[[device.reading]]\nname = "{field}"\nquantity = "value"\npath = "{field}"\nunit = "1"\n' for field in fields]
    (folder / "site/site.toml").write_text("".join(text))
    return folder / "site"


class Bamai(Contender):
    key, title = "bamaid", "bamaid"
    settings = "readings = \"all\", everything else default (window 20, commit_delay 50 ms, platform window 32)"
    filters = ["bamai/#"]

    def __init__(self, program: str):
        self.program = str(Path(program).resolve())

    def make(self, folder, sensor, platform, devices):
        return Process([self.program, str(bamai_site(folder, sensor, platform, devices, ["n"]))], folder, "gateway.log")

    def read(self, topic, payload):
        if not topic.endswith("/readings"):
            return
        message = json.loads(payload)
        for reading in message["readings"]:
            yield reading["sensor"].split("/")[0], int(reading["value"]), (message["gateway"], reading["sequence"])


class ThingsBoard(Contender):
    filters = ["v1/#"]
    note = ("it acknowledges to the sensor broker when a message is in its memory queue, before any storage has it; started while the platform "
            "is away it stores nothing at all until it has connected, because its storage thread begins after that")

    def __init__(self, python: str, key: str, storage: dict, session: bool, settings: str):
        self.python, self.key, self.storage, self.session, self.settings = str(Path(python).absolute()), key, storage, session, settings
        self.title = {"tb": "thingsboard-gateway, defaults", "tb-file": "thingsboard-gateway, file storage",
                      "tb-sqlite": "thingsboard-gateway, sqlite storage"}[key]

    def make(self, folder, sensor, platform, devices):
        package = next(Path(self.python).parent.parent.glob("lib/python*/site-packages/thingsboard_gateway"))
        config = folder / "config"
        config.mkdir()
        (folder / "logs").mkdir()
        (folder / "data").mkdir()
        for name in ("logs.json", "list.json", "statistics"):
            if (package / "config" / name).is_dir():
                shutil.copytree(package / "config" / name, config / name)
            elif (package / "config" / name).exists():
                shutil.copy(package / "config" / name, config / name)
        main = json.loads((package / "config/tb_gateway.json").read_text())
        # The shipped file's own values stay. There is no remote configuration here to fetch.
        main["thingsboard"].update(host="127.0.0.1", port=platform, remoteConfiguration=False)
        main["thingsboard"]["security"]["accessToken"] = "gateway"
        main["storage"].update(self.storage)
        main["connectors"] = [{"type": "mqtt", "name": "sensors", "configuration": "mqtt.json"}]
        (config / "tb_gateway.json").write_text(json.dumps(main, indent=2))
        source = {"host": "127.0.0.1", "port": sensor, "clientId": "ThingsBoard_gateway", "version": 5, "maxMessageNumberPerWorker": 10,
                  "maxNumberOfWorkers": 100, "cleanSession": True, "cleanStart": True, "sessionExpiryInterval": 0,
                  "security": {"type": "anonymous"}}
        if self.session:
            # One converter: with a hundred of them messages of one device overtake one another.
            source.update(cleanSession=False, cleanStart=False, sessionExpiryInterval=86400, maxNumberOfWorkers=1)
        mapping = {"topicFilter": "peers/+/data", "subscriptionQos": 1, "converter": {
            "type": "json", "sendDataOnlyOnChange": False, "timeout": 60000, "attributes": [],
            "deviceInfo": {"deviceNameExpressionSource": "topic", "deviceNameExpression": "(?<=peers/)(.*?)(?=/data)",
                           "deviceProfileExpressionSource": "constant", "deviceProfileExpression": "default"},
            "timeseries": [{"type": "integer", "key": "n", "value": "${n}"}]}}
        (config / "mqtt.json").write_text(json.dumps({"broker": source, "mapping": [mapping]}, indent=2))
        return Process([self.python, "-c", "from thingsboard_gateway.tb_gateway import main; main()"], folder, "gateway.log",
                       {"TB_GW_CONFIG_DIR": str(config) + "/"})

    def read(self, topic, payload):
        if topic != "v1/gateway/telemetry":
            return
        for device, entries in json.loads(payload).items():
            for entry in entries:
                yield device, int(entry.get("values", entry)["n"]), None


class Bridge(Contender):
    is_broker = True
    filters = ["peers/#"]
    note = "sensors publish to the bridging broker itself, so its kill -9 also makes the publisher send again what had no PUBACK"

    def __init__(self, key: str, title: str, lines: list[str]):
        self.key, self.title, self.lines = key, title, lines
        self.settings = "persistence true, cleansession false, QoS 1; " + (", ".join(lines) or "everything else default")

    def make(self, folder, sensor, platform, devices):
        general = [line for line in self.lines if not line.startswith("restart_timeout")]
        connection = [line for line in self.lines if line.startswith("restart_timeout")]
        return broker(folder, "bridge", sensor, ["persistence true", *general, "connection platform", f"address 127.0.0.1:{platform}",
                                                 "topic peers/# out 1", "cleansession false", "notifications false", *connection])

    def read(self, topic, payload):
        yield topic.split("/")[1], json.loads(payload)["n"], None


def all_contenders(program: str, python: str) -> list[Contender]:
    best = ["max_queued_messages 0", "restart_timeout 1 2"]
    session = "cleanStart false, sessionExpiryInterval 86400, maxNumberOfWorkers 1"
    return [
        Bamai(program),
        ThingsBoard(python, "tb", {}, False, "shipped tb_gateway.json and mqtt.json (memory storage, clean start), remoteConfiguration false"),
        ThingsBoard(python, "tb-file", {"type": "file", "max_records_between_fsync": 1, "max_read_records_count": 1000}, True,
                    "storage file, max_records_between_fsync 1, max_read_records_count 1000; " + session),
        ThingsBoard(python, "tb-sqlite", {"type": "sqlite", "max_read_records_count": 1000}, True,
                    "storage sqlite, max_read_records_count 1000; " + session),
        Bridge("bridge", "mosquitto bridge, defaults", []),
        Bridge("bridge-1s", "mosquitto bridge, saves each second", ["autosave_interval 1", *best]),
        Bridge("bridge-each", "mosquitto bridge, saves each change", ["autosave_interval 1", "autosave_on_changes true", *best]),
    ]
