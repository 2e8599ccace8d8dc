import Lifeline

/// What came of trying one broker, step by step; what lies behind a step that failed is `.notReached`.
package struct ConnectionFacts: Sendable {
    /// `.broker` or `.platform`.
    package var section: Section
    /// The broker's id in the site, or the platform's host and port.
    package var subject: String
    package var host: String
    package var port: UInt16
    package var usesTLS: Bool
    /// It is a server that is spoken to by HTTPS, not a broker.
    package var isHTTPS = false
    /// The addresses of the host's name.
    package var addresses: Answer<[String]> = .unknown(.notReached)
    package var reach: Answer<Reach> = .unknown(.notReached)
    package var handshake: Answer<Handshake> = .unknown(.notReached)
    package var login: Answer<Login> = .unknown(.notReached)
    package var topics: Answer<Topics> = .unknown(.notReached)
    /// The site's window: the most messages in flight.
    package var window: Int
    /// Whether a broker on this machine keeps its sessions on disk; nil: it is elsewhere, or does not say.
    package var keepsSessions: Bool?
    /// What the running gateway says of its own connection.
    package var session: Answer<Session> = .unknown(.noGateway)

    package init(section: Section, subject: String, host: String, port: UInt16, usesTLS: Bool, window: Int) {
        self.section = section
        self.subject = subject
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.window = window
    }

    /// Whether a TCP connection came about.
    package enum Reach: Equatable, Sendable {
        /// The address, and milliseconds until it was taken.
        case connected(String, milliseconds: Double)
        /// The kernel's words for each address, mostly one.
        case refused(String)
        /// Nothing came back.
        case mute
    }

    /// What a TLS handshake showed.
    package enum Handshake: Equatable, Sendable {
        case done(Peer)
        case mute
        case failed(String)
    }

    /// The other end's certificate and what it is worth.
    package struct Peer: Equatable, Sendable {
        /// What the chain is worth.
        package enum Chain: Equatable, Sendable { case trusted, expired, notYetValid, untrusted(String) }
        package var version: String
        package var subject: String
        package var names: String
        package var issuer: String
        /// *Units*: seconds since 1970.
        package var notBefore: Int64
        package var notAfter: Int64
        package var chain: Chain
        package var matchesHost: Bool
        package var lacksClientCertificate: Bool

        package init(
            version: String, subject: String, names: String, issuer: String, notBefore: Int64, notAfter: Int64, chain: Chain, matchesHost: Bool,
            lacksClientCertificate: Bool
        ) {
            self.version = version
            self.subject = subject
            self.names = names
            self.issuer = issuer
            self.notBefore = notBefore
            self.notAfter = notAfter
            self.chain = chain
            self.matchesHost = matchesHost
            self.lacksClientCertificate = lacksClientCertificate
        }
    }

    /// The broker's answer to CONNECT.
    package enum Login: Equatable, Sendable {
        /// Protocol version, milliseconds from CONNECT to CONNACK, and how many messages the broker takes unacknowledged (nil: it does not say).
        case accepted(version: String, milliseconds: Double, receiveMaximum: Int?)
        /// In its words, under which client id.
        case refused(String, clientID: String)
        case mute
        /// The password cannot be read.
        case noPassword(String)
    }

    /// The broker's answer to SUBSCRIBE.
    package struct Topics: Equatable, Sendable {
        package var granted: Int
        package var refused: [String]
        /// Shared subscriptions, which a visitor must not take part in.
        package var leftOut: Int
        /// *Units*: milliseconds from SUBSCRIBE to SUBACK.
        package var milliseconds: Double
        package init(granted: Int, refused: [String], leftOut: Int, milliseconds: Double) {
            self.granted = granted
            self.refused = refused
            self.leftOut = leftOut
            self.milliseconds = milliseconds
        }
    }

    /// The running gateway's own connection.
    package struct Session: Equatable, Sendable {
        /// `connected`, `connecting`, `waiting`, `paused`.
        package var state: String
        /// *Units*: seconds of that state; nil: it does not say.
        package var since: Int64?
        package var reconnects: Int64
        /// Messages received from a broker, or acknowledged by the platform.
        package var messages: Int64
        /// *Units*: seconds since the gateway started.
        package var uptime: Int64
        package var lastError: String?
        /// *Units*: seconds since the last message came; nil: none, or it does not say.
        package var lastMessage: Int64?
        /// *Units*: seconds without a message that are too many; nil: it does not say.
        package var quietLimit: Int64?
        package init(state: String, since: Int64?, reconnects: Int64, messages: Int64, uptime: Int64, lastError: String?) {
            self.state = state
            self.since = since
            self.reconnects = reconnects
            self.messages = messages
            self.uptime = uptime
            self.lastError = lastError
        }
    }
}

