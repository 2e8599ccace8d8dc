import Foundation

/// The project's own files, read once.
enum Tree {
    struct File {
        /// From the project's root: `Sources/Pulse/Verdict.swift`.
        var path: String
        var lines: [Substring]
        var room: String { String(path.split(separator: "/")[1]) }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func files(under folder: String, endings: [String]) -> [File] {
        let start = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: start.path) else { return [] }
        var files: [File] = []
        for case let name as String in walk where endings.contains(where: { name.hasSuffix($0) }) {
            guard let text = try? String(contentsOf: start.appendingPathComponent(name), encoding: .utf8) else { continue }
            files.append(File(path: folder + "/" + name, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
        }
        return files.sorted { $0.path < $1.path }
    }

    static let sources = files(under: "Sources", endings: [".swift"])
    static let tests = files(under: "Tests", endings: [".swift"])
    static let native = files(under: "Sources", endings: [".c", ".cpp", ".h"])
}
