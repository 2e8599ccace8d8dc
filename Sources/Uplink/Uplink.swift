import HTTP
import Journal
import Lifeline
import Linux
import MQTT
import Site
import Synchronization

/// The way to the platform: a thread of its own, fed from the journal and from nothing else.
///
/// Alerts first, always; readings when no alert waits. At least once: what was on its way when a connection ended is sent again, under the same ids.
///
/// *Isolation*: the methods here may be called from any thread.
package final class Uplink: Sendable {
    /// What both threads see.
    struct Shared: Sendable {
        var status = UplinkStatus()
        var acknowledged: [Lane: UInt64] = [:]
        /// At most `DeadLetter.limit`.
        var deadLetters: [DeadLetter] = []
        /// Decisions that the owner has not taken yet, and what it said of those that it took; nil: nothing yet.
        var offers: [DecisionOffer] = []
        var answer: Bool?
        /// The owner is asked for the gateway's status; what it gave.
        var wantsStatus = false
        var statusDocument: [UInt8]?
        var isStopping = false
        var mustReopen = false
    }

    private let port: UplinkPort
    private let thread: NativeThread

    /// Starts the thread of an uplink by MQTT.
    ///
    /// - Parameters:
    ///   - options: how to connect.
    ///   - openReader: makes the reading end that the thread will use; called on it, and again after a failure of the store.
    ///   - secrets: those of the platform's mapping, by name.
    ///   - seed: for the jitter of reconnecting.
    package init(
        platform: PlatformConfiguration, options: MQTTOptions, gateway: String, utcOffsetSeconds: Int, secrets: [String: String] = [:], seed: UInt64,
        openReader: @escaping @Sendable () throws(JournalError) -> any JournalReader
    ) throws(SystemError) {
        let setting = UplinkSetting(
            platform: platform, gateway: gateway, utcOffsetSeconds: utcOffsetSeconds, secrets: secrets, seed: seed, openReader: openReader)
        let port = try UplinkPort()
        let attempt = try BackgroundCall<Result<MQTTConnection, MQTTError>>()
        self.port = port
        thread = try NativeThread(name: "bamai-uplink") {
            let worker = UplinkWorker(setting: setting, options: options, feed: UplinkFeed(setting: setting, port: port), attempt: attempt)
            // A connection knows its worker weakly: it is to live for as long as it runs, not until it is last named.
            withExtendedLifetime(worker) { worker.run() }
        }
    }

    /// Starts the thread of an uplink by HTTPS. Parameters as above.
    package init(
        platform: PlatformConfiguration, server: HTTPSConfiguration, options: HTTPOptions, gateway: String, utcOffsetSeconds: Int,
        secrets: [String: String] = [:], seed: UInt64, openReader: @escaping @Sendable () throws(JournalError) -> any JournalReader
    ) throws(SystemError) {
        let setting = UplinkSetting(
            platform: platform, gateway: gateway, utcOffsetSeconds: utcOffsetSeconds, secrets: secrets, seed: seed, openReader: openReader)
        let port = try UplinkPort()
        self.port = port
        thread = try NativeThread(name: "bamai-uplink") {
            let feed = UplinkFeed(setting: setting, port: port)
            guard let link = HTTPSLink(options, gateway: gateway, batchEvents: server.window, seed: seed) else {
                return port.update { $0.lastError = "libcurl.so.4 cannot be loaded: install the package libcurl4 and restart bamaid" }
            }
            HTTPSWorker(setting: setting, window: server.window, feed: feed, link: link).run()
        }
    }

    /// Something was committed. Cheap, and many calls are one.
    package func wake() { port.wake.signal() }

    /// The journal was opened anew, perhaps as another file: what the thread holds open is of the past.
    package func reopenJournal() { port.reopenJournal() }

    /// Readable when `takeAcknowledged` has something.
    package var ackDescriptor: Int32 { port.ack.descriptor }

    /// The newest positions that the platform acknowledged since the last call.
    package func takeAcknowledged() -> [Lane: UInt64] { port.takeAcknowledged() }

    /// What the platform will never take, since the last call. Ask after `takeAcknowledged`: then nothing is missing that a cursor has passed.
    package func takeDeadLetters() -> [DeadLetter] { port.takeDeadLetters() }

    /// Decisions that came from the platform, oldest first, at most `DecisionOffer.limit`. Nothing more comes before `answerDecisions`.
    package func takeDecisions() -> [DecisionOffer] { port.takeOffers() }

    /// The decisions that were taken are durable, or known already: now the platform is told that they arrived. false: they are not, and come again.
    package func answerDecisions(areDurable: Bool) { port.answer(areDurable) }

    /// Whether the gateway's status is to be given now, for the platform; true once for each time that it is due.
    package func takeStatusRequest() -> Bool { port.takeStatusRequest() }

    /// The gateway's status for the platform: a JSON document of at most `statusBytesLimit`; a longer one is not sent.
    package func give(status document: [UInt8]) { port.give(status: document) }

    /// *Units*: bytes.
    package static let statusBytesLimit = StatusTurn.bytesLimit

    /// What to show of it.
    package var status: UplinkStatus { port.status }

    /// Waits shortly for what is on its way, says goodbye, and ends the thread. To be called once.
    package func stop() {
        port.stop()
        thread.join()
    }
}

