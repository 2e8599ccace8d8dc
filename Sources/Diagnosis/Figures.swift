import Lifeline

/// Values as people write them: few digits, the unit, a word for a state.
struct Figures {
    let quantity: Quantity

    /// A state or a code: it has no size, so nothing is said of limits and trends.
    var isState: Bool { quantity.unit.symbol == "state" || !quantity.states.isEmpty }

    /// The most decimals that a unit is written with. Our own choice: what instruments of this field show on their displays.
    private var decimals: Int {
        switch quantity.unit.symbol {
        case "deg", "cm", "degC", "degF", "K", "m3/h", "l/s", "s", "A", "mA", "%", "%LEL", "ppm", "dB", "dBm", "kPa", "rpm", "kW", "1/h": 1
        case "Pa", "ms", "l/h", "W", "count", "state", "uE", "mV", "mg": 0
        case "m", "%VOL", "mm", "mg/l", "NTU", "mm/s", "m/s2", "V", "bar", "m3", "h", "min": 2
        default: 3
        }
    }

    /// The smallest difference that is written.
    var resolution: Double {
        var step = 1.0
        for _ in 0..<decimals { step /= 10 }
        return step
    }

    /// A value with its unit, or its word.
    func text(_ value: Double, chinese: Bool) -> String { text(value, chinese: chinese, decimals: places(value)) }

    /// Two values that stand beside each other: with as many digits as it takes to tell them apart.
    func pair(_ first: Double, _ second: Double, chinese: Bool) -> (String, String) {
        var extra = 0
        while true {
            let left = text(first, chinese: chinese, decimals: places(first) + extra)
            let right = text(second, chinese: chinese, decimals: places(second) + extra)
            if left != right || first == second || extra >= 6 { return (left, right) }
            extra += 1
        }
    }

    /// Two values of one range or course: the unit is said once, where it stands apart from the number.
    func span(_ first: Double, _ second: Double, chinese: Bool) -> (String, String) {
        var (left, right) = pair(first, second, chinese: chinese)
        let unit = " " + quantity.unit.display
        let isDuration = quantity.unit.symbol == "s" && max(abs(first), abs(second)) >= 120
        if unit != " ", !isDuration, left.hasSuffix(unit), right.hasSuffix(unit) { left.removeLast(unit.count) }
        return (left, right)
    }

    /// A score to one decimal.
    func score(_ score: Double) -> String { Figures.number(score, decimals: 1) }

    private func text(_ value: Double, chinese: Bool, decimals: Int) -> String {
        if let words = quantity.words(of: value) { return chinese ? words.chinese : words.english }
        if quantity.unit.symbol == "s", value.isFinite, abs(value) >= 120 {
            return (value < 0 ? "-" : "") + TimeWords.length(abs(value), chinese: chinese, spaced: chinese)
        }
        let number = Figures.number(value, decimals: decimals)
        switch quantity.unit.symbol {
        case "deg", "%": return number + quantity.unit.display
        case "1/h": return number + (chinese ? " 次/h" : "/h")
        default: return quantity.unit.display.isEmpty ? number : number + " " + quantity.unit.display
        }
    }

    /// Decimals for three significant digits, within what the unit is written with; more where nothing but zero would be left.
    private func places(_ value: Double) -> Int {
        let size = abs(value)
        guard value.isFinite, size > 0 else { return 0 }
        var places = min(decimals, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
        while places < 6, Figures.number(size, decimals: places) == "0" { places += 1 }
        return places
    }

    private static func number(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return "–" }
        guard abs(value) < 1e9 else { return JSONWriter.sixDigits(value) }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        // Never "-0".
        return JSONWriter.shortest(rounded == 0 ? 0 : rounded)
    }
}
