import Glibc

/// Folders that files of ours need.
enum Folder {
    /// The folder that a path is in.
    static func above(_ path: String) -> String {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return folder.isEmpty ? "/" : folder
    }

    /// Makes the folders above a path, as far as they are missing; what cannot be made shows when the file is opened.
    static func make(for path: String) {
        var folder = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o750)
        }
    }
}
