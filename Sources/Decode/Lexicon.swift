internal import CSimdJSON

/// Every name, path and code text of a site in two blocks of memory, so that a field is a plain value that points into them.
struct Lexicon {
    /// UTF-8 of all texts. Never empty: C is given an address.
    private(set) var bytes: [UInt8] = [0]
    private(set) var steps: [bamai_json_step] = []
    private var known: [String: Text] = [:]

    /// A text of the lexicon.
    struct Text: Equatable {
        var offset: UInt32 = 0
        var length: UInt32 = 0
    }

    /// A path of the lexicon; `count` 0: the document's root.
    struct Path: Equatable {
        var first: Int32 = 0
        var count: Int32 = 0
        var isEmpty: Bool { count == 0 }
    }

    /// Precondition: the texts of a site together are shorter than 4 GiB.
    mutating func text(_ text: String) -> Text {
        if let text = known[text] { return text }
        let place = Text(offset: UInt32(bytes.count), length: UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
        known[text] = place
        return place
    }

    /// A path; the first `*` in it is each entry of an array, the second one each entry of an array in that.
    mutating func path(_ names: [String]) -> Path {
        let path = Path(first: Int32(steps.count), count: Int32(names.count))
        var lists: UInt32 = 0
        for name in names {
            let place = text(name)
            var index = Lexicon.index(name)
            if name == Lexicon.each, lists < 2 {
                // BAMAI_JSON_OUTER_LIST and BAMAI_JSON_INNER_LIST, which C's arithmetic hides from Swift.
                index = UInt32.max - 1 - lists
                lists += 1
            }
            steps.append(bamai_json_step(offset: place.offset, length: place.length, index: index))
        }
        return path
    }

    /// What a path says for every entry of an array.
    static let each = "*"

    /// The entry of an array that a name stands for. *Range*: up to 999 999; more entries than that no message within the limit has.
    private static func index(_ name: String) -> UInt32 {
        let digits = name.utf8
        guard (1...6).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return UInt32.max }
        return UInt32(name) ?? UInt32.max
    }

    /// Whether a payload's text is this one.
    func equals(_ text: Text, _ other: UnsafeRawBufferPointer) -> Bool {
        guard Int(text.length) == other.count else { return false }
        let offset = Int(text.offset)
        return bytes.withUnsafeBytes { bytes in
            for index in 0..<other.count where bytes[offset + index] != other[index] { return false }
            return true
        }
    }
}
