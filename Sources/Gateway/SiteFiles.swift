import Site

/// Site files from disk, whichever way a person names them.
package enum SiteFiles {
    /// Reads and validates a site, given its folder or its `site.toml`.
    package static func load(_ path: String) -> SiteOutcome { loadSite(at: file(path), from: .disk) }

    /// The site file that a path means.
    package static func file(_ path: String) -> String {
        if path.hasSuffix(".toml") { return path }
        return (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/site.toml"
    }
}
