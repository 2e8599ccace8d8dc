import Lifeline

/// What the words in names and topics hint at: enough for a remark or to decide between equals, never for a line by itself.
struct FieldWords {
    private let quantities: [(name: String, words: [String])]

    /// The quantities of a plan's sensors, rules and derivations.
    init(_ plan: SitePlan) {
        let names = Set(plan.sensors.map(\.quantity.name) + plan.rules.compactMap(\.quantity) + plan.derivations.map(\.source))
        quantities = names.map { ($0, FieldWords.words(of: $0)) }.sorted { ($1.words.count, $0.name) < ($0.words.count, $1.name) }
    }

    /// The quantity whose words a field's path holds side by side; of several the one of most words.
    func quantity(of path: [String]) -> String? {
        let words = path.flatMap { FieldWords.words(of: $0) }
        return quantities.first { quantity in
            let count = quantity.words.count
            guard count > 0, words.count >= count else { return false }
            return (0...(words.count - count)).contains { Array(words[$0..<$0 + count]) == quantity.words }
        }?.name
    }

    /// `devPressure_kPa` → dev, pressure, k, pa.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for character in text {
            if !character.isLetter {
                if !word.isEmpty { words.append(word) }
                (word, wasLower) = ("", false)
                continue
            }
            if character.isUppercase, wasLower {
                words.append(word)
                word = ""
            }
            wasLower = character.isLowercase
            word += character.lowercased()
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// How people write what an asset is, in names of devices.
    private static let spoken: [(word: String, assetClass: AssetClass)] = [
        ("井盖", .manholeCover), ("窨井", .manholeCover), ("供水", .waterPipe), ("燃气", .gasPipe), ("供热", .heatPipe), ("热力", .heatPipe),
        ("排水", .drainagePipe), ("污水", .drainagePipe), ("泵房", .pumpStation), ("泵站", .pumpStation), ("桥", .bridge), ("隧道", .tunnel), ("电梯", .lift),
    ]

    /// The classes that topics and a name speak of: by the class's subject (`lift/LF-1/trip`), or in Chinese.
    static func classes(in texts: [String]) -> Set<AssetClass> {
        let said = Set(texts.flatMap { words(of: $0) })
        var classes = Set(AssetClass.ofSites.filter { $0 != .other && said.contains($0.subject) })
        for text in texts {
            for (word, assetClass) in spoken where text.firstRange(of: word) != nil { classes.insert(assetClass) }
        }
        return classes
    }
}
