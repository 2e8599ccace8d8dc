import ArgumentParser
import Commissioning
import Gateway
import Lifeline
import Site

/// Baselines on their way into a site's file: each is looked for in the text as the others have left it, and nothing is written that the loader does not take.
final class SiteEdit {
    private let path: String
    private let before: SiteConfiguration
    private let former: [UInt8]
    private var text: [UInt8]
    /// Baselines in the new text.
    private(set) var count = 0

    init(_ path: String, _ configuration: SiteConfiguration) {
        self.path = path
        before = configuration
        if case .bytes(let bytes) = SiteSources.disk.read(path) { former = bytes } else { former = [] }
        text = former
    }

    /// The disk, with the new text in the site file's place.
    private var sources: SiteSources {
        let (path, text) = (path, text)
        return SiteSources(read: { $0 == path ? .bytes(text) : SiteSources.disk.read($0) }, list: SiteSources.disk.list)
    }

    /// Shows a baseline and where it goes, and puts it into the new text; false where only a person can.
    func take(_ sensor: Int, _ outcome: BaselineSample.Outcome, writes: Bool) throws -> Bool {
        let plan = before.plan
        let device = plan.devices[plan.sensors[sensor].device]
        guard let place = baselinePlace(of: plan.sensors[sensor], on: device, in: path, from: sources) else {
            Terminal.error("\(plan.sensors[sensor].id) is not found in \(path)")
            return false
        }
        let value = BaselineSample.text(outcome.median, in: place.unit, of: plan.sensors[sensor].quantity)
        for line in BaselineView.lines(plan.sensors[sensor], device, outcome, place, value, path, plan.binding(of: sensor)) { Output.line(line) }
        guard writes else { return true }
        if case .byHand(let reason) = place.edit {
            Terminal.error("\(path):\(place.line): \(reason); write the line there yourself")
            return false
        }
        guard let changed = place.setting(value, in: text) else {
            Terminal.error("\(path):\(place.line): the place is not found again; write the line there yourself")
            return false
        }
        let kept = text
        text = changed
        guard isSound(sensor, outcome.median) else {
            text = kept
            Terminal.error("\(path):\(place.line): the changed file would not say what is meant; write the line there yourself")
            return false
        }
        count += 1
        return true
    }

    private var changed: [Int: Double] = [:]

    /// Whether the new text says the same as the old one in everything but the baselines, and those as they were taken.
    private func isSound(_ sensor: Int, _ baseline: Double) -> Bool {
        guard case .valid(var after, _) = loadSite(at: path, from: sources) else { return false }
        changed[sensor] = baseline
        for (sensor, baseline) in changed {
            let device = before.plan.sensors[sensor].device
            guard after.plan.devices.indices.contains(device),
                let field = before.plan.devices[device].fields.firstIndex(where: { $0.sensor == sensor }),
                after.plan.devices[device].fields.indices.contains(field)
            else { return fail(sensor) }
            // As far as it was rounded: a fiftieth of what the readings may be apart.
            let tolerance = (before.plan.sensors[sensor].quantity.baselineSpread ?? 0) / 50
            guard abs(after.plan.devices[device].fields[field].baseline - baseline) <= tolerance else { return fail(sensor) }
            after.plan.devices[device].fields[field].baseline = before.plan.devices[device].fields[field].baseline
        }
        after.revision = before.revision
        return after == before || fail(sensor)
    }

    private func fail(_ sensor: Int) -> Bool {
        changed[sensor] = nil
        return false
    }

    /// Puts the new text in the file's place.
    func save() throws {
        if text == former { return Output.line("\(path) says so already") }
        do throws(FileFailure) {
            let copy = try AtomicFile.replace(path, former: former, with: text)
            Output.line("\(Terminal.paint("written", .green))  \(path): \(Terminal.plural(count, "baseline")); the former file is \(copy)")
            Output.line("         a running gateway takes it over with: systemctl reload bamaid (or kill -HUP)")
        } catch {
            Terminal.error(error.text)
            throw ExitCode(1)
        }
    }
}

/// A baseline, as a person reads it.
enum BaselineView {
    static func lines(
        _ sensor: Sensor, _ device: Device, _ outcome: BaselineSample.Outcome, _ place: BaselinePlace, _ value: String, _ path: String,
        _ binding: FieldBinding?
    ) -> [String] {
        let unit = sensor.quantity.unit
        let spread = JSONWriter.threeDecimals(outcome.spread)
        let limit = JSONWriter.threeDecimals(sensor.quantity.baselineSpread ?? 0)
        let former = binding.map { $0.baseline == 0 ? "none" : number($0.baseline, unit) } ?? "none"
        var lines = [
            "\(Terminal.pad(sensor.id, 24))  \(number(outcome.median, unit))  of \(Terminal.plural(outcome.readings, "reading")), "
                + "\(spread) apart (\(limit) allowed), before: \(former)"
        ]
        switch place.edit {
        case .replace: lines.append("  \(path):\(place.line): baseline = \(value)")
        case .insert(let after, let inserted):
            let text = inserted.filter { !$0.isEmpty }.map { line in
                String(line.drop { $0 == " " || $0 == "\t" })
            }
            lines.append("  \(path):\(after + 1): new: " + text.joined(separator: " · ").replacing("{}", value))
        case .byHand: lines.append("  \(path):\(place.line): baseline = \(value), in the reading \"\(place.reading)\" of device \(device.id)")
        }
        return lines
    }

    private static func number(_ value: Double, _ unit: Unit) -> String {
        JSONWriter.threeDecimals(value) + (unit.display.isEmpty ? "" : " " + unit.display)
    }

    static func words(_ refusal: BaselineSample.Refusal, _ quantity: Quantity) -> String {
        switch refusal {
        case .tooFew(let heard, let needed):
            "\(Terminal.plural(heard, "reading")), \(needed) are needed; wait longer (--for 10min) or make the device report"
        case .moving(let spread, let limit):
            "it is moving: its readings are \(number(spread, quantity.unit)) apart, at most \(number(limit, quantity.unit)) are allowed; is all in its "
                + "place and at rest?"
        }
    }
}

extension String {
    fileprivate func replacing(_ word: String, _ other: String) -> String {
        guard let range = firstRange(of: word) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
