/// A date of which perhaps only the year, or the year and the month, is known: most of what a city knows of its pipes.
package struct PartialDate: Equatable, Sendable {
    /// *Range*: 1800…2200.
    package var year: Int
    /// *Range*: 1…12; nil: unknown.
    package var month: Int?
    /// *Range*: 1…31 and a day of the month; nil: unknown.
    package var day: Int?

    package init(year: Int, month: Int? = nil, day: Int? = nil) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The first moment that the date can mean: an asset is never taken for younger than it may be. UTC: hours do not matter in years.
    package var earliest: Timestamp { Timestamp(unixSeconds: Int64(CivilTime.days(year: year, month: month ?? 1, day: day ?? 1)) * 86_400) }

    /// `1998`, `1998-06`, `1998-06-15`.
    package var text: String {
        CivilTime.pad(year, 4) + (month.map { "-" + CivilTime.pad($0, 2) } ?? "") + (day.map { "-" + CivilTime.pad($0, 2) } ?? "")
    }

    /// Reads `1998`, `1998-06` or `1998-06-15`; nil for anything else and for days that do not exist.
    package init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let widths = [4, 2, 2]
        guard (1...3).contains(parts.count) else { return nil }
        var numbers: [Int] = []
        for (part, width) in zip(parts, widths) {
            guard part.utf8.count == width, part.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(part) else { return nil }
            numbers.append(number)
        }
        guard PartialDate.years.contains(numbers[0]) else { return nil }
        if numbers.count > 1, !(1...12).contains(numbers[1]) { return nil }
        if numbers.count > 2 {
            let days = CivilTime.days(year: numbers[0], month: numbers[1], day: numbers[2])
            let back = CivilTime.fields(of: Timestamp(unixSeconds: Int64(days) * 86_400), offsetSeconds: 0)
            guard numbers[2] >= 1, back.month == numbers[1], back.day == numbers[2] else { return nil }
        }
        self.init(year: numbers[0], month: numbers.count > 1 ? numbers[1] : nil, day: numbers.count > 2 ? numbers[2] : nil)
    }

    /// Nothing that a city still runs was built before the first of these, and no plan reaches beyond the last.
    package static let years = 1800...2200
}

/// What the last assessment by a qualified body found. The gateway assesses nothing itself.
package enum AssessmentResult: String, CaseIterable, Sendable {
    /// It may go on as it is.
    case fit
    /// It may go on, and a hazard was found.
    case hazard
    /// It may not go on as it is.
    case unfit

    package var chinese: String {
        switch self {
        case .fit: "符合要求"
        case .hazard: "存在隐患"
        case .unfit: "不符合要求"
        }
    }
}

/// The last assessment of an asset.
package struct Assessment: Equatable, Sendable {
    package var date: PartialDate
    package var result: AssessmentResult

    package init(date: PartialDate, result: AssessmentResult) {
        self.date = date
        self.result = result
    }
}

/// What the owner's files say of an asset. nil is "not known", never "none": an empty list says that someone looked and found nothing.
package struct Dossier: Equatable, Sendable {
    package var built: PartialDate?
    /// *Units*: years. *Range*: above 0; nil: the class's own.
    package var designLife: Double?
    /// The id of one of the index model's materials.
    package var material: String?
    /// *Units*: kilometres. *Range*: above 0.
    package var lengthKilometres: Double?
    /// The years of its breaks, one entry a break, ascending. At most `breakLimit`.
    package var breaks: [Int]?
    /// The year from which on breaks were written down; nil: since it was built.
    package var breaksSince: Int?
    /// Faults, and the trips in which they happened: lifts.
    package var faults: Int?
    package var trips: Int?
    /// Names of the standards that it was found to meet, and not to meet.
    package var standardsMet: [String]?
    package var standardsNotMet: [String]?
    /// 占压: something is built over it.
    package var isBuiltOver: Bool?
    /// Hazards of its surroundings, in the owner's words.
    package var surroundings: [String]?
    /// Properties that triggers of the index model name: `riser`, `misconnected`. Not known and not so are the same here: a trigger needs its word.
    package var traits: [String]
    package var assessment: Assessment?

    package init(
        built: PartialDate? = nil, designLife: Double? = nil, material: String? = nil, lengthKilometres: Double? = nil, breaks: [Int]? = nil,
        breaksSince: Int? = nil, faults: Int? = nil, trips: Int? = nil, standardsMet: [String]? = nil, standardsNotMet: [String]? = nil,
        isBuiltOver: Bool? = nil, surroundings: [String]? = nil, traits: [String] = [], assessment: Assessment? = nil
    ) {
        self.built = built
        self.designLife = designLife
        self.material = material
        self.lengthKilometres = lengthKilometres
        self.breaks = breaks
        self.breaksSince = breaksSince
        self.faults = faults
        self.trips = trips
        self.standardsMet = standardsMet
        self.standardsNotMet = standardsNotMet
        self.isBuiltOver = isBuiltOver
        self.surroundings = surroundings
        self.traits = traits
        self.assessment = assessment
    }

    /// The most breaks that one dossier may list: more than any pipe that is still in the ground has had.
    package static let breakLimit = 500
    /// The most standards, surroundings or traits.
    package static let wordLimit = 16

    /// The keys of the site file whose dates lie after `now`: slips of the pen, which the index does not believe.
    package func keysInTheFuture(now: Timestamp) -> [String] {
        // A day more for the zones of the world.
        let tomorrow = now.advanced(by: .seconds(86_400))
        let year = CivilTime.fields(of: tomorrow, offsetSeconds: 0).year
        var keys: [String] = []
        if let built, built.earliest > tomorrow { keys.append("built") }
        if let last = breaks?.last, last > year { keys.append("breaks") }
        if let breaksSince, breaksSince > year { keys.append("breaks_since") }
        if let assessment, assessment.date.earliest > tomorrow { keys.append("assessment") }
        return keys
    }
}
