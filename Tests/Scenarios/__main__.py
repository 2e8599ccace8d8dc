"""python3 Scenarios pipes|lifts|covers --out DIR [--seed 1] [--sites 24], or python3 Scenarios check --out DIR"""
import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import manifest  # noqa: E402

WARMUP = 14


def main() -> int:
    p = argparse.ArgumentParser(prog="Scenarios", description="Labelled telemetry of city lifelines for anomaly detectors.")
    p.add_argument("scenario", choices=["pipes", "lifts", "covers", "check"])
    p.add_argument("--out", required=True, type=Path, help="folder for manifest.toml, truth.csv and the CSV files")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--sites", type=int, default=24)
    p.add_argument("--healthy-days", type=float, default=None, help="length of the healthy files; default depends on the scenario")
    a = p.parse_args()
    if a.scenario == "check":
        return __import__("check").check(a.out)
    a.out.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    module = __import__(a.scenario)
    extra = {} if a.healthy_days is None else {"healthy_days": a.healthy_days}
    sites = module.generate(a.out, a.seed, a.sites, **extra)
    size = sum(f.stat().st_size for f in a.out.iterdir())
    print(manifest.summary(sites, WARMUP))
    print(f"{size / 1e6:.1f} MB in {time.time() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
