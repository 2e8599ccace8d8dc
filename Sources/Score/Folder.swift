import Site

/// The files of a folder of recordings.
enum Folder {
    /// The names in it, sorted, without those that begin with a dot; empty when it cannot be read.
    static func names(_ path: String) -> [String] { SiteSources.disk.list(path).filter { !$0.hasPrefix(".") }.sorted() }
}
