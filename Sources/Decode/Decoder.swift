import Lifeline

/// From bytes to readings. Pure: no clock, no file; what is malformed is counted by cause and never stops anything.
///
/// *Isolation*: one owner, one thread. *Limit*: `messageLimit` bytes a message, `JSONParser.depth` levels. No allocation a message in steady state.
package struct Decoder: ~Copyable {
    /// *Units*: bytes. A larger message is refused unread.
    package static let messageLimit = 262_144

    /// Devices that share a topic filter: one of them by its topic alone, or many told apart by a field of the payload.
    private struct Route {
        var identity: CompiledPath
        /// By the hash of the lower-case identity.
        var devices: [UInt64: Int]
        var only: Int
        var format: PayloadFormat
    }

    private let devices: [CompiledDevice]
    private let utcOffsetSeconds: Int
    private var routes: [Route] = []
    private let router: TopicRouter
    private let filters: [(broker: Int, filter: String)]
    private let parser = JSONParser()
    private var matched: [Int] = []

    /// What has been counted.
    package private(set) var figures = DecodeFigures()

    /// - Parameter plan: validated: every index in it is in range.
    package init(plan: SitePlan) {
        devices = plan.devices.map { CompiledDevice($0, sensors: plan.sensors) }
        utcOffsetSeconds = plan.utcOffsetSeconds
        var filters: [(broker: Int, filter: String)] = []
        var routes: [Route] = []
        var shared: [String: Int] = [:]
        for (index, device) in plan.devices.enumerated() {
            var identity = device.identityPath
            if identity.isEmpty && device.format == .chirpStackV4 { identity = ["deviceInfo", "devEui"] }
            if identity.isEmpty {
                filters.append((device.broker, device.topic))
                routes.append(Route(identity: CompiledPath([]), devices: [:], only: index, format: device.format))
                continue
            }
            let key = "\(device.broker)\u{0}\(device.topic)\u{0}\(device.format)\u{0}\(identity.joined(separator: "\u{1}"))"
            let place: Int
            if let known = shared[key] {
                place = known
            } else {
                place = routes.count
                shared[key] = place
                filters.append((device.broker, device.topic))
                routes.append(Route(identity: CompiledPath(identity), devices: [:], only: -1, format: device.format))
            }
            var id = device.id
            routes[place].devices[id.withUTF8 { Decoder.identityHash(UnsafeRawBufferPointer($0)) }] = index
        }
        self.routes = routes
        self.filters = filters
        router = TopicRouter(filters)
    }

    /// The distinct MQTT topic filters to subscribe to at a broker.
    package func topicFilters(broker: Int) -> [String] {
        var seen: Set<String> = []
        return filters.filter { $0.broker == broker && seen.insert($0.filter).inserted }.map(\.filter)
    }

    /// Appends the readings of one message.
    ///
    /// - Parameters:
    ///   - broker: index of the broker that it came from.
    ///   - received: the board's time of receipt, against which the device's is judged.
    package mutating func decode(
        broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, received: Timestamp, into readings: inout [DecodedReading]
    ) -> DecodeReport {
        figures.messages += 1
        figures.bytes += UInt64(payload.count)
        var report = DecodeReport()
        // Taken out and put back, so that its memory serves every message.
        var found: [Int] = []
        swap(&found, &matched)
        found.removeAll(keepingCapacity: true)
        defer { swap(&found, &matched) }
        router.routes(broker: broker, topic: topic) { found.append($0) }
        if found.isEmpty {
            refuse(.unmatchedTopic, &report)
        } else if payload.count > Decoder.messageLimit {
            refuse(.tooLarge, &report)
        } else if payload.isEmpty {
            refuse(.empty, &report)
        } else if found.allSatisfy({ routes[$0].format == .chirpStackV4 }) && !Decoder.carriesReadings(topic) {
            report.isIgnored = true
        } else {
            switch parser.parse(payload) {
            case .success(let root): decode(root, found, topic, received, &report, &readings)
            case .failure(let cause): refuse(cause, &report)
            }
        }
        figures.readings += UInt64(report.readings)
        if report.rejection != nil { figures.refusedMessages += 1 }
        if report.isIgnored { figures.ignored += 1 }
        return report
    }

    private mutating func refuse(_ cause: RejectCause, _ report: inout DecodeReport) {
        figures.count(cause)
        if report.rejection == nil { report.rejection = cause }
    }

    private mutating func decode(
        _ root: JSONElement, _ found: [Int], _ topic: UnsafeRawBufferPointer, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        var isKnown = false
        for route in found {
            guard let device = device(of: routes[route], root) else { continue }
            isKnown = true
            decode(root, devices[device], topic, received, &report, &readings)
        }
        if !isKnown { refuse(.unknownDevice, &report) }
    }

    private func device(of route: Route, _ root: JSONElement) -> Int? {
        if route.only >= 0 { return route.only }
        guard let element = root.find(route.identity), element.kind == .text else { return nil }
        return element.withText { route.devices[Decoder.identityHash($0)] }
    }

    private mutating func decode(
        _ root: JSONElement, _ device: CompiledDevice, _ topic: UnsafeRawBufferPointer, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        let isStatus = device.format == .chirpStackV4 && Decoder.ends(topic, "status")
        if device.format == .chirpStackV4 && !isStatus && device.needsCodec && root.find(Decoder.object) == nil {
            refuse(.noCodec, &report)
            return
        }
        let observed = ObservedTime(in: root, device, received: received, utcOffsetSeconds: utcOffsetSeconds)
        if observed.isUnreadable { refuse(.badTime, &report) }
        for field in device.fields {
            if device.format == .chirpStackV4 && field.isStatus != isStatus { continue }
            switch field.raw(in: root) {
            case .failure(let cause): refuse(cause, &report)
            case .success(nil): continue
            case .success(let raw?):
                guard let value = field.finish(raw) else {
                    refuse(.notANumber, &report)
                    continue
                }
                var flags = observed.flags
                if !field.range.contains(value) { flags.insert(.outOfRange) }
                readings.append(DecodedReading(sensor: field.sensor, observed: observed.moment, value: value, flags: flags))
                report.readings += 1
            }
        }
    }

    private static let object = CompiledPath(["object"])

    /// ChirpStack's last topic level says what the event is; only these two carry readings.
    private static func carriesReadings(_ topic: UnsafeRawBufferPointer) -> Bool { ends(topic, "up") || ends(topic, "status") }

    private static func ends(_ topic: UnsafeRawBufferPointer, _ level: StaticString) -> Bool {
        let count = level.utf8CodeUnitCount
        guard topic.count > count, topic[topic.count - count - 1] == UInt8(ascii: "/") else { return false }
        for index in 0..<count where topic[topic.count - count + index] != level.utf8Start[index] { return false }
        return true
    }

    private static func identityHash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = StableHash()
        for byte in text { hash.combine((65...90).contains(byte) ? byte | 0x20 : byte) }
        return hash.value
    }
}
