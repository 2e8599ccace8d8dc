import Glibc

/// A real sshd on a free port of loopback with keys of its own, and the client configuration that reaches it as `board`.
package final class OpenSSHServer: @unchecked Sendable {
    // Sendable: a test starts and stops it from one thread at a time.
    package private(set) var port: UInt16 = 0
    /// For `ssh -F`: strict host-key checking, one identity, nothing of the user's.
    package let clientConfiguration: String
    private let folder: String
    private var process: ChildProcess?

    /// Whether this machine has one.
    package static var isInstalled: Bool { access("/usr/sbin/sshd", X_OK) == 0 && access("/usr/bin/ssh", X_OK) == 0 }

    /// Starts a server and waits until it listens.
    ///
    /// - Parameters:
    ///   - folder: an existing folder for its files.
    ///   - clientLines: more lines of the client's configuration.
    package init(folder: String, clientLines: [String] = []) throws {
        self.folder = folder
        clientConfiguration = folder + "/ssh_config"
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        for key in ["host_key", "client_key"] { try makeKey(key) }
        try write("authorized_keys", try read("client_key.pub"))
        for attempt in 1...5 {
            port = MosquittoBroker.freePort()
            try writeConfigurations(clientLines)
            do {
                try start()
                return
            } catch  where attempt < 5 {
                continue
            }
        }
    }

    deinit { stop() }

    private func makeKey(_ name: String) throws {
        unlink(folder + "/" + name)
        let maker = try ChildProcess(
            "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder + "/" + name], output: folder + "/keygen.log")
        guard maker.wait() == 0 else { throw ChildProcessFailure(text: "ssh-keygen cannot make \(name)") }
    }

    private func writeConfigurations(_ clientLines: [String]) throws {
        // A locked account is let in by PAM alone; without PAM no session needs what a container does not give.
        let usesPAM = OpenSSHServer.accountIsLocked ? "yes" : "no"
        try write(
            "sshd_config",
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host_key
            AuthorizedKeysFile \(folder)/authorized_keys
            PidFile none
            UsePAM \(usesPAM)
            StrictModes no
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            MaxStartups 100
            LogLevel VERBOSE

            """)
        try writeKnownHost()
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "root"
        let lines = [
            "Host board", "HostName 127.0.0.1", "Port \(port)", "User \(user)", "IdentityFile \(folder)/client_key", "IdentitiesOnly yes",
            "IdentityAgent none", "UserKnownHostsFile \(folder)/known_hosts", "GlobalKnownHostsFile /dev/null", "StrictHostKeyChecking yes",
        ]
        try write("ssh_config", (lines + clientLines).joined(separator: "\n") + "\n")
    }

    private func writeKnownHost() throws { try write("known_hosts", "[127.0.0.1]:\(port) " + (try read("host_key.pub"))) }

    /// Another machine answers from now on, as far as the client can tell.
    package func changeHostKey() throws {
        stop()
        try makeKey("host_key")
        try start()
    }

    /// Starts it (again).
    package func start() throws {
        process = try ChildProcess("/usr/sbin/sshd", ["-D", "-e", "-f", folder + "/sshd_config"], output: folder + "/sshd.log")
        for _ in 0..<200 {
            if MosquittoBroker.answers(port) { return }
            if process?.isRunning == false { break }
            usleep(25_000)
        }
        throw ChildProcessFailure(text: "sshd does not listen on \(port): \((try? read("sshd.log")) ?? "")")
    }

    /// Ends it. Connections that stand live on.
    package func stop() {
        _ = process?.terminate()
        process = nil
    }

    /// What it has logged.
    package var log: String { (try? read("sshd.log")) ?? "" }

    private static var accountIsLocked: Bool {
        guard geteuid() == 0, let file = fopen("/etc/shadow", "r") else { return false }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 1024)
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            if buffer.starts(with: "root:!".utf8.map { CChar($0) }) { return true }
        }
        return false
    }

    private func write(_ name: String, _ text: String) throws {
        guard let file = fopen(folder + "/" + name, "w") else { throw ChildProcessFailure(text: "\(name) cannot be written") }
        fputs(text, file)
        fclose(file)
        chmod(folder + "/" + name, 0o600)
    }

    private func read(_ name: String) throws -> String {
        guard let file = fopen(folder + "/" + name, "r") else { throw ChildProcessFailure(text: "\(name) cannot be read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
