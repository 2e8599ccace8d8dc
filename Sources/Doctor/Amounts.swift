import Lifeline

/// Numbers as people read them.
enum Amount {
    /// `3 d 4 h`, `2 h 5 min`, `14 s`.
    static func duration(_ seconds: Int64) -> BilingualText {
        let seconds = max(0, seconds)
        if seconds < 60 { return said("\(seconds) s", "\(seconds) 秒") }
        if seconds < 3600 { return said("\(seconds / 60) min", "\(seconds / 60) 分钟") }
        if seconds < 86_400 {
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
            if minutes == 0 { return said("\(hours) h", "\(hours) 小时") }
            return said("\(hours) h \(minutes) min", "\(hours) 小时 \(minutes) 分钟")
        }
        let (days, hours) = (seconds / 86_400, seconds / 3600 % 24)
        if days >= 10 || hours == 0 { return said("\(days) d", "\(days) 天") }
        return said("\(days) d \(hours) h", "\(days) 天 \(hours) 小时")
    }

    static func bytes(_ count: Int64) -> String {
        for (name, factor) in [("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)] where Double(count) >= factor {
            let amount = Double(count) / factor
            return "\(JSONWriter.shortest(amount >= 100 ? amount.rounded() : (amount * 10).rounded() / 10)) \(name)"
        }
        return "\(count) B"
    }

    /// `18 %`; below ten with one decimal.
    static func percent(_ part: Double, of whole: Double) -> String {
        guard whole > 0, part.isFinite else { return "0 %" }
        let share = part / whole * 100
        return "\(JSONWriter.shortest(share >= 10 ? share.rounded() : (share * 10).rounded() / 10)) %"
    }

    /// One decimal, and two below a millisecond.
    static func milliseconds(_ number: Double) -> String {
        number < 1 ? JSONWriter.shortest(max(1, (number * 100).rounded()) / 100) : decimal(number)
    }

    /// One decimal.
    static func decimal(_ number: Double) -> String { JSONWriter.shortest((number * 10).rounded() / 10) }

    /// `2026-11-30 13:05`, in the site's time.
    static func moment(unixSeconds: Int64, _ offsetSeconds: Int) -> String {
        let text = CivilTime.rfc3339(Timestamp(unixSeconds: unixSeconds), offsetSeconds: offsetSeconds)
        return String(text.prefix(10)) + " " + String(text.dropFirst(11).prefix(5))
    }

    /// `2026-11-30`.
    static func date(unixSeconds: Int64, _ offsetSeconds: Int) -> String { String(moment(unixSeconds: unixSeconds, offsetSeconds).prefix(10)) }

    /// `+08:00`.
    static func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + CivilTime.pad(minutes / 60, 2) + ":" + CivilTime.pad(minutes % 60, 2)
    }
}
