import Site

/// Site files from disk.
package enum SiteFiles {
    /// *Units*: bytes. A little more than the site allows, so that it can say that a file is too large.
    static let limit = (1 << 20) + 1

    /// Reads and validates a site.
    package static func load(_ path: String) -> SiteOutcome { loadSite(at: path) { SmallFile.read($0, limit: limit) } }

    /// Reads and validates a board's file.
    package static func loadBoard(_ path: String) -> Result<Board, BoardProblem> { Site.loadBoard(at: path) { SmallFile.read($0, limit: limit) } }
}
