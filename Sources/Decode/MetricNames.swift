import Lifeline

/// The names of the metrics that a site's Sparkplug fields read; a name's place stands for it.
struct MetricNames {
    private var lexicon = Lexicon()
    private var names: [Lexicon.Text] = []
    private var known: [String: Int] = [:]
    private var index = HashIndex([])

    /// The place of a name, which is added where it is new. `seal` must follow the last one.
    mutating func place(of name: String) -> Int {
        if let place = known[name] { return place }
        known[name] = names.count
        names.append(lexicon.text(name))
        return names.count - 1
    }

    /// Makes the names findable by their bytes.
    mutating func seal() {
        let bytes = lexicon.bytes
        index = HashIndex(
            names.map { name in
                bytes.withUnsafeBytes {
                    MetricNames.hash(UnsafeRawBufferPointer(rebasing: $0[Int(name.offset)..<Int(name.offset) + Int(name.length)]))
                }
            })
    }

    /// The place of a metric's name; −1: no field reads it.
    func place(of name: UnsafeRawBufferPointer) -> Int {
        var found = -1
        index.entries(MetricNames.hash(name)) { place in if lexicon.equals(names[place], name) { found = place } }
        return found
    }

    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var hash = StableHash()
        hash.combine(name)
        return hash.value
    }
}
