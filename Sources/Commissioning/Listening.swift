import Lifeline

/// Sorts what a broker says into devices, within limits.
///
/// A message belongs to the device that a template's topic or identity names; else to the one that a well-known field of its payload names; else its topic is
/// the device. Pure: no clock, no socket. *Isolation*: one owner.
package struct Listening {
    /// What was heard, and what was left out.
    package struct Figures: Equatable, Sendable {
        package var messages = 0
        /// *Units*: bytes of payload.
        package var bytes = 0
        /// Alerts and readings of a Bamai gateway: nobody's device.
        package var ofGateways = 0
        /// Messages of devices or topics beyond the limit.
        package var beyondDevices = 0
        /// Messages too large, or beyond the room for messages: counted and timed, not looked into.
        package var unread = 0
    }

    /// Where a template says that its devices are.
    struct Claim: Hashable {
        var pattern: TopicPattern
        var identityPath: [String]
    }

    package private(set) var figures = Figures()
    /// In the order of their first word.
    private(set) var devices: [HeardDevice] = []

    /// *Units*: bytes. *Source*: what a site file takes as a topic.
    private static let topicBytes = 1024

    /// How many devices have spoken so far.
    package var deviceCount: Int { devices.count }

    private let limits: ListeningLimits
    private let claims: [Claim]
    private var index: [String: Int] = [:]
    private var bytes = 0
    /// For each identity field of an unclaimed topic: how many names it gave. A field with a new name in each message names no device.
    private var namesOfTopics: [String: Set<String>] = [:]
    private var names = 0

    init(claims: [Claim], limits: ListeningLimits) {
        // What names more levels says more.
        self.claims = Array(Set(claims)).sorted {
            ($1.pattern.literals, $1.identityPath.count, $0.pattern.levels.joined(separator: "/"))
                < ($0.pattern.literals, $0.identityPath.count, $1.pattern.levels.joined(separator: "/"))
        }
        self.limits = limits
    }

    /// Takes one message in.
    package mutating func take(broker: Int, topic: String, payload: UnsafeRawBufferPointer, received: Timestamp, isRetained: Bool) {
        figures.messages += 1
        figures.bytes += payload.count
        // No site file takes such a topic.
        if topic.utf8.count > Listening.topicBytes {
            figures.beyondDevices += 1
            return
        }
        let document = payload.count <= limits.messageBytes ? JSONValue(Listening.text(payload)) : nil
        // A gateway's alerts name it in their source, its readings say their own schema.
        if let document, document["source"].text?.hasPrefix("urn:bamai:") == true || document["schema"].text?.hasPrefix("bamai.") == true {
            figures.ofGateways += 1
            return
        }
        for owner in owners(broker, topic, document) {
            guard let place = place(of: owner, broker) else {
                figures.beyondDevices += 1
                continue
            }
            note(place, topic, payload, received, isRetained, document)
        }
    }

    /// Without the zero bytes that C programs leave behind, and a byte order mark in front.
    private static func text(_ payload: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes = Array(payload)
        while bytes.last == 0 { bytes.removeLast() }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
        return bytes
    }

    // MARK: - Whose message

    struct Owner {
        var key: String
        var id: String
        var isClaimed: Bool
        var identityPath: [String]
    }

    private mutating func owners(_ broker: Int, _ topic: String, _ document: JSONValue?) -> [Owner] {
        let levels = TopicPattern.levels(of: topic)
        for claim in claims {
            guard let named = claim.pattern.match(levels) else { continue }
            if claim.identityPath.isEmpty {
                if named.isEmpty { continue }
                return [Owner(key: "\(broker) claimed \(named.lowercased())", id: named, isClaimed: true, identityPath: [])]
            }
            guard let document else { continue }
            var ids: [String] = []
            for value in JSONPath.values(claim.identityPath, in: document) {
                guard let id = JSONPath.name(value), !ids.contains(id) else { continue }
                // Where the topic names the device too, both must agree.
                if !named.isEmpty, named.lowercased() != id.lowercased() { continue }
                ids.append(id)
            }
            if ids.isEmpty { continue }
            return ids.map {
                // The topic's spelling is compared letter by letter.
                let id = named.isEmpty ? $0 : named
                return Owner(key: "\(broker) claimed \(id.lowercased())", id: id, isClaimed: true, identityPath: claim.identityPath)
            }
        }
        if let document {
            for path in FieldNames.identities {
                guard let id = JSONPath.first(path, in: document).flatMap(JSONPath.name) else { continue }
                let field = "\(broker) \(topic) \(path.joined(separator: "."))"
                // A few names more than there may be devices: what comes beyond belongs to devices that are left out.
                if names < 2 * limits.devices, namesOfTopics[field, default: []].insert(id).inserted { names += 1 }
                return [
                    Owner(key: "\(broker) named \(path.joined(separator: ".")) \(id.lowercased())", id: id, isClaimed: false, identityPath: path)
                ]
            }
        }
        return [Owner(key: "\(broker) topic \(topic)", id: "", isClaimed: false, identityPath: [])]
    }

    private mutating func place(of owner: Owner, _ broker: Int) -> Int? {
        if let known = index[owner.key] { return known }
        guard devices.count < limits.devices else { return nil }
        index[owner.key] = devices.count
        devices.append(HeardDevice(broker: broker, id: owner.id, isClaimed: owner.isClaimed, identityPath: owner.identityPath))
        return devices.count - 1
    }

    private mutating func note(
        _ place: Int, _ topic: String, _ payload: UnsafeRawBufferPointer, _ received: Timestamp, _ isRetained: Bool, _ document: JSONValue?
    ) {
        var number = devices[place].topics.firstIndex { $0.name == topic }
        if number == nil {
            guard devices[place].topics.count < limits.topics else {
                figures.beyondDevices += 1
                return
            }
            number = devices[place].topics.count
            devices[place].topics.append(HeardTopic(name: topic))
        }
        guard let number else { return }
        var heard = devices[place].topics[number]
        heard.messages += 1
        if !isRetained {
            heard.live += 1
            if let last = heard.last, heard.gaps.count < HeardTopic.gapLimit { heard.gaps.append(received.microseconds(since: last)) }
            heard.last = received
        }
        if heard.kept < limits.messages {
            if payload.count <= limits.messageBytes, bytes + payload.count <= limits.bytes {
                heard.kept += 1
                bytes += payload.count
                devices[place].messages.append(HeardMessage(topic: topic, payload: Array(payload), received: received, isRetained: isRetained))
            } else {
                figures.unread += 1
            }
        }
        devices[place].topics[number] = heard
        guard let document else { return }
        if devices[place].name == nil {
            devices[place].name = FieldNames.names.lazy.compactMap { JSONPath.first($0, in: document)?.text }.first { !$0.isEmpty && $0.count <= 64 }
        }
        if devices[place].model == nil {
            devices[place].model = FieldNames.models.lazy.compactMap { JSONPath.first($0, in: document)?.text }.first {
                !$0.isEmpty && $0.utf8.count <= 64
            }
        }
        for (path, unit) in FieldNames.signals {
            guard let value = JSONPath.first(path, in: document)?.number else { continue }
            devices[place].signal = "\(JSONWriter.threeDecimals(value)) \(unit)"
            break
        }
    }

    // MARK: - Who they are

    /// The devices, once all has been heard: fields that turned out to name no device are dropped, and further topics of a device joined to it.
    func settled() -> [HeardDevice] {
        var result: [HeardDevice] = []
        var places: [String: Int] = [:]
        var later: [HeardDevice] = []
        for device in devices where device.isClaimed {
            places["\(device.broker) \(device.id.lowercased())"] = result.count
            result.append(device)
        }
        for device in devices where !device.isClaimed {
            if let first = device.topics.first?.name, let claimed = claimed(first, device.broker, places) {
                result[claimed].absorb(device, asMain: false)
            } else {
                later.append(device)
            }
        }
        return result + named(later)
    }

    private func claimed(_ topic: String, _ broker: Int, _ places: [String: Int]) -> Int? {
        let levels = TopicPattern.levels(of: topic)
        for claim in claims {
            guard let id = claim.pattern.matchBeginning(levels), let place = places["\(broker) \(id.lowercased())"] else { continue }
            return place
        }
        return nil
    }

    /// Devices that a field names keep the field only where a topic carries several of them.
    private func named(_ devices: [HeardDevice]) -> [HeardDevice] {
        var result: [HeardDevice] = []
        var ofTopic: [String: Int] = [:]
        var spoken: [String: Int] = [:]
        for device in devices { spoken["\(device.broker) \(device.topics.first?.name ?? "")", default: 0] += device.messageCount }
        for var device in devices {
            if let topic = device.topics.first, !device.identityPath.isEmpty {
                let names = namesOfTopics["\(device.broker) \(topic.name) \(device.identityPath.joined(separator: "."))"]?.count ?? 1
                // A number of the message, not of the device: (almost) each message has another one.
                let said = spoken["\(device.broker) \(topic.name)"] ?? 0
                if names > 2, names * 3 > said * 2 {
                    (device.id, device.identityPath) = ("", [])
                } else if names == 1 {
                    device.identityPath = []
                }
            }
            if device.id.isEmpty, let topic = device.topics.first?.name {
                let key = "\(device.broker) \(topic)"
                if let known = ofTopic[key] {
                    result[known].absorbSameTopic(device)
                    continue
                }
                ofTopic[key] = result.count
            }
            result.append(device)
        }
        return TopicIdentity.naming(result)
    }
}

extension HeardDevice {
    /// Takes over messages of the same topic.
    mutating func absorbSameTopic(_ other: HeardDevice) {
        for topic in other.topics {
            guard let place = topics.firstIndex(where: { $0.name == topic.name }) else {
                topics.append(topic)
                continue
            }
            if let last = topics[place].last, let next = topic.last { topics[place].gaps.append(next.microseconds(since: last)) }
            topics[place].messages += topic.messages
            topics[place].live += topic.live
            topics[place].gaps += topic.gaps
            topics[place].last = topic.last ?? topics[place].last
        }
        messages += other.messages
        signal = other.signal ?? signal
    }
}
