import Lifeline

/// Reads `[[device]]` tables: each becomes a device, and its readings become sensors.
struct DeviceReader {
    let assets: IDRegister
    let brokers: IDRegister
    let quantities: QuantityBook
    let templates: TemplateShelf
    let codes: CodeShelf
    let log: FindingLog

    private(set) var devices: [Device] = []
    private(set) var sensors: [Sensor] = []
    var sensorIDs = IDRegister("sensor")
    private var deviceIDs = IDRegister("device", ignoresCase: true)
    private var unidentified = IDRegister("topic")

    init(
        assets: IDRegister, brokers: IDRegister, quantities: QuantityBook, templates: TemplateShelf, codes: CodeShelf, log: FindingLog
    ) {
        self.codes = codes
        self.assets = assets
        self.brokers = brokers
        self.quantities = quantities
        self.templates = templates
        self.log = log
    }

    /// Reads one device and adds it; a broken one leaves findings, and its sensors known by name.
    mutating func read(_ reader: TableReader) {
        let id = reader.identifier("id")
        let asset = reader.text("asset").flatMap { assets.resolve($0, log: log) }
        let broker = broker(reader)
        let prefix = reader.identifier("prefix", limit: 32, alphabet: "-_")
        let templateName = reader.text("template")
        let own = MessageDraft(reader, readingShape: Schema.deviceReading, isTemplate: false)
        let template = templateName.flatMap { templates.template($0) }
        if reader.has("template"), template == nil {
            sensorIDs.isIncomplete = true
            return
        }
        // A table pasted twice is one mistake, not one for each of its readings.
        if let id, !deviceIDs.declare(id, log: log).isNew { return }
        let base = template ?? MessageDraft()

        let format = own.format ?? base.format
        let identity = (own.identity ?? base.identity)?.value ?? []
        let topic = topic(own.topic ?? base.topic, id: id, templateName: templateName, reader)
        if let id, format?.value == .chirpStackV4 { check(chirpStackID: id, topic: own.topic ?? base.topic, identity: identity) }
        if format?.value == .sparkplugB, let topic { check(sparkplugTopic: topic) }
        if let topic, identity.isEmpty, format?.value != .ttnV3, brokers.names.count > 0 { noteUnidentified(topic, broker: broker ?? 0) }

        let drafts = merged(own, base, omitting: reader.texts("omit", limit: Limits.readingsPerDevice), templateName, reader)
        if drafts.isEmpty, !reader.has("reading") || !own.readings.isEmpty {
            log.error("this device has no reading: write a [[device.reading]], or name a template", at: reader.here)
        }
        MessageCheck(
            format: format?.value ?? .json, identity: own.identity ?? base.identity, timePath: own.timePath ?? base.timePath,
            history: own.history ?? base.history, bytes: own.bytes ?? base.bytes, readings: drafts, log: log
        ).check()
        let deviceIndex = devices.count
        var fields: [FieldBinding] = []
        for draft in drafts {
            let resolver = ReadingResolver(
                draft: draft, own: own, base: base, format: format?.value ?? .json, quantities: quantities, codes: codes, log: log)
            let resolved = resolver.resolve()
            guard let name = draft.name else { continue }
            let assetIndex = draft.asset.map { assets.resolve($0, log: log) } ?? asset
            guard let assetIndex else {
                sensorIDs.isIncomplete = true
                continue
            }
            let sensorID = assets.names[assetIndex] + "/" + (prefix.map { $0.value + "." } ?? "") + name.value
            let hint = "; give this device a prefix, as in prefix = \"b\", or the reading another name"
            // A template's reading is at fault only on this device.
            let spot = draft.spot.file == reader.file ? draft.spot : reader.here
            guard sensorIDs.declare(Located(value: sensorID, spot: spot), log: log, hint: hint).isNew, let resolved else { continue }
            var binding = resolved.binding
            binding.sensor = sensors.count
            if let channel = draft.topic { binding.topic = self.topic(channel, id: id, templateName: nil, reader)?.value ?? "" }
            fields.append(binding)
            sensors.append(
                Sensor(
                    id: sensorID, asset: assetIndex, device: deviceIndex, quantity: resolved.quantity, interval: resolved.interval,
                    cycle: resolved.cycle))
        }
        guard let id, let topic else { return }
        let time = own.timePath == nil ? base : own
        devices.append(
            Device(
                id: id.value, template: templateName?.value ?? "", broker: broker ?? 0, topic: topic.value, format: format?.value ?? .json,
                identityPath: identity, timePath: time.timePath?.value ?? [], timeFormat: time.timeFormat?.value ?? .rfc3339, fields: fields,
                lateAfter: (own.lateAfter ?? base.lateAfter)?.value ?? 900, bytes: (own.bytes ?? base.bytes)?.source,
                history: (own.history ?? base.history)?.value))
    }

    /// Takes the id of a line among those of devices; false with a finding where there is one of that name.
    mutating func declare(_ line: Located<String>) -> Bool { deviceIDs.declare(line, log: log).isNew }

    /// Adds the device that a line of the board is to everything that judges; gives its index.
    mutating func addLine(id: String, noBroker: Int) -> Int {
        devices.append(Device(id: id, broker: noBroker, topic: "", fields: []))
        return devices.count - 1
    }

