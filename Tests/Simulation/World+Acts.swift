import Gateway
import GatewayTesting
import Lifeline

extension World {
    /// One thing happens.
    func act() throws {
        switch random.below(1000) {
        case 0..<330:
            for _ in 0...random.below(random.chance(0.1) ? 120 : 12) { publish() }
        case 330..<640:
            time.advance(by: .milliseconds(random.below(100)))
            for _ in 0...random.below(3) { board.turn() }
        case 640..<780: try forward()
        case 780..<820: decide()
        case 820..<870: time.advance(by: .seconds(random.below(120)))
        case 870..<900: misfile()
        case 900..<930: disturbDisk()
        case 930..<945: disturbBroker()
        case 945..<960: disturbLink()
        case 960..<972: disturbClock()
        case 972..<982: kill()
        case 982..<990: try powerCut()
        case 990..<994:
            board.stop()
            _ = board.start()
        default: mendAll()
        }
    }

    private func publish() {
        guard let message = street.message(&random, wall: time.now) else { return }
        street.accepted(message, by: broker)
    }

    /// A person decides something; mostly it makes sense.
    private func decide() {
        let asset = "A\(random.below(SimulatedStreet.deviceCount))"
        let rule = ["", "", "cover.tilt", "device.silent"][random.below(4)]
        let episodes = board.gateway?.activeEpisodes().map(\.episode) ?? []
        let episode = episodes.isEmpty ? "none" : episodes[random.below(episodes.count)]
        let until = time.now.advanced(by: .seconds(1 + random.below(2000)))
        let decision: Decision =
            switch random.below(6) {
            case 0, 1: Decision(.shelve, asset: asset, rule: rule, until: until, reason: "simulated", by: "world")
            case 2: Decision(.unshelve, asset: asset, rule: rule, reason: "simulated", by: "world")
            case 3: Decision(.maintain, asset: asset, until: until, reason: "simulated", by: "world")
            case 4: Decision(.resume, asset: asset, reason: "simulated", by: "world")
            default: Decision(random.chance(0.5) ? .end : .acknowledge, episode: episode, reason: "simulated", by: "world")
            }
        guard let place = board.decide(decision) else { return }
        report.decisions += 1
        decided.append(place)
    }

    /// Something that is no reading: it must be acknowledged, counted and forgotten.
    private func misfile() {
        let payloads = ["rubbish", "{\"n\":", "[]", "{}", "{\"n\":\"x\",\"v\":true}", "{\"n\":1e999}", ""]
        let topic = random.chance(0.8) ? "d/\(random.below(SimulatedStreet.deviceCount))" : "unknown/topic"
        _ = broker.publish(SimulatedBroker.Message(topic: Array(topic.utf8), payload: Array(payloads[random.below(payloads.count)].utf8), tag: nil))
    }

    private func disturbDisk() {
        report.storageFaults += 1
        switch random.below(7) {
        case 0: disk.setFull(true)
        case 1: disk.isReadOnly = true
        case 2: disk.failsAll = true
        case 3: disk.capacity = Int64(disk.names.reduce(0) { $0 + disk.size($1) }) + Int64(random.below(200_000))
        // No short reads: Linux gives them at the end of a file only, and SQLite takes what is missing for zeros.
        case 4: disk.fail(read: 1 + random.below(20), with: .readError)
        default:
            let faults: [SimulatedDisk.Fault] = [.writeError, .syncError, .noSpace, .tornWrite, .openError]
            for _ in 0...random.below(3) { disk.fail(step: 1 + random.below(40), with: faults[random.below(faults.count)]) }
        }
    }

    private func mendDisk() {
        disk.setFull(false)
        disk.isReadOnly = false
        disk.failsAll = false
        disk.capacity = nil
    }

    private func mendAll() {
        mendDisk()
        disk.clearFaults()
        if !broker.isUp { broker.start(forgetting: false) }
        isLinkUp = true
    }

    private func disturbBroker() {
        report.brokerRestarts += 1
        if broker.isUp {
            broker.stop()
            // Mostly it is back at once, sometimes without its memory.
            if random.chance(0.7) { broker.start(forgetting: random.chance(0.15)) }
        } else {
            broker.start(forgetting: random.chance(0.15))
        }
    }

    private func disturbLink() {
        report.linkCuts += 1
        link.cut(arriving: random.below(window + 1))
        board.forwarder?.rewind()
        isLinkUp = random.chance(0.6)
    }

    private func disturbClock() {
        report.clockSteps += 1
        let year: Int64 = 365 * 86_400
        switch random.below(6) {
        case 0: time.step(to: time.now.advanced(by: .seconds(10 * year)))
        case 1: time.step(to: time.now.advanced(by: .seconds(-10 * year)))
        case 2: time.step(to: time.now.advanced(by: .seconds(1)))
        case 3: time.step(to: time.now.advanced(by: .seconds(-1)))
        case 4: time.synchronise(false)
        default:
            time.step(to: Timestamp(unixSeconds: 1_767_323_045 + time.monotonicNanoseconds / 1_000_000_000))
            time.synchronise(true)
        }
    }

    /// The process dies; what it had written is with the kernel and stays.
    private func kill() {
        report.kills += 1
        disk.killProcesses()
        rise()
    }

    /// The board loses its power: what was not synced may be lost, torn or kept. Its clock starts anywhere.
    private func powerCut() throws {
        report.powerCuts += 1
        // A board without power meets no faults, and a card is mounted anew.
        mendDisk()
        disk.clearFaults()
        disk.powerCut(&random)
        boots += 1
        let wall = random.chance(0.5) ? Timestamp(unixSeconds: 0) : time.now.advanced(by: .seconds(random.below(1000)))
        time.reboot("boot-\(boots)", wall: wall, isSynchronised: random.chance(0.5))
        rise()
        // Everything acknowledged must be there, at once.
        if let gateway = board.gateway { try judgeReadings(gateway.journal) }
    }

    private func rise() {
        report.refusedCommits += board.gateway?.figures.failedCommits ?? 0
        report.redelivered += board.source?.status.redelivered ?? 0
        board.vanish()
        link.cut(arriving: random.below(window + 1))
        _ = board.start()
    }
}
