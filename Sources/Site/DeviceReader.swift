import Lifeline

/// Reads `[[device]]` with its template, and makes the sensors that follow from it.
struct DeviceReader {
    private let root: String
    private let files: FileSet
    private let quantities: [String: Quantity]
    private let assets: [Asset]
    private let brokers: [String]
    private var templates: [String: TemplateSpec] = [:]
    /// Templates that could not be read, which was reported once.
    private var brokenTemplates: Set<String> = []
    private var deviceLines: [String: Int] = [:]
    private var sensorLines: [String: Int] = [:]
    private(set) var devices: [Device] = []
    private(set) var sensors: [Sensor] = []

    init(root: String, files: FileSet, quantities: [String: Quantity], assets: [Asset], brokers: [String]) {
        self.root = root
        self.files = files
        self.quantities = quantities
        self.assets = assets
        self.brokers = brokers
    }

    mutating func read(_ table: TableReader) {
        let id = table.text("id", example: "24e1240000000017")
        if let id, id.isEmpty || id.utf8.count > 128 { table.report("id", "a device id has 1 to 128 characters") }
        var base = TemplateSpec()
        var templateName = ""
        if let name = table.text("template") {
            templateName = name
            base = template(name, table) ?? TemplateSpec()
        }
        let own = TemplateSpec(table)
        let asset = asset(table)
        let broker = broker(table)
        guard let id, let asset else { return }
        if let line = deviceLines[id] { table.report("id", "the device \"\(id)\" stands here a second time; the first is in line \(line)") }
        deviceLines[id] = table.place(of: "id").line
        var device = Device(id: id, template: templateName, broker: broker, topic: "", fields: [])
        device.format = own.format ?? base.format ?? .json
        device.identityPath = own.identity ?? base.identity ?? []
        device.timePath = own.timePath ?? base.timePath ?? []
        device.timeFormat = own.timeFormat ?? base.timeFormat ?? .rfc3339
        device.lateAfter = own.lateAfter ?? base.lateAfter ?? 900
        if brokenTemplates.contains(templateName) { return }
        if let topic = own.topic ?? base.topic {
            device.topic = topic.replacing(part: "{id}", with: id)
            if let problem = Texts.filterProblem(device.topic) { table.report("topic", "\"\(device.topic)\": \(problem)") }
        } else {
            let _: String? = table.missing("topic", "\"site/{id}/data\"")
        }
        let specs = merged(own.readings, base.readings)
        if specs.isEmpty {
            let _: Int? = table.missing("[[device.reading]]", "at least one, or a template that has some")
        }
        let label = table.has("label") ? table.identifier("label", example: "contact") : nil
        let defaults = Defaults(table: table, asset: asset, label: label, interval: own.interval ?? base.interval, cycle: own.cycle ?? base.cycle)
        for spec in specs { add(spec, to: &device, defaults) }
        devices.append(device)
    }

    private func asset(_ table: TableReader) -> Int? {
        guard let id = table.text("asset", example: "MH-17") else { return nil }
        if let index = assets.firstIndex(where: { $0.id == id }) { return index }
        table.report("asset", "unknown asset \"\(id)\"\(Nearest.hint(id, in: assets.map(\.id)))")
        return nil
    }

    private func broker(_ table: TableReader) -> Int {
        guard let id = table.text("broker") else { return 0 }
        if let index = brokers.firstIndex(of: id) { return index }
        table.report("broker", "unknown broker \"\(id)\"\(Nearest.hint(id, in: brokers))")
        return 0
    }

    /// The template of a name, read once; nil (reported once) where there is none.
    private mutating func template(_ name: String, _ table: TableReader) -> TemplateSpec? {
        if let known = templates[name] { return known }
        if brokenTemplates.contains(name) { return nil }
        guard Texts.isIdentifier(name, limit: 64) else {
            table.report("template", "\"\(name)\" is no template's name")
            brokenTemplates.insert(name)
            return nil
        }
        let from = (table.file, table.place(of: "template"))
        guard let file = files.root("\(root)/devices/\(name).toml", keys: SiteSchema.templateFile, from: from) else {
            brokenTemplates.insert(name)
            return nil
        }
        let read = TemplateSpec(file)
        templates[name] = read
        return read
    }

