import Decode
import Glibc
import Journal
import Lifeline
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
        case _ where line.hasPrefix("health "):
            client.queue(health(line.dropFirst(7)))
            client.closesWhenEmpty = true
        case _ where line.hasPrefix("lacks "):
            client.queue(lacks(line.dropFirst(6)))
            client.closesWhenEmpty = true
        case "audit":
            client.queue(takeAudit())
            client.closesWhenEmpty = true
        case "alarms":
            client.queue(alarms())
            client.closesWhenEmpty = true
        case _ where line.hasPrefix("decide "):
            client.queue(decide(line.dropFirst(7)))
            client.closesWhenEmpty = true
        default:
            client.queue(Array("{\"error\":\"unknown request; known: status, watch, reload, index, alarms, decide, health, lacks, audit\"}\n".utf8))
            client.closesWhenEmpty = true
        }
    }

    /// - Parameter isBrief: without the lists, which may be long.
    func status(isBrief: Bool = false) -> [UInt8] {
        guard let gateway else {
            return StatusReport.withoutJournal(
                waiting, journalProblem, started: started, now: time.now, monotonic: time.monotonicNanoseconds)
        }
        return StatusReport(
            gateway: gateway, sources: sources.map(\.status), lines: lines?.status ?? [], linesReport: lines?.lines, uplink: uplink?.status,
            configurationProblems: problems, started: started, now: time.now, monotonic: time.monotonicNanoseconds,
            state: isStopping ? "stopping" : "running", isBrief: isBrief
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
        // The answer to a decision is for the platform alone.
        guard !record.isHandling else { return }
        broadcast(WatchLine.alert(record))
        say(.notice, "alert \(record.kind) \(record.subject) \(record.rule) \(record.id)")
    }
}

/// Decisions, and the report on alarms.
extension Daemon {
    func error(_ text: String) -> [UInt8] {
        var json = JSONWriter(reserving: 128)
        json.beginObject()
        json.member("error", text)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    func alarms() -> [UInt8] {
        guard let gateway else { return error("the journal is not open yet") }
        let offset = gateway.configuration.plan.utcOffsetSeconds
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("schema", 1)
        json.member("gateway", gateway.configuration.plan.gateway)
        json.member("now", CivilTime.rfc3339(time.now, offsetSeconds: offset))
        json.key("alarms")
        gateway.alarmReport().write(to: &json, utcOffsetSeconds: offset)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// The answer comes after the commit: what was said to be taken survives a power cut.
    func decide(_ text: Substring) -> [UInt8] {
        guard let gateway else { return error("the journal is not open yet") }
        let now = time.now
        let offset = gateway.configuration.plan.utcOffsetSeconds
        let outcome = Array(text.utf8).withUnsafeBytes { DecisionReader().read($0, now: now, utcOffsetSeconds: offset) }
        guard case .decision(let decision) = outcome else {
            guard case .refused(let reason) = outcome else { return error("nothing was read") }
            return error(reason)
        }
        do throws(JournalError) {
            switch try gateway.decide(decision, sources: allSources) {
            case .refused(let reason): return error(reason)
            case .taken(let sequence):
                uplink?.wake()
                say(.notice, "\(decision.act.rawValue) by \(decision.by): \(decision.reason)")
                var json = JSONWriter(reserving: 256)
                json.beginObject()
                json.member("taken", sequence)
                json.key("decision")
                decision.write(to: &json, utcOffsetSeconds: offset)
                json.endObject()
                json.endLine()
                return json.bytes
            }
        } catch {
            return self.error("the journal refuses: \(error.sentence)")
        }
    }
}
