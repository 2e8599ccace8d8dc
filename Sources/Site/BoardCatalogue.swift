/// The boards of a folder.
package struct BoardCatalogue: Sendable {
    /// One file of the folder.
    package struct Entry: Equatable, Sendable {
        /// What a site writes as `[board] type`.
        package var type: String
        package var board: Board
        /// Where it was read.
        package var path: String
    }

    /// *Limit*: files that are looked at.
    private static let limit = 1000

    /// By type.
    package var entries: [Entry] = []
    /// What is wrong with files that cannot be used.
    package var findings: [Finding] = []

    /// Reads every board file of a folder; a broken one keeps no other from being known.
    package init(folder: String, from sources: SiteSources) {
        for name in sources.list(folder).filter({ $0.hasSuffix(".toml") }).sorted().prefix(BoardCatalogue.limit) {
            let path = folder + "/" + name
            switch loadBoard(at: path, from: sources) {
            case .valid(let board, _): entries.append(Entry(type: FilePath.stem(of: name), board: board, path: path))
            case .invalid(let findings): self.findings += findings
            }
        }
    }

    /// The file that is made for a board: the one that knows the most exact of its names. nil: none knows any.
    ///
    /// A file without names fits any board, and so says nothing.
    package func entry(for identity: BoardIdentity) -> Entry? {
        for name in identity.compatible {
            if let entry = entries.first(where: { $0.board.compatible.contains(name) }) { return entry }
        }
        return nil
    }
}
