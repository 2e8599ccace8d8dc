/// Where the bytes of a device stand in its messages, and how they are divided.
package struct ByteSource: Equatable, Sendable {
    /// How bytes are written in a text.
    package enum Encoding: String, CaseIterable, Sendable {
        /// The payload itself.
        case raw
        case base64
        /// Two digits a byte, in any case; blanks between the bytes are allowed.
        case hex
    }

    package var encoding: Encoding
    /// Path of the text that holds them; empty: the whole payload is meant.
    package var path: [String]
    /// *Units*: bytes of a tag, *Range*: 0…4; 0: the bytes are one block, not a stream of tagged values.
    package var tagBytes: Int
    /// *Units*: bytes of the length that follows a tag, *Range*: 0…2, the highest first; 0: a tag tells its length by `lengths`.
    package var lengthBytes: Int
    /// The length of each tag's value, by the tag as a number with its first byte highest.
    package var lengths: [UInt32: Int]

    package init(encoding: Encoding, path: [String] = [], tagBytes: Int = 0, lengthBytes: Int = 0, lengths: [UInt32: Int] = [:]) {
        self.encoding = encoding
        self.path = path
        self.tagBytes = tagBytes
        self.lengthBytes = lengthBytes
        self.lengths = lengths
    }
}

/// Where a number stands in a device's bytes, and how it is written there.
package struct ByteLayout: Equatable, Sendable {
    /// How a number is written.
    package enum Form: String, CaseIterable, Sendable {
        case unsigned
        /// Two's complement.
        case signed
        /// IEEE 754, of 32 or 64 bits.
        case float
        /// Two decimal digits a byte.
        case bcd
    }

    /// Which byte of a number comes first.
    package enum Order: String, CaseIterable, Sendable {
        /// The highest.
        case big
        /// The lowest.
        case little
    }

    /// *Units*: bytes from the beginning, of the block or of the tag's value.
    package var offset: Int
    /// *Units*: bits: 8, 16, 24, 32, 48 or 64.
    package var width: Int
    package var form: Form
    package var order: Order
    /// The lowest bit that counts, and how many; 0: all of them.
    package var bit: Int
    package var bits: Int
    /// The tag whose value holds it; nil: the block.
    package var tag: UInt32?
    /// Bytes that must stand at `matchOffset`, or the message is about something else; empty: none.
    package var match: [UInt8]
    package var matchOffset: Int

    package init(
        offset: Int, width: Int = 8, form: Form = .unsigned, order: Order = .big, bit: Int = 0, bits: Int = 0, tag: UInt32? = nil,
        match: [UInt8] = [], matchOffset: Int = 0
    ) {
        self.offset = offset
        self.width = width
        self.form = form
        self.order = order
        self.bit = bit
        self.bits = bits
        self.tag = tag
        self.match = match
        self.matchOffset = matchOffset
    }
}

/// Readings that a device kept while nobody heard it: an array of entries with a time each, laid out as the live reading is.
package struct HistoryList: Equatable, Sendable {
    /// Path of the array. A field whose path begins with the array's parent is looked for in each entry too.
    package var path: [String]
    /// From the entry.
    package var timePath: [String]
    package var timeFormat: TimeFormat

    package init(path: [String], timePath: [String], timeFormat: TimeFormat) {
        self.path = path
        self.timePath = timePath
        self.timeFormat = timeFormat
    }
}

/// What a field's message, or its entry of a list, must say for the field to be meant.
package struct FieldCondition: Equatable, Sendable {
    package var path: [String]
    /// A text, a whole number in decimal digits, `true` or `false`.
    package var value: String

    package init(path: [String], value: String) {
        self.path = path
        self.value = value
    }
}
