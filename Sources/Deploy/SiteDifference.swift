/// What a push would change: the repository's files beside those on the board's disk.
package struct SiteDifference: Equatable, Sendable {
    /// One file that is not the same on both sides.
    package struct File: Equatable, Sendable {
        /// What a push does with it.
        package enum Kind: String, Sendable { case added, removed, changed }
        package var path: String
        package var kind: Kind
    }

    package var files: [File]

    /// - Parameters:
    ///   - new: what is to be sent.
    ///   - old: what lies there; nil: nothing.
    package init(new: Manifest, old: Manifest?) {
        let before = Dictionary(uniqueKeysWithValues: (old?.files ?? []).map { ($0.path, $0.hash) })
        let after = Dictionary(uniqueKeysWithValues: new.files.map { ($0.path, $0.hash) })
        var files: [File] = []
        for path in Set(before.keys).union(after.keys).sorted() where before[path] != after[path] {
            files.append(File(path: path, kind: before[path] == nil ? .added : after[path] == nil ? .removed : .changed))
        }
        self.files = files
    }

    /// `2 files differ: west/site.toml, profiles/lifeline-cn.toml (new)`.
    package var sentence: String {
        guard !files.isEmpty else { return "no file differs" }
        let names = files.prefix(4).map { $0.path + ($0.kind == .added ? " (new)" : $0.kind == .removed ? " (gone)" : "") }
        let rest = files.count > 4 ? " and \(files.count - 4) more" : ""
        return "\(files.count) \(files.count == 1 ? "file differs" : "files differ"): \(names.joined(separator: ", "))\(rest)"
    }

    /// The lines of a text that differ, as `diff -u` shows them, with three lines around.
    ///
    /// *Complexity*: that of the standard library's difference, for files of at most `lineLimit` lines; longer ones are only said to differ.
    package static func lines(old: [UInt8], new: [UInt8]) -> [String] {
        let before = split(old)
        let after = split(new)
        guard max(before.count, after.count) <= lineLimit else { return ["(too long to be shown line by line)"] }
        var removed = Set<Int>()
        var inserted = Set<Int>()
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var merged: [(mark: Character, text: String)] = []
        var (left, right) = (0, 0)
        while left < before.count || right < after.count {
            if left < before.count, removed.contains(left) {
                merged.append(("-", before[left]))
                left += 1
            } else if right < after.count, inserted.contains(right) {
                merged.append(("+", after[right]))
                right += 1
            } else {
                merged.append((" ", before[left]))
                (left, right) = (left + 1, right + 1)
            }
        }
        var shown: [String] = []
        var last = -1
        for index in merged.indices {
            let around = merged[max(0, index - 3)...min(merged.count - 1, index + 3)]
            guard around.contains(where: { $0.mark != " " }) else { continue }
            if index > last + 1, last >= 0 { shown.append("…") }
            last = index
            shown.append("\(merged[index].mark) \(merged[index].text)")
        }
        return shown
    }

    static let lineLimit = 5000

    private static func split(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
