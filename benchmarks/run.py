"""Whole-process ratios against named peers, measured in one run.

Each line compares two commands run alternately, so that both see the same machine; the figure is
the ratio of their medians. `make bench` only prints; `--check 2` is for CI, whose machines are
noisy: it fails where a ratio is more than twice its target.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
REGIONS = ("us-east-2", "us-west-2")
FLOOR = ROOT / "benchmarks" / "bare_troposphere.py"


def seconds(command: list[str]) -> float:
    """Return the wall-clock seconds of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def ratio(ours: list[str], peer: list[str], rounds: int) -> tuple[float, float, float]:
    """Return (ours, peer, ours / peer) in seconds, medians over alternating rounds."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds + 1)][1:]  # the first warms up
    mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return mine, theirs, mine / theirs


@dataclass(frozen=True)
class Row:
    """Two commands with the same task, and the allowed ratio."""

    name: str
    peer_name: str
    ours: list[str]
    peer: list[str]
    rounds: int
    target: float


def rows(folder: str) -> list[Row]:
    """Return the comparisons; the commands write into `folder`."""
    python, tidegen = sys.executable, str(BIN / "tidegen")
    floor = [python, str(FLOOR), f"{folder}/floor"]
    render = [tidegen, "render", "--output"]
    bare = "bare troposphere, JSON"
    click = [python, "-c", "import click"]
    return [
        Row("--help", "import click", [tidegen, "--help"], click, 21, 1.25),
        Row("render (YAML)", bare, [*render, f"{folder}/yaml"], floor, 11, 1.5),
        Row(
            "render (JSON)", bare, [*render, f"{folder}/json", "--format", "json"], floor, 11, 1.25
        ),
        *lint_rows(folder, tidegen),
    ]


def lint_rows(folder: str, tidegen: str) -> list[Row]:
    """Return the comparisons of lint: all templates, a second run, and after a change of one."""
    templates = [str(p) for p in sorted((ROOT / "templates" / "current").rglob("*.yaml"))]
    changing = shutil.copy(ROOT / "templates" / "current" / "storage.yaml", folder)
    ours = [tidegen, "lint", *(f"--region={r}" for r in REGIONS), *templates, changing]
    peer = [str(BIN / "cfn-lint"), "--include-checks", "I", "--regions", *REGIONS, "--"]
    both = [*peer, *templates, changing]
    change = ["bash", "-c", f'echo "# $EPOCHREALTIME" >> {changing}; {" ".join(ours)}']
    return [
        Row("lint, cold", "cfn-lint", [*ours, "--no-cache"], both, 5, 0.6),
        Row("lint, nothing changed", "cfn-lint", ours, both, 5, 0.05),
        Row("lint, one changed", "cfn-lint on that one", change, [*peer, changing], 5, 1.25),
    ]


def main() -> int:
    """Print the table; return 1 if a ratio is more than `--check` times its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", type=float, metavar="TIMES", help="fail beyond TIMES the target")
    allowed = parser.parse_args().check
    slow = []
    print(f"{'tidegen':<22} {'peer':<24} {'ours s':>8} {'peer s':>8} {'ratio':>6} {'target':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(folder):
            mine, theirs, figure = ratio(row.ours, row.peer, row.rounds)
            times = f"{mine:8.3f} {theirs:8.3f} {figure:6.2f} {row.target:7.2f}"
            print(f"{row.name:<22} {row.peer_name:<24} {times}", flush=True)
            if allowed and figure > allowed * row.target:
                slow.append(row.name)
    if slow:
        print(f"more than {allowed} times the target: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
