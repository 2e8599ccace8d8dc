/// What begins or ends in a street, for the people who watch.
package struct StreetNews: Equatable, Sendable {
    /// *Units*: microseconds since the start.
    package let offset: Int64
    package let asset: String
    package let words: String
    package let begins: Bool
}

/// Something that can be played to a broker in real time: messages in the order in which they are due.
package protocol PlayedStreet: Sendable {
    /// The due time of the next message. *Units*: microseconds since the start; `Int64.max` when there are no more.
    var nextDue: Int64 { get }
    /// *Units*: seconds of real time in which a day passes.
    var dayLength: Double { get }
    /// In the order of offsets.
    var news: [StreetNews] { get }
    /// The next message. Precondition: `nextDue` is not the end.
    mutating func next() -> StreetMessage
    /// The messages that end what lasts for a moment only.
    mutating func settle() -> [StreetMessage]
}

extension Street: PlayedStreet {
    package var dayLength: Double { options.dayLength }

    package var news: [StreetNews] {
        guard options.hasFaults else { return [] }
        let day = options.dayLength * 1e6
        var news: [StreetNews] = []
        for fault in StreetFaults.all {
            news.append(StreetNews(offset: Int64(fault.begins * day), asset: fault.asset, words: fault.words.english, begins: true))
            news.append(StreetNews(offset: Int64(fault.ends * day), asset: fault.asset, words: fault.mended.english, begins: false))
        }
        return news.sorted { $0.offset < $1.offset }
    }
}
