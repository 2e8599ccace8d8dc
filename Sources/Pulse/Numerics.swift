/// The few functions of the mathematics library that Pulse needs, from additions, multiplications and divisions alone.
///
/// Each step is an IEEE 754 operation in a fixed order and Swift never contracts a product and a sum into one rounding, so the results are the same bits on
/// x86-64 and on ARM; a C library promises no such thing. *Accuracy*: a few units in the last place, far finer than any use here.
enum Numerics {
    /// The natural logarithm of a normal positive number; 0 for anything else.
    static func log(_ number: Double) -> Double {
        guard number.isNormal, number > 0 else { return 0 }
        // number = mantissa · 2^exponent with the mantissa in [√½, √2), where the series below needs ten terms.
        var exponent = Double(Int(number.exponentBitPattern) - 1023)
        var mantissa = Double(sign: .plus, exponentBitPattern: 1023, significandBitPattern: number.significandBitPattern)
        if mantissa > 1.4142135623730951 {
            mantissa *= 0.5
            exponent += 1
        }
        // log m = 2 artanh((m − 1)/(m + 1)); |s| ≤ 0.1716, and s²¹/21 is below 2⁻⁵³ of s.
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        var sum = 0.0
        var divisor = 19.0
        while divisor >= 1 {
            sum = sum * square + 1 / divisor
            divisor -= 2
        }
        return exponent * 0.6931471805599453 + 2 * s * sum
    }

    /// e to the power of `number`. *Range*: −700…0 (all that decays need); outside it is clamped. NaN gives 1.
    static func exp(_ number: Double) -> Double {
        guard number == number else { return 1 }
        let clamped = max(-700, min(0, number))
        let halvings = Int(0.5 - clamped * 1.4426950408889634)
        let rest = clamped + Double(halvings) * 0.6931471805599453
        // |rest| ≤ 0.3466: the fourteenth term of the series is below 2⁻⁵³.
        var sum = 1.0
        var term = 14.0
        while term >= 1 {
            sum = 1 + sum * rest / term
            term -= 1
        }
        return sum * Double(sign: .plus, exponentBitPattern: UInt(1023 - halvings), significandBitPattern: 0)
    }

    /// The middle one of three numbers.
    @inline(__always)
    static func median(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }

    /// How far two distances go the same way: the lesser of their sizes, 0 when they point to different sides.
    @inline(__always)
    static func common(_ a: Double, _ b: Double) -> Double { (a > 0) == (b > 0) ? min(abs(a), abs(b)) : 0 }

    /// `number` held inside ±`limit`.
    @inline(__always)
    static func clip(_ number: Double, _ limit: Double) -> Double { number > limit ? limit : (number < -limit ? -limit : number) }
}