    /// Adds a sensor of a line; nil with a finding where its id is taken.
    mutating func addSensor(_ reader: TableReader, asset: Int, device: Int, quantity: Quantity, interval: Double?, cycle: Double?) -> Int? {
        let prefix = reader.identifier("prefix", limit: 32, alphabet: "-_").map { $0.value + "." } ?? ""
        let id = Located(value: assets.names[asset] + "/" + prefix + quantity.name, spot: reader.here)
        guard sensorIDs.declare(id, log: log, hint: "; give this line a prefix, as in prefix = \"b\"").isNew else { return nil }
        sensors.append(Sensor(id: id.value, asset: asset, device: device, quantity: quantity, interval: interval, cycle: cycle))
        return sensors.count - 1
    }

    /// The index of the device's broker: the named one, or the only one.
    private func broker(_ reader: TableReader) -> Int? {
        if let name = reader.text("broker") { return brokers.resolve(name, log: log) }
        if reader.has("broker") { return nil }
        if brokers.names.count > 1 {
            log.error("missing key \"broker\" in [[device]]: there are several, \(Wording.list(brokers.names, joining: "and"))", at: reader.here)
        }
        return brokers.names.isEmpty ? nil : 0
    }

    private func topic(_ written: Located<String>?, id: Located<String>?, templateName: Located<String>?, _ reader: TableReader) -> Located<String>? {
        guard let written else {
            if !reader.has("topic") {
                let source = templateName.map { "; template \(Wording.quote($0.value)) has none" } ?? ""
                log.error("missing key \"topic\" in [[device]]\(source); write for example: topic = \"site/pump/1\"", at: reader.here)
            }
            return nil
        }
        let topic = written.map { DeviceReader.replacing("{id}", in: $0, with: id?.value ?? "id") }
        guard let objection = TextRules.objection(toTopicFilter: topic.value) else { return topic }
        log.error("topic \(objection)", at: topic.spot)
        return nil
    }

    /// ChirpStack writes an EUI in lower case, and a topic filter is compared letter by letter: an id in capitals would never hear a word.
    private func check(chirpStackID id: Located<String>, topic: Located<String>?, identity: [String]) {
        let inTopic = topic.map { Wording.contains("{id}", in: $0.value) } ?? false
        guard inTopic || identity == ["deviceInfo", "devEui"] else { return }
        guard id.value.utf8.count == 16, id.value.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            log.error("the id of a ChirpStack device is its DevEUI, 16 hexadecimal digits; found \(Wording.quote(id.value))", at: id.spot)
            return
        }
        if inTopic, id.value != id.value.lowercased() {
            log.error("ChirpStack's topics have the DevEUI in lower case: write \(Wording.quote(id.value.lowercased()))", at: id.spot)
        }
    }

    /// A node's births and sequence numbers are one session: it must be known which node a device is behind.
    private func check(sparkplugTopic topic: Located<String>) {
        let levels = topic.value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSound =
            (levels.count == 4 || levels.count == 5) && levels[0] == "spBv1.0" && levels[2] == "+" && levels[1] != "#"
            && levels[3...].allSatisfy { $0 != "+" && $0 != "#" && !$0.isEmpty }
        if isSound { return }
        log.error(
            "the topic of a Sparkplug device is spBv1.0/<group>/+/<node> or spBv1.0/<group>/+/<node>/<device>; found \(Wording.quote(topic.value))",
            at: topic.spot)
    }

    private mutating func noteUnidentified(_ topic: Located<String>, broker: Int) {
        let key = "\(broker) \(topic.value)"
        if let first = unidentified.place(of: key) {
            log.warning(
                "this topic is the same as on \(first.words(from: topic.spot)), and neither device names an identity: each takes every message",
                at: topic.spot)
        } else {
            unidentified.declare(topic.map { _ in key }, log: log)
        }
    }

    /// The template's readings with the device's own over them, then the device's further ones.
    private func merged(
        _ own: MessageDraft, _ base: MessageDraft, omitting: [Located<String>], _ templateName: Located<String>?, _ reader: TableReader
    ) -> [ReadingDraft] {
        let names = base.readings.compactMap { $0.name?.value }
        for omitted in omitting where !names.contains(omitted.value) {
            log.error(Wording.unknown("reading", omitted.value, among: names, place: " to omit"), at: omitted.spot)
        }
        var result = base.readings.filter { reading in !omitting.contains { $0.value == reading.name?.value } }
        for reading in own.readings {
            if let index = result.firstIndex(where: { $0.name?.value == reading.name?.value }) {
                result[index] = result[index].overlaid(with: reading)
                continue
            }
            if reading.quantity == nil, let name = reading.name {
                log.error(
                    templateName == nil
                        ? "missing key \"quantity\" in [[device.reading]]; write for example: quantity = \"tilt\""
                        : Wording.unknown("reading", name.value, among: names, place: " of the template; a new one needs a quantity"),
                    at: name.spot)
                continue
            }
            result.append(reading)
        }
        return result
    }

    /// `text` with every `placeholder` replaced.
    static func replacing(_ placeholder: String, in text: String, with value: String) -> String {
        var result = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "{") {
            result += rest[..<mark]
            if rest[mark...].hasPrefix(placeholder) {
                result += value
                rest = rest[mark...].dropFirst(placeholder.count)
            } else {
                result += "{"
                rest = rest[mark...].dropFirst()
            }
        }
        return result + rest
    }
}
