import Glibc

/// A real mosquitto on a free port of loopback, for one test.
package final class MosquittoBroker {
    /// Files for TLS: the test makes them.
    package struct TLS {
        package var authority: String
        package var certificate: String
        package var key: String
        package init(authority: String, certificate: String, key: String) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    package private(set) var port: UInt16
    private let folder: String
    private var configuration: String
    private var process: ChildProcess?

    /// Starts a broker and waits until it listens.
    ///
    /// - Parameters:
    ///   - folder: an existing folder for its files.
    ///   - lines: more lines of its configuration.
    package init(folder: String, lines: [String] = [], tls: TLS? = nil) throws {
        self.folder = folder
        (port, configuration) = (0, "")
        // Between asking for a free port and taking it somebody else may take it.
        for attempt in 1...5 {
            port = MosquittoBroker.freePort()
            configuration = folder + "/mosquitto-\(port).conf"
            try write(lines, tls)
            do {
                try start()
                return
            } catch  where attempt < 5 {
                continue
            }
        }
    }

    private func write(_ lines: [String], _ tls: TLS?) throws {
        var text = "listener \(port) 127.0.0.1\nmax_queued_messages 1000000\nlog_dest stderr\nuser root\n"
        if !lines.contains(where: { $0.hasPrefix("allow_anonymous") }) { text += "allow_anonymous true\n" }
        if let tls { text += "cafile \(tls.authority)\ncertfile \(tls.certificate)\nkeyfile \(tls.key)\nrequire_certificate true\n" }
        for line in lines { text += line + "\n" }
        guard let file = fopen(configuration, "w") else { throw ChildProcessFailure(text: "\(configuration) cannot be written") }
        fputs(text, file)
        fclose(file)
    }

    deinit { stop() }

    /// Starts it (again) on its port; without persistence it remembers nothing.
    package func start() throws {
        let places: [String] = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
        let program: String? = places.first { access($0, X_OK) == 0 }
        guard let program else { throw ChildProcessFailure(text: "mosquitto is not installed") }
        process = try ChildProcess(program, ["-c", configuration], output: folder + "/mosquitto-\(port).log")
        for _ in 0..<200 {
            if MosquittoBroker.answers(port) { return }
            if process?.isRunning == false { break }
            usleep(25_000)
        }
        throw ChildProcessFailure(text: "mosquitto does not listen on \(port)")
    }

    /// Ends it politely.
    package func stop() {
        // A paused process hears nothing else.
        resume()
        _ = process?.terminate()
        process = nil
    }

    /// Ends it as a power cut would.
    package func kill() {
        process?.signal(SIGKILL)
        process?.wait()
        process = nil
    }

    /// Stops it in its tracks: its connections stay open and nobody answers, until `resume`.
    package func pause() { process?.signal(SIGSTOP) }
    /// Goes on after `pause`.
    package func resume() { process?.signal(SIGCONT) }

    /// What it has logged; with the line `log_type all` every packet that came and went.
    package var log: String {
        guard let file = fopen(folder + "/mosquitto-\(port).log", "r") else { return "" }
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }

    private static func withAddress<Result>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// Whether somebody listens at a port of loopback.
    package static func answers(_ port: UInt16) -> Bool {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        return withAddress(port) { connect(probe, $0, $1) } == 0
    }

    /// A port that nobody listens on at this moment.
    package static func freePort() -> UInt16 {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        _ = withAddress(0) { bind(probe, $0, $1) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(probe, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
