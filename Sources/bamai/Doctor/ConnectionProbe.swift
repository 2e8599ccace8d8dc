import Doctor
import Glibc
import Linux
import MQTT
import Synchronization
import TLS

/// Tries one broker step by step, as the gateway would, under a name of its own.
///
/// *Isolation*: `run` on one thread; `facts` on any, at any time: what is known by then.
final class ConnectionProbe: Sendable {
    /// How a broker is visited; the reason where its password cannot be had; nil: it is no broker.
    let options: Result<MQTTOptions, PasswordProblem>?
    let filters: [String]
    private let state: Mutex<ConnectionFacts>

    /// Why there are no options.
    struct PasswordProblem: Error, Sendable { var text: String }

    init(_ facts: ConnectionFacts, options: Result<MQTTOptions, PasswordProblem>?, filters: [String], tls: MQTTTLS?, isDirect: Bool = true) {
        self.options = options
        self.filters = filters
        self.tls = tls
        self.isDirect = isDirect
        state = Mutex(facts)
    }

    private let tls: MQTTTLS?
    /// No proxy stands between.
    private let isDirect: Bool
    /// A step is given so long at most. *Units*: nanoseconds.
    private static let step: Int64 = 4_000_000_000

    var facts: ConnectionFacts { state.withLock { $0 } }
    private func note(_ body: @Sendable (inout ConnectionFacts) -> Void) { state.withLock { body(&$0) } }

    /// - Parameter deadline: *Units*: monotonic nanoseconds; it may be passed by as long as the resolver takes.
    func run(until deadline: Int64) {
        let (host, port) = state.withLock { ($0.host, $0.port) }
        // What is not finished when the time is over was late; what follows was not reached.
        note { $0.addresses = .unknown(.late) }
        let found = AddressList(host: host, port: port)
        note { $0.addresses = found.answer }
        guard !found.addresses.isEmpty else { return }
        note { $0.reach = .unknown(.late) }
        let (reach, socket) = connect(found.addresses, deadline)
        note { $0.reach = .known(reach) }
        guard let socket else { return }
        var isSafe = true
        if facts.usesTLS && isDirect { isSafe = handshake(socket, host, deadline) }
        close(socket)
        guard isSafe, options != nil else { return }
        login(deadline)
    }

    private func connect(_ addresses: [AddressList.Address], _ deadline: Int64) -> (ConnectionFacts.Reach, Int32?) {
        var words: [String] = []
        for address in addresses.prefix(4) {
            let start = Clocks.monotonicNanoseconds()
            switch address.connect(until: min(deadline, start + ConnectionProbe.step)) {
            case .success(let socket):
                let milliseconds = Double(Clocks.monotonicNanoseconds() - start) / 1e6
                return (.connected(address.text, milliseconds: milliseconds), socket)
            case .failure(let error) where error.code == ETIMEDOUT: continue
            case .failure(let error):
                let text = String(cString: strerror(error.code))
                if !words.contains(text) { words.append(text) }
            }
        }
        return (words.isEmpty ? .mute : .refused(words.joined(separator: "; ")), nil)
    }

    /// Whether a password may be sent this way.
    private func handshake(_ socket: Int32, _ host: String, _ deadline: Int64) -> Bool {
        note { $0.handshake = .unknown(.late) }
        let left = min(deadline - Clocks.monotonicNanoseconds(), ConnectionProbe.step) / 1_000_000
        var identity: (String, String)?
        if let certificate = tls?.certificate, let key = tls?.key { identity = (certificate, key) }
        let made = TLSHandshake.make(socket: socket, host: host, authority: tls?.authority, identity: identity, milliseconds: left)
        let answer: ConnectionFacts.Handshake
        var isSafe = false
        switch made.outcome {
        case .mute: answer = .mute
        case .closed: answer = .failed("the other end closed the connection")
        case .failed(let words): answer = .failed(words)
        case .done:
            guard let certificate = made.certificate else {
                answer = .failed("the other end shows no certificate")
                break
            }
            let chain: ConnectionFacts.Peer.Chain =
                switch made.chain {
                case .trusted: .trusted
                case .expired: .expired
                case .notYetValid: .notYetValid
                case .untrusted(let words): .untrusted(words)
                }
            answer = .done(
                ConnectionFacts.Peer(
                    version: made.version, subject: certificate.subject, names: certificate.names, issuer: certificate.issuer,
                    notBefore: certificate.notBefore, notAfter: certificate.notAfter, chain: chain, matchesHost: made.matchesHost,
                    lacksClientCertificate: made.lacksClientCertificate))
            isSafe = made.chain == .trusted && made.matchesHost
        }
        note { $0.handshake = .known(answer) }
        return isSafe
    }

