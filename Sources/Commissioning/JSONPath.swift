import Lifeline

/// A place in a JSON document: names and array indices; `*` is each entry of an array.
enum JSONPath {
    /// Every value at a path, in the order of the document.
    static func values(_ path: some Collection<String>, in value: JSONValue) -> [JSONValue] {
        guard let step = path.first else { return [value] }
        let rest = path.dropFirst()
        switch value {
        case .object(let members):
            guard let member = members[step] else { return [] }
            return values(rest, in: member)
        case .list(let items):
            if step == "*" { return items.flatMap { values(rest, in: $0) } }
            guard let index = Int(step), items.indices.contains(index) else { return [] }
            return values(rest, in: items[index])
        case .null, .flag, .number, .text: return []
        }
    }

    static func first(_ path: [String], in value: JSONValue) -> JSONValue? { values(path, in: value).first }

    /// A text, or the digits of a whole number: both serve as names of devices.
    static func name(_ value: JSONValue) -> String? {
        if let text = value.text { return text.isEmpty || text.utf8.count > 200 ? nil : text }
        guard let number = value.number, number == number.rounded(), number.magnitude < 9e15 else { return nil }
        return String(Int64(number))
    }
}
