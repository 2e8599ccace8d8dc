import Lifeline

/// The source less the newest value of its companion.
struct Difference: DerivedFeature {
    private let age: Double
    private var other = Double.nan
    private var since = -Double.infinity

    init(age: Double) { self.age = age }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        other.isNaN || local - since > age ? nil : value - other
    }

    mutating func takeCompanion(_ value: Double, at local: Double) { (other, since) = (value, local) }

    func write(to writer: inout ByteWriter) { writer.append([other, since]) }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard let both = reader.doubles(2) else { return false }
        (other, since) = (both[0], both[1])
        return true
    }
}
