import Lifeline

/// Why a document that a gateway sent is not taken; the counter that it is counted under.
package enum EventRefusal: String, CaseIterable, Error, Sendable {
    case tooLarge = "too_large"
    case notJSON = "not_json"
    case notCloudEvent = "not_cloudevent"
    case missingField = "missing_field"
    case forged
    case unknownGateway = "unknown_gateway"
    case tooMany = "too_many"

    /// What the sender is told, with what to do.
    package var text: String {
        switch self {
        case .tooLarge: "an event has at most \(IncomingEvent.bytesLimit) bytes; leave evidence out, or send it in parts"
        case .notJSON: "the body is no JSON document in UTF-8"
        case .notCloudEvent: "a CloudEvents 1.0 document has the texts specversion (\"1.0\"), id, source and type"
        case .missingField: "an alert has the texts subject, correlationid and a data.bamai with rule, level and asset"
        case .forged: "source names another gateway than the one that is logged in"
        case .unknownGateway: "no gateway of this name is registered; register it with bamai-desk gateway add"
        case .tooMany: "a batch has at most \(IncomingEvent.batchLimit) events"
        }
    }
}

/// One CloudEvents document, read as far as the desk sorts by it. The document itself is kept whole.
package struct IncomingEvent: Sendable, Equatable {
    /// *Units*: bytes of one event.
    package static let bytesLimit = 65_536
    /// Events of one batch.
    package static let batchLimit = 500
    /// *Units*: bytes of a batch.
    package static let batchBytesLimit = 1 << 20

    /// What a gateway says with it.
    package enum Kind: Sendable, Equatable {
        case alert(AlertFacts)
        /// What became of a decision that was made here.
        case echo(decision: String, isTaken: Bool, words: String)
        /// Readings, or what a newer gateway says: it lives, and nothing more is kept.
        case other(String)
    }

    package var source: String
    package var id: String
    package var gateway: String
    package var kind: Kind
    /// As it came, in UTF-8.
    package var document: String

    /// Reads one document.
    ///
    /// - Parameter bytes: at most `bytesLimit`.
    package init(_ bytes: some Collection<UInt8>) throws(EventRefusal) {
        guard bytes.count <= IncomingEvent.bytesLimit else { throw .tooLarge }
        guard let text = String(validating: bytes, as: UTF8.self), let value = JSONValue(bytes) else { throw .notJSON }
        try self.init(value, document: text)
    }

    private init(_ value: JSONValue, document: String) throws(EventRefusal) {
        self.document = document
        guard value["specversion"].text == "1.0", let id = value["id"].text, let source = value["source"].text, let type = value["type"].text,
            Plain.isName(id, limit: 200), Plain.isName(source, limit: 200), Plain.isName(type, limit: 100)
        else { throw .notCloudEvent }
        (self.id, self.source) = (id, source)
        let prefix = "urn:bamai:"
        guard source.hasPrefix(prefix) else { throw .forged }
        gateway = String(source.dropFirst(prefix.utf8.count))
        guard type.hasPrefix("cn.bamai.alert.") else {
            let data = value["data"]
            if type.hasPrefix("cn.bamai.handling."), let decision = data["decision"]["id"].text, Plain.isName(decision, limit: 160) {
                kind = .echo(
                    decision: decision, isTaken: data["outcome"].text == "applied", words: Plain.text(data["reason"].text, limit: 300))
            } else {
                kind = .other(type)
            }
            return
        }
        guard let facts = AlertFacts(value, kind: String(type.dropFirst("cn.bamai.alert.".utf8.count))) else { throw .missingField }
        kind = .alert(facts)
    }

    /// The events of a batch document, each read or refused by itself; a whole batch is refused where it is no list, or too long a one.
    package static func batch(_ bytes: [UInt8]) throws(EventRefusal) -> [Result<IncomingEvent, EventRefusal>] {
        guard bytes.count <= batchBytesLimit else { throw .tooLarge }
        guard let parts = JSONList.items(bytes) else { throw .notJSON }
        guard parts.count <= batchLimit else { throw .tooMany }
        var events: [Result<IncomingEvent, EventRefusal>] = []
        for part in parts {
            do throws(EventRefusal) { events.append(.success(try IncomingEvent(bytes[part]))) } catch { events.append(.failure(error)) }
        }
        return events
    }
}

