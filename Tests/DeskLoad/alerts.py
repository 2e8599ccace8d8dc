"""Alert documents as a gateway makes them: a recorded one, with other names."""
import json
import time
from pathlib import Path

_RECORDED = Path(__file__).resolve().parent.parent / "Cases" / "alerts" / "full.json"
_LEVELS = {"raised": ("yellow", 13), "escalated": ("orange", 17), "eased": ("yellow", 13), "repeated": ("orange", 17), "cleared": ("orange", 17)}


def _template() -> list:
    """The recorded document, cut where something is put in: bytes and names in turn."""
    event = json.loads(_RECORDED.read_text())
    own = event["data"]["bamai"]
    event.update(id="\0id\0", source="urn:bamai:\0gateway\0", type="cn.bamai.alert.\0kind\0", subject="lift/\0asset\0", time="\0time\0",
                 recordedtime="\0time\0", sequence="\0sequence\0", correlationid="\0episode\0")
    event["data"].update(identifier="\0id\0", sender="\0gateway\0.bamai", sent="\0time\0", incidents="\0episode\0")
    event["data"].pop("references", None)
    own.update(gateway="\0gateway\0", asset="\0asset\0", level="\0level\0", sensor="\0asset\0/door_close_time", late=False)
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return [part.encode() if index % 2 == 0 else part for index, part in enumerate(text.replace("\\u0000", "\0").split("\0"))]


_PARTS = _template()
BYTES = sum(len(part) for part in _PARTS)


def document(gateway: str, sequence: int, episode: str, asset: str, kind: str, moment: str) -> bytes:
    values = {
        "id": f"{gateway}-{sequence:09d}-load", "gateway": gateway, "kind": kind, "asset": asset, "time": moment, "sequence": f"{sequence:09d}",
        "episode": episode, "level": _LEVELS[kind][0],
    }
    return b"".join(part if isinstance(part, bytes) else values[part].encode() for part in _PARTS)


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


# How an episode goes in the flood: ten events.
LIFE = ["raised", "escalated", "repeated", "eased", "escalated", "repeated", "repeated", "eased", "repeated", "cleared"]
