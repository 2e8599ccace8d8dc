import Foundation
import Lifeline
import Street
import Testing

@Suite("The simulated street")
struct StreetTests {
    static func messages(_ seed: UInt64, count: Int, faults: Bool = true) -> [StreetMessage] {
        var street = Street(StreetOptions(seed: seed, start: Timestamp(unixSeconds: 1_767_323_045), hasFaults: faults))
        return (0..<count).map { _ in street.next() }
    }

    @Test("The same seed gives the same bytes, another seed others")
    func deterministic() {
        #expect(StreetTests.messages(7, count: 2000) == StreetTests.messages(7, count: 2000))
        #expect(StreetTests.messages(7, count: 200) != StreetTests.messages(8, count: 200))
    }

    @Test("Messages are in the order in which they are due, and every one is JSON")
    func ordered() {
        let messages = StreetTests.messages(1, count: 5000)
        #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.due <= $1.due })
        for message in messages { #expect((try? JSONSerialization.jsonObject(with: Data(message.payload))) != nil) }
        #expect(Set(messages.map(\.topic)).count == 24)
    }

    private static func pressures(_ faults: Bool) -> [(day: Double, kilopascal: Double)] {
        StreetTests.messages(3, count: 9000, faults: faults).filter { $0.topic == "street/pipe/WP-03" }.map {
            let json = (try? JSONSerialization.jsonObject(with: Data($0.payload))) as? [String: Any]
            return (Double($0.due) / 24e6, (json?["pressure_kpa"] as? NSNumber)?.doubleValue ?? .nan)
        }
    }

    @Test("The burst lowers its pipe's pressure by a third for as long as the truth says, and a street without faults has none")
    func burst() throws {
        let truth = try #require(StreetFaults.all.first { $0.kind == .burst })
        let sick = StreetTests.pressures(true)
        let well = StreetTests.pressures(false)
        for (with, without) in zip(sick, well) {
            let isBurst = with.day >= truth.begins && with.day < truth.ends
            #expect((without.kilopascal - with.kilopascal > 80) == isBurst, "day \(with.day)")
        }
        #expect(well.allSatisfy { (250...400).contains($0.kilopascal) })
    }

    @Test("The truth table is coherent: every fault begins after the first day, ends, and names rules")
    func truth() {
        for fault in StreetFaults.all {
            #expect(fault.begins > 1 && fault.begins < fault.ends && fault.ends < StreetFaults.allClear)
            #expect(!fault.rules.isEmpty)
        }
        #expect(Set(StreetFaults.all.map(\.asset)).count == StreetFaults.all.count)
    }
}
