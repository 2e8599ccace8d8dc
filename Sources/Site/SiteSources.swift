/// What came of reading a file.
package enum FileContent: Equatable, Sendable {
    case bytes([UInt8])
    case absent
    /// Larger than `SiteSources.fileLimit`.
    case tooLarge
    /// Why not, in the system's words.
    case unreadable(String)
}

/// Where the files of a site come from: the disk, or memory in tests and in a push that is checked before it is sent.
package struct SiteSources: Sendable {
    /// *Units*: bytes. A site of a thousand devices stays below a fifth of it.
    package static let fileLimit = 1 << 20

    /// The content of the file at a path.
    package var read: @Sendable (_ path: String) -> FileContent
    /// The names of the files in a folder, in any order; empty where there is no such folder. Used for hints only.
    package var list: @Sendable (_ folder: String) -> [String]

    package init(read: @escaping @Sendable (String) -> FileContent, list: @escaping @Sendable (String) -> [String]) {
        self.read = read
        self.list = list
    }

    /// Files that exist in memory only, by their paths (`sites/a/site.toml`).
    package static func memory(_ files: [String: String]) -> SiteSources {
        SiteSources(
            read: { path in
                guard let text = files[path] else { return .absent }
                return text.utf8.count > fileLimit ? .tooLarge : .bytes(Array(text.utf8))
            },
            list: { folder in
                let prefix = folder + "/"
                return files.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }.map {
                    String($0.dropFirst(prefix.count))
                }
            })
    }
}