/// What the desk sorts and lists alerts by.
package struct AlertFacts: Sendable, Equatable {
    /// `raised`, `escalated`, `eased`, `repeated`, `cleared`.
    package var kind: AlertKind
    package var episode: String
    package var level: Level
    package var asset: String
    package var assetClass: String
    package var assetName: String
    package var address: String
    package var rule: String
    package var sensor: String
    package var isLate: Bool
    package var isLatched: Bool
    package var onset: Timestamp
    package var occurred: Timestamp
    package var recorded: Timestamp
    package var sequence: Int64
    package var headline: BilingualText
    package var sentence: BilingualText
    package var index: IndexFact?
    package var location: Location?

    /// How sick the asset was, as the alert says.
    package struct IndexFact: Sendable, Equatable {
        package var value: Int64
        package var highest: Int64
        package var verdict: String
        package var verdictText: BilingualText
        package var coverage: Double
    }

    /// nil where something is missing that the desk cannot do without.
    init?(_ event: JSONValue, kind name: String) {
        let own = event["data"]["bamai"]
        guard let kind = AlertKind(rawValue: name), let episode = event["correlationid"].text, Plain.isName(episode, limit: 200),
            let rule = own["rule"].text, Plain.isName(rule, limit: 100), let level = own["level"].text.flatMap({ Level(name: $0) }),
            let asset = own["asset"].text, Plain.isName(asset, limit: 100)
        else { return nil }
        (self.kind, self.episode, self.rule, self.level, self.asset) = (kind, episode, rule, level, asset)
        assetClass = Plain.text(own["asset_class"].text, limit: 40)
        assetName = Plain.text(own["asset_name"].text, limit: 200)
        sensor = Plain.text(own["sensor"].text, limit: 200)
        isLate = own["late"].flag ?? false
        // Where a gateway of an older version does not say it: entrapments of every kind latch.
        isLatched = own["latched"].flag ?? rule.hasPrefix("lift.entrapment")
        func moment(_ value: JSONValue) -> Timestamp? { value.text.flatMap { CivilTime.parse(Array($0.utf8), defaultOffsetSeconds: 0) } }
        let recorded = moment(event["recordedtime"]) ?? moment(event["time"]) ?? Timestamp(microseconds: 0)
        self.recorded = recorded
        occurred = moment(event["time"]) ?? recorded
        sequence = event["sequence"].text.flatMap { Int64($0) } ?? 0
        let infos = event["data"]["info"].list.prefix(4)
        func info(_ language: String) -> JSONValue { infos.first { ($0["language"].text ?? "").hasPrefix(language) } ?? infos.first ?? .null }
        let (chinese, english) = (info("zh"), info("en"))
        onset = moment(chinese["onset"]) ?? moment(english["onset"]) ?? occurred
        address = Plain.text(chinese["area"].list.first?["areaDesc"].text, limit: 200)
        func both(_ name: String, _ limit: Int) -> BilingualText {
            BilingualText(chinese: Plain.text(chinese[name].text, limit: limit), english: Plain.text(english[name].text, limit: limit))
        }
        headline = both("headline", 300)
        if headline.chinese.isEmpty { headline = BilingualText(chinese: rule, english: rule) }
        sentence = both("description", 1500)
        let place = own["location"]
        if let latitude = place["latitude"].number, let longitude = place["longitude"].number, (-90...90).contains(latitude),
            (-180...180).contains(longitude), let system = place["system"].text.flatMap({ Location.System(rawValue: $0) })
        {
            location = Location(latitude: latitude, longitude: longitude, system: system)
        }
        let index = own["index"]
        if let value = index["value"].number {
            self.index = IndexFact(
                value: Int64(min(max(value, 0), 100)), highest: Int64(min(max(index["highest"].number ?? value, 0), 100)),
                verdict: Plain.text(index["verdict"].text, limit: 40),
                verdictText: BilingualText(
                    chinese: Plain.text(index["verdict_zh"].text, limit: 60), english: Plain.text(index["verdict_en"].text, limit: 60)),
                coverage: min(max(index["coverage"].number ?? 0, 0), 1))
        }
    }
}

/// Texts of others, made harmless for a database and a log.
package enum Plain {
    /// Not empty, within a limit, without a control character.
    package static func isName(_ text: String, limit: Int) -> Bool {
        !text.isEmpty && text.utf8.count <= limit && text.unicodeScalars.allSatisfy { $0.value >= 32 && !(0x7f...0x9f).contains($0.value) }
    }

    /// Cut to a number of characters, control characters replaced; empty for none.
    package static func text(_ text: String?, limit: Int) -> String {
        guard let text else { return "" }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            out.append(scalar.value < 32 || (0x7f...0x9f).contains(scalar.value) ? "\u{fffd}" : scalar)
        }
        return String(out)
    }
}

/// Where the items of a JSON list lie, so that each can be kept as it came.
enum JSONList {
    /// nil where the bytes are no list; what the items are is not looked at closely: each is read by itself.
    static func items(_ bytes: [UInt8]) -> [Range<Int>]? {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }
        guard var at = bytes.firstIndex(where: { !isSpace($0) }), bytes[at] == UInt8(ascii: "["),
            let last = bytes.lastIndex(where: { !isSpace($0) }), last > at, bytes[last] == UInt8(ascii: "]")
        else { return nil }
        at += 1
        var items: [Range<Int>] = []
        var (depth, start, isInText, isEscaped) = (0, at, false, false)
        func add(_ end: Int) {
            if bytes[start..<end].contains(where: { !isSpace($0) }) { items.append(start..<end) }
        }
        while at < last {
            let byte = bytes[at]
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInText = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth < 0 { return nil }
                case UInt8(ascii: ",") where depth == 0:
                    add(at)
                    start = at + 1
                default: break
                }
            }
            at += 1
        }
        guard depth == 0, !isInText else { return nil }
        add(last)
        return items
    }
}
