import Lifeline

/// A magnet contact on a cover (EM300-MCS style): a report every two hours, and at once when it opens or closes.
struct CoverContact: StreetSource {
    private let asset: String
    private let interval: Int64
    private var radio: ChirpStackDevice
    private let battery: Double
    private var nextReport: Int64
    private var nextStatus: Int64
    private var turns: [Int64]

    init(_ cover: StreetLayout.Cover, copy: Int, day: StreetDay, scenario: Scenario, seed: UInt64) {
        let asset = StreetLayout.name(cover.id, copy: copy)
        self.asset = asset
        interval = day.length / 12
        let eui = StreetLayout.eui(kind: StreetLayout.contact, number: cover.number, copy: copy)
        radio = ChirpStackDevice(name: asset + "-contact", eui: eui, profile: "EM300-MCS", seed: seed)
        var luck = Luck(seed: seed, asset + "/contact")
        battery = luck.between(70, 99)
        nextReport = Int64(luck.unit() * Double(interval))
        nextStatus = Int64(luck.unit() * Double(day.length / 4))
        turns = scenario.moves(of: asset).map { [$0.opens, $0.closes] } ?? []
    }

    var due: Int64 { min(min(nextReport, nextStatus), turns.first ?? .max) }

    mutating func speak(_ around: inout Surroundings) -> StreetMessage {
        let now = due
        if now == turns.first {
            turns.removeFirst()
        } else if now == nextStatus {
            nextStatus += around.day.length / 2
            return radio.status(at: around.moment(now), due: now)
        } else {
            nextReport += interval
        }
        let isOpen = around.scenario.secondsOpen(asset, at: now) != nil
        let charge = UInt8(min(max(battery - 0.015 * around.day.days(at: now), 1), 100).rounded())
        return radio.uplink(at: around.moment(now), due: now, bytes: [0x01, 0x75, charge, 0x06, 0x00, isOpen ? 1 : 0]) { json in
            json.member("battery", charge)
            json.member("magnet_status", isOpen ? "open" : "closed")
        }
    }
}
