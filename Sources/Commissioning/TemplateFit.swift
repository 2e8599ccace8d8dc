import Decode
import Lifeline

/// How well a template reads what a device sends.
package struct TemplateFit: Sendable {
    /// A reading of the template that came.
    package struct Seen: Equatable, Sendable {
        package var reading: String
        package var quantity: Quantity
        /// The last one. *Units*: canonical.
        package var value: Double
    }

    package var template: String
    /// *Range*: 0…100.
    package var score: Int
    /// The template's readings that came, in its order.
    package var seen: [Seen]
    /// How many readings the template has.
    package var readings: Int
    /// The messages come on the template's own topic.
    package var isOnItsTopic: Bool
    /// Index into the catalogue.
    let index: Int

    /// *Range*: 0…100. Below, a template is a likeness and no fit.
    package static let threshold = 50
    /// Fits so close to the best are told as alternatives.
    package static let tie = 5
}

/// Tries all templates on all devices.
///
/// A score is the product of what it wants: that the values are possible (in the quantity's physical range), that most messages give readings and most of the
/// template's readings come, that the template is specific (one field fits many devices by chance), and that topic and model agree. Our own choice
/// of weights; that the right template of the shipped ones comes first is tested.
struct TemplateTrial {
    let catalogue: TemplateCatalogue
    /// Quantities that many kinds of devices send and no rule judges an asset by (battery, signal): they tell less about what a device is.
    private let common: Set<String>

    init(_ catalogue: TemplateCatalogue) {
        self.catalogue = catalogue
        let judged = Set(
            catalogue.plan.rules.filter { !$0.isAboutDevice && $0.assetClass != .gateway && $0.kind != .silent && $0.kind != .fault }
                .compactMap(\.quantity) + catalogue.plan.derivations.map(\.source))
        let aboutDevices = Set(catalogue.plan.rules.filter(\.isAboutDevice).compactMap(\.quantity))
        var counts: [String: Int] = [:]
        for template in catalogue.templates { for quantity in Set(template.sensors.map(\.quantity.name)) { counts[quantity, default: 0] += 1 } }
        // A quantity of a seventh of all templates is everybody's.
        let many = max(4, catalogue.templates.count / 7)
        common = Set(counts.filter { !judged.contains($0.key) && ($0.value >= many || aboutDevices.contains($0.key)) }.keys)
    }

    /// What was counted of one template on one device.
    private struct Tally {
        var messages = 0
        var good = 0.0
        var readings = 0
        var inRange = 0
        var last: [Int: Double] = [:]
    }

    /// The fits of each device, the best first; those without any reading are left out.
    func fits(_ devices: [HeardDevice]) -> [[TemplateFit]] {
        var fits = [[TemplateFit]](repeating: [], count: devices.count)
        for (index, template) in catalogue.templates.enumerated() {
            let isSelective = !TemplateTrial.readsNonsense(template, catalogue.plan.utcOffsetSeconds)
            let tallies = tally(template, devices)
            for (place, tally) in tallies.enumerated() where tally.readings > 0 {
                let onTopic = isOnTopic(template, devices[place])
                // Bytes in a layout fit every payload: only the topic tells then.
                guard onTopic || isSelective else { continue }
                let seen = template.readings.indices.compactMap { field in
                    tally.last[field].map {
                        TemplateFit.Seen(reading: template.readings[field], quantity: template.sensors[field].quantity, value: $0)
                    }
                }
                fits[place].append(
                    TemplateFit(
                        template: template.name, score: score(template, tally, onTopic, devices[place].model), seen: seen,
                        readings: template.readings.count, isOnItsTopic: onTopic, index: index))
            }
        }
        return fits.map { $0.sorted { ($1.score, $0.template) < ($0.score, $1.template) } }
    }

    private func isOnTopic(_ template: TrialTemplate, _ device: HeardDevice) -> Bool {
        guard !template.topic.isEmpty else { return false }
        return device.mainTopics.contains { topic in
            guard let named = template.pattern.match(TopicPattern.levels(of: topic)) else { return false }
            return named.isEmpty || named == device.id
        }
    }

    private func weight(_ sensor: Sensor) -> Double { common.contains(sensor.quantity.name) ? 0.2 : 1 }

    private func score(_ template: TrialTemplate, _ tally: Tally, _ onTopic: Bool, _ model: String?) -> Int {
        let total = template.sensors.reduce(0) { $0 + weight($1) }
        let seen = tally.last.keys.reduce(0) { $0 + weight(template.sensors[$1]) }
        let decoded = tally.messages == 0 ? 0 : tally.good / Double(tally.messages)
        let possible = Double(tally.inRange) / Double(tally.readings)
        // One field may fit by chance, less so on the template's own topic; each further one halves what is left of the doubt.
        var doubt = onTopic ? 0.15 : 0.3
        var known = seen - 1
        while known >= 1 {
            doubt /= 2
            known -= 1
        }
        doubt *= known >= 0 ? 1 - known / 2 : 1 - known
        var score = 100 * possible * (0.4 * decoded + 0.6 * seen / max(total, 0.2)) * (1 - min(doubt, 1))
        if !onTopic { score *= 0.85 }
        if let model, !TemplateTrial.isNamed(template.name, model) { score *= 0.95 }
        return Int(min(max(score.rounded(), 0), 100))
    }

