internal import CSimdJSON
import Lifeline

/// A site's plan as the decoder reads it: plain values in a few arrays, made once and never changed.
///
/// One object: what a message's fields pass around is one reference, not one for each array.
final class DecodeProgram {
    /// Devices that share a topic filter: one of them by its topic alone, or many told apart by a field of the payload.
    struct Route {
        let format: PayloadFormat
        /// The device that the topic alone names; −1: `identity` tells; −2: nobody, the topic is heard for its node's session.
        let only: Int
        let identity: Lexicon.Path
        /// The array whose entries are devices; nil: the message is about one.
        let list: Lexicon.Path?
        /// Into `identities`; −1 where `only` tells.
        let table: Int
    }

    /// A device of a Sparkplug node, for the death of the node.
    struct Member {
        let device: Int
        let broker: Int
        /// Empty: any group.
        let group: Lexicon.Text
        let node: Lexicon.Text
    }

    let chirpStack: ChirpStackPaths
    let thingsStack: ThingsStackPaths
    /// The plan's devices in their order, then their further topics.
    let devices: [CompiledDevice]
    let routes: [Route]
    let identities: [IdentityTable]
    let members: [Member]
    /// One a route.
    let filters: [(broker: Int, filter: String)]
    let utcOffsetSeconds: Int
    let lexicon: Lexicon
    /// The lexicon's two blocks where C reads them: at addresses of their own, so that a look-up counts no reference.
    let names: UnsafeMutableBufferPointer<UInt8>
    let steps: UnsafeMutableBufferPointer<bamai_json_step>
    let fields: [CompiledField]
    let paths: [Lexicon.Path]
    let layouts: [ByteLayout]
    let bytes: [CompiledBytes]
    let metrics: MetricNames
    private let codes: [CompiledCode]
    private let table: [TableEntry]

    /// - Parameter plan: validated: every index in it is in range.
    init(_ plan: SitePlan) {
        utcOffsetSeconds = plan.utcOffsetSeconds
        var parts = CompiledParts()
        chirpStack = ChirpStackPaths(&parts.lexicon)
        thingsStack = ThingsStackPaths(&parts.lexicon)
        var devices = plan.devices.map { CompiledDevice($0, sensors: plan.sensors, &parts) }
        var routeTable = RouteTable()
        // A line of the board sends no messages.
        for (index, device) in plan.devices.enumerated() where !device.topic.isEmpty { routeTable.add(device, index, &parts.lexicon) }
        for device in plan.devices {
            var channels: [String] = []
            for field in device.fields where !field.topic.isEmpty && !channels.contains(field.topic) { channels.append(field.topic) }
            for channel in channels {
                routeTable.add(channel: channel, broker: device.broker, devices.count)
                devices.append(CompiledDevice(device, sensors: plan.sensors, channel: channel, &parts))
            }
        }
        parts.metrics.seal()
        self.devices = devices
        routes = routeTable.routes
        filters = routeTable.filters
        members = routeTable.members
        identities = routeTable.shared.map { IdentityTable($0) }
        lexicon = parts.lexicon
        // SAFETY: both blocks are this object's alone, filled here, never written again, and freed with it.
        names = .allocate(capacity: lexicon.bytes.count)
        _ = names.initialize(from: lexicon.bytes)
        steps = .allocate(capacity: lexicon.steps.count)
        _ = steps.initialize(from: lexicon.steps)
        fields = parts.fields
        paths = parts.paths
        layouts = parts.layouts
        bytes = parts.bytes
        metrics = parts.metrics
        codes = parts.codes
        self.table = parts.table
    }

    deinit {
        names.deallocate()
        steps.deallocate()
    }

    /// The raw number that a text stands for.
    func code(_ field: CompiledField, _ text: UnsafeRawBufferPointer) -> Double? {
        for place in field.codes where lexicon.equals(codes[place].text, text) { return codes[place].value }
        return nil
    }

    /// The site's own code for a device's number; nil: the table does not have it.
    func canonical(_ field: CompiledField, _ raw: Double) -> Double? {
        for place in field.table where table[place].raw == raw { return table[place].value }
        return nil
    }
}

/// Gathers the routes of a plan.
struct RouteTable {
    private(set) var routes: [DecodeProgram.Route] = []
    private(set) var filters: [(broker: Int, filter: String)] = []
    private(set) var members: [DecodeProgram.Member] = []
    /// The devices of each route that has an identity.
    private(set) var shared: [[(id: String, device: Int)]] = []
    private var known: [String: Int] = [:]
    private var sessions: Set<String> = []

    mutating func add(_ device: Device, _ index: Int, _ lexicon: inout Lexicon) {
        let identity = RouteTable.identity(of: device)
        if device.format == .sparkplugB { addSession(device, index, &lexicon) }
        if identity.isEmpty {
            filters.append((device.broker, device.topic))
            routes.append(DecodeProgram.Route(format: device.format, only: index, identity: Lexicon.Path(), list: nil, table: -1))
            return
        }
        let key = "\(device.broker)\u{0}\(device.topic)\u{0}\(device.format)\u{0}\(identity.joined(separator: "\u{1}"))"
        if let table = known[key] {
            shared[table].append((device.id, index))
            return
        }
        known[key] = shared.count
        filters.append((device.broker, device.topic))
        let list = CompiledDevice.lists(in: identity).first.map { lexicon.path($0) }
        routes.append(
            DecodeProgram.Route(format: device.format, only: -1, identity: lexicon.path(identity), list: list, table: shared.count))
        shared.append([(device.id, index)])
    }

    mutating func add(channel: String, broker: Int, _ index: Int) {
        filters.append((broker, channel))
        routes.append(DecodeProgram.Route(format: .json, only: index, identity: Lexicon.Path(), list: nil, table: -1))
    }

    private static func identity(of device: Device) -> [String] {
        switch device.format {
        case .chirpStackV4: device.identityPath.isEmpty ? ChirpStackPaths.identity : device.identityPath
        case .ttnV3: device.identityPath.isEmpty ? ThingsStackPaths.identity : device.identityPath
        case .json: device.identityPath
        case .sparkplugB, .binary: []
        }
    }

    /// A node's sequence runs through the messages of all its devices, so all of them must be heard.
    private mutating func addSession(_ device: Device, _ index: Int, _ lexicon: inout Lexicon) {
        let levels = device.topic.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count >= 4 else { return }
        let group = levels[1] == "+" ? "" : String(levels[1])
        members.append(
            DecodeProgram.Member(device: index, broker: device.broker, group: lexicon.text(group), node: lexicon.text(String(levels[3]))))
        let filter = "\(levels[0])/\(levels[1])/+/\(levels[3])/#"
        guard sessions.insert("\(device.broker) \(filter)").inserted else { return }
        filters.append((device.broker, filter))
        routes.append(DecodeProgram.Route(format: .sparkplugB, only: -2, identity: Lexicon.Path(), list: nil, table: -1))
    }
}
