import Lifeline

/// A site's plan as the decoder reads it: plain values in a few arrays, made once.
struct DecodeProgram {
    /// Devices that share a topic filter: one of them by its topic alone, or many told apart by a field of the payload.
    struct Route {
        let format: PayloadFormat
        /// The device that the topic alone names; −1: `identity` tells.
        let only: Int
        let identity: Lexicon.Path
        /// Into `identities`; −1 where `only` tells.
        let table: Int
    }

    private(set) var lexicon = Lexicon()
    let chirpStack: ChirpStackPaths
    private(set) var devices: [CompiledDevice] = []
    private(set) var fields: [CompiledField] = []
    private(set) var codes: [CompiledCode] = []
    private(set) var routes: [Route] = []
    private(set) var identities: [IdentityTable] = []
    /// One a route.
    let filters: [(broker: Int, filter: String)]
    let utcOffsetSeconds: Int

    /// - Parameter plan: validated: every index in it is in range.
    init(_ plan: SitePlan) {
        utcOffsetSeconds = plan.utcOffsetSeconds
        chirpStack = ChirpStackPaths(&lexicon)
        for device in plan.devices { devices.append(CompiledDevice(device, sensors: plan.sensors, &lexicon, &codes, &fields)) }
        var filters: [(broker: Int, filter: String)] = []
        var members: [[(id: String, device: Int)]] = []
        var shared: [String: Int] = [:]
        for (index, device) in plan.devices.enumerated() {
            var identity = device.identityPath
            if identity.isEmpty && device.format == .chirpStackV4 { identity = ChirpStackPaths.identity }
            if identity.isEmpty {
                filters.append((device.broker, device.topic))
                routes.append(Route(format: device.format, only: index, identity: Lexicon.Path(), table: -1))
                continue
            }
            let key = "\(device.broker)\u{0}\(device.topic)\u{0}\(device.format)\u{0}\(identity.joined(separator: "\u{1}"))"
            if let table = shared[key] {
                members[table].append((device.id, index))
                continue
            }
            shared[key] = members.count
            filters.append((device.broker, device.topic))
            routes.append(Route(format: device.format, only: -1, identity: lexicon.path(identity), table: members.count))
            members.append([(device.id, index)])
        }
        identities = members.map { IdentityTable($0) }
        self.filters = filters
    }

    /// The raw number that a text stands for.
    func code(_ field: CompiledField, _ text: UnsafeRawBufferPointer) -> Double? {
        for place in field.codes where lexicon.equals(codes[place].text, text) { return codes[place].value }
        return nil
    }
}
