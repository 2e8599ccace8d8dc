extension Tuning {
    /// All numbers in the order of their declaration.
    package var numbers: [Double] {
        // SAFETY: a tuning is a row of doubles without gaps.
        withUnsafeBytes(of: self) { Array($0.bindMemory(to: Double.self)) }
    }

    /// How many numbers there are.
    package static var numberCount: Int { MemoryLayout<Tuning>.size / MemoryLayout<Double>.stride }

    /// A tuning from all its numbers in the order of their declaration; nil when there are more or fewer.
    package init?(numbers: [Double]) {
        self.init()
        guard numbers.count == Tuning.numberCount else { return nil }
        // SAFETY: as above, and there are as many numbers as fields.
        withUnsafeMutableBytes(of: &self) { bytes in
            let fields = bytes.bindMemory(to: Double.self)
            for index in fields.indices { fields[index] = numbers[index] }
        }
    }
}
