"""One contender under the load, the outage and the kills; then the counting."""
import json
import time
from pathlib import Path

from contenders import WARM, Contender
from mqtt import Publisher, Witness
from processes import broker, wait_for_port

# The simulated ThingsBoard must not echo the gateway's own requests to it, as a real one does not.
ACCESS = """topic readwrite #
user platform
topic readwrite #
user gateway
topic write v1/#
topic read v1/devices/me/rpc/response/+
topic read v1/devices/me/attributes/response/+
"""


def thingsboard(topic: str, payload: bytes):
    """The two answers without which thingsboard-gateway does not begin: a local server without limits."""
    if topic.startswith("v1/devices/me/rpc/request/"):
        limits = {"maxPayloadSize": 65536, "maxInflightMessages": 100, "rateLimits": {}, "gatewayRateLimits": {}}
        return topic.replace("request", "response"), json.dumps(limits).encode()
    if topic.startswith("v1/devices/me/attributes/request/"):
        return topic.replace("request", "response"), b"{}"
    return None


def load(devices: list[str], count: int):
    for index in range(count):
        device, number = devices[index % len(devices)], index // len(devices) + 1
        payload = json.dumps({"ts": int(time.time() * 1000), "n": number, "v": 0.34}).encode()
        yield (device, number), f"peers/{device}/data", payload


def race(contender: Contender, folder: Path, options) -> dict:
    folder.mkdir()
    sensor, platform = options.ports
    devices = [f"d{index:03}" for index in range(options.devices)]
    (folder / "access").write_text(ACCESS)
    city = broker(folder, "platform", platform, [
        # Ended politely and with persistence, so that it loses nothing by itself.
        "persistence true", "max_queued_messages 0", "max_inflight_messages 1000", f"acl_file {folder}/access"])
    field = broker(folder, "field", sensor, ["persistence false", "max_queued_messages 0"])
    gateway = contender.make(folder, sensor, platform, [*devices, WARM])
    received: list = []
    witness = Witness(platform, contender.filters, lambda *message: received.append(message), thingsboard)
    publisher = None
    try:
        city.start()
        wait_for_port(platform)
        witness.start()
        if not witness.subscribed.wait(10):
            raise RuntimeError("the witness has no subscription")
        if not contender.is_broker:
            field.start()
        else:
            gateway.start()
        wait_for_port(sensor)
        if not contender.is_broker:
            gateway.start()
        warm_up(contender, sensor, received, options)

        publisher = Publisher(sensor, "load", load(devices, int(options.rate * options.seconds)), options.rate)
        start = time.monotonic()
        publisher.start()
        up = faults(options, start, city, gateway, platform)
        while publisher.is_alive() and time.monotonic() < start + options.seconds + 60:
            time.sleep(0.1)
        quiet(contender, publisher, witness, received, options)
        gateway.sample()
        result = count(contender, publisher, received, up)
    finally:
        witness.stopping = True
        if publisher:
            publisher.stopping = True
        for process in (gateway, field, city):
            process.terminate()
    result.update(written_bytes=gateway.written, peak_kib=gateway.peak, cpu_seconds=round(gateway.cpu, 2), starts=gateway.starts,
                  died_by_itself=gateway.deaths, sender_reconnects=publisher.reconnects, sender_finished=publisher.finished)
    return result


def warm_up(contender, sensor, received, options):
    """Until a message comes through: sessions and subscriptions exist then."""
    begin, number = time.monotonic(), 0
    while time.monotonic() < begin + 60:
        number += 1
        Publisher(sensor, "warm", [(number, f"peers/{WARM}/data", json.dumps({"ts": int(time.time() * 1000), "n": number}).encode())]).run()
        time.sleep(0.5)
        if any(True for topic, payload, _ in list(received) for _ in contender.read(topic, payload)):
            time.sleep(2)
            return
    raise RuntimeError(f"{contender.title}: nothing came through within a minute")


def faults(options, start, city, gateway, platform) -> float:
    """The same moments for everybody. Returns when the outage ended."""
    events = [(options.seconds * share, "kill") for share in options.kills]
    events += [(options.seconds * options.outage[0], "down"), (options.seconds * options.outage[1], "up")]
    up = start
    for moment, what in sorted(events):
        time.sleep(max(0.0, start + moment - time.monotonic()))
        if what == "down":
            city.terminate()
        elif what == "up":
            city.start()
            wait_for_port(platform)
            up = time.monotonic()
        else:
            gateway.sample()
            gateway.kill()
            gateway.start()
    return up


def quiet(contender, publisher, witness, received, options):
    """Until everything due has come, or nothing has come for a while."""
    end, seen, place = time.monotonic() + options.patience, set(), 0
    while time.monotonic() < end:
        for topic, payload, _ in received[place:]:
            place += 1
            seen.update((device, number) for device, number, _ in contender.read(topic, payload))
        if not publisher.acknowledged.keys() - seen:
            # A little longer: doubles may follow.
            time.sleep(5)
            return
        if time.monotonic() - max(witness.last, max(publisher.acknowledged.values(), default=0)) > options.quiet:
            return
        time.sleep(0.5)


def count(contender, publisher, received, up) -> dict:
    due = publisher.acknowledged
    first: dict = {}
    latest: dict = {}
    identities: dict = {}
    meanings: dict = {}
    total = again = disorder = 0
    for topic, payload, moment in received:
        for device, number, identity in contender.read(topic, payload):
            if device == WARM:
                continue
            total += 1
            key = (device, number)
            identities.setdefault(key, set()).add(identity)
            meanings.setdefault(identity, set()).add(key)
            if key in first:
                again += 1
                continue
            first[key] = moment
            if number < latest.get(device, 0):
                disorder += 1
            latest[device] = max(number, latest.get(device, 0))
    meanings.pop(None, None)
    # Who drops by identity loses what shares one with another reading.
    clashes = sum(len(found) - 1 for found in meanings.values())
    held = [first[key] for key, moment in due.items() if moment <= up and key in first]
    return {
        "due": len(due), "received": total, "lost": sum(key not in first for key in due) + clashes, "doubled": again,
        "doubled_after_contract": sum(len(found) - 1 for found in identities.values()) if contender.key == "bamaid" else None,
        "out_of_order": disorder, "drain_seconds": round(max(0.0, max(held, default=up) - up), 2), "unacknowledged": len(publisher.flying)}
