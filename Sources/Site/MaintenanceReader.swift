import Lifeline

/// Reads `[[maintenance]]` tables.
struct MaintenanceReader {
    let assets: IDRegister
    let utcOffsetSeconds: Int
    let log: FindingLog

    /// The days as files write them, Monday first.
    static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    /// A year: longer is no maintenance, but an asset that is not watched.
    private static let longest: Int64 = 366 * 86_400 * 1_000_000

    func windows(_ readers: [TableReader]) -> [MaintenanceWindow] { readers.compactMap(window) }

    private func window(_ reader: TableReader) -> MaintenanceWindow? {
        let names = reader.texts("assets", limit: Limits.assets)
        let places = names.compactMap { assets.resolve($0, log: log) }
        if reader.has("assets"), names.isEmpty { log.error("assets must name at least one asset", at: reader.spot(of: "assets")) }
        let reason = reader.text("reason", limit: Decision.reasonLimit)
        let by = reader.text("by", limit: Decision.byLimit)
        let span = span(reader)
        guard !places.isEmpty, places.count == names.count, let reason, let by, let span else { return nil }
        return MaintenanceWindow(assets: Array(Set(places)).sorted(), span: span, reason: reason.value, by: by.value)
    }

    private func span(_ reader: TableReader) -> MaintenanceWindow.Span? {
        if reader.has("weekly") {
            for key in ["from", "to"] where reader.has(key) {
                log.error("a window has either weekly, or from and to", at: reader.spot(of: key))
                return nil
            }
            return reader.text("weekly").flatMap(weekly)
        }
        for key in ["from", "to"] where !reader.has(key) {
            log.error("a window needs from and to, or weekly = \"Sun 02:00-04:00\"; \(key) is missing", at: reader.here)
            return nil
        }
        guard let from = moment(reader, "from"), let to = moment(reader, "to") else { return nil }
        guard to.value > from.value else {
            log.error("to must be after from", at: to.spot)
            return nil
        }
        guard to.value.microseconds(since: from.value) <= MaintenanceReader.longest else {
            log.error("a window of more than a year leaves its assets unwatched; take their devices out instead", at: to.spot)
            return nil
        }
        return .once(from: from.value, to: to.value)
    }

    private func moment(_ reader: TableReader, _ key: String) -> Located<Timestamp>? {
        guard let text = reader.text(key) else { return nil }
        if let moment = CivilTime.parse(Array(text.value.utf8), defaultOffsetSeconds: utcOffsetSeconds) {
            return Located(value: moment, spot: text.spot)
        }
        log.error("\(key) is written like \"2026-01-02 18:00\" or \"2026-01-02T18:00:00+08:00\", found \(Wording.quote(text.value))", at: text.spot)
        return nil
    }

    private func weekly(_ text: Located<String>) -> MaintenanceWindow.Span? {
        let parts = text.value.split(separator: " ")
        if parts.count == 2, let day = MaintenanceReader.days.firstIndex(of: String(parts[0])) {
            let times = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { MaintenanceReader.seconds($0) }
            if times.count == 2, let from = times[0], let to = times[1], from != to { return .weekly(day: day + 1, from: from, to: to) }
        }
        log.error("weekly is written like \"Sun 02:00-04:00\" (Mon to Sun, local time), found \(Wording.quote(text.value))", at: text.spot)
        return nil
    }

    /// `hh:mm`, in seconds of the day.
    private static func seconds(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 3600 + minute * 60
    }
}
