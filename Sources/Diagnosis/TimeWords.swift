import Lifeline

/// Moments and lengths of time as people say them.
struct TimeWords {
    /// When the message is sent: its year is not said, nor its date where a clock time is enough.
    let now: Timestamp
    let utcOffsetSeconds: Int

    /// `1月2日11:04`, `2 Jan 11:04`; with the year where it is not this one.
    func moment(_ moment: Timestamp, chinese: Bool) -> String {
        let fields = CivilTime.fields(of: moment, offsetSeconds: utcOffsetSeconds)
        let isThisYear = fields.year == CivilTime.fields(of: now, offsetSeconds: utcOffsetSeconds).year
        if chinese { return (isThisYear ? "" : "\(fields.year)年") + "\(fields.month)月\(fields.day)日" + TimeWords.clock(fields) }
        return "\(fields.day) \(TimeWords.months[fields.month - 1]) " + (isThisYear ? "" : "\(fields.year) ") + TimeWords.clock(fields)
    }

    /// `11:04`; with the date where it is another day.
    func clock(_ moment: Timestamp, chinese: Bool) -> String {
        let fields = CivilTime.fields(of: moment, offsetSeconds: utcOffsetSeconds)
        let today = CivilTime.fields(of: now, offsetSeconds: utcOffsetSeconds)
        let isToday = (fields.year, fields.month, fields.day) == (today.year, today.month, today.day)
        return isToday ? TimeWords.clock(fields) : self.moment(moment, chinese: chinese)
    }

    func length(_ seconds: Double, chinese: Bool) -> String { TimeWords.length(seconds, chinese: chinese, spaced: false) }

    /// `35分钟`, `2 h 10 min`, `3 d 4 h`: two units at most.
    ///
    /// - Parameter spaced: a Chinese text in which a number stands apart, as values do.
    static func length(_ seconds: Double, chinese: Bool, spaced: Bool) -> String {
        guard seconds.isFinite, seconds < 1e12 else { return "–" }
        let whole = Int64(max(0, seconds).rounded())
        if whole < 1 { return part(JSONWriter.threeDecimals(max(0, seconds)), chinese ? "秒" : "s", chinese, spaced) }
        let (large, small): ((Int64, String), (Int64, String))
        if whole < 60 {
            (large, small) = ((whole, chinese ? "秒" : "s"), (0, ""))
        } else if whole < 3600 {
            // Seconds matter for minutes that one can count on the fingers.
            (large, small) = ((whole / 60, chinese ? "分钟" : "min"), whole < 600 ? (whole % 60, chinese ? "秒" : "s") : (0, ""))
        } else if whole < 86_400 {
            (large, small) = ((whole / 3600, chinese ? "小时" : "h"), (whole % 3600 / 60, chinese ? "分钟" : "min"))
        } else {
            (large, small) = ((whole / 86_400, chinese ? "天" : "d"), (whole % 86_400 / 3600, chinese ? "小时" : "h"))
        }
        // "5分20秒", not "5分钟20秒".
        let first = part("\(large.0)", small.0 > 0 && large.1 == "分钟" ? "分" : large.1, chinese, spaced)
        if small.0 == 0 { return first }
        return first + (chinese ? "" : " ") + part("\(small.0)", small.1, chinese, spaced)
    }

    private static func part(_ number: String, _ unit: String, _ chinese: Bool, _ spaced: Bool) -> String {
        number + (chinese && !spaced ? "" : " ") + unit
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func clock(_ fields: CivilTime.Fields) -> String { CivilTime.pad(fields.hour, 2) + ":" + CivilTime.pad(fields.minute, 2) }
}