extension ConnectionFacts {
    /// The lines of one connection.
    ///
    /// - Parameter time: what is known of the clock, by which certificates are judged.
    package func results(time: TimeFacts) -> [CheckResult] {
        var results = [addressResult, reachResult]
        if usesTLS { results.append(handshakeResult(time)) }
        if !isHTTPS { results.append(loginResult) }
        if section == .broker { results.append(topicsResult) }
        if let windowResult { results.append(windowResult) }
        if let persistenceResult { results.append(persistenceResult) }
        results.append(sessionResult)
        return results
    }

    func result(_ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = [])
        -> CheckResult
    { CheckResult(section, subject: subject, check, name, verdict, text, figures: figures) }

    private var addressResult: CheckResult {
        let name = said("name", "域名解析")
        switch addresses {
        case .unknown(.late):
            return result(
                "name", name, .error,
                said("\(host): the resolver does not answer; see /etc/resolv.conf and the network", "\(host)：域名服务器不应答，请查 /etc/resolv.conf 和网络"))
        case .unknown(.failed(let words)):
            return result(
                "name", name, .error, said("\(host): \(words); check the name, and /etc/resolv.conf", "\(host)：\(words)；请检查名称和 /etc/resolv.conf"))
        case .unknown(let reason): return result("name", name, .unknown, reason.text)
        case .known(let addresses):
            let shown = addresses.prefix(3).joined(separator: ", ")
            return result("name", name, .ok, same(addresses == [host] ? host : "\(host) = \(shown)"))
        }
    }

    private var reachResult: CheckResult {
        let name = said("connection", "连接")
        switch reach {
        case .unknown(let reason): return result("connection", name, .unknown, reason.text)
        case .known(.connected(let address, let milliseconds)):
            return result(
                "connection", name, .ok,
                said(
                    "\(address) port \(port) in \(Amount.milliseconds(milliseconds)) ms",
                    "\(address) 端口 \(port)，\(Amount.milliseconds(milliseconds)) 毫秒"),
                [.init("connect_ms", milliseconds)])
        case .known(.refused(let words)):
            return result(
                "connection", name, .error,
                said("port \(port): \(words); does the broker run, is the port right?", "端口 \(port)：\(words)；代理在运行吗，端口对吗？"))
        case .known(.mute):
            return result(
                "connection", name, .error,
                said("port \(port): nothing comes back; a firewall, a cable, or a machine that is off", "端口 \(port)：没有任何回应；防火墙、网线或对方未开机"))
        }
    }

    /// The broker lets this visitor in.
    var isAccepted: Bool { if case .known(.accepted) = login { true } else { false } }

    private var loginResult: CheckResult {
        let name = said("login", "登录")
        if case .known(.done(let peer)) = handshake, peer.lacksClientCertificate, !isAccepted {
            return result("login", name, .unknown, Ignorance.notReached.text)
        }
        switch login {
        case .unknown(let reason): return result("login", name, .unknown, reason.text)
        case .known(.accepted(let version, let milliseconds, let maximum)):
            var figures = [CheckResult.Figure("answer_ms", milliseconds)]
            if let maximum { figures.append(.init("receive_maximum", Double(maximum))) }
            return result(
                "login", name, .ok,
                said(
                    "accepted, MQTT \(version), \(Amount.milliseconds(milliseconds)) ms",
                    "已接受，MQTT \(version)，\(Amount.milliseconds(milliseconds)) 毫秒"),
                figures)
        case .known(.refused(let words, let client)):
            return result(
                "login", name, .error,
                said(
                    "\(words) (as client \(client)): check username and password; a broker that ties accounts to client ids refuses visitors",
                    "\(words)（客户端 \(client)）：请检查用户名和密码；把账号绑定客户端 ID 的代理会拒绝访客"))
        case .known(.mute):
            return result(
                "login", name, .error,
                said("the broker takes the connection and does not answer: it hangs, or speaks no MQTT", "代理接受连接但不应答：已卡死，或不是 MQTT"))
        case .known(.noPassword(let words)): return result("login", name, .unknown, same(words))
        }
    }

