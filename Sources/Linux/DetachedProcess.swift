internal import CLinux
import Glibc

/// Programs that outlive whoever started them.
package enum DetachedProcess {
    /// Starts a program in a session of its own, under a small supervisor that starts it again when a signal ends it.
    ///
    /// - Parameters:
    ///   - arguments: the program's path first.
    ///   - log: a file that its output is appended to.
    /// - Returns: whether the supervisor runs.
    package static func start(_ arguments: [String], log: String, restarts: Int) -> Bool {
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        // SAFETY: the texts live through the call; the child copies what it needs by exec.
        return bamai_start_supervised(arguments[0], &words, log, Int32(clamping: restarts)) == 0
    }

    /// The path of this program.
    package static var ownPath: String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        // SAFETY: readlink writes at most the buffer's length and no terminator.
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
