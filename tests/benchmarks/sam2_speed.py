"""Measures SAM 2 against the published code, side by side, as a table. Run: python -m tests.benchmarks.sam2_speed

The published code needs torchvision, hydra and a torch that fits; an environment with them is made for it once (several
gigabytes). Both sides run in that one, on the same torch, picture, frames and threads, by turns; medians and their
ratio are printed, and beside them how long the encoder's arithmetic alone would take at this machine's matrix product.
"""

import argparse
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from platformdirs import user_cache_path
from sam2_studio.networks.sam2.config import TRUNKS

REPOSITORY = Path(__file__).resolve().parent.parent.parent
OPERATIONS = ("encode", "click", "track", "track two")
GOALS = {
    "float32": {"encode": 0.75, "click": 0.70, "track": 0.70},
    "bfloat16": {"encode": 0.60, "click": 0.70, "track": 0.45},
}
PRODUCT = """
import time, torch
torch.set_num_threads({threads})
a = torch.randn(2048, 2048, dtype=torch.{dtype})
a @ a
begin = time.perf_counter()
for _ in range(8):
    a @ a
print(8 * 2 * 2048**3 / (time.perf_counter() - begin) / 1e9)
"""


@dataclass
class Side:
    """A worker of sam2_sides.py and what it took, by operation."""

    process: subprocess.Popen[str]
    seconds: dict[str, list[tuple[float, float]]]  # by the clock and of the processor

    @classmethod
    def start(cls, python: Path, name: str, args: argparse.Namespace) -> "Side":
        command = [str(python), "-m", "tests.benchmarks.sam2_sides", name, args.size, "--threads", str(args.threads)]
        command += ["--device", args.device]
        command += ["--bfloat16"] if args.bfloat16 else []
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        side = cls(process, {operation: [] for operation in OPERATIONS})
        side._reply()
        return side

    def run(self, operation: str) -> None:
        assert self.process.stdin is not None
        print(operation, file=self.process.stdin, flush=True)
        clock, processor = self._reply().split()
        self.seconds[operation].append((float(clock), float(processor)))

    def median(self, operation: str, which: int = 0) -> float:
        """Seconds by the clock (0) or of the processor (1); the first run warms caches up and isn't counted."""
        return median(seconds[which] for seconds in self.seconds[operation][1:])

    def _reply(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.process.args[2:])} ended: run it by hand to see why")
        return line.strip()


def environment(folder: Path) -> Path:
    """The interpreter of the environment, made if it isn't there."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "torch==2.14.1", "torchvision==0.29.1", "setuptools", "wheel"], check=True)
        subprocess.run([*pip, "numpy", "pillow", "safetensors", "hydra-core", "iopath", "tqdm"], check=True)
        no_extension = os.environ | {"SAM2_BUILD_CUDA": "0"}
        subprocess.run([*pip, "--no-build-isolation", "--no-deps", "sam2==1.1.0"], check=True, env=no_extension)
        (folder / "ready").touch()
    return python


def encoder_gflop(size: str) -> float:
    """Multiplications and additions of the trunk at 1024 x 1024, in thousands of millions."""
    trunk, side, total = TRUNKS[size], 256, 2 * 65536 * 147 * TRUNKS[size].width
    block = 0
    for stage, depth in enumerate(trunk.depths):
        width = trunk.width << stage
        for place in range(depth):
            first = place == 0 and stage > 0
            inputs, queries = (width // 2, side * side // 4) if first else (width, side * side)
            window = trunk.windows[stage - first]
            seen = side * side if block in trunk.global_blocks else window * window
            total += 2 * side * side * inputs * 3 * width + 2 * queries * width * (width + 8 * width)
            total += 4 * queries * seen * width + (2 * side * side * inputs * width if first else 0)
            side, block = (side // 2 if first else side), block + 1
    return total / 1e9


def product_rate(python: Path, args: argparse.Namespace) -> float:
    """GFLOP/s of a 2048 x 2048 matrix product."""
    code = PRODUCT.format(threads=args.threads, dtype="bfloat16" if args.bfloat16 else "float32")
    done = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=tuple(TRUNKS), default="tiny")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--bfloat16", action="store_true", help="both sides under autocast, ours with its weights held in bfloat16"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--environment", type=Path, default=user_cache_path("sam2-studio") / "sam2-speed")
    args = parser.parse_args()
    python = environment(args.environment)
    rate = product_rate(python, args) if args.device == "cpu" else 0.0
    published, ours = (Side.start(python, name, args) for name in ("published", "ours"))
    for _ in range(args.rounds + 1):
        for operation in OPERATIONS:
            published.run(operation)
            ours.run(operation)
    report(args, rate, published, ours)


def report(args: argparse.Namespace, rate: float, published: Side, ours: Side) -> None:
    dtype = "bfloat16" if args.bfloat16 else "float32"
    print(f"SAM 2.1 {args.size}, {dtype}, {args.device}, {args.threads} threads, {args.rounds} rounds")
    print("| operation | published s | ours s | ratio | of processor seconds | goal |")
    print("| --- | --- | --- | --- | --- | --- |")
    for operation in OPERATIONS:
        theirs, own = published.median(operation), ours.median(operation)
        processor = ours.median(operation, 1) / published.median(operation, 1)
        goal = f"{GOALS[dtype][operation]:.2f}" if args.device == "cpu" and operation in GOALS[dtype] else ""
        print(f"| {operation} | {theirs:.4f} | {own:.4f} | {own / theirs:.2f} | {processor:.2f} | {goal} |")
    further = ours.median("track two") - ours.median("track")
    alone = ours.median("encode") + ours.median("track")
    theirs = published.median("encode") + published.median("track")
    print(f"a further object costs {further / alone:.2f} of the first, encoder and all; goal 0.70")
    print(f"frames a second, one object: published {1 / theirs:.1f}, ours {1 / alone:.1f}")
    if rate:
        gflop = encoder_gflop(args.size)
        print(
            f"the encoder's {gflop:.0f} GFLOP would take {gflop / rate:.2f} s at {rate:.0f} GFLOP/s, the product's rate"
        )


if __name__ == "__main__":
    sys.exit(main())
