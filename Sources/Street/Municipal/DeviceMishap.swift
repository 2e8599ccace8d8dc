/// What a broken device does to a reading on its way.
enum DeviceMishap {
    /// By how much a sensor of the quantity may honestly be wrong before it matters, in its canonical unit; 0: a state or a counter, whose faults are
    /// not those of an analogue sensor. *Source*: about a tenth of the usual range of each; our own choice.
    static func scale(_ quantity: String) -> Double {
        switch quantity {
        case "tilt": 3
        case "water_level", "tank_level": 0.25
        case "ch4": 0.4
        case "h2s": 4
        case "pressure", "inlet_pressure", "outlet_pressure": 0.03
        case "flow": 12
        case "supply_temperature", "return_temperature", "temperature": 6
        case "strain": 60
        case "deflection": 4
        case "crack_width": 0.05
        case "levelling_error": 4
        case "travel_time": 1.5
        case "ponding": 0.06
        default: 0
        }
    }

    /// What the sensor says in place of the truth; nil: nothing at all.
    static func distort(_ value: Double, _ fault: MunicipalFault, quantity: String, held: inout Double, at moment: Int64, _ luck: inout Luck)
        -> Double?
    {
        switch fault.kind {
        case .deviceDead: return nil
        case .sensorStuck:
            if held.isNaN { held = value }
            return held
        case .sensorDrift: return value + scale(quantity) * (1 + 2 * fault.severity) * fault.progress(moment)
        case .sensorSpikes: return luck.unit() < 0.03 ? value + scale(quantity) * luck.between(4, 12) * (luck.unit() < 0.3 ? -1 : 1) : value
        case .sensorOutOfRange: return luck.unit() < 0.1 ? -9999 : value
        default: return value
        }
    }
}
