import Lifeline

/// Questions that need a closure, a branch or a stored property of the program. They are asked of the program and not of the decoder, because
/// Swift 6.0 loses the end
/// of a noncopyable value's borrow there.
extension DecodeProgram {
    /// The device of a table that the value names.
    func device(named value: JSONValue, in table: Int) -> Int? {
        value.withName { identities[table].device(named: $0) }
    }

    /// Whether a value, a text, a whole number or a boolean, is this word.
    func says(_ value: JSONValue, _ word: Lexicon.Text) -> Bool {
        if value.kind == .bool {
            let truth: StaticString = value.isTrue ? "true" : "false"
            // SAFETY: a static text lives for ever.
            return lexicon.equals(word, UnsafeRawBufferPointer(start: truth.utf8Start, count: truth.utf8CodeUnitCount))
        }
        return value.withName { lexicon.equals(word, $0) } ?? false
    }

    /// Whether a field of the device stands so many lists deep.
    func reaches(_ device: CompiledDevice, _ depth: Int) -> Bool {
        device.fields.contains { fields[$0].depth == depth }
    }

    /// The time that a message, or its entry, tells for a device's readings.
    func observed(_ device: CompiledDevice, _ parser: borrowing JSONParser, _ entry: ListEntry, _ received: Timestamp) -> ObservedTime {
        let told = device.timePath.isEmpty ? JSONValue.absent : parser.find(device.timePath, self, entry)
        return ObservedTime(told, device.timeFormat, lateAfter: device.lateAfterMicroseconds, received: received, utcOffsetSeconds: utcOffsetSeconds)
    }

    /// Whether a device belongs to the Sparkplug node that a topic names.
    func isMember(_ member: Member, _ address: SparkplugTopic) -> Bool {
        lexicon.equals(member.node, address.node) && (member.group.length == 0 || lexicon.equals(member.group, address.group))
    }

    /// The topic filters to subscribe to at a broker.
    func topicFilters(broker: Int) -> [String] {
        TopicRouter.subscriptions(filters.filter { $0.broker == broker }.map(\.filter))
    }
}
