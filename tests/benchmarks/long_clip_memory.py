"""Weighs SAM 2.1 tiny at 512 with stand-in weights on a long clip. Run: python -m tests.benchmarks.long_clip_memory

`nano` and models that are on this machine: sam2-studio bench --memory --memory-frames 10000 [--model NAME].
"""

import argparse

import torch
from sam2_studio.batch.weighing import EARLY, growth, track_and_weigh
from sam2_studio.engine.device import use_threads
from sam2_studio.engine.models import Model
from tests.parity.stand_in import stand_in_network

SIDE = 512


def stand_in() -> Model:
    """The network of SAM 2.1 tiny at `SIDE`, its weights made up."""
    return Model("stand-in", "0" * 64, stand_in_network(side=SIDE), torch.device("cpu"))


def main() -> None:
    """Print the memory held as the clip is tracked, and the growth after the first frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=600)
    frames = parser.parse_args().frames
    use_threads()
    held: dict[int, int] = {}
    for frame, nbytes in track_and_weigh(stand_in(), frames):
        held[frame] = nbytes
        print(f"{frame} frames: {nbytes / 2**20:.0f} MiB", flush=True)
    print(f"most of {frames} frames to most of {EARLY}: {growth(held):.3f} x")


if __name__ == "__main__":
    main()
