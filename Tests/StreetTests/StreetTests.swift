import Foundation
import Lifeline
import Street
import Testing

@Suite("The street")
struct StreetTests {
    static let start = Timestamp(unixSeconds: 1_767_323_045)

    static func messages(_ count: Int, seed: UInt64 = 7, hasFaults: Bool = true) -> [StreetMessage] {
        var street = Street(StreetOptions(seed: seed, start: start, hasFaults: hasFaults))
        return (0..<count).map { _ in street.next() }
    }

    @Test("The same seed gives the same bytes, another seed other ones")
    func determinism() {
        #expect(StreetTests.messages(20_000) == StreetTests.messages(20_000))
        #expect(StreetTests.messages(500) != StreetTests.messages(500, seed: 8))
    }

    @Test("Messages come in the order of their due times, from every device, at the rates of the site file")
    func order() {
        let messages = StreetTests.messages(20_000)
        #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.due <= $1.due })
        #expect(messages.allSatisfy { $0.qos == 1 && !$0.topic.isEmpty && $0.due >= 0 })
        let topics = Set(messages.map(\.topic))
        // 12 LoRaWAN devices with two kinds of events, 8 loggers, 2 lifts, 1 pump room.
        #expect(topics.count == 12 * 2 + 8 + 2 + 1)
        let seconds = Double(messages.last!.due) / 1e6
        let pressures = messages.count { $0.topic == "water/WP-05/data" }
        #expect(abs(Double(pressures) / seconds - 4) < 0.05)
        let trips = messages.count { $0.topic == "lift/LF-2/trip" }
        #expect(abs(Double(trips) / seconds - 2) < 0.1)
    }

    @Test("Every payload is a JSON object")
    func json() {
        for message in StreetTests.messages(5000) {
            let object = (try? JSONSerialization.jsonObject(with: Data(message.payload))) as? [String: Any]
            #expect(object != nil, "\(message.topic): \(String(decoding: message.payload, as: UTF8.self))")
        }
    }

    @Test("What goes wrong changes only what it is about")
    func isolation() {
        let ill = StreetTests.messages(10_000).filter { $0.topic == "water/WP-06/data" || $0.topic == "lift/LF-2/trip" }
        let healthy = StreetTests.messages(10_000, hasFaults: false).filter {
            $0.topic == "water/WP-06/data" || $0.topic == "lift/LF-2/trip"
        }
        let count = min(ill.count, healthy.count)
        #expect(count > 1000)
        #expect(ill.prefix(count) == healthy.prefix(count))
    }

