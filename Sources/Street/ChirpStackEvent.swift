import Lifeline

/// One LoRaWAN device as ChirpStack v4 tells of it.
///
/// *Source*: the JSON form of ChirpStack's integration events: fields that are zero, false or empty are left out (those of the decoded object are
/// kept), numbers of 64 bits are texts, times carry nanoseconds.
struct ChirpStackDevice: Sendable {
    let name: String
    let eui: String
    let profile: String
    private var luck: Luck
    private var frames = 0
    /// *Units*: dBm. Where the antenna sits decides it.
    private let strength: Double
    private let address: UInt32

    init(name: String, eui: String, profile: String, seed: UInt64) {
        self.name = name
        self.eui = eui
        self.profile = profile
        luck = Luck(seed: seed, eui + "/radio")
        strength = luck.between(-112, -88)
        address = UInt32(truncatingIfNeeded: luck.next())
    }

    /// An uplink with its decoded object and the bytes it was decoded from.
    mutating func uplink(at moment: Timestamp, due: Int64, bytes: [UInt8], object: (inout JSONWriter) -> Void) -> StreetMessage {
        var json = JSONWriter(reserving: 1100)
        begin(&json, moment)
        json.member("devAddr", ChirpStackDevice.hex(UInt64(address), 8))
        json.member("adr", true)
        json.member("dr", 5)
        if frames > 0 { json.member("fCnt", frames) }
        json.member("fPort", 85)
        json.member("data", ChirpStackDevice.base64(bytes))
        json.key("object")
        json.beginObject()
        object(&json)
        json.endObject()
        radio(&json, moment)
        json.endObject()
        frames = (frames + 1) % 65_536
        return StreetMessage(due: due, topic: topic("up"), payload: json.bytes, qos: 1)
    }

    /// A device status event, as the server asks for it now and then.
    mutating func status(at moment: Timestamp, due: Int64) -> StreetMessage {
        var json = JSONWriter(reserving: 600)
        begin(&json, moment)
        json.member("margin", 8 + Int(luck.unit() * 8))
        // These devices do not answer LoRaWAN's own battery question: theirs is in the object.
        json.member("batteryLevelUnavailable", true)
        json.endObject()
        return StreetMessage(due: due, topic: topic("status"), payload: json.bytes, qos: 1)
    }

    private func topic(_ event: String) -> String { "application/\(StreetLayout.application)/device/\(eui)/event/\(event)" }

    private mutating func begin(_ json: inout JSONWriter, _ moment: Timestamp) {
        json.beginObject()
        json.member("deduplicationId", uuid())
        json.member("time", TimeText.rfc3339(moment, offsetSeconds: 0, digits: 9))
        json.key("deviceInfo")
        json.beginObject()
        json.member("tenantId", "0f4d6a52-6f0c-4f0a-8d5e-1d2b3c4d5e6f")
        json.member("tenantName", "Pulse Street")
        json.member("applicationId", StreetLayout.application)
        json.member("applicationName", "covers")
        json.member("deviceProfileName", profile)
        json.member("deviceName", name)
        json.member("devEui", eui)
        json.member("deviceClassEnabled", "CLASS_A")
        json.key("tags")
        json.beginObject()
        json.endObject()
        json.endObject()
    }

    private mutating func radio(_ json: inout JSONWriter, _ moment: Timestamp) {
        json.key("rxInfo")
        json.beginArray()
        json.beginObject()
        json.member("gatewayId", "24e124fffef00001")
        json.member("uplinkId", Int(luck.next() >> 32))
        json.member("nsTime", TimeText.rfc3339(moment, offsetSeconds: 0, digits: 9))
        json.member("rssi", Int((strength + 2.5 * luck.normal()).rounded()))
        let snr = (luck.between(-2, 10) * 10).rounded() / 10
        if snr != 0 { json.member("snr", snr) }
        let channel = Int(luck.unit() * 8)
        if channel > 0 { json.member("channel", channel) }
        json.member("context", ChirpStackDevice.base64(ChirpStackDevice.bytes(luck.next(), 4)))
        json.member("crcStatus", "CRC_OK")
        json.endObject()
        json.endArray()
        json.key("txInfo")
        json.beginObject()
        json.member("frequency", 486_300_000 + channel * 200_000)
        json.key("modulation")
        json.raw(#"{"lora":{"bandwidth":125000,"spreadingFactor":7,"codeRate":"CR_4_5"}}"#)
        json.endObject()
    }

    private mutating func uuid() -> String {
        let (high, low) = (ChirpStackDevice.hex(luck.next(), 16), ChirpStackDevice.hex(luck.next(), 16))
        return "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-4\(high.suffix(3))-8\(low.prefix(3))-\(low.suffix(12))"
    }

    static func hex(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    static func bytes(_ number: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) } }

    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let word = UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            text.append(alphabet[Int(word >> 18)])
            text.append(alphabet[Int(word >> 12 & 63)])
            text.append(left > 1 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            text.append(left > 2 ? alphabet[Int(word & 63)] : UInt8(ascii: "="))
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }
}
