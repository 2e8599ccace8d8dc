import Glibc

/// Output without a buffer in between: what follows live events must be seen at once, also through a pipe.
enum Output {
    static func line(_ text: String) { raw(text + "\n") }

    /// Returns false when nobody reads any more.
    @discardableResult
    static func raw(_ text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    @discardableResult
    static func bytes(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        var done = 0
        while done < buffer.count {
            // SAFETY: the buffer is the caller's and outlives the call.
            let count = write(descriptor, buffer.baseAddress! + done, buffer.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}