    private var topicsResult: CheckResult {
        let name = said("topics", "订阅")
        switch topics {
        case .unknown(let reason): return result("topics", name, .unknown, reason.text)
        case .known(let topics):
            let figures = [CheckResult.Figure("granted", Double(topics.granted)), .init("refused", Double(topics.refused.count))]
            if !topics.refused.isEmpty {
                let list = topics.refused.prefix(3).joined(separator: ", ") + (topics.refused.count > 3 ? " …" : "")
                return result(
                    "topics", name, .error,
                    said("refused: \(list); give this user read access to them", "被拒绝：\(list)；请为该用户开放读权限"), figures)
            }
            if topics.granted == 0 && topics.leftOut > 0 {
                return result(
                    "topics", name, .unknown, said("shared subscriptions are not tried: a visitor would take messages away", "共享订阅不作尝试：访客会取走消息"),
                    figures)
            }
            if topics.granted == 0 { return result("topics", name, .ok, said("no device listens here", "没有设备使用该代理"), figures) }
            return result(
                "topics", name, .ok,
                said(
                    "\(topics.granted) granted, \(Amount.milliseconds(topics.milliseconds)) ms (mosquitto grants all, and applies acl_file later)",
                    "\(topics.granted) 个已授权，\(Amount.milliseconds(topics.milliseconds)) 毫秒（mosquitto 先授权，收发时才查 acl_file）"), figures)
        }
    }

    /// Only where the two ends may not agree.
    private var windowResult: CheckResult? {
        guard case .known(.accepted(let version, _, let maximum)) = login else { return nil }
        let name = said("window", "窗口")
        if section == .platform {
            guard let maximum, maximum < window else { return nil }
            return result(
                "window", name, .ok,
                said("the broker takes \(maximum) at once; the site's \(window) is held to that", "代理一次接受 \(maximum) 条，站点的 \(window) 以此为限"))
        }
        guard version != "5.0", window > 20 else { return nil }
        return result(
            "window", name, .warning,
            said(
                "\(window), but under MQTT \(version) the broker decides: set its max_inflight_messages to \(window)",
                "\(window)，但 MQTT \(version) 由代理决定：请把 max_inflight_messages 设为 \(window)"))
    }

    private var persistenceResult: CheckResult? {
        guard let keepsSessions else { return nil }
        let name = said("persistence", "持久化")
        if keepsSessions { return result("persistence", name, .ok, said("mosquitto keeps its sessions on disk", "mosquitto 会话存盘")) }
        return result(
            "persistence", name, .warning,
            said(
                "mosquitto forgets sessions at a restart: persistence true in mosquitto.conf", "mosquitto 重启后丢失会话：在 mosquitto.conf 设 persistence true"
            ))
    }

    private var sessionResult: CheckResult {
        let name = said("gateway", "网关连接")
        switch session {
        case .unknown(let reason): return result("session", name, .unknown, reason.text)
        case .known(let session):
            let figures = [CheckResult.Figure("reconnects", Double(session.reconnects)), .init("messages", Double(session.messages))]
            guard session.state == "connected" else {
                if session.state == "paused" {
                    return result("session", name, .warning, said("paused: its store takes nothing; see storage", "已暂停：存储不可写，见“存储”"), figures)
                }
                let words = session.lastError ?? session.state
                if isAccepted {
                    return result(
                        "session", name, .error,
                        said(
                            "\(session.state) (\(words)), though this visitor gets in: is its client id used twice?",
                            "\(session.state)（\(words)），但本次试连成功：客户端 ID 是否重复？"), figures)
                }
                return result("session", name, .error, same(words == session.state ? words : "\(session.state): \(words)"), figures)
            }
            let since = session.since.map { Amount.duration($0) }
            var text = since.map { said("connected for \($0.english)", "已连接 \($0.chinese)") } ?? said("connected", "已连接")
            text =
                text + said(", \(session.reconnects) reconnects, \(session.messages) messages", "，重连 \(session.reconnects) 次，\(session.messages) 条消息")
            if section == .broker, session.messages == 0, session.uptime > 600 {
                return result(
                    "session", name, .warning,
                    text
                        + said(
                            ": nothing comes; do the sensors publish here (bamai discover), may this user read (acl_file)?",
                            "：没有消息；传感器发到这里吗（bamai discover），该用户可读吗（acl_file）？"),
                    figures)
            }
            if section == .broker, let last = session.lastMessage, let limit = session.quietLimit, last > limit {
                let quiet = Amount.duration(last)
                return result(
                    "session", name, .warning,
                    text
                        + said(
                            ", but nothing for \(quiet.english): if its sensors do send (mosquitto_sub -t '#'), restart the broker",
                            "，但已 \(quiet.chinese)无消息：若传感器在发（mosquitto_sub -t '#'），请重启代理"),
                    figures)
            }
            if session.reconnects > 3, session.reconnects > session.uptime / 3600 {
                return result("session", name, .warning, text + said(": it comes and goes; check the network", "：时断时续，请检查网络"), figures)
            }
            return result("session", name, .ok, text, figures)
        }
    }
}
