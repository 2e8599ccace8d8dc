/// Reads `[[broker]]` tables.
struct BrokerList {
    let gateway: String
    let log: FindingLog
    private(set) var register = IDRegister("broker")
    private(set) var brokers: [BrokerConfiguration] = []

    init(gateway: String, log: FindingLog) {
        self.gateway = gateway
        self.log = log
    }

    mutating func read(_ readers: [TableReader], with connections: inout ConnectionReader) {
        for reader in readers {
            _ = reader.identifier("id", limit: 32)
            let id = reader.declaredID("id")
            let isNew = id.map { register.declare($0, log: log).isNew } ?? false
            if id?.value == "platform", let id { log.error("\"platform\" is the name of the [platform] connection; choose another", at: id.spot) }
            // mosquitto's default for `max_inflight_messages` is 20: a larger window would wait for messages that never come.
            let connection = connections.connection(
                reader, id: id?.value ?? "", client: isNew ? "bamai-\(gateway)-\(id?.value ?? "")" : nil, window: 20)
            if isNew, let connection { brokers.append(connection) }
        }
    }
}
