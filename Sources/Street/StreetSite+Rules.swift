extension StreetSite {
    /// The profile's rules that the street needs faster: its own delays are minutes and hours.
    static let rules = """

        # ---- delays in the street's own time: an hour is a second here, so the profile's minutes and hours would outlast the street

        [[rule]]
        id = "cover.tilt"
        kind = "high"
        class = "manhole_cover"
        quantity = "tilt"
        levels = [
            { level = "yellow", limit = 10.0 },
            { level = "orange", limit = 15.0 },
        ]
        deadband = 2.0
        on_delay = "3 s"
        off_delay = "3 s"
        confirmed_by = "cover.open"
        category = "Safety"
        event = { zh = "井盖倾斜", en = "Cover tilted" }
        advice = { zh = "请立即派人到场,先设置围挡和警示,再复位井盖并检查锁具。", en = "Send someone now: fence and mark the opening first, then seat the cover and check its lock." }

        [[rule]]
        id = "cover.open"
        kind = "high"
        class = "manhole_cover"
        quantity = "open"
        levels = [ { level = "orange", limit = 0.5 } ]
        on_delay = "1 s"
        off_delay = "2 s"
        confirmed_by = "cover.tilt"
        category = "Safety"
        event = { zh = "井盖开启", en = "Cover opened" }
        advice = { zh = "请核对是否有报备的下井作业;没有报备则立即派人围挡并复位。", en = "Check whether work in the well is registered; if not, send someone now to fence the opening and close it." }

        [[rule]]
        id = "water.burst"
        kind = "pulse"
        direction = "down"
        class = "water_pipe"
        quantity = "pressure"
        levels = [
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
            { level = "red", limit = 12.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "2 s"
        event = { zh = "供水压力异常下降,疑似爆管", en = "Unusual fall of pressure, a burst is suspected" }
        advice = { zh = "请对比上下游测点和流量,派人沿线查看路面冒水、塌陷,准备关阀。", en = "Compare the points up- and downstream and the flow; have the line walked for water or a sunken road, and make ready to close valves." }

        [[rule]]
        id = "water.flow_rise"
        kind = "pulse"
        direction = "up"
        class = "water_pipe"
        quantity = "flow"
        levels = [
            { level = "blue", limit = 3.5 },
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "2 s"
        confirmed_by = "water.burst"
        event = { zh = "供水流量异常升高", en = "Unusual rise of flow" }
        advice = { zh = "请核对消防、冲洗等大用水;没有则按漏损排查,优先查看夜间最小流量。", en = "Rule out fire fighting and flushing; otherwise look for a leak, beginning with the night's minimum flow." }

        [[rule]]
        id = "lift.door_wear"
        kind = "pulse"
        direction = "up"
        class = "lift"
        quantity = "door_close_time"
        levels = [
            { level = "blue", limit = 3.5 },
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "3 s"
        event = { zh = "关门时间变长,门机疑似磨损", en = "Doors close more slowly, wear is suspected" }
        advice = { zh = "请维保单位检查门机皮带、滑块和地坎异物,在出现关不上门之前处理。", en = "Have belt, sliders and sill checked before the doors stop closing." }

        [[rule]]
        id = "lift.door_opening"
        kind = "pulse"
        direction = "up"
        class = "lift"
        quantity = "door_open_time"
        levels = [
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "3 s"
        event = { zh = "开门时间变长", en = "Doors open more slowly" }
        advice = { zh = "请维保单位检查门刀、门锁滚轮和门机。", en = "Have the door vane, the lock rollers and the operator checked." }

        [[rule]]
        id = "lift.travel_time"
        kind = "pulse"
        direction = "up"
        class = "lift"
        quantity = "travel_time"
        levels = [
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "3 s"
        event = { zh = "层间运行变慢", en = "Travel between floors takes longer" }
        advice = { zh = "请检查曳引轮磨损、钢丝绳打滑和变频器。", en = "Have the sheave, the ropes' slip and the drive checked." }

        [[rule]]
        id = "pump.outlet_drop"
        kind = "pulse"
        direction = "down"
        class = "pump_station"
        quantity = "outlet_pressure"
        levels = [
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
            { level = "red", limit = 12.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "2 s"
        event = { zh = "出水压力异常下降", en = "Unusual fall of outlet pressure" }
        advice = { zh = "请查看水泵是否停机或空转、水箱液位和出水管是否爆裂,必要时切换备用泵。", en = "See whether the pump stands still or runs dry, and check tank level and outlet pipe; switch to the standby pump if need be." }

        [[rule]]
        id = "pump.current"
        kind = "pulse"
        class = "pump_station"
        quantity = "current"
        levels = [
            { level = "yellow", limit = 5.0 },
            { level = "orange", limit = 8.0 },
        ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "2 s"
        event = { zh = "水泵电流异常", en = "Unusual pump current" }
        advice = { zh = "电流偏低查空转和气蚀,偏高查堵转、缺相和轴承。", en = "Low current: look for dry running and cavitation. High current: look for a blocked rotor, a lost phase and bearings." }

        [[rule]]
        id = "device.fault"
        kind = "fault"
        levels = [ { level = "yellow", limit = 5.0 } ]
        deadband = 1.0
        on_delay = "1 s"
        off_delay = "3 s"
        event = { zh = "传感器疑似故障", en = "Sensor fault is suspected" }
        advice = { zh = "请到场比对读数,检查探头堵塞、结冰和松脱。", en = "Compare with a reading on site; check the probe for dirt, ice and a loose mount." }

        """
}
