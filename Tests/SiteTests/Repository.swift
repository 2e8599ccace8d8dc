import Glibc

@testable import Site

/// The package's own files, found from this file's place.
enum Repository {
    /// The package's root folder.
    static let root: String = {
        var path = #filePath
        for _ in 0..<3 { path = FilePath.folder(of: path) }
        return path
    }()

    static func path(_ relative: String) -> String { root + "/" + relative }

    static func text(_ relative: String) throws -> String {
        guard case .bytes(let bytes) = SiteSources.disk.read(path(relative)) else { throw Missing(path: relative) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names in a folder of the package, sorted.
    static func names(in relative: String) -> [String] { SiteSources.disk.list(path(relative)).sorted() }

    static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    struct Missing: Error {
        var path: String
    }
}
