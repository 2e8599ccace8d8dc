/// The week of a series: what is learnt about it besides the cells.
struct WeekState {
    /// What one unit of a cell is worth; 0: nothing was learnt yet.
    var scale = 0.0
    /// The cell that is being filled, how many were filled (up to a million), and its departures so far.
    var cell: Int32 = -1
    var filled: Int32 = 0
    var sum = 0.0
    var samples = 0.0
    /// Mean absolute departure with and without the week, to know whether there is one.
    var with = 0.0
    var without = 0.0
}

extension Season {
    /// Where a moment lies in the week: the cell that it fills, and the two cell centres around it.
    struct Weekday {
        var cell: Int
        var left: Int
        var right: Int
        var share: Double

        /// *Range*: any |time| ≤ 1e15; the cycle is at least 0.01 s, so the quotient fits an `Int64`. Anything else, out of a
        /// forged snapshot, is taken for 0.
        @inline(__always)
        init(_ time: Double, _ pace: Pace) {
            let turns = abs(time) <= SeriesState.timeLimit ? time * pace.turnsPerSecond : 0
            var whole = Int64(turns)
            var part = turns - Double(whole)
            if part < 0 {
                part += 1
                whole -= 1
            }
            var day = Int(whole % Int64(Season.weekCycles))
            if day < 0 { day += Season.weekCycles }
            let all = Season.weekCycles * Season.weekCells
            // Rounding can make a part of exactly one.
            let place = min(part * Double(Season.weekCells), Double(Season.weekCells) - 1e-9)
            cell = day * Season.weekCells + Int(place)
            let inside = place - Double(Int(place))
            if inside >= 0.5 {
                (left, right) = (cell, cell + 1 == all ? 0 : cell + 1)
                share = inside - 0.5
            } else {
                (left, right) = (cell == 0 ? all - 1 : cell - 1, cell)
                share = inside + 0.5
            }
        }
    }

    /// By how much this part of the week departs from the usual cycle, in the week's units.
    @inline(__always)
    func weekday(_ place: Weekday) -> Double {
        let left = Double(week[place.left])
        return left + place.share * (Double(week[place.right]) - left)
    }
}

extension SeriesState {
    /// The week is used once two of them have shown that it makes the expectation better, and as long as it does.
    @inline(__always)
    func weekHelps(_ pace: Pace) -> Bool {
        Double(week.filled) > 1.5 * Double(Season.weekCycles * Season.weekCells) && week.with < pace.tuning.weekProof * week.without
    }

    /// Learns one departure from the usual cycle without the week. `place`: of the sample that is being learnt.
    @inline(__always)
    mutating func learnWeek(_ departure: Double, _ place: Season.Weekday, _ season: Season, speed: Double, pace: Pace) {
        if week.filled > Int32(Season.weekCycles * Season.weekCells) {
            let other = abs(departure - season.weekday(place) * week.scale)
            week.without += pace.noiseGain * speed * (min(abs(departure), 8 * noise) - week.without)
            week.with += pace.noiseGain * speed * (min(other, 8 * noise) - week.with)
        }
        if Int32(place.cell) != week.cell {
            closeCell(season, pace)
            week.cell = Int32(place.cell)
            week.sum = 0
            week.samples = 0
        }
        // An alarmed departure teaches the week nothing; but while there is no week yet, its end is the likeliest alarm of all.
        guard speed == 1 || Double(week.filled) < 2 * Double(Season.weekCycles * Season.weekCells) else { return }
        week.sum += departure
        week.samples += 1
    }

    /// Takes the cell that is over into the week.
    private mutating func closeCell(_ season: Season, _ pace: Pace) {
        // The last test is for a state that came out of a forged snapshot.
        guard week.cell >= 0, week.cell < Int32(Season.weekCycles * Season.weekCells) else { return }
        if week.filled < 1_000_000 { week.filled += 1 }
        guard week.samples >= max(1, 0.25 * pace.samples / Double(Season.weekCells)) else { return }
        if week.scale <= 0 { week.scale = max(range, .leastNormalMagnitude) / 256 }
        let cell = Int(week.cell)
        let mean = week.sum / week.samples
        let known = Double(season.week[cell]) * week.scale
        let share = week.filled < Int32(Season.weekCycles * Season.weekCells) ? 1 : pace.tuning.weekLearning
        let next = known + share * (mean - known)
        guard abs(next) < 1e38 else { return }
        while abs(next) > 127 * week.scale {
            // The unit doubles; cells lose their last bit.
            week.scale *= 2
            for index in 0..<Season.weekCycles * Season.weekCells { season.week[index] /= 2 }
        }
        let units = next / week.scale
        season.week[cell] = Int8(max(-127, min(127, units + (units < 0 ? -0.5 : 0.5))))
    }
}
