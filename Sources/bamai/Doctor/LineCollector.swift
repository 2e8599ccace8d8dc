import Doctor
import Linux
import Site

/// Looks at the GPIO lines that a site uses, without taking any.
struct LineCollector: Sendable {
    var lines: [LineConfiguration]
    var isGatewayRunning: Bool

    func facts() -> [LineFacts] {
        guard !lines.isEmpty else { return [] }
        var chips: [GPIOChip] = []
        var denied: String?
        for path in GPIOChip.paths(in: GPIOFolder.path) {
            do throws(GPIOError) {
                chips.append(try GPIOChip(path: path))
            } catch .denied {
                denied = path
            } catch {
                // It went away between the two looks.
                continue
            }
        }
        return lines.map { line in
            LineFacts(
                id: line.id, chip: line.place.chip, offset: line.place.offset, pin: line.place.pin,
                state: state(line, chips.filter { $0.label == line.place.chip }, present: chips.map(\.label), denied: denied))
        }
    }

    private func state(_ line: LineConfiguration, _ alike: [GPIOChip], present: [String], denied: String?) -> Answer<LineFacts.State> {
        guard let chip = alike.first else {
            // The chip may be the one that may not be opened.
            return denied.map { .unknown(.notAllowed($0)) } ?? .known(.noChip(present: present))
        }
        guard alike.count == 1 else { return .known(.severalChips) }
        do throws(GPIOError) {
            let info = try chip.info(offset: line.place.offset)
            guard info.isUsed else { return .known(.free(isGatewayRunning: isGatewayRunning)) }
            // The name under which the gateway takes it.
            return info.consumer == "bamai \(line.id)" ? .known(.heldByGateway) : .known(.held(by: info.consumer))
        } catch .noLine(_, let lines) {
            return .known(.beyond(lines: lines))
        } catch {
            return .unknown(.failed("\(error)"))
        }
    }
}