    /// The template's readings, each with what the device says over it; then the device's own.
    private func merged(_ own: [ReadingSpec], _ base: [ReadingSpec]) -> [ReadingSpec] {
        var result = base.map { spec in own.first { $0.name == spec.name }?.over(spec) ?? spec }
        result += own.filter { spec in !base.contains { $0.name == spec.name } }
        return result
    }

    /// What a device says for all its readings.
    private struct Defaults {
        var table: TableReader
        var asset: Int
        var label: String?
        var interval: Double?
        var cycle: Double?
    }

    private mutating func add(_ spec: ReadingSpec, to device: inout Device, _ defaults: Defaults) {
        let table = spec.table
        guard let name = spec.quantity else {
            let _: String? = table.missing("quantity", "\"pressure\"")
            return
        }
        guard let quantity = quantities[name] else {
            // Without a profile nothing is known, and that was reported already.
            if !quantities.isEmpty { table.report("quantity", "unknown quantity \"\(name)\"\(Nearest.hint(name, in: quantities.keys.sorted()))") }
            return
        }
        guard let path = spec.path else {
            if !table.has("path") { let _: String? = table.missing("path", "\"object.pressure\"") }
            return
        }
        guard let (scale, shift) = line(spec, quantity) else { return }
        let id = assets[defaults.asset].id + "/" + (defaults.label.map { $0 + "." } ?? "") + spec.name
        // A template's reading is reported where the device stands: there it can be mended.
        let place = table.file == defaults.table.file ? table : defaults.table
        if let first = sensorLines[id] {
            place.report(
                "label",
                "the sensor \"\(id)\" stands here a second time (the first is in line \(first)); give this device a label = \"…\" or the reading a name"
            )
        }
        sensorLines[id] = place.place.line
        device.fields.append(
            FieldBinding(
                sensor: sensors.count, path: path, event: spec.event ?? "up", scale: scale, shift: shift, baseline: spec.baseline ?? 0,
                absolute: spec.absolute ?? false, codes: spec.codes ?? [:], whenAbsent: spec.whenAbsent, required: spec.required ?? false))
        let sensorInterval = spec.interval ?? defaults.interval
        let sensorCycle = spec.cycle ?? defaults.cycle
        if let sensorInterval, let sensorCycle, sensorCycle < 4 * sensorInterval {
            place.report(
                "cycle",
                "a cycle must hold at least four readings: it is \(JSONWriter.shortest(sensorCycle)) s, the interval \(JSONWriter.shortest(sensorInterval)) s"
            )
        }
        sensors.append(Sensor(id: id, asset: defaults.asset, device: devices.count, quantity: quantity, interval: sensorInterval, cycle: sensorCycle))
    }

    /// From the raw number into the canonical unit: the reading's own scale and offset first, then its unit.
    private func line(_ spec: ReadingSpec, _ quantity: Quantity) -> (Double, Double)? {
        var conversion = (scale: 1.0, shift: 0.0)
        if let symbol = spec.unit {
            guard let unit = Unit.named(symbol) else {
                spec.table.report("unit", "unknown unit \"\(symbol)\"\(Nearest.hint(symbol, in: Unit.all.map(\.symbol)))")
                return nil
            }
            guard unit.converts(to: quantity.unit) else {
                spec.table.report("unit", "\"\(symbol)\" cannot be converted: \(quantity.name) is measured in \(quantity.unit.symbol)")
                return nil
            }
            conversion = unit.conversion(to: quantity.unit)
        }
        let scale = spec.scale ?? 1
        if scale == 0 { spec.table.report("scale", "a scale of 0 makes every reading the same") }
        return (scale * conversion.scale, (spec.offset ?? 0) * conversion.scale + conversion.shift)
    }
}
