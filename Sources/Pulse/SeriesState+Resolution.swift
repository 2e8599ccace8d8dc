extension SeriesState {
    /// So many changes in a row that are multiples of one step are no chance: among continuous values one in twenty-five is, among multiples of half the step
    /// one in two.
    private static let gridProof: Int64 = 64
    /// After so many changes a series without a common step counts as continuous.
    private static let continuousProof: Int64 = 256
    /// What `resolution` is for such a series.
    static let continuous = -1.0

    /// Looks for the step that all changes are multiples of, by Euclid's way: what a change leaves over becomes the step.
    ///
    /// A converter that loses bits, or a gateway that begins to round, leaves level and unrest nearly as they were; only the grid gives it away.
    @inline(__always)
    mutating func watchResolution(_ size: Double) {
        set(Flags.coarser, false)
        guard gridStep > 0 else {
            gridStep = size
            gridRun = 0
            return
        }
        let ratio = size / gridStep
        // Beyond a thousand steps the rounding of the values themselves blurs the grid: no evidence either way.
        guard ratio < 1000 else {
            if gridStep < 1e-3 * meanStep { loseGrid() }
            return
        }
        let rest = abs(ratio - Double(Int64(ratio + 0.5)))
        if rest > 0.02 {
            gridStep *= rest
            gridRun = 0
            if gridStep < 1e-3 * meanStep { loseGrid() }
            return
        }
        gridRun &+= 1
        guard gridRun >= SeriesState.gridProof else { return }
        let isCoarser = resolution == SeriesState.continuous || resolution > 0 && gridStep > 1.9 * resolution
        set(Flags.coarser, isCoarser)
        if resolution <= 0 || isCoarser || gridStep < 0.9 * resolution { resolution = gridStep }
        // Begin anew: among multiples of the old step those of a coarser one would never stand out.
        gridStep = 0
        gridRun = 0
    }

    /// No step is left that would be one: the values are continuous, as far as these changes tell.
    private mutating func loseGrid() {
        gridStep = 0
        gridRun = 0
        if resolution == 0, changes > SeriesState.continuousProof { resolution = SeriesState.continuous }
    }
}
