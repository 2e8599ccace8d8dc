/// The bytes of one simulated file, in pieces that copies share: a copy of a disk costs little, and a write after it copies one piece.
struct DiskBytes: Sendable, Equatable {
    private static let pieceSize = 16_384

    /// Each of `pieceSize` bytes; those behind `count` are zero.
    private var pieces: [[UInt8]] = []
    /// *Units*: bytes.
    private(set) var count = 0

    /// Writes behind the end leave a hole of zeros.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard !bytes.isEmpty else { return }
        grow(to: offset + bytes.count)
        var done = 0
        while done < bytes.count {
            let place = (offset + done) % Self.pieceSize
            let length = min(bytes.count - done, Self.pieceSize - place)
            let part = UnsafeRawBufferPointer(rebasing: bytes[done..<done + length])
            pieces[(offset + done) / Self.pieceSize].withUnsafeMutableBytes { piece in
                UnsafeMutableRawBufferPointer(rebasing: piece[place..<place + length]).copyMemory(from: part)
            }
            done += length
        }
    }

    /// Fills `target` as far as there are bytes and returns how many there were; the rest is untouched.
    func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        let wanted = max(0, min(target.count, count - offset))
        var done = 0
        while done < wanted {
            let place = (offset + done) % Self.pieceSize
            let length = min(wanted - done, Self.pieceSize - place)
            let part = UnsafeMutableRawBufferPointer(rebasing: target[done..<done + length])
            pieces[(offset + done) / Self.pieceSize].withUnsafeBytes { piece in
                part.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[place..<place + length]))
            }
            done += length
        }
        return wanted
    }

    /// Cuts, or grows with zeros.
    mutating func truncate(to size: Int) {
        guard size < count else {
            grow(to: size)
            return
        }
        let used = (size + Self.pieceSize - 1) / Self.pieceSize
        pieces.removeLast(pieces.count - used)
        let place = size % Self.pieceSize
        // What is cut must not come back when the file grows again.
        if place > 0 {
            pieces[used - 1].withUnsafeMutableBytes { piece in
                _ = UnsafeMutableRawBufferPointer(rebasing: piece[place...]).initializeMemory(as: UInt8.self, repeating: 0)
            }
        }
        count = size
    }

    /// All of it, for tests that look at a file.
    var all: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { target, written in
            written = read(into: UnsafeMutableRawBufferPointer(target), at: 0)
        }
    }

    private mutating func grow(to size: Int) {
        guard size > count else { return }
        let needed = (size + Self.pieceSize - 1) / Self.pieceSize
        while pieces.count < needed { pieces.append([UInt8](repeating: 0, count: Self.pieceSize)) }
        count = size
    }
}
