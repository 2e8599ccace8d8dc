/// How a payload is laid out before any field of it is looked at.
package enum PayloadFormat: String, CaseIterable, Sendable {
    /// Any JSON object; every field is found by its path.
    case json
    /// ChirpStack v4 integration events: `application/{id}/device/{eui}/event/{up,status,join,log}`; zero and false fields are absent.
    case chirpStackV4 = "chirpstack-v4"
    /// The Things Stack v3: `v3/{app}@{tenant}/devices/{dev}/up`; empty fields are absent, and so is what a failed decoder would have made.
    case ttnV3 = "ttn-v3"
    /// Sparkplug B: `spBv1.0/{group}/{type}/{node}[/{device}]`, protobuf metrics by name or by an alias that their birth has told.
    case sparkplugB = "sparkplug-b"
    /// Bytes in a layout that the fields declare.
    case binary
}

/// How a device writes the time of its observation.
package enum TimeFormat: String, CaseIterable, Sendable {
    /// RFC 3339; a text without an offset is the site's local time.
    case rfc3339
    /// The site's local time without an offset (`2026-01-02 11:04:05`); an offset in the text is obeyed.
    case local
    /// Seconds since 1970, whole or with a fraction, as a number or a text.
    case unixSeconds = "unix_s"
    /// Milliseconds since 1970.
    case unixMilliseconds = "unix_ms"
}

/// Where one sensor's value stands in a payload, and how it becomes a number in the canonical unit.
///
/// value = |raw · scale + shift − baseline| (the bars only where `absolute` is set).
package struct FieldBinding: Equatable, Sendable {
    /// Index into the site's sensors.
    package var sensor: Int
    /// Names and array indices from the payload's root: `["object", "angle_x"]`, `["rxInfo", "0", "rssi"]`; `*` is each entry of an array, at
    /// most twice. Sparkplug B: the metric's name, its parts joined by dots.
    package var path: [String]
    /// Where the value stands in other releases of the device; the first that is there counts.
    package var otherPaths: [[String]]
    /// ChirpStack: the event that carries the field (`up`, `status`). Sparkplug B: `presence` is 1 with a birth and 0 with a death. Ignored by other
    /// formats.
    package var event: String
    /// The topic filter that carries this field alone (a last will, an availability); empty: the device's. Its payload may be a bare text.
    package var topic: String
    /// Where the number stands in the device's bytes; nil: `path` tells.
    package var layout: ByteLayout?
    /// What must be said beside it; nil: nothing.
    package var condition: FieldCondition?
    /// The site's own codes (lift faults) for the raw numbers of this device; any other number is refused. Empty: numbers are numbers.
    package var codeTable: [Int: Double]
    /// From the raw number into the canonical unit (unit conversion and the template's own scale together).
    package var scale: Double
    package var shift: Double
    /// *Units*: canonical. The installed baseline that is taken off.
    package var baseline: Double
    package var absolute: Bool
    /// Texts and booleans (`"true"`, `"false"`) that stand for raw numbers: `{ "open": 1, "closed": 0 }`. Empty: texts must be numbers.
    package var codes: [String: Double]
    /// The raw number when the field is absent; nil: an absent field is no reading (and no error).
    package var whenAbsent: Double?
    /// Absence of the field makes the message malformed.
    package var required: Bool

    package init(
        sensor: Int, path: [String], event: String = "up", scale: Double = 1, shift: Double = 0, baseline: Double = 0, absolute: Bool = false,
        codes: [String: Double] = [:], whenAbsent: Double? = nil, required: Bool = false, otherPaths: [[String]] = [], topic: String = "",
        layout: ByteLayout? = nil, condition: FieldCondition? = nil, codeTable: [Int: Double] = [:]
    ) {
        self.sensor = sensor
        self.path = path
        self.event = event
        self.scale = scale
        self.shift = shift
        self.baseline = baseline
        self.absolute = absolute
        self.codes = codes
        self.whenAbsent = whenAbsent
        self.required = required
        self.otherPaths = otherPaths
        self.topic = topic
        self.layout = layout
        self.condition = condition
        self.codeTable = codeTable
    }
}

/// One device of a site: which messages are its own, and which fields of them are readings.
package struct Device: Equatable, Sendable {
    /// Unique within a site. Where several devices share a topic it is also what the payload's identity field says.
    package var id: String
    /// The template's name, or "" where the site describes the device itself.
    package var template: String
    /// Index into the site's brokers; the first index behind them for a line of the board, which no broker carries.
    package var broker: Int
    /// The MQTT topic filter that its messages match (`+` and `#` allowed); empty for what sends no messages.
    package var topic: String
    package var format: PayloadFormat
    /// Path of the field that must equal `id` (ASCII case ignored); empty: the topic alone identifies the device. With `*` one message carries many
    /// devices.
    package var identityPath: [String]
    /// Path of the time of observation; empty: the time of receipt stands for it.
    package var timePath: [String]
    package var timeFormat: TimeFormat
    package var fields: [FieldBinding]
    /// *Units*: seconds. A reading observed longer than this before its receipt is marked late.
    package var lateAfter: Double
    /// Where its bytes are, for fields that have a layout.
    package var bytes: ByteSource?
    /// Readings that it kept; nil: it keeps none.
    package var history: HistoryList?

    package init(
        id: String, template: String = "", broker: Int = 0, topic: String, format: PayloadFormat = .json, identityPath: [String] = [],
        timePath: [String] = [], timeFormat: TimeFormat = .rfc3339, fields: [FieldBinding], lateAfter: Double = 900,
        bytes: ByteSource? = nil, history: HistoryList? = nil
    ) {
        self.id = id
        self.template = template
        self.broker = broker
        self.topic = topic
        self.format = format
        self.identityPath = identityPath
        self.timePath = timePath
        self.timeFormat = timeFormat
        self.fields = fields
        self.lateAfter = lateAfter
        self.bytes = bytes
        self.history = history
    }
}
