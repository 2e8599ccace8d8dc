/// One part of a fleet that gets a change before the next part does.
package struct FleetStage: Equatable, Sendable {
    /// Which part; the raw value is how it is said.
    package enum Name: String, CaseIterable, Sendable {
        /// The boards on which a mistake is to show.
        case canary = "canary"
        /// The first tenth of all.
        case tenth = "10 %"
        case rest = "rest"
    }

    package var name: Name
    /// Indices of boards, in the order of the inventory; never empty.
    package var boards: [Int]

    /// The stages of a fleet: its canaries (the first board where none is marked), a tenth of all, rounded up, and what is left.
    package static func plan(canaries: [Bool]) -> [FleetStage] {
        guard !canaries.isEmpty else { return [] }
        let marked = canaries.indices.filter { canaries[$0] }
        let first = marked.isEmpty ? [0] : marked
        let others = canaries.indices.filter { !first.contains($0) }
        let tenth = (canaries.count + 9) / 10
        let parts = [(Name.canary, first), (.tenth, Array(others.prefix(tenth))), (.rest, Array(others.dropFirst(tenth)))]
        return parts.compactMap { $0.1.isEmpty ? nil : FleetStage(name: $0.0, boards: $0.1) }
    }
}

/// How many boards may fail before no further one is begun.
package enum FailureAllowance: Equatable, Sendable {
    case boards(Int)
    /// *Range*: 0…100.
    case percent(Int)

    /// `3`, `10%`; nil where it is neither.
    package init?(_ text: String) {
        let isPercent = text.hasSuffix("%")
        let digits = isPercent ? text.dropLast() : text[...]
        guard !digits.isEmpty, digits.utf8.count <= 6, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits) else { return nil }
        if isPercent && number > 100 { return nil }
        self = isPercent ? .percent(number) : .boards(number)
    }

    /// Boards of so many, a part of one not counted.
    package func boards(of count: Int) -> Int {
        switch self {
        case .boards(let number): number
        case .percent(let percent): count * percent / 100
        }
    }
}
