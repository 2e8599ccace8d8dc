extension DeskAssets {
    /// One style for light and dark, for a wall screen and a telephone. Levels are told by words too, never by colour alone.
    static let style = """
        :root {
          --ground: #f5f6f4; --card: #fff; --ink: #1b2326; --soft: #5b676b; --line: #dfe4e2; --accent: #0b6b5d; --accent-ink: #fff; --wash: #e7f1ef;
          --red: #c8202f; --orange: #c2570c; --yellow: #8a6a00; --blue: #2563b4;
          --red-wash: #fdecec; --orange-wash: #fdf0e3; --yellow-wash: #faf4d8; --blue-wash: #e8f0fb;
          --shadow: 0 1px 2px rgb(20 30 30 / 6%), 0 2px 8px rgb(20 30 30 / 4%);
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #12181a; --card: #1b2326; --ink: #e6ecea; --soft: #98a6a6; --line: #2e393c; --accent: #4cc2ad; --accent-ink: #06231e;
              --wash: #1d3431;
            --red: #ff7a80; --orange: #ffa25c; --yellow: #e8c547; --blue: #7fb2ff;
            --red-wash: #3a1d20; --orange-wash: #38271a; --yellow-wash: #332d15; --blue-wash: #1a2a40; --shadow: none;
          }
        }
        * { box-sizing: border-box; }
        html { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; background: var(--ground);
          color: var(--ink); }
        body { margin: 0; }
        main { max-width: 1240px; margin: 0 auto; padding: 18px 20px 60px; }
        a { color: var(--accent); text-decoration: none; }
        a:hover { text-decoration: underline; }
        h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 6px; }
        h2 { font-size: 1rem; margin: 0 0 10px; }
        .muted, small { color: var(--soft); }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
        .skip { position: absolute; left: -999px; }
        .skip:focus { left: 8px; top: 8px; background: var(--card); padding: 6px 10px; z-index: 9; }

        .top { display: flex; align-items: center; gap: 22px; padding: 0 20px; min-height: 54px; background: var(--card);
          border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 3; }
        .brand { color: var(--ink); font-size: 1.05rem; display: flex; align-items: center; gap: 8px; white-space: nowrap; }
        .brand:hover { text-decoration: none; }
        .brand svg { width: 34px; fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
        .top nav { display: flex; gap: 4px; flex: 1; overflow-x: auto; scrollbar-width: none; }
        .top nav a { padding: 15px 10px 13px; color: var(--soft); border-bottom: 2px solid transparent; white-space: nowrap; }
        .top nav a[aria-current] { color: var(--ink); border-color: var(--accent); font-weight: 600; }
        .top nav a:hover { color: var(--ink); text-decoration: none; }
        .me { display: flex; align-items: center; gap: 6px; white-space: nowrap; }
        .me form { margin: 0; }
        .who { color: var(--soft); max-width: 12em; overflow: hidden; text-overflow: ellipsis; }

        button, input, select, textarea { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          padding: 7px 11px; }
        button { cursor: pointer; }
        button:hover { border-color: var(--accent); }
        button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); font-weight: 600; }
        button.plain { border-color: transparent; background: none; color: var(--soft); padding: 5px 8px; }
        button.plain:hover { color: var(--ink); }
        button.quiet { color: var(--soft); }
        textarea { width: 100%; resize: vertical; }
        label { display: block; margin: 0 0 10px; }
        label > input:not([type=checkbox]), label > textarea, label > select { display: block; width: 100%; margin-top: 4px; }
        .check { display: flex; gap: 8px; align-items: flex-start; }
        .check input { margin-top: 5px; }

        .summary { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin-bottom: 16px; }
        .count { background: var(--card); border-radius: 10px; padding: 10px 16px; box-shadow: var(--shadow); border-left: 4px solid; display: flex;
          align-items: baseline; gap: 10px; }
        .count:hover { text-decoration: none; }
        .count b { font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .count span { color: var(--soft); }
        .count.none b { color: var(--soft); font-weight: 400; }
        .count.red { border-color: var(--red); color: var(--red); } .count.orange { border-color: var(--orange); color: var(--orange); }
        .count.yellow { border-color: var(--yellow); color: var(--yellow); } .count.blue { border-color: var(--blue); color: var(--blue); }

        .states { display: flex; gap: 4px; margin-bottom: 10px; flex-wrap: wrap; }
        .states a { padding: 5px 13px; border-radius: 999px; color: var(--soft); }
        .states a[aria-current] { background: var(--accent); color: var(--accent-ink); font-weight: 600; }
        .filters { display: flex; gap: 8px; flex-wrap: wrap; margin-bottom: 14px; }
        .filters input[type=search] { flex: 1 1 240px; }

        .alerts { list-style: none; margin: 0; padding: 0; background: var(--card); border-radius: 12px; box-shadow: var(--shadow); overflow: hidden;
          }
        .alerts li { border-bottom: 1px solid var(--line); border-left: 4px solid transparent; }
        .alerts li:last-child { border-bottom: 0; }
        .alerts li.red { border-left-color: var(--red); } .alerts li.orange { border-left-color: var(--orange); }
        .alerts li.yellow { border-left-color: var(--yellow); } .alerts li.blue { border-left-color: var(--blue); }
        .alerts li > a { display: grid; grid-template-columns: 76px minmax(0, 1fr) auto 132px; gap: 14px; align-items: center;
          padding: 11px 16px 11px 12px; color: inherit; }
        .alerts li > a:hover { background: var(--wash); text-decoration: none; }
        .alerts li.chosen { background: var(--wash); box-shadow: inset 0 0 0 2px var(--accent); }
        .alerts li.done { opacity: .66; }
        .alerts li.fresh { animation: fresh 2.4s ease-out; }
        @keyframes fresh { from { background: var(--yellow-wash); } }
        @media (prefers-reduced-motion: reduce) { .alerts li.fresh { animation: none; } }
        .alerts strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
        .where { display: block; color: var(--soft); font-size: .88rem; overflow-wrap: anywhere; }
        .alerts .c { display: flex; gap: 6px; flex-wrap: wrap; justify-content: flex-end; align-items: center; }
        .alerts .d { text-align: right; font-size: .88rem; color: var(--soft); white-space: nowrap; }
        .by { color: var(--soft); font-size: .88rem; }
        .empty { background: var(--card); border-radius: 12px; padding: 40px; text-align: center; color: var(--soft); }
        .pages { display: flex; gap: 16px; justify-content: flex-end; color: var(--soft); }
        .keys, .partial { color: var(--soft); font-size: .85rem; }
        kbd { font: inherit; font-size: .8rem; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px;
          background: var(--card); }
        .link { float: right; }
        .link::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 6px; background: var(--soft); }
        .link.on::before { background: var(--accent); } .link.off { color: var(--orange); } .link.off::before { background: var(--orange); }

        .level { display: inline-block; font-size: .82rem; font-weight: 700; padding: 2px 9px; border-radius: 6px; white-space: nowrap;
          vertical-align: middle; text-align: center; }
        .level.red { color: var(--red); background: var(--red-wash); } .level.orange { color: var(--orange); background: var(--orange-wash); }
        .level.yellow { color: var(--yellow); background: var(--yellow-wash); } .level.blue { color: var(--blue); background: var(--blue-wash); }
        .chip { font-size: .82rem; border: 1px solid var(--line); border-radius: 999px; padding: 1px 9px; white-space: nowrap; color: var(--soft); }
        .chip.published { color: var(--ink); border-color: var(--ink); font-weight: 600; }
        .chip.acknowledged, .chip.dispatched, .chip.reported { color: var(--accent); border-color: var(--accent); }
        .active { color: var(--ink); font-weight: 600; } .over { color: var(--soft); }

        section { margin-bottom: 18px; }
        .columns { display: grid; grid-template-columns: minmax(0, 1.75fr) minmax(300px, 1fr); gap: 18px; align-items: start; }
        .columns section, .card { background: var(--card); border-radius: 12px; padding: 16px 18px; box-shadow: var(--shadow); }
        .crumbs { margin: 0 0 8px; }
        .episode > header { margin-bottom: 16px; }
        p.facts { color: var(--soft); margin: 0; }
        .sentence { font-size: 1.08rem; margin: 0 0 10px; overflow-wrap: anywhere; }
        .advice { background: var(--wash); border-radius: 8px; padding: 9px 12px; margin: 8px 0; }
        .warning { background: var(--orange-wash); border-radius: 8px; padding: 9px 12px; margin: 8px 0; }
        .error { background: var(--red-wash); color: var(--red); border-radius: 8px; padding: 9px 12px; }
        .buttons { display: flex; gap: 8px; flex-wrap: wrap; margin: 0 0 6px; }
        .shelf { display: flex; gap: 8px; flex-wrap: wrap; } .shelf select { flex: 1 1 110px; min-width: 0; }
        details summary { cursor: pointer; color: var(--soft); padding: 4px 0; }
        dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px 16px; margin: 14px 0 0; }
        dl.facts dt { color: var(--soft); font-size: .82rem; } dl.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

        figure { margin: 0 0 12px; } figure svg { width: 100%; height: auto; display: block; }
        figcaption { color: var(--soft); font-size: .88rem; margin-bottom: 4px; }
        .legend { float: right; } .legend i { display: inline-block; width: 14px; height: 8px; margin: 0 3px 0 10px; border-radius: 2px; }
        .key-seen { background: var(--accent); } .key-band { background: var(--blue-wash); border: 1px solid var(--blue); }
        .key-limit { background: var(--red); }
        .key-range { background: var(--accent); opacity: .6; }
        .chart .grid { stroke: var(--line); stroke-width: 1; } .tick { fill: var(--soft); font-size: 11px; }
        .chart .band { fill: var(--blue-wash); stroke: var(--blue); stroke-width: .8; stroke-dasharray: 3 3; }
        .chart .seen { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
        .chart .dot { fill: var(--accent); } .chart .last { fill: var(--red); stroke: var(--card); stroke-width: 2; }
        .chart .limit { stroke: var(--red); stroke-width: 1.4; stroke-dasharray: 6 4; } .chart .range { fill: var(--accent); opacity: .6; }
        .map svg { background: var(--ground); border-radius: 8px; } .map figcaption { margin: 6px 0 0; }
        .map .near { fill: var(--soft); opacity: .5; } .map .here { fill: var(--red); }
        .map .here-ring { fill: none; stroke: var(--red); stroke-width: 1.5; opacity: .5; }
        .map .here-name { fill: var(--ink); font-size: 13px; font-weight: 600; } .map .bar { stroke: var(--soft); stroke-width: 2; }
        .map .north { fill: var(--soft); }

        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: 7px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { font-weight: 600; color: var(--soft); font-size: .85rem; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .table { overflow-x: auto; background: var(--card); border-radius: 12px; box-shadow: var(--shadow); margin-bottom: 18px; }
        .table tr:last-child td { border-bottom: 0; }
        .terms td { padding: 6px 8px 6px 0; } .terms small { display: block; font-size: .82rem; } .terms .unknown { opacity: .55; }
        meter { width: 90px; height: 10px; }
        meter::-webkit-meter-bar { background: var(--line); border: 0; height: 8px; }
        meter::-webkit-meter-optimum-value { background: var(--accent); }
        .table td small { margin-left: 2px; }
        .index b { font-size: 1.5rem; }
        .history, .others { list-style: none; margin: 0; padding: 0; }
        .history li, .others li { padding: 6px 0 6px 14px; border-left: 2px solid var(--line); margin-left: 4px; position: relative;
          overflow-wrap: anywhere; }
        .history li::before { content: ""; position: absolute; left: -5px; top: 13px; width: 8px; height: 8px; border-radius: 50%;
          background: var(--soft); }
        .history li.did::before { background: var(--accent); }
        .history time, .others time { color: var(--soft); font-size: .88rem; }
        .history q { display: block; color: var(--soft); quotes: none; }
        .history small.applied { color: var(--accent); } .history small.refused { color: var(--red); }
        .bad { color: var(--red); } .warn { color: var(--orange); } .good { color: var(--accent); }

        .box { max-width: 380px; margin: 8vh auto; background: var(--card); padding: 26px 28px; border-radius: 14px; box-shadow: var(--shadow); }
        .box button.main { width: 100%; padding: 10px; }
        dialog { border: 0; border-radius: 14px; padding: 22px 24px; background: var(--card); color: var(--ink);
          box-shadow: 0 10px 50px rgb(0 0 0 / 30%); width: min(460px, 92vw); }
        dialog::backdrop { background: rgb(0 0 0 / 40%); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin-bottom: 18px; }
        .tiles .card { margin: 0; } .tiles b { font-size: 1.6rem; display: block; font-variant-numeric: tabular-nums; }
        .tiles span { color: var(--soft); }
        .headline { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; flex-wrap: wrap; margin-bottom: 12px; }

        @media (max-width: 760px) {
          main { padding: 12px 12px 50px; }
          .top { flex-wrap: wrap; gap: 0 12px; padding: 6px 12px 0; }
          .top nav { order: 3; flex-basis: 100%; } .top nav a { padding: 8px 9px; } .me { margin-left: auto; } .who { max-width: 6em; }
          .summary { gap: 8px; }
          .count { padding: 6px 8px; flex-direction: column; gap: 0; align-items: center; border-left: 0; border-top: 3px solid; }
          .count b { font-size: 1.35rem; } .count span { font-size: .8rem; }
          .filters input[type=search] { flex-basis: 100%; } .filters select { flex: 1 1 20%; min-width: 0; padding: 7px 4px; }
          .table th, .table td { white-space: nowrap; max-width: 64vw; overflow: hidden; text-overflow: ellipsis; }
          .alerts li > a { grid-template-columns: minmax(0, 1fr) auto; gap: 5px 10px; padding: 10px 12px; }
          .alerts .a { grid-row: 1; grid-column: 1; } .alerts .d { grid-row: 1; grid-column: 2; }
          .alerts .b { grid-row: 2; grid-column: 1 / -1; } .alerts .c { grid-row: 3; grid-column: 1 / -1; justify-content: flex-start; }
          .keys kbd, .keys { font-size: 0; } .keys .link { font-size: .85rem; float: none; }
          .columns { display: flex; flex-direction: column; gap: 12px; align-items: stretch; }
          .columns > .wide, .columns > .narrow { display: contents; }
          .columns section { order: 3; margin: 0; } .wide > section:first-child { order: 1; } .narrow > .act { order: 2; }
          h1 { font-size: 1.25rem; } .columns section { padding: 14px; }
        }
        @media print {
          .top, .filters, .states, .keys, form, .no-print { display: none !important; }
          html { background: #fff; color: #000; font-size: 12px; } .table, .card, section { box-shadow: none !important; break-inside: avoid; }
          main { max-width: none; padding: 0; }
        }

        """
}
