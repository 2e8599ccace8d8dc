import Foundation
import Journal
import Lifeline
import Testing

@Suite("The size of segments of recorded data")
struct RecordedSizeTests {
    /// Bytes of all segments of `count` readings each. The last, which may be short, is left out.
    private func bytes(_ readings: [Reading], each count: Int) -> (bytes: Int, readings: Int) {
        let encoder = SegmentEncoder()
        var total = 0
        var held = 0
        for start in stride(from: 0, through: readings.count - count, by: count) {
            encoder.encode(Array(readings[start..<(start + count)]))
            total += encoder.bytes.count
            held += count
        }
        return (total, held)
    }

    private func figure(_ part: (bytes: Int, readings: Int)) -> String { String(format: "%5.2f", Double(part.bytes) / Double(max(1, part.readings))) }

    @Test("is at most 4.0 bytes a reading over all of it, at 100 readings a commit")
    func sizes() throws {
        guard RecordedData.folder != nil else {
            print("SKIPPED, LOUDLY: no recorded data beside the project (../shared/data, or BAMAI_DATA); no size was measured on real input")
            return
        }
        var total = (bytes: 0, readings: 0)
        var shorter = (bytes: 0, readings: 0)
        for data in try RecordedData.everything() {
            let readings = data.readings()
            let hundred = bytes(readings, each: 100)
            let twenty = bytes(readings, each: 20)
            #expect(hundred.readings > 1000, "\(data.name)")
            print("recorded size: \(figure(hundred)) bytes a reading at 100 a commit, \(figure(twenty)) at 20: \(data.name), \(readings.count) readings")
            total = (total.bytes + hundred.bytes, total.readings + hundred.readings)
            shorter = (shorter.bytes + twenty.bytes, shorter.readings + twenty.readings)
        }
        print("recorded size: \(figure(total)) bytes a reading at 100 a commit, \(figure(shorter)) at 20: all \(total.readings) readings")
        #expect(Double(total.bytes) <= 4.0 * Double(total.readings))
    }
}
