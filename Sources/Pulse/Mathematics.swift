/// Logarithm and exponential of our own: the C library's differ in the last bit between machines, and a replay on another board must say the same.
enum Mathematics {
    private static let ln2 = 0.693_147_180_559_945_3

    /// The natural logarithm. *Range*: 1…1e300; smaller numbers and NaN give 0.
    ///
    /// x = m · 2ᵉ with m in 0.75…1.5, ln m = 2 artanh((m − 1)/(m + 1)); nine terms leave an error below 2e-12. Only additions, products and quotients,
    /// which IEEE 754 fixes bit by bit.
    static func log(_ x: Double) -> Double {
        guard x > 1, x < 1e300 else { return 0 }
        var exponent = Int(x.exponent)
        var mantissa = x.significand
        if mantissa > 1.5 {
            mantissa *= 0.5
            exponent += 1
        }
        let z = (mantissa - 1) / (mantissa + 1)
        let square = z * z
        var sum = 0.0
        var term = 17
        while term >= 1 {
            sum = sum * square + 1 / Double(term)
            term -= 2
        }
        return Double(exponent) * ln2 + 2 * z * sum
    }

    /// e to the power −x for the small x of forgetting. *Range*: 0…1; clamped.
    static func decay(_ x: Double) -> Double {
        let bounded = min(max(x, 0), 1)
        var sum = 1.0
        var factor = 12.0
        while factor >= 1 {
            sum = 1 - bounded / factor * sum
            factor -= 1
        }
        return sum
    }
}
