import Deploy

/// A disk in memory whose power goes at a chosen step. What was not synced may then be there, be missing, or be torn.
///
/// Each folder keeps two lists of names: what programs see, and what the last sync of that folder made durable; each file keeps its bytes in the same way.
final class CuttingStorage: BoardStorage {
    final class Node {
        enum Kind { case file, folder, link }
        let kind: Kind
        var bytes: [UInt8] = []
        var durableBytes: [UInt8]?
        var destination = ""
        var names: [String: Node] = [:]
        var durableNames: [String: Node] = [:]
        /// The states of the names since the last sync, the oldest first.
        var journal: [[String: Node]] = []
        init(_ kind: Kind) { self.kind = kind }
    }

    struct PowerCut: Error {}

    /// What becomes of what was not synced.
    enum Fate: CaseIterable { case lost, kept, namesOnly, torn, firstOnly }

    private(set) var root = Node(.folder)
    private(set) var steps = 0
    /// The step that is not done any more, nor any after it.
    var cutAt = Int.max
    var isCut: Bool { steps >= cutAt }

    private func step() throws(StorageFailure) {
        if steps >= cutAt { throw StorageFailure("the power is gone") }
        steps += 1
    }

    private func node(_ path: String) -> Node? {
        var node = root
        for part in path.split(separator: "/") {
            guard let next = node.names[String(part)] else { return nil }
            node = next
        }
        return node
    }

    private func place(_ path: String) throws(StorageFailure) -> (Node, String) {
        let parts = path.split(separator: "/")
        guard let folder = node(parts.dropLast().joined(separator: "/")), folder.kind == .folder else {
            throw StorageFailure("no folder for \(path)")
        }
        return (folder, String(parts.last!))
    }

    private func change(_ folder: Node, _ body: (inout [String: Node]) -> Void) {
        body(&folder.names)
        folder.journal.append(folder.names)
    }

    func read(_ path: String, limit: Int) -> [UInt8]? { node(path).flatMap { $0.kind == .file && $0.bytes.count <= limit ? $0.bytes : nil } }
    func list(_ path: String) -> [String] { node(path).map { Array($0.names.keys) } ?? [] }
    func destination(of path: String) -> String? { node(path).flatMap { $0.kind == .link ? $0.destination : nil } }

    func makeFolder(_ path: String) throws(StorageFailure) {
        let (folder, name) = try place(path)
        if folder.names[name] != nil { return }
        try step()
        change(folder) { $0[name] = Node(.folder) }
    }

    func write(_ path: String, _ bytes: [UInt8]) throws(StorageFailure) {
        let (folder, name) = try place(path)
        try step()
        let file = folder.names[name] ?? Node(.file)
        file.bytes = bytes
        if folder.names[name] == nil { change(folder) { $0[name] = file } }
    }

    func sync(_ path: String) throws(StorageFailure) {
        guard let node = node(path) else { throw StorageFailure("no \(path)") }
        try step()
        if node.kind == .file { node.durableBytes = node.bytes }
        (node.durableNames, node.journal) = (node.names, [])
    }

    func rename(_ from: String, to: String) throws(StorageFailure) {
        let (source, old) = try place(from)
        let (folder, new) = try place(to)
        guard let moved = source.names[old], source === folder else { throw StorageFailure("no \(from)") }
        try step()
        change(folder) {
            $0[old] = nil
            $0[new] = moved
        }
    }

    func link(_ path: String, to destination: String) throws(StorageFailure) {
        let (folder, name) = try place(path)
        guard folder.names[name] == nil else { throw StorageFailure("\(path) is there") }
        try step()
        let link = Node(.link)
        link.destination = destination
        change(folder) { $0[name] = link }
    }

    func remove(_ path: String) throws(StorageFailure) {
        guard node(path) != nil else { return }
        let (folder, name) = try place(path)
        for child in list(path) { try remove(path + "/" + child) }
        try step()
        change(folder) { $0[name] = nil }
    }

    /// The same disk after the power came back.
    func afterCut(_ fate: Fate) -> CuttingStorage {
        let next = CuttingStorage()
        next.root = CuttingStorage.settled(root, fate)
        return next
    }

    private static func settled(_ node: Node, _ fate: Fate) -> Node {
        let result = Node(node.kind)
        result.destination = node.destination
        switch fate {
        case .kept: result.bytes = node.bytes
        case .torn where node.durableBytes != node.bytes: result.bytes = Array(node.bytes.prefix(node.bytes.count / 2))
        default: result.bytes = node.durableBytes ?? []
        }
        result.durableBytes = result.bytes
        let names: [String: Node]
        switch fate {
        case .lost: names = node.durableNames
        case .firstOnly: names = node.journal.first ?? node.durableNames
        case .kept, .namesOnly, .torn: names = node.names
        }
        for (name, child) in names { result.names[name] = settled(child, fate) }
        result.durableNames = result.names
        return result
    }
}
