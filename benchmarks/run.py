"""Whole-process ratios against named peers, measured in one run.

Each line compares two commands run alternately, so that both see the same machine; the figure is
the ratio of their medians. Nothing here asserts: `make bench` prints.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
FLOOR = ROOT / "benchmarks" / "bare_troposphere.py"


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def ratio(ours: list[str], peer: list[str], rounds: int) -> tuple[float, float, float]:
    """(ours, peer, ours / peer) in seconds, medians over alternating rounds."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds + 1)][1:]  # the first warms up
    mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return mine, theirs, mine / theirs


def main() -> None:
    """Print the table."""
    python, tidegen = sys.executable, str(BIN / "tidegen")
    templates = [str(p) for p in sorted((ROOT / "templates" / "current").rglob("*.yaml"))]
    regions = ["us-east-2", "us-west-2"]
    with tempfile.TemporaryDirectory() as folder:
        changing = shutil.copy(ROOT / "templates" / "current" / "storage.yaml", folder)
        lint = [tidegen, "lint", *(f"--region={r}" for r in regions), *templates, changing]
        cfn_lint = [str(BIN / "cfn-lint"), "--include-checks", "I", "--regions", *regions]
        cfn_lint += ["--", *templates, changing]
        rows = [
            (
                "--help",
                "import click",
                [tidegen, "--help"],
                [python, "-c", "import click"],
                21,
                1.25,
            ),
            (
                "render (YAML)",
                "bare troposphere, JSON",
                [tidegen, "render", "--output", f"{folder}/yaml"],
                [python, str(FLOOR), f"{folder}/floor"],
                11,
                1.5,
            ),
            (
                "render --format json",
                "bare troposphere, JSON",
                [tidegen, "render", "--format", "json", "--output", f"{folder}/json"],
                [python, str(FLOOR), f"{folder}/floor"],
                11,
                1.5,
            ),
            ("lint, cold", "cfn-lint", [*lint, "--no-cache"], cfn_lint, 5, 0.6),
            ("lint, nothing changed", "cfn-lint", lint, cfn_lint, 5, 0.05),
            (
                "lint, one changed",
                "cfn-lint on that one",
                ["bash", "-c", f'echo "# $EPOCHREALTIME" >> {changing}; {" ".join(lint)}'],
                [*cfn_lint[: cfn_lint.index("--") + 1], changing],
                5,
                1.25,
            ),
        ]
        print(
            f"{'tidegen':<22} {'peer':<24} {'ours s':>8} {'peer s':>8} {'ratio':>6} {'target':>7}"
        )
        for name, peer_name, ours, peer, rounds, target in rows:
            mine, theirs, figure = ratio(ours, peer, rounds)
            print(
                f"{name:<22} {peer_name:<24} {mine:8.3f} {theirs:8.3f} {figure:6.2f} {target:7.2f}"
            )


if __name__ == "__main__":
    main()
