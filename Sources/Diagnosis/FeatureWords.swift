/// Pulse names its features in English; a duty officer reads Chinese.
enum FeatureWords {
    static func chinese(_ name: String) -> String {
        switch name {
        case "distance from the median": "偏离中位水平"
        case "step between two samples": "突变"
        case "departure from the usual cycle": "偏离日常规律"
        case "level shift": "水平跃变"
        case "beyond everything seen before": "超出历史范围"
        case "unrest": "波动加剧"
        case "unusual calm": "异常平静"
        case "flat line": "数值冻结"
        case "missing data": "数据缺失"
        case "lone spike": "孤立尖峰"
        case "sudden departure from the usual cycle": "突然偏离日常规律"
        case "slow drift of the whole cycle": "整体缓慢漂移"
        case "change of the sensor's resolution": "传感器分辨率改变"
        default: name
        }
    }
}
