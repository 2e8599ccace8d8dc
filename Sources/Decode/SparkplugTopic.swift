/// A Sparkplug B topic taken apart: `spBv1.0/{group}/{type}/{node}[/{device}]`.
struct SparkplugTopic {
    /// What a message is about.
    enum Kind {
        case nodeBirth, nodeData, nodeDeath, deviceBirth, deviceData, deviceDeath

        var isNode: Bool { self == .nodeBirth || self == .nodeData || self == .nodeDeath }
    }

    let kind: Kind
    let group: UnsafeRawBufferPointer
    let node: UnsafeRawBufferPointer
    /// Empty: the node itself.
    let device: UnsafeRawBufferPointer

    /// nil: a command, a host's state, or no Sparkplug topic: nothing that a sensor has read.
    init?(_ topic: UnsafeRawBufferPointer) {
        var levels = (0, 0, 0, 0)
        var count = 0
        for (place, byte) in topic.enumerated() where byte == UInt8(ascii: "/") {
            switch count {
            case 0: levels.0 = place
            case 1: levels.1 = place
            case 2: levels.2 = place
            case 3: levels.3 = place
            default: return nil
            }
            count += 1
        }
        guard count == 3 || count == 4 else { return nil }
        let end = count == 4 ? levels.3 : topic.count
        guard SparkplugTopic.equals(topic[0..<levels.0], "spBv1.0"), let kind = SparkplugTopic.kind(topic[levels.1 + 1..<levels.2]) else {
            return nil
        }
        guard kind.isNode == (count == 3) else { return nil }
        self.kind = kind
        group = UnsafeRawBufferPointer(rebasing: topic[levels.0 + 1..<levels.1])
        node = UnsafeRawBufferPointer(rebasing: topic[levels.2 + 1..<end])
        device = count == 4 ? UnsafeRawBufferPointer(rebasing: topic[end + 1..<topic.count]) : UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private static func kind(_ level: Slice<UnsafeRawBufferPointer>) -> Kind? {
        if equals(level, "NDATA") { return .nodeData }
        if equals(level, "DDATA") { return .deviceData }
        if equals(level, "NBIRTH") { return .nodeBirth }
        if equals(level, "DBIRTH") { return .deviceBirth }
        if equals(level, "NDEATH") { return .nodeDeath }
        if equals(level, "DDEATH") { return .deviceDeath }
        return nil
    }

    private static func equals(_ level: Slice<UnsafeRawBufferPointer>, _ word: StaticString) -> Bool {
        // SAFETY: a static text lives for ever.
        level.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}
