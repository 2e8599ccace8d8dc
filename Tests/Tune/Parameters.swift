import Pulse

/// The numbers of `Tuning` as a vector, by name.
struct Parameters {
    let names: [String]
    /// Those that the search may move, as indices; all others are choices with a reason.
    let free: [Int]

    init(fixed: Set<String>) {
        let names = Mirror(reflecting: Tuning()).children.map { $0.label ?? "" }
        self.names = names
        free = names.indices.filter { !fixed.contains(names[$0]) }
    }

    static func values(_ tuning: Tuning) -> [Double] {
        // SAFETY: a tuning is a row of doubles without gaps.
        withUnsafeBytes(of: tuning) { Array($0.bindMemory(to: Double.self)) }
    }

    static func tuning(_ values: [Double]) -> Tuning {
        var tuning = Tuning()
        // SAFETY: as above, and there are as many values as numbers.
        withUnsafeMutableBytes(of: &tuning) { bytes in
            let numbers = bytes.bindMemory(to: Double.self)
            precondition(numbers.count == values.count)
            for index in numbers.indices { numbers[index] = values[index] }
        }
        return tuning
    }
}
