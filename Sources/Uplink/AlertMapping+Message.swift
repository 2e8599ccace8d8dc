import Lifeline
import Site

extension AlertMapping {
    /// *Units*: bytes. A message does not grow beyond: what the document gives is left out from there on, what the mapping states itself is not.
    package static let messageLimit = 65_536

    /// The platform's message about an alert: a pure function of the document, so the same alert gives the same bytes, always.
    ///
    /// It never fails: a document that is broken, or holds less than the mapping asks for, gives a message with what there is and with the constants, since an
    /// alert with holes in it still sends somebody.
    ///
    /// - Parameters:
    ///   - document: the alert's CloudEvents document, as it would be sent without a mapping.
    ///   - secrets: by name; one that is not there is written as `secret://name`.
    ///   - utcOffsetSeconds: of the site, for local times.
    package func message(of document: some Collection<UInt8>, secrets: [String: String], utcOffsetSeconds: Int) -> [UInt8] {
        var writer = MappedWriter(
            mapping: self, document: JSONValue(document) ?? .null, secrets: secrets, utcOffsetSeconds: utcOffsetSeconds)
        return writer.message()
    }

    /// What goes beside each message, in the order of the file.
    package func namedHeaders(secrets: [String: String]) -> [(name: String, value: String)] {
        headers.map { header in
            switch header.value {
            case .constant(.text(let text)): (header.name, text)
            case .constant(.number(let number)): (header.name, JSONWriter.shortest(number))
            case .constant(.flag(let flag)): (header.name, flag ? "true" : "false")
            case .secret(let name): (header.name, secrets[name] ?? "secret://" + name)
            case .path: (header.name, "")
            }
        }
    }
}

/// One mapped message in the making.
private struct MappedWriter {
    let mapping: AlertMapping
    let document: JSONValue
    let secrets: [String: String]
    let utcOffsetSeconds: Int
    private var json = JSONWriter(reserving: 2048)

    init(mapping: AlertMapping, document: JSONValue, secrets: [String: String], utcOffsetSeconds: Int) {
        self.mapping = mapping
        self.document = document
        self.secrets = secrets
        self.utcOffsetSeconds = utcOffsetSeconds
    }

    mutating func message() -> [UInt8] {
        json.raw(rendered(mapping.root, used: 0) ?? Array("{}".utf8))
        return json.bytes
    }

    /// The JSON of a part; nil where nothing of it is there. The recursion is as deep as the mapping's paths are long, at most 16.
    private func rendered(_ node: AlertMapping.Node, used: Int) -> [UInt8]? {
        switch node {
        case .field(let index): return rendered(mapping.fields[index], used: used)
        case .list(let items):
            var json = JSONWriter()
            json.beginArray()
            for item in items {
                // An item keeps its place.
                if let part = rendered(item, used: used + json.bytes.count) { json.raw(part) } else { json.null() }
            }
            json.endArray()
            return json.bytes
        case .object(let members):
            var json = JSONWriter()
            var isEmpty = true
            json.beginObject()
            for member in members {
                guard let part = rendered(member.node, used: used + json.bytes.count) else { continue }
                json.key(member.name)
                json.raw(part)
                isEmpty = false
            }
            json.endObject()
            return isEmpty ? nil : json.bytes
        }
    }

    private func rendered(_ field: AlertMapping.Field, used: Int) -> [UInt8]? {
        switch field.source {
        case .constant(let constant): return rendered(constant)
        case .secret(let name): return rendered(.text(secrets[name] ?? "secret://" + name))
        case .path(let path):
            let found = document.find(path)
            let bytes = field.codes.isEmpty ? rendered(found, as: field.form) : code(of: found, field).flatMap { rendered($0) }
            if let bytes, used + bytes.count <= AlertMapping.messageLimit { return bytes }
            return field.otherwise.map { rendered($0) }
        }
    }

    private func rendered(_ constant: AlertMapping.Constant) -> [UInt8] {
        var json = JSONWriter(reserving: 64)
        switch constant {
        case .text(let text): json.value(text)
        case .number(let number): json.value(number)
        case .flag(let flag): json.value(flag)
        }
        return json.bytes
    }

    private func code(of value: JSONValue, _ field: AlertMapping.Field) -> AlertMapping.Constant? {
        MappedWriter.plain(value).flatMap { field.codes[$0] }
    }

    private func rendered(_ value: JSONValue, as form: AlertMapping.Form) -> [UInt8]? {
        if value.isNull { return nil }
        var json = JSONWriter(reserving: 64)
        switch form {
        case .asIs: json.value(value)
        case .text:
            if let text = MappedWriter.plain(value) {
                json.value(text)
            } else {
                var inner = JSONWriter()
                inner.value(value)
                json.value(inner.text)
            }
        case .number:
            guard let number = value.number ?? value.text.flatMap({ Double($0) }) ?? value.flag.map({ $0 ? 1 : 0 }), number.isFinite else {
                return nil
            }
            json.value(number)
        case .rfc3339, .local, .compact, .unixSeconds, .unixMilliseconds:
            guard let text = value.text, let moment = CivilTime.parse(text.utf8, defaultOffsetSeconds: utcOffsetSeconds) else { return nil }
            write(moment, form, to: &json)
        }
        return json.bytes
    }

    private func write(_ moment: Timestamp, _ form: AlertMapping.Form, to json: inout JSONWriter) {
        switch form {
        case .local: json.value(CivilTime.local(moment, offsetSeconds: utcOffsetSeconds))
        case .compact:
            let text = CivilTime.local(moment, offsetSeconds: utcOffsetSeconds)
            json.value(String(decoding: text.utf8.filter { (48...57).contains($0) }, as: UTF8.self))
        case .unixSeconds: json.value(moment.microseconds / 1_000_000)
        case .unixMilliseconds: json.value(moment.microseconds / 1000)
        default: json.value(CivilTime.rfc3339(moment, offsetSeconds: utcOffsetSeconds))
        }
    }

    /// A text, number or boolean as a text; nil for all else.
    private static func plain(_ value: JSONValue) -> String? {
        value.text ?? value.number.map(JSONWriter.shortest) ?? value.flag.map { $0 ? "true" : "false" }
    }
}

extension JSONWriter {
    /// A value out of another document, its members in the order of their names.
    fileprivate mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .flag(let flag): self.value(flag)
        case .number(let number): self.value(number)
        case .text(let text): self.value(text)
        case .list(let items):
            beginArray()
            for item in items { self.value(item) }
            endArray()
        case .object(let members):
            beginObject()
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                key(name)
                self.value(member)
            }
            endObject()
        }
    }
}