    private func login(_ deadline: Int64) {
        note { $0.login = .unknown(.late) }
        switch options {
        case nil: return
        case .failure(let problem): note { $0.login = .known(.noPassword(problem.text)) }
        case .success(let options): visit(options, deadline)
        }
    }

    private func visit(_ options: MQTTOptions, _ deadline: Int64) {
        var visit = BrokerVisit(options, until: deadline)
        var answer = visit.login()
        if visit.wantsOlderVersion {
            var older = options
            older.version = .v311
            visit = BrokerVisit(older, until: deadline)
            answer = visit.login()
        }
        let final = answer
        note { $0.login = .known(final) }
        guard case .accepted = answer else { return }
        note { $0.topics = .unknown(.late) }
        let topics = visit.subscribe(filters)
        note { $0.topics = topics }
        visit.leave()
    }
}

/// One visit at a broker: a clean session under a name of its own, so that nothing is taken from the gateway and nothing is left behind.
final class BrokerVisit: MQTTEvents {
    private let options: MQTTOptions
    private let deadline: Int64
    private var connection: MQTTConnection?
    private var isConnected = false
    private var granted: [Bool]?
    /// The broker did not say why, or does not know MQTT 5.0.
    private(set) var wantsOlderVersion = false

    /// Names of topics that are tried at most in one packet.
    private static let filterLimit = 1000

    init(_ options: MQTTOptions, until deadline: Int64) {
        self.options = options
        self.deadline = deadline
    }

    func login() -> ConnectionFacts.Login {
        let start = Clocks.monotonicNanoseconds()
        do throws(MQTTError) {
            let made = try MQTTConnection(options)
            connection = made
            made.events = self
            try made.connect()
            try serve(made) { self.isConnected }
        } catch {
            wantsOlderVersion = options.version == .v5 && error.kind != .other
            return .refused(error.text, clientID: options.clientID)
        }
        guard isConnected, let connection else { return .mute }
        let maximum = options.version == .v5 && connection.receiveMaximum < 65_535 ? connection.receiveMaximum : nil
        return .accepted(
            version: options.version.rawValue, milliseconds: Double(Clocks.monotonicNanoseconds() - start) / 1e6, receiveMaximum: maximum)
    }

    func subscribe(_ filters: [String]) -> Answer<ConnectionFacts.Topics> {
        // A member of a shared subscription takes its share of the messages.
        let own = filters.filter { !$0.hasPrefix("$share/") }.prefix(BrokerVisit.filterLimit)
        var topics = ConnectionFacts.Topics(granted: 0, refused: [], leftOut: filters.count - own.count, milliseconds: 0)
        guard let connection, !own.isEmpty else { return .known(topics) }
        let start = Clocks.monotonicNanoseconds()
        connection.subscribe(Array(own))
        connection.write()
        do throws(MQTTError) {
            try serve(connection) { self.granted != nil }
        } catch {
            return .unknown(.failed(error.text))
        }
        guard let granted else { return .unknown(.late) }
        topics.milliseconds = Double(Clocks.monotonicNanoseconds() - start) / 1e6
        topics.granted = granted.count { $0 }
        topics.refused = zip(own, granted).filter { !$0.1 }.map { $0.0 }
        return .known(topics)
    }

    func leave() {
        connection?.disconnect()
        connection?.write()
        connection = nil
    }

    private func serve(_ connection: MQTTConnection, _ isDone: () -> Bool) throws(MQTTError) {
        while !isDone() {
            let left = deadline - Clocks.monotonicNanoseconds()
            if left <= 0 { return }
            var waiting = pollfd(fd: connection.socket, events: Int16(POLLIN | (connection.wantsWrite ? POLLOUT : 0)), revents: 0)
            if poll(&waiting, 1, Int32(clamping: min(100, left / 1_000_000 + 1))) > 0 {
                // A flood must not keep the clock from being looked at.
                var packets = 0
                while packets < 1000, connection.read() { packets += 1 }
                connection.write()
            }
            connection.keepAlive()
            if let failure = connection.failure { throw failure }
        }
    }

    func connected(sessionPresent: Bool) { isConnected = true }
    func published(identifier: Int32) {}
    func subscribed(granted: [Bool]) { self.granted = granted }
    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {}
}
