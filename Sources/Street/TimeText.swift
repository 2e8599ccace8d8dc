import Lifeline

/// The ways in which devices write a moment.
enum TimeText {
    /// `2026-01-02T11:04:05.250000123+08:00`: with a fraction of `digits`; what is finer than a microsecond is nought.
    static func rfc3339(_ moment: Timestamp, offsetSeconds: Int, digits: Int) -> String {
        let whole = CivilTime.rfc3339(moment, offsetSeconds: offsetSeconds)
        guard digits > 0 else { return whole }
        let split = whole.index(whole.startIndex, offsetBy: 19)
        return whole[..<split] + "." + fraction(moment, digits) + whole[split...]
    }

    /// `2026-01-02 11:04:05.250`: local, and silent about it.
    static func local(_ moment: Timestamp, offsetSeconds: Int) -> String {
        let text = CivilTime.rfc3339(moment, offsetSeconds: offsetSeconds)
        let date = text.prefix(10)
        let time = text.dropFirst(11).prefix(8)
        return date + " " + time + "." + fraction(moment, 3)
    }

    private static func fraction(_ moment: Timestamp, _ digits: Int) -> String {
        let micro = CivilTime.pad(CivilTime.fields(of: moment, offsetSeconds: 0).microsecond, 6)
        return digits <= 6 ? String(micro.prefix(digits)) : micro + String(repeating: "0", count: digits - 6)
    }

    /// A number with exactly so many decimals, as devices write them in texts: `0.350`.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        var power = 1
        for _ in 0..<decimals { power *= 10 }
        let scaled = Int((min(max(value, -1e9), 1e9) * Double(power)).rounded())
        let digits = CivilTime.pad(Int(scaled.magnitude) % power, decimals)
        return (scaled < 0 ? "-" : "") + String(Int(scaled.magnitude) / power) + (decimals > 0 ? "." + digits : "")
    }
}
