import HTTP
import MQTT

/// One lane's way to the platform by HTTPS: a queue of events, and one request on its way.
///
/// *Memory*: the events of the forwarder's window.
struct HTTPSLane {
    /// One event that waits or is on its way.
    struct Event {
        var identifier: Int32
        /// The document as it is sent.
        var payload: [UInt8]
        var path: String
        /// Of a mapped message, which goes alone; nil: a CloudEvents document.
        var mapped: MQTTProperties?
    }

    /// *Units*: bytes. What the review desk and other receivers of CloudEvents take at least. *Source*: CloudEvents 1.0.2, section "Size Limits".
    static let eventBytes = 65_536
    /// *Units*: bytes of one batch.
    static let batchBytes = 1 << 20
    /// *Units*: bytes; a batch is not made smaller than this for a slow line.
    static let leastBytes = 16_384
    /// Refusals of single events in a row, without one that was taken: from then on each costs a wait, since it may be the platform that is at fault.
    static let refusalsAtOnce = 8

    private var queue: [Event] = []
    /// Parts of a batch that was refused as a whole; the first is next.
    private var parts: [[Event]] = []
    private(set) var flying: [Event] = []
    var request: HTTPClient.Identifier?
    /// *Units*: monotonic nanoseconds; nothing is sent before.
    private(set) var retryAt: Int64 = 0
    private var backoff: Backoff
    private var bytesLimit = HTTPSLane.batchBytes
    private var refusalsInRow = 0
    private var sendsBatches = true

    init(ceiling: Int64, seed: UInt64) { backoff = Backoff(base: 1, ceiling: ceiling, seed: seed) }

    /// Nothing waits here and nothing is on its way.
    var isIdle: Bool { request == nil && queue.isEmpty && parts.isEmpty }

    mutating func append(_ event: Event) { queue.append(event) }

    /// The next events to send together: of one path, at most `events` and the bytes of a batch; empty when nothing waits.
    mutating func take(events most: Int) -> [Event] {
        if !parts.isEmpty {
            flying = parts.removeFirst()
            return flying
        }
        guard let first = queue.first else { return [] }
        var (count, bytes) = (1, first.payload.count + 2)
        while count < queue.count, count < most, sendsBatches, first.mapped == nil, queue[count].mapped == nil, queue[count].path == first.path {
            bytes += queue[count].payload.count + 1
            if bytes > bytesLimit { break }
            count += 1
        }
        flying = Array(queue[..<count])
        queue.removeFirst(count)
        return flying
    }

    /// The platform has taken what was on its way. Returns its identifiers.
    mutating func accepted() -> [Int32] {
        defer { flying = [] }
        backoff.reset()
        refusalsInRow = 0
        bytesLimit = min(HTTPSLane.batchBytes, bytesLimit * 2)
        return flying.map(\.identifier)
    }

    /// The platform has refused what was on its way for good. A batch is taken apart, so that only the one that is at fault is lost; of a single event the
    /// identifier is returned.
    mutating func refused(_ now: Int64) -> Int32? {
        defer { flying = [] }
        if flying.count > 1 {
            let middle = flying.count / 2
            parts.insert(contentsOf: [Array(flying[..<middle]), Array(flying[middle...])], at: 0)
            return nil
        }
        refusalsInRow += 1
        if refusalsInRow > HTTPSLane.refusalsAtOnce { retryAt = now + backoff.next() }
        return flying.first?.identifier
    }

    /// The platform knows no batches: from now on each event goes alone.
    mutating func sendAlone() {
        sendsBatches = false
        parts.insert(contentsOf: flying.map { [$0] }, at: 0)
        flying = []
    }

    /// It did not work. Everything here is forgotten: the journal has it.
    ///
    /// - Parameters:
    ///   - seconds: what the platform asked for; nil: a wait of our own, longer from time to time.
    ///   - isSlow: it may have been too much for the line: the next batch is half of it.
    mutating func failed(_ now: Int64, seconds: Int?, isSlow: Bool) {
        if isSlow { bytesLimit = max(HTTPSLane.leastBytes, min(bytesLimit, flying.reduce(0) { $0 + $1.payload.count }) / 2) }
        (queue, parts, flying, request) = ([], [], [], nil)
        wait(now, seconds: seconds)
    }

    /// Sends nothing for a while. A time that the platform has asked for is stretched a little at random, so that a thousand gateways do not come at once.
    mutating func wait(_ now: Int64, seconds: Int?) {
        let own = backoff.next()
        retryAt = max(retryAt, seconds.map { now + Int64($0) * 1_000_000_000 + own % 1_000_000_000 } ?? now + own)
    }
}
