import Glibc

/// Standard output without a buffer in between: what follows live events must be seen at once, also through a pipe.
enum Output {
    static func line(_ text: String) { _ = raw(text + "\n") }

    /// Returns false when nobody reads any more.
    static func raw(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { buffer in
            var done = 0
            while done < buffer.count {
                let count = write(STDOUT_FILENO, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }
}
