"""One side of the comparison in sam2_speed.py, run as a process of its own: does an operation for each line it reads.

`ours` is the package's network, `published` the code of the package index. Both get the same stand-in weights, picture,
frames and threads; both are called as their users call them, with the picture's features at hand where the operation is
not their making. The answer to a line is the seconds that it took, by the clock and of the processor.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import sam2_studio.networks  # noqa: F401 - how torch's threads wait is set before torch loads
import torch
from PIL import Image
from tests.parity.fixtures import read_frame
from tests.parity.stand_in import published_name, stand_in_network, stand_in_weights
from torch.nn.functional import interpolate

CONFIGS = {"tiny": "t", "small": "s", "base-plus": "b+", "large": "l"}
FRAMES = 8  # the last one has seven memories to read
CLICKS = ((190, 110), (80, 150))
STILL, CLIP = (540, 960), (216, 384)
SIDE = 1024

Operations = dict[str, Callable[[], Any]]


def ours(size: str, dtype: torch.dtype, device: str) -> Operations:
    from sam2_studio.networks.interface import Chosen, FrameMemory, ImageFeatures, Label, Remembered

    network = stand_in_network(published_name(f"sam2.1-{size}"))
    network.hold_weights(dtype)
    network.to(device)
    still = torch.from_numpy(np.array(read_frame("still/00000.png").resize((SIDE, SIDE))))[None].to(device)
    still_features = network.encode_image(still)
    frames = [torch.from_numpy(np.array(_frame(n).resize((SIDE, SIDE))))[None].to(device) for n in range(FRAMES)]
    features = [network.encode_image(frame) for frame in frames]
    nothing, nowhere = torch.tensor([[int(Label.PADDING)]], device=device), torch.zeros(1, 1, 2, device=device)

    def answer(seen: ImageFeatures, at: tuple[int, int], shape: tuple[int, int]) -> Chosen:
        places = torch.tensor([[[at[0] / shape[1], at[1] / shape[0]], [0.0, 0.0]]])
        places, labels = places.to(device), torch.tensor([[int(Label.POSITIVE), int(Label.PADDING)]], device=device)
        return network.choose(network.decode(network.condition(seen, []), places, labels), labels)

    def follow(number: int, known: list[FrameMemory]) -> FrameMemory:
        memories = [Remembered(known[0], number, True)]
        memories += [Remembered(known[n], number - n, False) for n in range(1, number)]
        read = network.condition(features[number], memories, clip_length=FRAMES)
        chosen = network.choose(network.decode(read, nowhere, nothing), nothing)
        interpolate(chosen.mask_logits, size=CLIP, mode="bilinear")
        return network.encode_memory(features[number], chosen.mask_logits, chosen.presence, chosen.token)

    def remembered(at: tuple[int, int]) -> list[FrameMemory]:
        first = answer(features[0], at, CLIP)
        args = first.mask_logits, first.presence, first.token
        known = [network.encode_memory(features[0], *args, prompted=True)]
        for number in range(1, FRAMES - 1):
            known.append(follow(number, known))
        return known

    objects = [remembered(at) for at in CLICKS]
    return {
        "encode": lambda: network.encode_image(still),
        "click": lambda: interpolate(answer(still_features, (480, 270), STILL).mask_logits, STILL, mode="bilinear"),
        "track": lambda: follow(FRAMES - 1, objects[0]),
        "track two": lambda: [follow(FRAMES - 1, known) for known in objects],
    }


def published(size: str, _: torch.dtype, device: str) -> Operations:
    from sam2.build_sam import build_sam2_video_predictor
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    config = f"configs/sam2.1/sam2.1_hiera_{CONFIGS[size]}.yaml"
    predictor = build_sam2_video_predictor(config, ckpt_path=None, device=device)
    predictor.load_state_dict(stand_in_weights(published_name(f"sam2.1-{size}")))
    picture = SAM2ImagePredictor(predictor)
    picture.set_image(np.array(read_frame("still/00000.png")))
    tensor = picture._transforms(np.array(read_frame("still/00000.png")))[None].to(device)
    one, two = (_propagated(predictor, count) for count in (1, 2))

    def track(state: Any) -> None:
        for _ in predictor.propagate_in_video(state, start_frame_idx=FRAMES - 1, max_frame_num_to_track=0):
            pass

    return {
        "encode": lambda: predictor.forward_image(tensor),
        "click": lambda: picture.predict(np.array([[480, 270]]), np.array([1]), multimask_output=True),
        "track": lambda: track(one),
        "track two": lambda: track(two),
    }


def _propagated(predictor: Any, objects: int) -> Any:
    """A state after the whole clip, whose cached features are those of the last frame."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FRAMES):
            _frame(number).save(Path(folder, f"{number:05d}.jpg"), quality=95)
        state = predictor.init_state(folder)
    for number, at in enumerate(CLICKS[:objects], 1):
        predictor.add_new_points_or_box(state, 0, number, points=np.array([at], np.float32), labels=np.array([1]))
    for _ in predictor.propagate_in_video(state):
        pass
    return state


def _frame(number: int) -> Image.Image:
    return read_frame(f"bunny/{number:05d}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=("ours", "published"))
    parser.add_argument("size", choices=tuple(CONFIGS))
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    replies = sys.stdout
    sys.stdout = sys.stderr  # the published code draws progress bars
    cast: AbstractContextManager[Any] = torch.autocast(args.device, torch.bfloat16) if args.bfloat16 else nullcontext()
    with torch.inference_mode(), cast:
        operations = {"ours": ours, "published": published}[args.side](
            args.size, torch.bfloat16 if args.bfloat16 else torch.float32, args.device
        )
        print("ready", file=replies, flush=True)
        for line in sys.stdin:
            begin = time.perf_counter(), time.process_time()
            operations[line.strip()]()
            if args.device == "cuda":
                torch.cuda.synchronize()  # what was asked for is still being computed
            print(time.perf_counter() - begin[0], time.process_time() - begin[1], file=replies, flush=True)


if __name__ == "__main__":
    main()
