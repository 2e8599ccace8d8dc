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
    /// The Things Stack's decoder for the device failed, or there is none: the message has a payload and no decoded one.
    case decoderFailed = "decoder-failed"
    /// A number that the device's code table does not have: never guessed.
    case unknownCode = "unknown-code"
    /// A text that should hold bytes is neither base64 nor hexadecimal.
    case badEncoding = "bad-encoding"
    /// The bytes end before the field does.
    case tooShort = "too-short"
    /// A tag whose length is not known: what follows it cannot be read.
    case unknownTag = "unknown-tag"
    /// More entries, metrics, values or nodes than there may be: the first ones are kept.
    case overLimit = "over-limit"
    case notProtobuf = "not-protobuf"
    /// Sparkplug B: a metric goes by an alias, or without its type, and its birth was not heard.
    case unknownAlias = "unknown-alias"
    /// Sparkplug B: messages of the node are missing before this one, whose readings are kept.
    case sequenceGap = "sequence-gap"
    /// Sparkplug B: older than the one before it, or the same again; its readings are kept.
    case outOfOrder = "out-of-order"
    /// Sparkplug B: the death of a session that another one has replaced.
    case staleDeath = "stale-death"

    /// Whether the sender's bytes are at fault. False: the message is sound, but this site has no use or no room for it.
    package var countsAsMalformed: Bool {
        switch self {
        case .unmatchedTopic, .unknownDevice, .noCodec, .noMemory, .decoderFailed, .unknownCode, .unknownTag, .overLimit, .unknownAlias: false
        case .sequenceGap, .outOfOrder, .staleDeath: false
        case .tooLarge, .empty, .notJSON, .invalidUTF8, .tooDeep, .missingField, .wrongType, .notANumber, .badTime: true
        case .badEncoding, .tooShort, .notProtobuf: true
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
        case .decoderFailed: 13
        case .unknownCode: 14
        case .badEncoding: 15
        case .tooShort: 16
        case .unknownTag: 17
        case .overLimit: 18
        case .notProtobuf: 19
        case .unknownAlias: 20
        case .sequenceGap: 21
        case .outOfOrder: 22
        case .staleDeath: 23
        }
    }
}
