import Glibc
import Lifeline

/// Looks for segments and series on the single pages of a damaged file, without the tree that led to them.
///
/// For what a broken root, a broken inner page or a broken schema hides. A leaf page tells all about its rows; the checksum of a segment tells whether
/// it was put together rightly. Pages that retention had freed may still hold segments: they come back too, which does no harm.
/// *Source*: https://www.sqlite.org/fileformat2.html. *Isolation*: one thread.
final class SalvagePages {
    /// A segment that was found; its body is in `bytes`.
    struct Segment {
        var first: Sequence64
        var count: UInt64
        var received: ClosedRange<Timestamp>
        var bytes: [UInt8]
    }

    /// *Units*: bytes of one segment's row; a greater one is none.
    private static let payloadLimit = 4 << 20
    /// Pages on which series are looked for: they are the first that a journal writes.
    private static let seriesPages = 4096
    /// *Units*: bytes of the number types 0 … 9.
    private static let sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

    /// Pages of the file, numbered from 1.
    let count: Int
    private let descriptor: Int32
    private let pageSize: Int
    private let decoder = SegmentDecoder()
    private var readings: [Reading] = []
    private var page: [UInt8]
    private var overflow: [UInt8]

    /// nil when the file cannot be opened. The page size is that of the header, or where that is broken, that of our files.
    init?(path: String) {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        descriptor = opened
        var header = [UInt8](repeating: 0, count: 18)
        let read = header.withUnsafeMutableBytes { pread(opened, $0.baseAddress, $0.count, 0) }
        let stated = Int(header[16]) << 8 | Int(header[17])
        let isHeader = read == header.count && header.starts(with: Array("SQLite format 3\0".utf8))
        pageSize = isHeader && stated >= 512 && stated & (stated - 1) == 0 ? stated : 1024
        count = Int(clamping: JournalFiles.size(path)) / pageSize
        page = [UInt8](repeating: 0, count: pageSize)
        overflow = page
    }

    deinit { close(descriptor) }

    /// Whether one of the first pages holds a segment: the file is one of ours.
    var isPromising: Bool {
        for number in 1...512 where number < count && !segments(on: number + 1).isEmpty { return true }
        return false
    }

    /// Series that are found on the first pages, by number. A series never changes, so that an old page is as good as a new one.
    func series() -> [(id: Int64, key: String)] {
        var found: [UInt64: String] = [:]
        for number in 2...Self.seriesPages where number <= count {
            for row in rows(on: number) where row.columns.count == 2 && row.id >= 1 && row.id <= UInt64(SQLiteJournal.seriesLimit) {
                let (number, text) = (row.columns[0], row.columns[1])
                guard number.kind == 0, text.kind >= 13, text.kind % 2 == 1, text.place.count <= SQLiteJournal.keyLimit else { continue }
                found[row.id] = String(decoding: row.payload[text.place], as: UTF8.self)
            }
        }
        return found.sorted { $0.key < $1.key }.map { (Int64($0.key), $0.value) }
    }

    /// The whole segments whose rows are on a page; none when it is no leaf, or cannot be read.
    func segments(on number: Int) -> [Segment] { rows(on: number).compactMap(segment) }

    /// A row of any table.
    private struct Row {
        var id: UInt64
        var payload: [UInt8]
        /// Type and place of each column. *Source*: section 2.1 of the format.
        var columns: [(kind: UInt64, place: Range<Int>)]
    }

    private func rows(on number: Int) -> [Row] {
        guard load(number, into: &page), page[0] == 0x0d else { return [] }
        let cells = Int(page[3]) << 8 | Int(page[4])
        guard cells >= 1, 8 + 2 * cells <= pageSize else { return [] }
        return (0..<cells).compactMap { index in
            let place = Int(page[8 + 2 * index]) << 8 | Int(page[9 + 2 * index])
            return place >= 8 + 2 * cells ? row(at: place) : nil
        }
    }

    private func row(at place: Int) -> Row? {
        var position = place
        guard let size = Self.varint(page, &position), let id = Self.varint(page, &position), id > 0, id < 1 << 53 else { return nil }
        guard size > 2, size <= Self.payloadLimit, let payload = payload(Int(size), at: position) else { return nil }
        guard let columns = Self.columns(of: payload) else { return nil }
        return Row(id: id, payload: payload, columns: columns)
    }

    private func segment(_ row: Row) -> Segment? {
        guard row.columns.count == 7, let body = row.columns.last, body.kind >= 12, body.kind % 2 == 0 else { return nil }
        let (kind, place) = row.columns[1]
        let declared = kind == 9 ? 1 : row.payload[place].reduce(0) { $0 << 8 | UInt64($1) }
        let isWhole = row.payload.withUnsafeBytes { lent in
            (try? decoder.decode(UnsafeRawBufferPointer(rebasing: lent[body.place]), into: &readings)) != nil
        }
        guard kind <= 9, isWhole, UInt64(readings.count) == declared, let reading = readings.first else { return nil }
        var received = reading.received...reading.received
        for reading in readings { received = min(received.lowerBound, reading.received)...max(received.upperBound, reading.received) }
        return Segment(first: row.id, count: declared, received: received, bytes: Array(row.payload[body.place]))
    }

    private func load(_ number: Int, into buffer: inout [UInt8]) -> Bool {
        guard number >= 1 && number <= count else { return false }
        let offset = off_t(number - 1) * off_t(pageSize)
        return buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) } == pageSize
    }

    /// The bytes of a row, from this page and those that follow it.
    private func payload(_ size: Int, at position: Int) -> [UInt8]? {
        var local = size
        if size > pageSize - 35 {
            let least = (pageSize - 12) * 32 / 255 - 23
            let fitting = least + (size - least) % (pageSize - 4)
            local = fitting <= pageSize - 35 ? fitting : least
        }
        guard position + local + (local < size ? 4 : 0) <= pageSize else { return nil }
        var payload = Array(page[position..<position + local])
        var next = local < size ? Self.pageNumber(page, position + local) : 0
        while payload.count < size {
            guard load(next, into: &overflow) else { return nil }
            payload.append(contentsOf: overflow[4..<min(pageSize, 4 + size - payload.count)])
            next = Self.pageNumber(overflow, 0)
        }
        return payload
    }

    private static func pageNumber(_ bytes: [UInt8], _ place: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) } }

    /// Nil when the bytes are no row of at most ten columns.
    private static func columns(of payload: [UInt8]) -> [(kind: UInt64, place: Range<Int>)]? {
        var position = 0
        guard let header = varint(payload, &position), header <= payload.count else { return nil }
        var place = Int(header)
        var columns: [(kind: UInt64, place: Range<Int>)] = []
        while position < Int(header), columns.count < 10 {
            guard let kind = varint(payload, &position), kind < 1 << 32, kind != 10, kind != 11 else { return nil }
            let size = kind >= 12 ? Int(kind - 12) / 2 : sizes[Int(kind)]
            guard place + size <= payload.count else { return nil }
            columns.append((kind, place..<place + size))
            place += size
        }
        return position == Int(header) && place == payload.count ? columns : nil
    }

    /// SQLite's varint: big end first, nine bytes at most.
    private static func varint(_ bytes: [UInt8], _ position: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            if index == 8 { return value << 8 | UInt64(byte) }
            value = value << 7 | UInt64(byte & 0x7f)
            if byte < 0x80 { return value }
        }
        return nil
    }
}
