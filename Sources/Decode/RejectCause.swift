/// Why a message, or one field of it, gave no reading.
package enum RejectCause: String, CaseIterable, Sendable {
    /// No device of the site listens to this topic.
    case unmatchedTopic = "unmatched-topic"
    /// The topic is known, the device that the payload names (or fails to name) is not.
    case unknownDevice = "unknown-device"
    case tooLarge = "too-large"
    case empty
    case notJSON = "not-json"
    case invalidUTF8 = "invalid-utf8"
    case tooDeep = "too-deep"
    /// A network server that has no codec for the device, or whose codec failed, sends no decoded object.
    case noCodec = "no-codec"
    /// A field that the site calls required is not there.
    case missingField = "missing-field"
    case wrongType = "wrong-type"
    /// A text that is no number, or a number that no Double holds.
    case notANumber = "not-a-number"
    /// The time of observation cannot be read; the reading is kept with the time of receipt.
    case badTime = "bad-time"
    /// The parser could get no memory.
    case noMemory = "no-memory"

    /// Whether the sender's bytes are at fault. False: the message is sound, but this site has no use or no room for it.
    package var countsAsMalformed: Bool {
        switch self {
        case .unmatchedTopic, .unknownDevice, .noCodec, .noMemory: false
        case .tooLarge, .empty, .notJSON, .invalidUTF8, .tooDeep, .missingField, .wrongType, .notANumber, .badTime: true
        }
    }

    /// The place in `allCases`, without making that array.
    var place: Int {
        switch self {
        case .unmatchedTopic: 0
        case .unknownDevice: 1
        case .tooLarge: 2
        case .empty: 3
        case .notJSON: 4
        case .invalidUTF8: 5
        case .tooDeep: 6
        case .noCodec: 7
        case .missingField: 8
        case .wrongType: 9
        case .notANumber: 10
        case .badTime: 11
        case .noMemory: 12
        }
    }
}
