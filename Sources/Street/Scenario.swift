/// How the faults look to the devices at a moment.
struct Scenario: Sendable {
    let day: StreetDay
    let hasFaults: Bool

    /// Days from the first sign of wear to its worst.
    private static let wearGrows = 1.7
    /// How much longer the worn door takes.
    private static let wearWorst = 0.6
    /// Share of a burst that is felt at once; the rest comes within a quarter of an hour, as the pipe empties.
    private static let burstFront = 0.4

    /// *Units*: days since the fault began; nil while there is none.
    private func age(_ kind: StreetFault.Kind, of asset: String?, at offset: Int64) -> Double? {
        guard hasFaults, let fault = StreetFaults.all.first(where: { $0.kind == kind }) else { return nil }
        if let asset, asset != fault.asset { return nil }
        guard offset >= day.offset(ofDay: fault.begins), offset < day.offset(ofDay: fault.ends) else { return nil }
        return day.days(at: offset - day.offset(ofDay: fault.begins))
    }

    /// *Units*: seconds since the cover was lifted; nil while it is in its place.
    func secondsOpen(_ asset: String, at offset: Int64) -> Double? {
        age(.openCover, of: asset, at: offset).map { $0 * Double(day.length) / 1e6 }
    }

    /// The moments at which a cover moves, in microseconds since the start.
    func moves(of asset: String) -> (opens: Int64, closes: Int64)? {
        guard hasFaults, let fault = StreetFaults.all.first(where: { $0.kind == .openCover && $0.asset == asset }) else { return nil }
        return (day.offset(ofDay: fault.begins), day.offset(ofDay: fault.ends))
    }

    /// By how much a door's closing is longer than when it was new. *Range*: 0…0.6.
    func wear(_ asset: String, at offset: Int64) -> Double {
        guard let age = age(.doorWear, of: asset, at: offset) else { return 0 }
        return Scenario.wearWorst * min(1, age / Scenario.wearGrows)
    }

    /// The share of a burst that is felt by now. *Range*: 0 (none) …1.
    func burst(at offset: Int64) -> Double {
        guard let age = age(.burst, of: nil, at: offset) else { return 0 }
        return min(1, Scenario.burstFront + (1 - Scenario.burstFront) * age * Double(PipeLogger.reportsPerDay))
    }
}