    @Test("The truth: three things, within 120 seconds, over by 150")
    func truth() {
        #expect(StreetFaults.all.map(\.kind) == [.openCover, .doorWear, .burst])
        for (fault, next) in zip(StreetFaults.all, StreetFaults.all.dropFirst()) { #expect(fault.begins < next.begins) }
        for fault in StreetFaults.all {
            #expect(fault.begins < fault.ends && fault.begins * 24 < 120 && fault.ends * 24 <= 150 && fault.ends <= StreetFaults.allClear)
            #expect(!fault.rules.isEmpty && !fault.words.chinese.isEmpty && !fault.mended.english.isEmpty)
        }
    }

    @Test("A fault begins at its day, however long a day is", arguments: [24, 60, 240] as [Double])
    func onTime(length: Double) throws {
        let fault = try #require(StreetFaults.all.first { $0.kind == .openCover })
        var street = Street(StreetOptions(seed: 4, dayLength: length, start: StreetTests.start))
        var opened: Int64?
        var closed: Int64?
        while street.nextDue < Int64(4 * length * 1e6) {
            let message = street.next()
            guard let state = TextFields.text("magnet_status", message.payload),
                TextFields.text("deviceName", message.payload) == fault.asset + "-contact"
            else { continue }
            if state == "open" && opened == nil { opened = message.due }
            if state == "closed" && opened != nil && closed == nil { closed = message.due }
        }
        #expect(opened == Int64((fault.begins * length * 1e6).rounded()))
        #expect(closed == Int64((fault.ends * length * 1e6).rounded()))
    }

    @Test("A burst takes 30 % of the pressure at its point, less at its neighbours, nothing in the other district")
    func burst() throws {
        let burst = try #require(StreetFaults.all.first { $0.kind == .burst })
        let begins = Int64(burst.begins * 24e6)
        let day: Int64 = 24_000_000
        // The same hour the day before; the last part of the day before and of the burst.
        func mean(_ asset: String, shift: Int64) throws -> Double {
            let window = (begins + 4_000_000 - shift)..<(begins + 20_000_000 - shift)
            let values = StreetTests.messages(8000, seed: 3).filter { $0.topic == "water/\(asset)/data" && window.contains($0.due) }
                .compactMap { TextFields.pressure($0.payload) }
            #expect(values.count > 50)
            return values.reduce(0, +) / Double(values.count)
        }
        func share(_ asset: String) throws -> Double { try mean(asset, shift: 0) / mean(asset, shift: day) }
        #expect(abs(try share("WP-03") - 0.70) < 0.02)
        #expect(abs(try share("WP-02") - 0.88) < 0.02)
        #expect(abs(try share("WP-01") - 0.94) < 0.02)
        #expect(abs(try share("WP-06") - 1) < 0.02)
    }

    @Test("Pressures follow the day: high at night, low at the peaks, always above what a network must hold")
    func daily() {
        let values = StreetTests.messages(20_000, hasFaults: false).filter { $0.topic == "water/WP-04/data" }
            .compactMap { message in TextFields.pressure(message.payload).map { (hour: message.due % 24_000_000 / 1_000_000, value: $0) } }
        func mean(_ hour: Int64) -> Double {
            let of = values.filter { $0.hour == hour }
            return of.reduce(0) { $0 + $1.value } / Double(of.count)
        }
        #expect(mean(3) > mean(8) + 0.03)
        #expect(mean(3) > mean(19) + 0.03)
        #expect(values.allSatisfy { $0.value > 0.2 && $0.value < 0.5 })
    }

    @Test("A street that ends leaves no cover under a wheel")
    func settles() throws {
        var shaken = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            var street = Street(StreetOptions(seed: seed, start: StreetTests.start, hasFaults: false))
            var angle: [String: Substring] = [:]
            // Eight in the morning of the second day: the wheels are many.
            while street.nextDue < 32_000_000 {
                let message = street.next()
                if let state = TextFields.text("threshold_x", message.payload) { angle[message.topic] = state }
            }
            let open = angle.filter { $0.value == "trigger" }.keys
            shaken += open.count
            let last = street.settle()
            #expect(Set(last.map(\.topic)) == Set(open), "seed \(seed)")
            for message in last {
                #expect(TextFields.text("threshold_x", message.payload) == "normal")
                #expect(message.due < 33_000_000)
            }
        }
        #expect(shaken > 3)
    }

    @Test("Copies stand side by side, each with names of its own")
    func copies() {
        var street = Street(StreetOptions(start: StreetTests.start, copies: 3))
        #expect(street.deviceCount == 69)
        let topics = Set((0..<6000).map { _ in street.next().topic })
        #expect(topics.contains("water/WP-01/data") && topics.contains("water/WP-01-3/data"))
        #expect(topics.count == 3 * 35)
    }

    @Test("Days that nobody would ask for are clamped, never trapped", arguments: [0, -5, 1, 1e300, .infinity, .nan] as [Double])
    func oddDays(length: Double) {
        var street = Street(StreetOptions(dayLength: length, start: Timestamp(microseconds: .max), copies: -3))
        var last: Int64 = 0
        for _ in 0..<5000 {
            let message = street.next()
            #expect(message.due >= last)
            last = message.due
        }
        #expect(street.options.dayLength >= 1 && street.options.copies == 1)
    }
}

/// Reads single members from flat JSON, without asking the code under test.
enum TextFields {
    static func text(_ name: String, _ payload: [UInt8]) -> Substring? {
        let json = Substring(String(decoding: payload, as: UTF8.self))
        guard let key = json.firstRange(of: "\"\(name)\":") else { return nil }
        return json[key.upperBound...].drop { $0 == "\"" }.prefix { !"\",}".contains($0) }
    }

    /// *Units*: MPa, from either make of logger.
    static func pressure(_ payload: [UInt8]) -> Double? {
        if let text = text("devPressure", payload) { return Double(text) }
        return text("p", payload).flatMap { Double($0) }.map { $0 / 1000 }
    }
}
