import Lifeline

@testable import Doctor

extension Scenes {
    static func peer(_ change: (inout ConnectionFacts.Peer) -> Void = { _ in }) -> ConnectionFacts.Peer {
        var peer = ConnectionFacts.Peer(
            version: "TLSv1.3", subject: "CN = platform.example", names: "platform.example", issuer: "CN = City CA", notBefore: now - 100 * day,
            notAfter: now + 200 * day, chain: .trusted, matchesHost: true, lacksClientCertificate: false)
        change(&peer)
        return peer
    }

    static func broker(_ change: (inout ConnectionFacts) -> Void = { _ in }) -> ConnectionFacts {
        var facts = ConnectionFacts(section: .broker, subject: "field", host: "127.0.0.1", port: 1883, usesTLS: false, window: 20)
        facts.addresses = .known(["127.0.0.1"])
        facts.reach = .known(.connected("127.0.0.1", milliseconds: 0.31))
        facts.login = .known(.accepted(version: "5.0", milliseconds: 2.04, receiveMaximum: nil))
        facts.topics = .known(.init(granted: 6, refused: [], leftOut: 0, milliseconds: 1.5))
        facts.keepsSessions = true
        facts.session = .known(.init(state: "connected", since: 93_784, reconnects: 2, messages: 1_204_311, uptime: 93_800, lastError: nil))
        change(&facts)
        return facts
    }

    static func platform(_ change: (inout ConnectionFacts) -> Void = { _ in }) -> ConnectionFacts {
        var facts = ConnectionFacts(
            section: .platform, subject: "platform.example:8883", host: "platform.example", port: 8883, usesTLS: true, window: 32)
        facts.addresses = .known(["192.0.2.7", "192.0.2.8"])
        facts.reach = .known(.connected("192.0.2.7", milliseconds: 12))
        facts.handshake = .known(.done(peer()))
        facts.login = .known(.accepted(version: "5.0", milliseconds: 31, receiveMaximum: 20))
        facts.session = .known(.init(state: "connected", since: nil, reconnects: 0, messages: 40, uptime: 93_800, lastError: nil))
        change(&facts)
        return facts
    }

    static func tls(_ chain: ConnectionFacts.Peer.Chain) -> ConnectionFacts {
        platform {
            $0.handshake = .known(.done(peer { $0.chain = chain }))
            $0.login = .unknown(.notReached)
        }
    }

    static let behind = time {
        $0.isSynchronised = .known(false)
        $0.now = now - 400 * day
    }

