import Glibc
import Journal
import Linux

/// People and programs at the control socket.
extension Daemon {
    func acceptClients() {
        while let descriptor = UnixSocket.accept(listener) {
            guard clients.count < Daemon.clientLimit else {
                Glibc.close(descriptor)
                continue
            }
            let token = Token.client + nextClient
            nextClient += 1
            let client = ControlClient(descriptor: descriptor)
            do throws(SystemError) {
                try epoll.add(descriptor, .readable, token: token)
                clients[token] = client
            } catch {
                say(.warning, "control: \(error)")
            }
        }
    }

    func serve(_ token: UInt64) {
        guard let client = clients[token] else { return }
        guard let lines = client.read() else {
            drop(token)
            return
        }
        for line in lines { answer(line, client) }
    }

    func answer(_ line: String, _ client: ControlClient) {
        switch line {
        case "status":
            client.queue(status())
            client.closesWhenEmpty = true
        case "watch":
            client.isWatching = true
            updateWatcher()
        case "reload":
            reload()
            client.queue(status())
            client.closesWhenEmpty = true
        case _ where line == "index" || line.hasPrefix("index "):
            client.queue(index(line.dropFirst(5)))
            client.closesWhenEmpty = true
        default:
            client.queue(Array("{\"error\":\"unknown request; known: status, watch, reload, index\"}\n".utf8))
            client.closesWhenEmpty = true
        }
    }

    func status() -> [UInt8] {
        guard let gateway else {
            return StatusReport.withoutJournal(
                waiting, journalProblem, started: started, now: time.now, monotonic: time.monotonicNanoseconds)
        }
        return StatusReport(
            gateway: gateway, sources: sources.map(\.status), uplink: uplink?.status, configurationProblems: problems, started: started,
            now: time.now,
            monotonic: time.monotonicNanoseconds, state: isStopping ? "stopping" : "running"
        ).json()
    }

    private func index(_ rest: Substring) -> [UInt8] {
        guard let gateway else { return IndexReport.refusal("the gateway waits for its journal") }
        return IndexReport(gateway: gateway, now: time.now).answer(to: rest)
    }

    func flushClients() {
        for (token, client) in clients {
            if !client.flush() {
                drop(token)
            } else {
                epoll.modify(client.descriptor, client.wantsWrite ? [.readable, .writable] : .readable, token: token)
            }
        }
    }

    func drop(_ token: UInt64) {
        guard let client = clients.removeValue(forKey: token) else { return }
        epoll.remove(client.descriptor)
        updateWatcher()
    }

    // MARK: - Watching

    func updateWatcher() {
        guard let gateway else { return }
        guard clients.values.contains(where: { $0.isWatching }) else {
            gateway.watcher = nil
            return
        }
        gateway.watcher = { [unowned self, unowned gateway] sensor, reading, judgement in
            self.broadcast(WatchLine.reading(gateway.judgedPlan, sensor, reading, judgement))
        }
    }

    func broadcast(_ line: [UInt8]) {
        for client in clients.values where client.isWatching { client.queue(line) }
    }

    func announce(_ record: AlertRecord) {
        broadcast(WatchLine.alert(record))
        say(.notice, "alert \(record.kind) \(record.subject) \(record.rule) \(record.id)")
    }
}
