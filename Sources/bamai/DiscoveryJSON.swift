import Commissioning
import Lifeline

/// What was discovered, as a program reads it.
enum DiscoveryJSON {
    static func text(_ discovery: Discovery, _ lines: ConfigurationLines) -> String {
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("schema", "bamai.discovery/1")
        json.member("messages", discovery.figures.messages)
        json.member("bytes", discovery.figures.bytes)
        json.key("left_out")
        json.beginObject()
        json.member("of_gateways", discovery.figures.ofGateways)
        json.member("beyond_devices", discovery.figures.beyondDevices)
        json.member("unread", discovery.figures.unread)
        json.endObject()
        json.key("devices")
        json.beginArray()
        for device in discovery.devices { write(device, discovery, &json) }
        json.endArray()
        json.member("toml", lines.text)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ device: DiscoveredDevice, _ discovery: Discovery, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", device.id)
        if let name = device.name { json.member("name", name) }
        if discovery.catalogue.brokers.indices.contains(device.broker) { json.member("broker", discovery.catalogue.brokers[device.broker]) }
        json.member("topic", device.topicFilter)
        json.key("topics")
        json.beginArray()
        for topic in device.topics { json.value(topic) }
        json.endArray()
        json.member("messages", device.messages)
        json.member("retained_only", device.isRetainedOnly)
        if let interval = device.interval {
            json.member("interval_s", interval.seconds)
            json.member("interval_steady", interval.isSteady)
        }
        if let signal = device.signal { json.member("signal", signal) }
        json.member("format", device.format.rawValue)
        if let known = device.known { json.member("known", known) }
        if let fit = device.fit { json.member("template", fit.template) }
        json.key("classes")
        json.beginArray()
        for assetClass in device.classes { json.value(assetClass.rawValue) }
        json.endArray()
        json.key("candidates")
        json.beginArray()
        for candidate in device.candidates { write(candidate, &json) }
        json.endArray()
        json.key("fields")
        json.beginArray()
        for field in device.fields {
            json.beginObject()
            json.member("path", field.path.joined(separator: "."))
            json.member("kind", field.kind.rawValue)
            json.member("sample", field.sample)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private static func write(_ fit: TemplateFit, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("template", fit.template)
        json.member("score", fit.score)
        json.member("own_topic", fit.isOnItsTopic)
        json.member("readings", fit.readings)
        json.key("seen")
        json.beginArray()
        for seen in fit.seen {
            json.beginObject()
            json.member("reading", seen.reading)
            json.member("quantity", seen.quantity.name)
            json.member("value", seen.value)
            json.member("unit", seen.quantity.unit.symbol)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
