"""Writes Tests/Cases/segments: one broken segment a file, and expected.txt with the error that each must give.

Each is built from the format's description (SegmentCodec.swift), not by the encoder: it would not write them. Run it again when the format changes.
"""

import pathlib

FOLDER = pathlib.Path(__file__).parent.parent / "Cases" / "segments"
MAGIC, VERSION = 0xB1, 1


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return (crc ^ 0xFFFFFFFF).to_bytes(4, "little")


def v(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def z(value):
    return v((value << 1 ^ value >> 63) & 0xFFFFFFFFFFFFFFFF)


ZERO = b"\0"


def varints(*values):
    return b"\2" + b"".join(map(z, values))


# Four readings of two series in turn, both decimal: every part can be replaced by a broken one.
PARTS = {
    "count": v(4), "kinds": v(2), "series": varints(3, 0), "slots": ZERO, "flags": ZERO,
    "received": z(1_000_000), "received unit": b"\2", "received times": b"\1" + z(1),
    "delay": z(-70), "observed form": b"\x10", "observed times": ZERO,
    "scales": ZERO, "firsts": varints(20, 21), "deltas": b"\1" + z(1), "corrections": ZERO, "raw": b"",
}


def body(**changes):
    parts = dict(PARTS)
    for name, value in changes.items():
        assert name.replace("_", " ") in parts, name
        parts[name.replace("_", " ")] = value
    return bytes([MAGIC, VERSION]) + b"".join(parts.values())


def sealed(data):
    return data + crc32c(data)


whole = body()
one_raw = dict(kinds=v(1), series=varints(3), scales=b"\1" + z(15), firsts=ZERO, deltas=ZERO)
overlong = b"\xff" * 9 + b"\2"
cases = {
    "empty": (b"", "truncated"),
    "seven-bytes": (sealed(whole)[:7], "truncated"),
    "another-magic": (b"\xb2" + sealed(whole)[1:], "notASegment"),
    "zeros": (bytes(64), "notASegment"),
    "version-0": (sealed(b"\xb1\0" + whole[2:]), "unknownVersion 0"),
    "version-2": (sealed(b"\xb1\2" + whole[2:]), "unknownVersion 2"),
    "version-255": (sealed(b"\xb1\xff" + whole[2:]), "unknownVersion 255"),
    "checksum-zero": (whole + bytes(4), "checksum"),
    "checksum-reversed": (whole + crc32c(whole)[::-1], "checksum"),
    "one-bit": (sealed(whole)[:9] + bytes([sealed(whole)[9] ^ 4]) + sealed(whole)[10:], "checksum"),
    "last-byte-missing": (sealed(whole)[:-1], "checksum"),
    "one-byte-more": (sealed(whole) + b"\0", "checksum"),
    "two-segments": (sealed(whole) * 2, "checksum"),
    "nothing-after-the-counts": (sealed(whole[:4]), "truncated"),
    "ends-in-the-series": (sealed(whole[:6]), "truncated"),
    "ends-in-a-time": (sealed(whole[:10]), "truncated"),
    "ends-before-the-corrections": (sealed(body(corrections=b"")), "truncated"),
    "ends-in-a-raw-value": (sealed(body(**one_raw, raw=b"\x08\1\2\3")), "truncated"),
    "packed-too-short": (sealed(body(corrections=b"\4" + z(0) + b"\x38" + bytes(20))), "truncated"),
    "claims-65536-of-them": (sealed(body(count=v(65_536), flags=b"\4" + z(0) + b"\x08")), "truncated"),
    "endless-varint": (sealed(body(count=b"\xff" * 40)), "malformed varint"),
    "varint-of-65-bits": (sealed(body(received=overlong)), "malformed varint"),
    "no-readings": (sealed(body(count=v(0))), "malformed count"),
    "one-reading-too-many": (sealed(body(count=v(65_537))), "malformed count"),
    "count-of-64-bits": (sealed(body(count=b"\xff" * 9 + b"\1")), "malformed count"),
    "no-series": (sealed(body(kinds=v(0))), "malformed series count"),
    "more-series-than-readings": (sealed(body(kinds=v(5))), "malformed series count"),
    "series-below-0": (sealed(body(series=varints(-1, 0))), "malformed series number"),
    "series-above-32-bits": (sealed(body(series=varints(1 << 32, 0))), "malformed series number"),
    "series-overflow": (sealed(body(series=varints(0xFFFFFFFF, (1 << 63) - 1))), "malformed series number"),
    "slot-below-0": (sealed(body(slots=varints(-1, 0, 0, 0))), "malformed slot"),
    "slot-not-yet-seen": (sealed(body(slots=varints(1, 0, 0, 0))), "malformed slot"),
    "slot-beyond-the-last": (sealed(body(slots=varints(0, 0, 1, 0))), "malformed slot"),
    "slot-of-64-bits": (sealed(body(slots=varints(0, (1 << 63) - 1, 0, 0))), "malformed slot"),
    "series-that-nobody-uses": (sealed(body(slots=varints(0, -1, 0, 0))), "malformed unused series"),
    "received-unit-3": (sealed(body(received_unit=b"\3")), "malformed time unit"),
    "observed-unit-3": (sealed(body(observed_form=b"\x13")), "malformed observed form"),
    "observed-predictor-3": (sealed(body(observed_form=b"\x30")), "malformed observed form"),
    "scale-below-0": (sealed(body(scales=varints(-1, 0))), "malformed scale"),
    "scale-14": (sealed(body(scales=varints(0, 14))), "malformed scale"),
    "scale-of-64-bits": (sealed(body(scales=varints(0, -(1 << 63)))), "malformed scale"),
    "raw-nine-bytes": (sealed(body(**one_raw, raw=b"\x09" + bytes(9))), "malformed raw value"),
    "raw-beyond-64-bits": (sealed(body(**one_raw, raw=b"\x81" + bytes(9))), "malformed raw value"),
    "flags-above-a-byte": (sealed(body(flags=varints(0, 0, 0, 256))), "malformed flags"),
    "flags-below-0": (sealed(body(flags=b"\1" + z(-1))), "malformed flags"),
    "something-after-the-end": (sealed(whole + b"\0"), "malformed trailing bytes"),
    "column-mode-6": (sealed(body(slots=b"\6")), "malformed column mode"),
    "column-mode-255": (sealed(body(corrections=b"\xff")), "malformed column mode"),
    "run-beyond-the-column": (sealed(body(flags=b"\3" + z(0) + v(4))), "malformed run length"),
    "run-of-64-bits": (sealed(body(flags=b"\3" + z(0) + b"\xff" * 9 + b"\1")), "malformed run length"),
    "sparse-more-than-there-are": (sealed(body(flags=b"\5" + v(5))), "malformed sparse count"),
    "sparse-gap-beyond-the-column": (sealed(body(flags=b"\5" + v(1) + v(4) + z(1))), "malformed sparse gap"),
    "sparse-second-gap": (sealed(body(flags=b"\5" + v(2) + v(3) + z(1) + v(0) + z(1))), "malformed sparse gap"),
    "packed-width-0": (sealed(body(flags=b"\4" + z(0) + b"\0")), "malformed packed width"),
    "packed-width-57": (sealed(body(flags=b"\4" + z(0) + b"\x39" + bytes(40))), "malformed packed width"),
}

FOLDER.mkdir(parents=True, exist_ok=True)
for old in FOLDER.glob("*.segment"):
    old.unlink()
for name, (data, _) in cases.items():
    assert len(data) < 400
    (FOLDER / f"{name}.segment").write_bytes(data)
lines = ["# What the decoder must say of each segment in this folder. Written by Tests/Fuzz/broken.py."]
lines += [f"{name}: {error}" for name, (_, error) in sorted(cases.items())]
(FOLDER / "expected.txt").write_text("\n".join(lines) + "\n")
print(f"{len(cases)} broken segments")
