import Lifeline

/// The generations of one board, the link that says which runs, and the transaction that changes it.
///
/// ```
/// generations/41/manifest.json   generations/41/files/west/site.toml   generations/41/files/profiles/…
/// current -> generations/41/files/west
/// transaction.json
/// ```
///
/// The daemon is started with `current`, resolves it once at each load, and so never mixes two generations.
///
/// *Isolation*: one process at a time; whoever uses it holds the board's lock.
package struct BoardStore {
    package let storage: any BoardStorage

    /// Generations that are kept beside the one that runs and those of an open change.
    package static let keep = 20

    package init(_ storage: any BoardStorage) { self.storage = storage }

    // MARK: - What is there

    /// The numbers of the generations that are whole, or look it: a folder is renamed into its place only when it is durable.
    package var numbers: [Int] { storage.list("generations").compactMap(BoardStore.number).sorted() }

    /// Only the way that we write them: no sign, no leading zero.
    private static func number(_ name: String) -> Int? { Int(name).flatMap { $0 > 0 && "\($0)" == name ? $0 : nil } }

    /// A generation's manifest; nil where it is missing or torn.
    package func manifest(_ number: Int) -> Manifest? {
        storage.read("generations/\(number)/manifest.json", limit: Manifest.ownLimit).flatMap { Manifest(json: $0) }
    }

    /// The first file of a generation that is not what its manifest says, or what is wrong with the manifest; nil where all is whole.
    package func flaw(_ number: Int) -> String? {
        guard let manifest = manifest(number) else { return "generation \(number) has no whole manifest" }
        for file in manifest.files {
            guard let bytes = storage.read("generations/\(number)/files/\(file.path)", limit: Manifest.byteLimit) else {
                return "\(file.path) is missing"
            }
            if bytes.count != file.size || SHA256.hex(bytes) != file.hash { return "\(file.path) was changed" }
        }
        return nil
    }

    /// The generation that `current` means; nil where it means none.
    package var current: Int? {
        guard let parts = storage.destination(of: "current")?.split(separator: "/"), parts.count >= 2, parts[0] == "generations" else { return nil }
        return BoardStore.number(String(parts[1]))
    }

    /// The open or the last change.
    package var transaction: Transaction? { storage.read("transaction.json", limit: 16 << 10).flatMap { Transaction(json: $0) } }

    // MARK: - Changes

    /// Lays a generation out and makes it durable; `current` stays. The same files as an existing whole generation are that generation.
    ///
    /// - Returns: its number.
    package func add(_ manifest: Manifest, _ contents: [String: [UInt8]]) throws(StorageFailure) -> Int {
        if let objection = manifest.objection { throw StorageFailure(objection) }
        for file in manifest.files {
            guard let bytes = contents[file.path], bytes.count == file.size, SHA256.hex(bytes) == file.hash else {
                throw StorageFailure("\(file.path) did not arrive as it was sent")
            }
        }
        let known = numbers
        if let same = known.last(where: { self.manifest($0)?.hash == manifest.hash && flaw($0) == nil }) { return same }
        let number = (known.last ?? 0) + 1
        try storage.makeFolder("generations")
        try storage.sync("")
        let draft = "generations/.draft"
        try storage.remove(draft)
        try storage.makeFolder(draft)
        var folders: Set<String> = [draft, draft + "/files"]
        try storage.makeFolder(draft + "/files")
        for file in manifest.files {
            var folder = draft + "/files"
            for part in file.path.split(separator: "/").dropLast() {
                folder += "/" + part
                if folders.insert(folder).inserted { try storage.makeFolder(folder) }
            }
            let path = draft + "/files/" + file.path
            try storage.write(path, contents[file.path]!)
            try storage.sync(path)
        }
        try storage.write(draft + "/manifest.json", manifest.json)
        try storage.sync(draft + "/manifest.json")
        for folder in folders.sorted(by: >) { try storage.sync(folder) }
        try storage.rename(draft, to: "generations/\(number)")
        try storage.sync("generations")
        return number
    }

    /// Points `current` at a generation, atomically and durably. Nothing is written where it points there already.
    package func point(to number: Int) throws(StorageFailure) {
        guard let manifest = manifest(number) else { throw StorageFailure("generation \(number) has no whole manifest") }
        let destination = "generations/\(number)/files/\(manifest.site)"
        if storage.destination(of: "current") != destination {
            try storage.remove("current.new")
            try storage.link("current.new", to: destination)
            try storage.rename("current.new", to: "current")
        }
        // Also where it pointed there before: whoever renamed it may have died before the name was durable.
        try storage.sync("")
    }

    /// Stores a transaction: whole and durable, or as it was.
    package func store(_ transaction: Transaction) throws(StorageFailure) {
        try storage.write("transaction.new", transaction.json)
        try storage.sync("transaction.new")
        try storage.rename("transaction.new", to: "transaction.json")
        try storage.sync("")
    }

    /// Takes an event into the stored transaction: stored first, then `current`. What is left to do (`reload`) is returned.
    package func take(_ event: Transaction.Event, now: Int64) throws(StorageFailure) -> [Transaction.Action] {
        guard var next = transaction else { return [] }
        let before = next
        let actions = next.step(event, now: now)
        // Until a final phase has its link in place it is not final: the link first, then the word.
        let isLast = next.phase.isFinal && !before.phase.isFinal
        if !isLast && next != before { try store(next) }
        for case .point(let number) in actions { try point(to: number) }
        if isLast { try store(next) }
        return actions.filter { $0 == .reload }
    }

    /// Removes the oldest generations beyond `keep`, never the one that runs nor one that an open change may need.
    package func prune() throws(StorageFailure) {
        var needed: Set<Int> = []
        if let current { needed.insert(current) }
        if let transaction { needed.formUnion([transaction.from, transaction.to, transaction.target] + transaction.fallbacks) }
        let spare = numbers.filter { !needed.contains($0) }
        for number in spare.dropLast(BoardStore.keep) { try remove(number) }
    }

    /// Removes one generation. Precondition: nothing means it.
    func remove(_ number: Int) throws(StorageFailure) {
        // Out of sight in one step, so that a half removed one is never taken for a generation.
        try storage.remove("generations/.gone")
        try storage.rename("generations/\(number)", to: "generations/.gone")
        try storage.sync("generations")
        try storage.remove("generations/.gone")
    }
}
