/// How a payload is laid out before any field of it is looked at.
package enum PayloadFormat: String, CaseIterable, Sendable {
    /// Any JSON object; every field is found by its path.
    case json
    /// ChirpStack v4 integration events: `application/{id}/device/{eui}/event/{up,status,join,log}`; zero and false fields are absent.
    case chirpStackV4 = "chirpstack-v4"
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
    /// Names and array indices from the payload's root: `["object", "angle_x"]`, `["rxInfo", "0", "rssi"]`.
    package var path: [String]
    /// ChirpStack: the event that carries the field (`up`, `status`). Ignored by other formats.
    package var event: String
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
        codes: [String: Double] = [:], whenAbsent: Double? = nil, required: Bool = false
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
    }
}

/// One device of a site: which messages are its own, and which fields of them are readings.
package struct Device: Equatable, Sendable {
    /// Unique within a site. Where several devices share a topic it is also what the payload's identity field says.
    package var id: String
    /// The template's name, or "" where the site describes the device itself.
    package var template: String
    /// Index into the site's brokers.
    package var broker: Int
    /// The MQTT topic filter that its messages match (`+` and `#` allowed).
    package var topic: String
    package var format: PayloadFormat
    /// Path of the field that must equal `id` (ASCII case ignored); empty: the topic alone identifies the device.
    package var identityPath: [String]
    /// Path of the time of observation; empty: the time of receipt stands for it.
    package var timePath: [String]
    package var timeFormat: TimeFormat
    package var fields: [FieldBinding]
    /// *Units*: seconds. A reading observed longer than this before its receipt is marked late.
    package var lateAfter: Double

    package init(
        id: String, template: String = "", broker: Int = 0, topic: String, format: PayloadFormat = .json, identityPath: [String] = [],
        timePath: [String] = [], timeFormat: TimeFormat = .rfc3339, fields: [FieldBinding], lateAfter: Double = 900
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
    }
}
