import Lifeline

/// A district of some two hundred assets of all classes over years, with the truth about what went wrong.
///
/// Pure: the same options give the same readings in the same order on every machine; no function of the C library's is used whose last bit differs
/// between them. A day at a time: memory is one day's readings (some sixty thousand for the whole district) and the plan of faults.
///
/// *Isolation*: one owner.
package struct Municipality: Sendable {
    package let options: MunicipalOptions
    package let layout: MunicipalLayout

    private let book: FaultBook
    private var models: [any MunicipalModel] = []
    private var weather: MunicipalWeather
    private var dayIndex = 0
    private var buffer = DayBuffer()
    private var mishapLuck: Luck
    private let deviceFaults: [MunicipalFault]
    /// By sensor: where a stuck one stands; NaN while it moves.
    private var held: [Double]
    private var batteries: [Battery]
    /// What the physics added to the plan so far.
    private var arisen: [MunicipalFault] = []
    private var openEvent: [Int: Int] = [:]

    /// One battery: what is left when the simulation begins, and how fast it goes.
    private struct Battery: Sendable {
        var sensor: Int32
        var device: Int
        var first: Double
        var perDay: Double
        var phase: Int64
        /// Below the limit at which somebody should come; until somebody came.
        var isLow = false
    }

    package init(_ options: MunicipalOptions) {
        self.options = options
        var layout = MunicipalLayout(seed: options.seed)
        models = MunicipalRoster.build(&layout, options)
        var batteries: [Battery] = []
        for device in layout.devices.indices where layout.devices[device].hasBattery {
            let sensor = layout.sensor(device, "battery", unit: "%", every: MunicipalLayout.day, as: layout.batteryName(device))
            var luck = Luck(seed: options.seed, layout.devices[device].id + "/battery")
            // A lithium cell lasts four to nine years and is exchanged when it is low; some are half spent when the story begins.
            batteries.append(
                Battery(
                    sensor: sensor, device: device, first: luck.between(45, 100), perDay: 100 / (365 * luck.between(4, 9)),
                    phase: Int64(luck.unit() * 0.9 * Double(MunicipalOptions.day))))
        }
        self.layout = layout
        self.batteries = batteries
        book = FaultBook(layout, options: options)
        deviceFaults = book.faults.filter { $0.device != nil }
        weather = MunicipalWeather(seed: options.seed)
        mishapLuck = Luck(seed: options.seed, "mishaps")
        held = Array(repeating: .nan, count: layout.sensors.count)
    }

    /// The days that have passed.
    package var daysPassed: Int { dayIndex }
    /// Crews at assets, and brokers that are down, as planned.
    package var visits: [MunicipalVisit] { book.visits }
    package var outages: [MunicipalOutage] { book.outages }

    /// Everything that went wrong or will: as planned, and as it came out of the physics in the days that have passed. In the order of beginnings.
    package var truth: [MunicipalFault] { (book.faults + arisen).sorted { ($0.begins, $0.asset, $0.ends) < ($1.begins, $1.asset, $1.ends) } }

    /// The readings of the next day in the order of their receipt.
    package mutating func nextDay() -> [MunicipalReading] {
        let begins = Int64(dayIndex) * MunicipalOptions.day
        let calendar = MunicipalCalendar(options.start.advanced(byMicroseconds: begins))
        weather.pass(calendar, day: dayIndex)
        let day = MunicipalDay(index: dayIndex, begins: begins, calendar: calendar, weather: weather)
        buffer.readings.removeAll(keepingCapacity: true)
        buffer.events.removeAll(keepingCapacity: true)
        for index in models.indices { models[index].pass(day, book, into: &buffer) }
        for index in batteries.indices { report(index, day) }
        transmit(day)
        noteEvents()
        dayIndex += 1
        return buffer.readings
    }

    private mutating func report(_ index: Int, _ day: MunicipalDay) {
        let battery = batteries[index]
        // At 12 % somebody comes with a new cell; from the first report of 20 % on it is the truth that an alarm may speak of.
        var spent = battery.first - battery.perDay * Double(day.index)
        while spent < 12 { spent += 88 }
        // Cold takes some per cent from a cell for the day.
        let cold = day.weather.temperature[battery.phase > 0 ? 24 : 0] < 0 ? 2.0 : 0
        let charge = min(max((spent - cold).rounded(), 1), 100)
        buffer.append(battery.sensor, day.begins + battery.phase, charge)
        batteries[index].isLow = charge <= 20 || (battery.isLow && spent < 40)
        if batteries[index].isLow {
            buffer.events.append((layout.devices[battery.device].asset, .batteryLow, day.begins, day.ends))
        }
    }

    /// Radio, broken devices and brokers that are down; then the order in which things arrive.
    private mutating func transmit(_ day: MunicipalDay) {
        let faults = deviceFaults.filter { $0.begins < day.ends && $0.ends > day.begins }
        let outages = book.outages.filter { $0.begins < day.ends && $0.ends > day.begins }
        var faultOfDevice = [Int32](repeating: -1, count: layout.devices.count)
        for (index, fault) in faults.enumerated() { faultOfDevice[fault.device!] = Int32(index) }
        var kept = 0
        for index in buffer.readings.indices {
            var reading = buffer.readings[index]
            let device = layout.sensors[Int(reading.sensor)].device
            if faultOfDevice[device] >= 0 {
                let fault = faults[Int(faultOfDevice[device])]
                if fault.isOn(reading.observed), fault.sensor == nil || fault.sensor == Int(reading.sensor) {
                    guard
                        let value = DeviceMishap.distort(
                            reading.value, fault, quantity: layout.sensors[Int(reading.sensor)].quantity, held: &held[Int(reading.sensor)],
                            at: reading.observed, &mishapLuck)
                    else { continue }
                    reading.value = value
                } else {
                    held[Int(reading.sensor)] = .nan
                }
            }
            // One to three seconds on the air, the same for all of a device's messages: they come in the order in which they were sent.
            reading.received = reading.observed + 1_000_000 + Int64(device * 7919 % 2000) * 1000
            if let outage = outages.first(where: {
                $0.broker == layout.devices[device].broker && $0.begins <= reading.observed && reading.observed < $0.ends
            }) {
                // Every second device keeps what it could not send, and sends it within ten minutes of the broker's return.
                guard device % 2 == 0 else { continue }
                reading.received = outage.ends + Int64(device % 600) * 1_000_000 + (reading.observed - outage.begins) / 1000
            }
            // A day's readings stay in the day.
            reading.received = min(reading.received, day.ends - 1)
            buffer.readings[kept] = reading
            kept += 1
        }
        buffer.readings.removeLast(buffer.readings.count - kept)
        buffer.readings.sort { ($0.received, $0.observed, $0.sensor) < ($1.received, $1.observed, $1.sensor) }
    }

    /// Events of the physics that touch become one.
    private mutating func noteEvents() {
        for event in buffer.events {
            let key = event.asset * 64 + (MunicipalFaultKind.allCases.firstIndex(of: event.kind) ?? 0)
            if let last = openEvent[key], arisen[last].ends + 6 * MunicipalOptions.hour >= event.begins {
                let old = arisen[last]
                arisen[last] = MunicipalFault(
                    kind: old.kind, asset: old.asset, device: old.device, sensor: nil, begins: old.begins, ends: max(old.ends, event.ends),
                    severity: old.severity, neighbours: [])
                continue
            }
            openEvent[key] = arisen.count
            let device = event.kind.traits.isDevice ? layout.devices.firstIndex { $0.asset == event.asset } : nil
            arisen.append(
                MunicipalFault(
                    kind: event.kind, asset: event.asset, device: device, sensor: nil, begins: event.begins, ends: event.ends, severity: 0.5,
                    neighbours: []))
        }
    }
}

extension MunicipalLayout {
    /// Two devices with batteries on one asset: the second's reading gets a name of its own.
    func batteryName(_ device: Int) -> String {
        let before = devices[..<device].contains { $0.asset == devices[device].asset && $0.hasBattery }
        return before ? "battery_2" : "battery"
    }
}
