import Lifeline

/// Reads a mapping file.
struct MappingReader {
    let shelf: FileShelf
    private var log: FindingLog { shelf.log }

    init(shelf: FileShelf) { self.shelf = shelf }

    /// - Parameter missing: The finding for a file that is not there.
    func mapping(at path: String, missing: (() -> (message: String, spot: Spot))? = nil) -> AlertMapping? {
        guard let root = shelf.root(of: path, role: "mapping", missing: missing) else { return nil }
        let reader = TableReader(root, Schema.mappingFile, file: path, log: log)
        let stem = FilePath.stem(of: path)
        if let name = reader.identifier("mapping"), name.value != stem {
            log.error("the mapping's name must be the file's, \(Wording.quote(stem))", at: name.spot)
        }
        let version = reader.whole("version", in: 1...1_000_000)?.value ?? 1
        _ = reader.text("notes", limit: 2000)
        let contentType = reader.text("content_type", limit: 100)?.value ?? "application/json"
        let headers = reader.tables("header", Schema.mappingHeader, limit: AlertMapping.headerLimit).compactMap(header)
        var shape = MappingShape(log: log)
        var fields: [AlertMapping.Field] = []
        for table in reader.tables("field", Schema.mappingField, limit: AlertMapping.fieldLimit) {
            let place = table.path("to")
            guard let field = field(table) else { continue }
            fields.append(field)
            if let place { shape.add(place.value, field: fields.count - 1, at: place.spot) }
        }
        if !reader.has("field") { log.error("a mapping without a [[field]] sends nothing", at: reader.here) }
        return AlertMapping(name: stem, version: version, contentType: contentType, headers: headers, fields: fields, root: shape.node)
    }

    private func header(_ reader: TableReader) -> AlertMapping.Header? {
        // What MQTT 5 and HTTP both take as a name.
        let name = reader.identifier("name", limit: 100, alphabet: "-_.")
        let value = reader.constant("value").flatMap { source($0, "value") }
        guard let name, let value else { return nil }
        return AlertMapping.Header(name: name.value, value: value)
    }

    private func field(_ reader: TableReader) -> AlertMapping.Field? {
        let path = reader.path("from")
        let value = reader.constant("value")
        let form: Located<AlertMapping.Form>? = reader.choice("form", "form")
        let codes = reader.constants("codes", limit: AlertMapping.codeLimit)
        let otherwise = reader.constant("otherwise")
        if reader.has("from") == reader.has("value") {
            log.error("a [[field]] has either from (a path into the alert's document) or value (a constant)", at: reader.here)
            return nil
        }
        if let value {
            for key in ["form", "codes", "otherwise"] where reader.has(key) {
                log.error("\(key) has no meaning beside value: a constant is written as it stands", at: reader.spot(of: key))
            }
            return source(value, "value").map { AlertMapping.Field(source: $0, form: .asIs, codes: [:], otherwise: nil) }
        }
        if codes != nil, let form { log.error("form has no meaning beside codes: a code is written as it stands", at: form.spot) }
        guard let path else { return nil }
        if let objection = DocumentPaths.objection(to: path.value) { log.error("from: \(objection)", at: path.spot) }
        if let otherwise, case .secret? = source(otherwise, "otherwise") {
            log.error("otherwise: a secret stands in value only", at: otherwise.spot)
        }
        return AlertMapping.Field(
            source: .path(path.value), form: form?.value ?? .asIs, codes: codes?.value ?? [:], otherwise: otherwise?.value)
    }

    /// A constant, or the secret that it names.
    private func source(_ constant: Located<AlertMapping.Constant>, _ key: String) -> AlertMapping.Source? {
        let scheme = "secret://"
        guard case .text(let text) = constant.value, text.hasPrefix(scheme) else { return .constant(constant.value) }
        let name = String(text.dropFirst(scheme.count))
        if let objection = TextRules.objection(toID: name) ?? (name.hasPrefix(".") ? "begins with a dot" : nil) {
            log.error("\(key): the secret's name \(objection)", at: constant.spot)
            return nil
        }
        return .secret(name)
    }
}

/// The shape of a mapped message, grown field by field.
struct MappingShape {
    let log: FindingLog
    private(set) var node = AlertMapping.Node.object([])

    init(log: FindingLog) { self.log = log }

    /// Puts a field at a place; says what is against it.
    mutating func add(_ place: [String], field: Int, at spot: Spot) {
        if MappingShape.index(place[0]) != nil { return log.error("to: a message is an object; its first name is no number", at: spot) }
        if let objection = MappingShape.insert(place[...], field, into: &node) { log.error("to: \(objection)", at: spot) }
    }

    /// A whole number stands for an item of a list.
    private static func index(_ name: String) -> Int? {
        name.utf8.count <= 3 && name.utf8.allSatisfy { (48...57).contains($0) } ? Int(name) : nil
    }

    /// The reason against it, or nil when it is done. The recursion is as deep as a path is long.
    private static func insert(_ rest: ArraySlice<String>, _ field: Int, into node: inout AlertMapping.Node) -> String? {
        guard let name = rest.first else { return "another field stands here already, or below" }
        let fresh: AlertMapping.Node =
            rest.count == 1 ? .field(field) : index(rest[rest.startIndex + 1]) == nil ? .object([]) : .list([])
        switch node {
        case .field: return "another field ends above \(Wording.quote(name))"
        case .object(var members):
            if index(name) != nil { return "\(Wording.quote(name)) is a place in a list, and an object stands here" }
            if let known = members.firstIndex(where: { $0.name == name }) {
                let objection = insert(rest.dropFirst(), field, into: &members[known].node)
                node = .object(members)
                return objection
            }
            var child = fresh
            let objection = rest.count == 1 ? nil : insert(rest.dropFirst(), field, into: &child)
            members.append(AlertMapping.Member(name: name, node: child))
            node = .object(members)
            return objection
        case .list(var items):
            guard let place = index(name) else { return "\(Wording.quote(name)) is a name, and a list stands here" }
            if place < items.count {
                let objection = insert(rest.dropFirst(), field, into: &items[place])
                node = .list(items)
                return objection
            }
            if place > items.count { return "the list's next place is \(items.count), found \(place)" }
            var child = fresh
            let objection = rest.count == 1 ? nil : insert(rest.dropFirst(), field, into: &child)
            items.append(child)
            node = .list(items)
            return objection
        }
    }
}

/// Reads and validates a mapping by itself.
package func loadMapping(at path: String, from sources: SiteSources) -> Validation<AlertMapping> {
    let log = FindingLog()
    return Validation(MappingReader(shelf: FileShelf(sources, log: log)).mapping(at: path), log)
}
