import Lifeline

/// One derived quantity in the making. Fixed memory after `init`; no value that it cannot vouch for.
///
/// Times are seconds of the site's local clock since 1970, so that days and nights are the site's own. A feature is fed in the order of arrival; what is older
/// than what it knows counts as now.
protocol DerivedFeature: Sendable {
    /// A reading of the source. Gives a value when one is due.
    mutating func take(_ value: Double, at local: Double) -> Double?
    /// A reading of the companion.
    mutating func takeCompanion(_ value: Double, at local: Double)
    /// The exact state.
    func write(to writer: inout ByteWriter)
    /// Takes over what `write` wrote for the same derivation; false, and as new, where it does not fit.
    mutating func read(from reader: inout ByteReader) -> Bool
}

extension DerivedFeature {
    mutating func takeCompanion(_ value: Double, at local: Double) {}
}

extension Derivation {
    /// - Parameter interval: of the source. *Units*: seconds; nil: it speaks when something happens.
    func feature(interval: Double?) -> any DerivedFeature {
        switch method {
        case .lowestMean(let window, let from, let to): LowestMean(window: window, from: from, to: to, interval: interval)
        case .median(let period, let low, let high): PeriodMedian(period: period, low: low, high: high, interval: interval)
        case .cycles(let amplitude, let period): CycleCount(amplitude: amplitude, period: period)
        case .shareOfHours(let low, let high, let days): ShareOfHours(low: low, high: high, days: days)
        case .growth(_, let scale, let days, let atLeast): CounterShare(events: .growth, scale: scale, days: days, atLeast: atLeast)
        case .onsets(let low, let high, _, let scale, let days, let atLeast):
            CounterShare(events: .onsets(low, high), scale: scale, days: days, atLeast: atLeast)
        case .compensated(_, let days): Compensation(days: days)
        case .highest(let window): Excursion(window: window, tells: .highest)
        case .lowest(let window): Excursion(window: window, tells: .lowest)
        case .fall(let window): Excursion(window: window, tells: .fall)
        case .rise(let window): Excursion(window: window, tells: .rise)
        case .difference(_, let age): Difference(age: age)
        }
    }
}

extension ByteWriter {
    mutating func append(_ numbers: [Double]) {
        for number in numbers { append(number) }
    }
}

extension ByteReader {
    /// As many numbers as `numbers` has.
    mutating func fill(_ numbers: inout [Double]) -> Bool {
        for index in numbers.indices {
            guard let number = double() else { return false }
            numbers[index] = number
        }
        return true
    }

    /// So many single numbers.
    mutating func doubles(_ count: Int) -> [Double]? {
        var numbers = [Double](repeating: 0, count: count)
        return fill(&numbers) ? numbers : nil
    }
}

/// Days counted from 1970, and the moment within one.
enum LocalDay {
    static let length = 86_400.0

    static func number(_ local: Double) -> Double { (local / length).rounded(.down) }

    /// *Range*: 0..<86 400.
    static func seconds(_ local: Double) -> Double { local - number(local) * length }
}
