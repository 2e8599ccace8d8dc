import Glibc

/// A file of text, read whole.
enum SmallText {
    /// *Units*: bytes. A year of readings every second, with room to spare.
    static let limit = 1 << 30

    /// The file's bytes, or why not, in words.
    static func read(_ path: String) -> Result<[UInt8], RecordingProblem> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(RecordingProblem(text: "\(path): \(String(cString: strerror(errno)))")) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            // SAFETY: the block lives through the call and is as long as said.
            let count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return .failure(RecordingProblem(text: "\(path): \(String(cString: strerror(errno)))")) }
            if count == 0 { return .success(bytes) }
            guard bytes.count + count <= limit else { return .failure(RecordingProblem(text: "\(path) is larger than 1 GiB")) }
            bytes += block[..<count]
        }
    }
}