    /// `milesight-em310-tilt` is named by `EM310-TILT`.
    private static func isNamed(_ template: String, _ model: String) -> Bool {
        func plain(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        let word = plain(model)
        return !word.isEmpty && plain(template).firstRange(of: word) != nil
    }

    private func tally(_ template: TrialTemplate, _ devices: [HeardDevice]) -> [Tally] {
        var plan = SitePlan(
            gateway: "discover", utcOffsetSeconds: catalogue.plan.utcOffsetSeconds, assets: [Asset(id: "a", assetClass: .other, name: "a")],
            devices: [],
            sensors: [], rules: [])
        var owner: [(device: Int, field: Int)] = []
        for (place, heard) in devices.enumerated() {
            var device = template.device
            device.id = heard.id
            device.broker = heard.broker
            let onTopic = isOnTopic(template, heard)
            device.topic =
                onTopic
                ? TemplateCatalogue.replacing("{id}", in: template.topic, with: heard.id)
                : TemplateCatalogue.replacing("{id}", in: TopicPattern.joined(heard.mainTopics, id: heard.id), with: heard.id)
            // A template's own identity means nothing on other topics, unless the field is there.
            for field in device.fields.indices {
                device.fields[field].sensor = plan.sensors.count
                // What an absent field stands for was not heard.
                device.fields[field].whenAbsent = nil
                device.fields[field].topic = TemplateCatalogue.replacing(template.device.id, in: device.fields[field].topic, with: heard.id)
                var sensor = template.sensors[field]
                sensor.id = "a/\(plan.sensors.count)"
                sensor.device = plan.devices.count
                sensor.asset = 0
                plan.sensors.append(sensor)
                owner.append((place, field))
            }
            plan.devices.append(device)
        }
        var decoder = Decoder(plan: plan)
        var tallies = [Tally](repeating: Tally(), count: devices.count)
        var readings: [DecodedReading] = []
        for (place, heard) in devices.enumerated() {
            let main = Set(heard.mainTopics)
            for message in heard.messages {
                readings.removeAll(keepingCapacity: true)
                let report = decoder.decode(message, broker: heard.broker, into: &readings)
                var count = 0
                for reading in readings where owner[reading.sensor].device == place {
                    count += 1
                    tallies[place].last[owner[reading.sensor].field] = reading.value
                    if !reading.flags.contains(.outOfRange) { tallies[place].inRange += 1 }
                }
                tallies[place].readings += count
                guard main.contains(message.topic), !report.isIgnored || count > 0 else { continue }
                tallies[place].messages += 1
                if count > 0 { tallies[place].good += report.rejection == nil ? 1 : 0.7 }
            }
        }
        return tallies
    }

    /// Whether a template reads a number out of what nobody sends.
    private static func readsNonsense(_ template: TrialTemplate, _ offset: Int) -> Bool {
        var device = template.device
        device.id = "nonsense"
        device.topic = "nonsense"
        device.identityPath = []
        for field in device.fields.indices {
            device.fields[field].sensor = field
            device.fields[field].whenAbsent = nil
        }
        var decoder = Decoder(
            plan: SitePlan(
                gateway: "discover", utcOffsetSeconds: offset, assets: [Asset(id: "a", assetClass: .other, name: "a")], devices: [device],
                sensors: template.sensors.map {
                    var sensor = $0
                    (sensor.device, sensor.asset) = (0, 0)
                    return sensor
                }, rules: []))
        var readings: [DecodedReading] = []
        let moment = Timestamp(unixSeconds: 1_767_323_045)
        for payload in [[UInt8](0...255), Array("nobody sends a text such as this one, which is longer than most layouts".utf8)] {
            _ = decoder.decode(HeardMessage(topic: "nonsense", payload: payload, received: moment, isRetained: false), broker: 0, into: &readings)
        }
        return !readings.isEmpty
    }
}

extension Decoder {
    /// Decodes a message that was kept.
    mutating func decode(_ message: HeardMessage, broker: Int, into readings: inout [DecodedReading]) -> DecodeReport {
        Array(message.topic.utf8).withUnsafeBytes { topic in
            message.payload.withUnsafeBytes { payload in
                decode(broker: broker, topic: topic, payload: payload, received: message.received, into: &readings)
            }
        }
    }
}