/// What the uplink's thread and its owner hand each other.
final class UplinkPort: Sendable {
    private let state = Mutex(Uplink.Shared())
    /// Wakes the thread: something was committed, or the end is asked for.
    let wake: EventDescriptor
    /// Wakes the owner: something was acknowledged.
    let ack: EventDescriptor

    init() throws(SystemError) {
        wake = try EventDescriptor()
        ack = try EventDescriptor()
    }

    var status: UplinkStatus { state.withLock { $0.status } }
    var isStopping: Bool { state.withLock { $0.isStopping } }

    func reopenJournal() {
        state.withLock { $0.mustReopen = true }
        wake.signal()
    }

    func takeReopening() -> Bool {
        state.withLock { state in
            defer { state.mustReopen = false }
            return state.mustReopen
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
    }

    func update(_ body: (inout UplinkStatus) -> Void) { state.withLock { body(&$0.status) } }

    func acknowledged(_ lane: Lane, _ position: UInt64) {
        state.withLock { $0.acknowledged[lane] = position }
        ack.signal()
    }

    func bury(_ letter: DeadLetter) {
        state.withLock { if $0.deadLetters.count < DeadLetter.limit { $0.deadLetters.append(letter) } }
        ack.signal()
    }

    func offer(_ offers: [DecisionOffer]) {
        state.withLock { state in
            state.offers = offers
            state.answer = nil
        }
        ack.signal()
    }

    func takeOffers() -> [DecisionOffer] {
        state.withLock { state in
            defer { state.offers = [] }
            return state.offers
        }
    }

    func answer(_ areDurable: Bool) {
        state.withLock { $0.answer = areDurable }
        wake.signal()
    }

    /// nil: there is none yet.
    func takeAnswer() -> Bool? {
        state.withLock { state in
            defer { state.answer = nil }
            return state.answer
        }
    }

    func askForStatus() {
        state.withLock { $0.wantsStatus = true }
        ack.signal()
    }

    func takeStatusRequest() -> Bool {
        state.withLock { state in
            defer { state.wantsStatus = false }
            return state.wantsStatus
        }
    }

    func give(status document: [UInt8]) {
        state.withLock { $0.statusDocument = document }
        wake.signal()
    }

    func takeStatus() -> [UInt8]? {
        state.withLock { state in
            defer { state.statusDocument = nil }
            return state.statusDocument
        }
    }

    func takeDeadLetters() -> [DeadLetter] {
        state.withLock { state in
            defer { state.deadLetters = [] }
            return state.deadLetters
        }
    }

    func takeAcknowledged() -> [Lane: UInt64] {
        ack.drain()
        return state.withLock { state in
            defer { state.acknowledged = [:] }
            return state.acknowledged
        }
    }
}
