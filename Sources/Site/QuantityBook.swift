import Lifeline

/// The quantities that readings and rules may name.
struct QuantityBook {
    private var register = IDRegister("quantity")
    private var quantities: [Quantity?] = []

    /// Set where a file with further quantities could not be read.
    var isIncomplete: Bool {
        get { register.isIncomplete }
        set { register.isIncomplete = newValue }
    }

    /// The sound ones, in the order of the files.
    var quantitiesInOrder: [Quantity] { quantities.compactMap { $0 } }

    /// Reads the `[[quantity]]` tables of a file and adds them.
    ///
    /// A quantity that is broken otherwise is known by name, so that its users are not blamed.
    mutating func read(_ readers: [TableReader], log: FindingLog) {
        for reader in readers {
            _ = reader.identifier("name", limit: 64)
            let name = reader.declaredID("name")
            let chinese = reader.text("zh")
            let english = reader.text("en")
            let unit = QuantityBook.unit(reader.text("unit"), log: log)
            let low = reader.number("min")
            let high = reader.number("max")
            let states = QuantityBook.states(reader, log: log)
            let spread = reader.number("baseline_spread", in: 1e-9...1e9)
            guard let name else { continue }
            guard register.declare(name, log: log).isNew else { continue }
            quantities.append(nil)
            guard let unit, let low, let high, let chinese, let english else { continue }
            guard low.value < high.value else {
                log.error("max must be greater than min (\(JSONWriter.shortest(low.value)))", at: high.spot)
                continue
            }
            quantities[quantities.count - 1] = Quantity(
                name: name.value, unit: unit, range: low.value...high.value, chinese: chinese.value, english: english.value, states: states,
                baselineSpread: spread?.value)
        }
    }

    /// The words for single values.
    private static func states(_ reader: TableReader, log: FindingLog) -> [StateWord] {
        var states: [StateWord] = []
        for table in reader.tables("states", Schema.stateWord, limit: Limits.states) {
            guard let value = table.number("value"), let chinese = table.text("zh", limit: 40), let english = table.text("en", limit: 40) else {
                continue
            }
            if states.contains(where: { $0.value == value.value }) {
                log.error("states: \(JSONWriter.shortest(value.value)) has a word already", at: value.spot)
                continue
            }
            states.append(StateWord(value: value.value, words: BilingualText(chinese: chinese.value, english: english.value)))
        }
        return states
    }

    /// The quantity that a reading or rule names; nil with a finding when there is none, or without when the quantity itself has one.
    func resolve(_ name: Located<String>, log: FindingLog) -> Quantity? {
        register.resolve(name, log: log).flatMap { quantities[$0] }
    }

    /// What a line counts, in profiles and sites that know it by a name of theirs.
    static let pulsesName = "pulses"

    /// The quantity of a count of pulses: the profile's, or one that holds where it has none.
    var pulses: Quantity {
        if let index = register.index(of: QuantityBook.pulsesName), let known = quantities[index], known.unit.symbol == "count" { return known }
        guard let count = Unit.named("count") else { preconditionFailure("counts have a unit") }
        return Quantity(name: QuantityBook.pulsesName, unit: count, range: 0...1e12, chinese: "脉冲数", english: "pulse count")
    }

    /// A unit by its symbol.
    static func unit(_ symbol: Located<String>?, log: FindingLog) -> Unit? {
        guard let symbol else { return nil }
        if let unit = Unit.named(symbol.value) { return unit }
        log.error(Wording.unknown("unit", symbol.value, among: Unit.all.map(\.symbol)), at: symbol.spot)
        return nil
    }

    /// The unit in which a value of `quantity` is written: the named one if it converts, the canonical one if none is named.
    static func unit(_ symbol: Located<String>?, of quantity: Quantity, log: FindingLog) -> Unit? {
        guard let symbol else { return quantity.unit }
        let fitting = Unit.all.filter { $0.converts(to: quantity.unit) }.map(\.symbol)
        guard let unit = Unit.named(symbol.value) else {
            let near = Wording.nearest(to: symbol.value, among: fitting).map { "did you mean \(Wording.quote($0))?" }
            let hint = near ?? "\(quantity.name) is written in " + Wording.list(fitting)
            log.error("unknown unit \(Wording.quote(symbol.value)); \(hint)", at: symbol.spot)
            return nil
        }
        if unit.converts(to: quantity.unit) { return unit }
        log.error("\(unit.symbol) measures \(unit.dimension.words), \(quantity.name) is in \(Wording.list(fitting))", at: symbol.spot)
        return nil
    }
}

extension Unit.Dimension {
    /// What it is in plain words.
    var words: String {
        switch self {
        case .none: "a bare number"
        case .angle: "an angle"
        case .pressure: "pressure"
        case .flow: "flow"
        case .length: "length"
        case .volume: "volume"
        case .time: "time"
        case .temperature: "temperature"
        case .gasFraction: "a share of gas"
        case .ratio: "a ratio"
        case .current: "current"
        case .voltage: "voltage"
        case .power: "power"
        case .speed: "speed"
        case .acceleration: "acceleration"
        case .strain: "strain"
        case .frequency: "frequency"
        case .concentration: "concentration"
        case .signal: "signal strength"
        case .gain: "gain"
        case .rainRate: "rain"
        case .turbidity: "turbidity"
        }
    }
}
