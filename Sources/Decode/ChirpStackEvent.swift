import Lifeline

/// What a ChirpStack v4 message is about, as the last level of its topic says.
///
/// *Source*: ChirpStack v4, MQTT integration: `application/{id}/device/{eui}/event/{event}`.
enum ChirpStackEvent {
    case up, status
    /// `join`, `ack`, `txack`, `log`, `location`, `integration`: nothing to read for a sensor.
    case other

    init(topic: UnsafeRawBufferPointer) {
        if ChirpStackEvent.ends(topic, "up") {
            self = .up
        } else if ChirpStackEvent.ends(topic, "status") {
            self = .status
        } else {
            self = .other
        }
    }

    private static func ends(_ topic: UnsafeRawBufferPointer, _ level: StaticString) -> Bool {
        let count = level.utf8CodeUnitCount
        guard topic.count > count, topic[topic.count - count - 1] == UInt8(ascii: "/") else { return false }
        // SAFETY: a static string lives for ever and has `count` bytes.
        for index in 0..<count where topic[topic.count - count + index] != level.utf8Start[index] { return false }
        return true
    }
}

/// The paths of ChirpStack's own fields.
struct ChirpStackPaths {
    /// What the codec made of the payload.
    let object: Lexicon.Path
    /// The payload in base64; absent when empty.
    let data: Lexicon.Path
    let batteryUnavailable: Lexicon.Path
    let externalPower: Lexicon.Path

    /// The time of an event, where a device names no path.
    static let time = ["time"]
    /// Who sent it, where a device names no path.
    static let identity = ["deviceInfo", "devEui"]
    static let batteryLevel = ["batteryLevel"]

    init(_ lexicon: inout Lexicon) {
        object = lexicon.path(["object"])
        data = lexicon.path(["data"])
        batteryUnavailable = lexicon.path(["batteryLevelUnavailable"])
        externalPower = lexicon.path(["externalPowerSource"])
    }
}
