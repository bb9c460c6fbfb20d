"""Tracks on a graphics card whose memory is made smaller step by step: what gives way, and whether every frame comes.

Run it as `python -m tests.benchmarks.gpu_shortage`. The weights are stand-ins: what is looked at is memory and time,
and that an object's masks are the same bits beside others as alone, and in a second run.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import Conditioning, Direction, TrackObject, TrackRequest
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.tracker import Tracker
from sam2_studio.errors import StudioError
from tests.fakes import ArraySource
from tests.parity.stand_in import published_name, stand_in_network
from tests.synthetic import moving_scene

GIB = 2**30
LIMITS = (8.0, 2.0, 1.5, 1.2, 1.0, 0.8, 0.6, 0.4, 0.3)  # GiB
RUNS = (("tiny", torch.float32), ("tiny", torch.bfloat16), ("large", torch.float32), ("large", torch.bfloat16))
PLACES = ((0.3, 0.4), (0.7, 0.6), (0.5, 0.5), (0.2, 0.8))
Pictures = list[NDArray[np.uint8]]
Masks = dict[tuple[int, int], Mask]


def model_of(size: str, dtype: torch.dtype) -> Model:
    """SAM 2.1 of a size with stand-in weights, on the card."""
    name, device = f"sam2.1-{size}", torch.device("cuda")
    network = stand_in_network(published_name(name))
    network.to(device).hold_weights(dtype)
    return Model(name, "0" * 64, network, device, dtype)


def clip(frames: Pictures) -> ArraySource:
    height, width = frames[0].shape[:2]
    about = ClipInfo(
        path="clip", kind=ClipKind.VIDEO, frames=len(frames), width=width, height=height, rate=Fraction(25)
    )
    return ArraySource(frames, about)


def tracked(model: Model, source: ArraySource, objects: tuple[int, ...], notices: list[str]) -> tuple[Masks, str]:
    """What came for the objects, by object and frame, and where the model computed at the end or why it ended."""
    size = source.info.size
    said = {n: Point(size.width * PLACES[n][0], size.height * PLACES[n][1]) for n in objects}
    items = tuple(TrackObject(n, {0: Conditioning(PromptSet((PointPrompt(at),)))}) for n, at in said.items())
    request = TrackRequest(objects=items, range=FrameRange(0, source.info.frames), direction=Direction.FORWARD)
    segmenter = Segmenter(model, FeatureCache(), notices.append)
    came: Masks = {}
    try:
        for result in Tracker(model, source, segmenter).run(request):
            came[result.object_id, result.frame] = result.mask
    except StudioError as error:
        return came, str(error)
    now = segmenter.looks.model
    return came, now.computes_on + (f", {now.reduced_to} pixels" if now.reduced_to else "")


@contextmanager
def room(gib: float) -> Iterator[None]:
    """Let the card have no more than so much memory for this process."""
    whole = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    torch.cuda.set_per_process_memory_fraction(min(1.0, gib * GIB / whole))
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


def shortage(source: ArraySource) -> None:
    """Print a line for each model and limit."""
    everything = tuple(range(len(PLACES)))
    for size, dtype in RUNS:
        for limit in LIMITS:
            model, notices = model_of(size, dtype), list[str]()
            with room(limit):
                start = time.perf_counter()
                came, end = tracked(model, source, everything, notices)
                seconds, most = time.perf_counter() - start, torch.cuda.max_memory_allocated() / GIB
            asked = len(PLACES) * source.info.frames
            numbers = str(dtype).removeprefix("torch.")
            print(
                f"{size:6} {numbers:9} limit {limit:3} GiB: {len(came)} of {asked} masks, most {most:.2f} GiB,", end=" "
            )
            print(f"{len(notices)} things gave way, {seconds:4.1f} s, at the end {end}", flush=True)
            del model


def sameness(source: ArraySource) -> None:
    """Print in how many masks two runs differ, and an object alone from the same beside three others."""
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        model = model_of("tiny", dtype)
        together, _ = tracked(model, source, (0, 1, 2, 3), [])
        again, _ = tracked(model, source, (0, 1, 2, 3), [])
        alone, _ = tracked(model, source, (2,), [])
        print(f"tiny {dtype}: a second run differs in {sum(again[k] != together[k] for k in together)} of", end=" ")
        print(
            f"{len(together)} masks, an object alone in {sum(alone[k] != together[k] for k in alone)} of {len(alone)}"
        )


def lasting(pictures: Pictures, frames: int) -> None:
    """Print how much is in use at five places of a long run."""
    long = clip([pictures[n % len(pictures)] for n in range(frames)])
    marks = {round(share * (frames - 1)) for share in (0.05, 0.25, 0.5, 0.75, 1)}
    model = model_of("tiny", torch.bfloat16)
    item = TrackObject(0, {0: Conditioning(PromptSet((PointPrompt(Point(40, 40)),)))})
    request = TrackRequest(objects=(item,), range=FrameRange(0, frames), direction=Direction.FORWARD)
    for result in Tracker(model, long).run(request):
        if result.frame in marks:
            print(f"frame {result.frame}: {torch.cuda.memory_allocated() / 2**20:.0f} MiB in use", flush=True)


def main() -> None:
    """Run all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=240, help="of the long run")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("This needs a CUDA card.")
    pictures = [np.repeat(np.repeat(frame, 2, 0), 2, 1) for frame in moving_scene(3, frames=6).frames]
    source = clip(pictures)
    print(torch.cuda.get_device_name(0), "torch", torch.__version__)
    shortage(source)
    sameness(source)
    lasting(pictures, args.frames)


if __name__ == "__main__":
    main()
