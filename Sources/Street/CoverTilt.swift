import Lifeline

/// A tilt sensor under a cover (EM310-TILT style): a report every hour, and at once when the angle passes its threshold.
///
/// Wheels shake it for less than a second; a lifted cover leans at 40 to 60 degrees until somebody puts it back.
struct CoverTilt: StreetSource {
    /// *Units*: degrees from the baseline at which the device reports out of turn.
    private static let threshold = 10.0
    /// Mean hours of average traffic between two wheels right over a cover.
    private static let hoursBetweenShakes = 7.0
    /// A cover is lifted within this. *Units*: seconds.
    private static let lifting = 0.8
    private let cover: StreetLayout.Cover
    private let asset: String
    private let interval: Int64
    private var radio: ChirpStackDevice
    private var luck: Luck
    /// Sun and frost bend the frame by a tenth of a degree.
    private var drift = Wander(memory: 0.97, deviation: 0.06)
    private let lean: Double
    private let battery: Double

    private var nextReport: Int64
    private var nextStatus: Int64
    private var nextShake: Int64
    private var shakeEnds: Int64?
    private var shake = 0.0
    /// Moments that the scenario makes the device report at, oldest first.
    private var turns: [Int64]

    init(_ cover: StreetLayout.Cover, copy: Int, day: StreetDay, scenario: Scenario, seed: UInt64) {
        self.cover = cover
        let asset = StreetLayout.name(cover.id, copy: copy)
        self.asset = asset
        interval = day.length / 24
        let eui = StreetLayout.eui(kind: StreetLayout.tilt, number: cover.number, copy: copy)
        radio = ChirpStackDevice(name: asset + "-tilt", eui: eui, profile: "EM310-TILT", seed: seed)
        luck = Luck(seed: seed, asset + "/tilt")
        lean = luck.between(40, 60)
        battery = luck.between(72, 99)
        nextReport = Int64(luck.unit() * Double(interval))
        nextStatus = Int64(luck.unit() * Double(day.length / 4))
        turns = scenario.moves(of: asset).map { [$0.opens, $0.opens + 400_000, $0.closes] } ?? []
        nextShake = 0
        planShake(after: 0, day: day)
    }

    var due: Int64 { min(min(nextReport, nextStatus), min(shakeEnds ?? nextShake, turns.first ?? .max)) }

    mutating func speak(_ around: inout Surroundings) -> StreetMessage {
        let now = due
        if now == turns.first {
            turns.removeFirst()
        } else if now == shakeEnds {
            shakeEnds = nil
            planShake(after: now, day: around.day)
        } else if shakeEnds == nil && now == nextShake {
            shake = luck.between(11, 19) * (luck.unit() < 0.5 ? -1 : 1)
            shakeEnds = now + Int64(luck.between(0.15, 0.9) * 1e6)
        } else if now == nextStatus {
            nextStatus += around.day.length / 2
            return radio.status(at: around.moment(now), due: now)
        } else {
            nextReport += interval
        }
        return report(at: now, &around)
    }

    /// Wheels that shake the cover now will have passed within a second.
    mutating func settle(_ around: inout Surroundings) -> StreetMessage? {
        guard let end = shakeEnds else { return nil }
        shakeEnds = nil
        planShake(after: end, day: around.day)
        return report(at: end, &around)
    }

    /// The next wheels: after so many, counted through the quiet hours and the busy ones.
    private mutating func planShake(after now: Int64, day: StreetDay) {
        // About three a day at a cover: most wheels pass beside it.
        var wheels = luck.between(0.1, 1.9) * CoverTilt.hoursBetweenShakes
        let step = max(1, day.length / 96)
        nextShake = now + 1_000_000
        while wheels > 0 {
            wheels -= 0.25 * max(0.02, StreetDay.curve(StreetDay.traffic, hour: day.hour(at: nextShake)))
            nextShake += step
        }
        nextShake += Int64(luck.unit() * Double(step))
    }

    private mutating func report(at now: Int64, _ around: inout Surroundings) -> StreetMessage {
        var x = cover.baseline + drift.step(&luck) + 0.03 * luck.normal()
        if let open = around.scenario.secondsOpen(asset, at: now) {
            x += lean * min(1, (open + 0.4) / CoverTilt.lifting) + 0.4 * luck.normal()
        } else if shakeEnds != nil {
            x += shake
        }
        x = (x * 100).rounded() / 100
        let y = (luck.normal() * 3).rounded() / 100
        let z = ((90 - x.magnitude) * 100).rounded() / 100
        let isOver = (x - cover.baseline).magnitude > CoverTilt.threshold
        let charge = UInt8(min(max(battery - 0.02 * around.day.days(at: now), 1), 100).rounded())
        let bytes = [0x01, 0x75, charge, 0x03, 0xd4] + CoverTilt.word(x) + CoverTilt.word(y) + CoverTilt.word(z) + [isOver ? 1 : 0]
        return radio.uplink(at: around.moment(now), due: now, bytes: bytes) { json in
            json.member("battery", charge)
            json.member("angle_x", x)
            json.member("angle_y", y)
            json.member("angle_z", z)
            json.member("threshold_x", isOver ? "trigger" : "normal")
        }
    }

    /// Hundredths of a degree, as the device sends them: signed, low byte first.
    private static func word(_ degrees: Double) -> [UInt8] {
        let number = Int16(min(max((degrees * 100).rounded(), -32_768), 32_767))
        return [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }
}