    static let connectionScenes: [(String, ConnectionFacts, TimeFacts)] = [
        ("a broker that is well", broker(), time()),
        (
            "a broker that delivers nothing any more",
            broker {
                var session = ConnectionFacts.Session(
                    state: "connected", since: 1200, reconnects: 2, messages: 1_204_311, uptime: 93_800, lastError: nil)
                (session.lastMessage, session.quietLimit) = (5400, 600)
                $0.session = .known(session)
            }, time()
        ),
        ("a platform that is well", platform(), time()),
        (
            "a platform by HTTPS, through a proxy",
            platform {
                $0.isHTTPS = true
                $0.handshake = .unknown(.proxy)
            }, time()
        ),
        (
            "nobody knows the name",
            platform {
                $0.addresses = .unknown(.failed("Name or service not known")); $0.reach = .unknown(.notReached)
            }, time()
        ),
        (
            "the resolver is silent",
            platform {
                $0.addresses = .unknown(.late); $0.reach = .unknown(.notReached)
            }, time()
        ),
        (
            "refused",
            broker {
                $0.reach = .known(.refused("Connection refused")); $0.login = .unknown(.notReached); $0.topics = .unknown(.notReached)
            }, time()
        ),
        ("nothing comes back", broker { $0.reach = .known(.mute) }, time()),
        (
            "offline",
            broker {
                $0.addresses = .unknown(.offline); $0.reach = .unknown(.offline); $0.login = .unknown(.offline); $0.session = .unknown(.noGateway)
            }, time()
        ),
        ("a mute TLS port", platform { $0.handshake = .known(.mute) }, time()),
        ("no TLS port", platform { $0.handshake = .known(.failed("wrong version number")) }, time()),
        ("another authority", tls(.untrusted("unable to get local issuer certificate")), time()),
        ("ended", tls(.expired), time()), ("ended, if the clock is right", tls(.expired), behind),
        ("not begun", tls(.notYetValid), time()), ("the clock is behind", tls(.notYetValid), behind),
        ("another host", platform { $0.handshake = .known(.done(peer { $0.matchesHost = false })) }, time()),
        (
            "another host, without names",
            platform {
                $0.handshake = .known(
                    .done(
                        peer {
                            $0.matchesHost = false; $0.names = ""
                        }))
            }, time()
        ),
        (
            "wants our certificate",
            platform {
                $0.handshake = .known(.done(peer { $0.lacksClientCertificate = true }))
                $0.login = .known(.refused("the connection was broken off", clientID: "x"))
            }, time()
        ),
        ("asks for our certificate and does without", platform { $0.handshake = .known(.done(peer { $0.lacksClientCertificate = true })) }, time()),
        ("ends soon", platform { $0.handshake = .known(.done(peer { $0.notAfter = now + 12 * day })) }, time()),
        (
            "wrong password",
            broker {
                $0.login = .known(.refused("Not authorized", clientID: "bamai-gw7-field-doctor-9")); $0.topics = .unknown(.notReached)
            }, time()
        ),
        (
            "a mute broker",
            broker {
                $0.login = .known(.mute); $0.topics = .unknown(.notReached)
            }, time()
        ),
        ("no password", broker { $0.login = .known(.noPassword("the secret \"x\" cannot be read from /etc/bamai/secrets")) }, time()),
        ("topics refused", broker { $0.topics = .known(.init(granted: 1, refused: ["a/#", "b", "c", "d"], leftOut: 0, milliseconds: 1)) }, time()),
        ("shared topics", broker { $0.topics = .known(.init(granted: 0, refused: [], leftOut: 2, milliseconds: 0)) }, time()),
        ("no topics", broker { $0.topics = .known(.init(granted: 0, refused: [], leftOut: 0, milliseconds: 0)) }, time()),
        (
            "an old broker and a wide window",
            broker {
                $0.window = 100; $0.login = .known(.accepted(version: "3.1.1", milliseconds: 2, receiveMaximum: nil))
            }, time()
        ),
        ("a forgetful broker", broker { $0.keepsSessions = false }, time()),
        (
            "the gateway is thrown out",
            broker {
                $0.session = .known(.init(state: "waiting", since: 3, reconnects: 90, messages: 4, uptime: 7200, lastError: "session taken over"))
            }, time()
        ),
        (
            "both are refused",
            broker {
                $0.login = .known(.refused("Not authorized", clientID: "x"))
                $0.session = .known(.init(state: "waiting", since: 3, reconnects: 0, messages: 0, uptime: 7200, lastError: "Not authorized"))
            }, time()
        ),
        (
            "paused", broker { $0.session = .known(.init(state: "paused", since: 3, reconnects: 0, messages: 0, uptime: 7200, lastError: nil)) },
            time()
        ),
        (
            "nothing comes",
            broker { $0.session = .known(.init(state: "connected", since: 7000, reconnects: 0, messages: 0, uptime: 7200, lastError: nil)) }, time()
        ),
        (
            "comes and goes",
            broker { $0.session = .known(.init(state: "connected", since: 30, reconnects: 44, messages: 9, uptime: 7200, lastError: nil)) }, time()
        ),
    ]

    // MARK: - Certificates

    static func file(
        _ role: CertificateFacts.Role, _ content: Answer<CertificateFacts.Content>, mode: UInt32 = 0o640, isReadable: Bool? = true
    ) -> CertificateFacts {
        CertificateFacts(
            owner: "platform", role: role, path: "/etc/bamai/\(role.rawValue).pem", content: content, mode: mode, isReadable: isReadable,
            user: "bamai")
    }

    static func dated(_ from: Int64, _ to: Int64, count: Int = 1) -> Answer<CertificateFacts.Content> {
        .known(.certificates(subject: "CN = gateway", count: count, notBefore: now + from * day, notAfter: now + to * day))
    }

    static let certificateScenes: [(String, CertificateFacts, TimeFacts)] = [
        ("well", file(.certificate, dated(-10, 90)), time()),
        ("ends soon", file(.certificate, dated(-10, 9)), time()),
        ("one of many has ended", file(.authority, dated(-10, -1, count: 140)), time()),
        ("not begun", file(.certificate, dated(1, 90)), time()),
        ("not begun, and the clock is behind", file(.certificate, dated(-10, 90)), behind),
        ("empty", file(.authority, .known(.empty)), time()),
        ("missing", file(.authority, .unknown(.absent("/etc/bamai/authority.pem"))), time()),
        ("not for us", file(.key, .unknown(.notAllowed("/etc/bamai/key.pem"))), time()),
        ("not for the gateway", file(.key, .known(.key(.matches)), isReadable: false), time()),
        ("for everybody", file(.key, .known(.key(.matches)), mode: 0o644), time()),
        ("key", file(.key, .known(.key(.matches))), time()), ("another key", file(.key, .known(.key(.differs))), time()),
        ("no key", file(.key, .known(.key(.unreadable))), time()), ("a locked key", file(.key, .known(.key(.wantsPassword))), time()),
        ("a key alone", file(.key, .known(.key(.noCertificate))), time()),
    ]
}
