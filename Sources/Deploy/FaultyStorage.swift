#if DEBUG
    import Glibc

    /// The board's disk in a debug build whose environment asks for a fault: what tests of whole processes need to die, or to be refused, at each step in turn.
    ///
    /// `BAMAI_STORAGE_FAULT="<file> <n> <fault>"`: the file counts the steps of all processes of the board, one byte each. At the n-th step `kill` ends the
    /// process and `cut` its whole process group, before the step is done; with `full` the n-th and all later steps that need room are refused until the
    /// reserve was given back. A release has nothing of this.
    final class FaultyStorage: BoardStorage {
        private let disk: DiskStorage
        private let counter: String
        private let at: Int
        private let fault: String

        /// nil where no fault is asked for.
        init?(root: String) {
            guard let words = getenv("BAMAI_STORAGE_FAULT").map({ String(cString: $0).split(separator: " ") }), words.count == 3,
                let at = Int(words[1])
            else { return nil }
            (disk, counter, self.at, fault) = (DiskStorage(root: root), String(words[0]), at, String(words[2]))
        }

        private func step(needsRoom: Bool) throws(StorageFailure) {
            let descriptor = open(counter, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var byte: UInt8 = 46
            // SAFETY: one byte that lives through the call.
            _ = Glibc.write(descriptor, &byte, 1)
            var found = stat()
            fstat(descriptor, &found)
            let count = Int(found.st_size)
            switch fault {
            case "kill" where count == at: raise(SIGKILL)
            case "cut" where count >= at: Glibc.kill(0, SIGKILL)
            case "full" where count >= at && needsRoom && access(counter + ".room", F_OK) != 0:
                throw StorageFailure("write: \(String(cString: strerror(ENOSPC)))")
            default: break
            }
        }

        func read(_ path: String, limit: Int) -> [UInt8]? { disk.read(path, limit: limit) }
        func list(_ path: String) -> [String] { disk.list(path) }
        func destination(of path: String) -> String? { disk.destination(of: path) }

        func makeFolder(_ path: String) throws(StorageFailure) {
            try step(needsRoom: true)
            try disk.makeFolder(path)
        }

        func write(_ path: String, _ bytes: [UInt8]) throws(StorageFailure) {
            try step(needsRoom: true)
            try disk.write(path, bytes)
        }

        func sync(_ path: String) throws(StorageFailure) {
            try step(needsRoom: false)
            try disk.sync(path)
        }

        func rename(_ from: String, to: String) throws(StorageFailure) {
            try step(needsRoom: false)
            try disk.rename(from, to: to)
        }

        func link(_ path: String, to destination: String) throws(StorageFailure) {
            try step(needsRoom: true)
            try disk.link(path, to: destination)
        }

        func remove(_ path: String) throws(StorageFailure) {
            try step(needsRoom: false)
            let givesRoom = path == "reserve" && disk.read(path, limit: BoardFolder.reserveBytes) != nil
            try disk.remove(path)
            if givesRoom { close(open(counter + ".room", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)) }
        }
    }
#endif

extension DiskStorage {
    /// The disk below a board's root, as it is.
    package static func forBoard(_ root: String) -> any BoardStorage {
        #if DEBUG
            if let faulty = FaultyStorage(root: root) { return faulty }
        #endif
        return DiskStorage(root: root)
    }
}
