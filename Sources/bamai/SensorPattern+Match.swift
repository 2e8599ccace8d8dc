import Glibc

extension SensorPattern {
    /// `*` and `?` match within and across the `/` of an id.
    func matches(_ sensor: String) -> Bool { fnmatch(pattern, sensor, 0) == 0 }
}
