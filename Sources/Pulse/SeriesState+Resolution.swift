extension SeriesState {
    /// So many changes in a row that are multiples of one step are no chance: among continuous values one in fifty is, among multiples of half the step one
    /// in two.
    private static let gridProof: Int64 = 64
    /// So many changes without a common step: the series is continuous.
    private static let continuousProof: Int64 = 256
    /// What `resolution` is for such a series.
    static let continuous = -1.0

    /// Looks for the step that all changes are multiples of.
    ///
    /// A converter that loses bits, or a gateway that begins to round, leaves level and unrest nearly as they were; only the grid gives it away.
    @inline(__always)
    mutating func watchResolution(_ size: Double) {
        set(Flags.coarser, false)
        let ratio = gridStep > 0 ? size / gridStep : 0
        // Beyond a thousand steps the rounding of the values themselves blurs the grid: no evidence either way.
        guard ratio < 1000 else { return }
        let offset = abs(ratio - Double(Int64(ratio + 0.5)))
        if gridStep == 0 || ratio < 0.98 {
            gridStep = size
            gridRun = 0
        } else if offset <= 0.01 {
            gridRun &+= 1
        } else {
            gridStep = 0
            gridRun = 0
            if resolution == 0, changes > SeriesState.continuousProof { resolution = SeriesState.continuous }
        }
        guard gridRun == SeriesState.gridProof else { return }
        let isCoarser = resolution == SeriesState.continuous || resolution > 0 && gridStep > 1.9 * resolution
        set(Flags.coarser, isCoarser)
        if resolution <= 0 || isCoarser || gridStep < 0.9 * resolution { resolution = gridStep }
        // Begin anew: among multiples of the old step those of a coarser one would never stand out.
        gridStep = 0
        gridRun = 0
    }
}
