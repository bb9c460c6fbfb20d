"""How near mattes come to the truth, and their colours, how steady they are and how long they take.

    python -m tests.benchmarks.mattes [--each 6] [--size 960x540] [--skip best]

Composites with a known alpha (`composites`). SAD is the sum of the absolute error in thousands; gradient the sum of the
squared error of the alpha's gradient (Gaussian derivative, sigma 1.4); both against the binary mask's.
Feather is the binary mask blurred by whichever sigma suits each composite best, known only to one who knows the truth.
Fringe is the mean error of the colour, weighed by alpha, where the truth is soft, against the plain picture's. Flicker
is the mean change of the alpha between frames of a subject at rest, where it changes at all. Prints; asserts nothing.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.shots import Shots
from sam2_studio.engine.foreground import own_colors
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.steady import ClipMattes
from tests.benchmarks.composites import KINDS, Composite, composite, composites, loose_hair, network_mask
from tests.fakes import ArraySource

Real = NDArray[np.float32]

SIGMAS = (0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
METHODS = {"fast": EdgeSettings(matte=True), "best": EdgeSettings(matte=True, method="best")}
FULL_HD = (1920, 1080)


def sad(found: Real, truth: Real) -> float:
    return float(np.abs(found - truth).sum()) / 1000


def gradient_error(found: Real, truth: Real) -> float:
    return float(((_gradient(found) - _gradient(truth)) ** 2).sum())


def _gradient(alpha: Real) -> Real:
    reach = np.arange(-6, 7, dtype=np.float32)
    bell = np.exp(-(reach**2) / (2 * 1.4**2))
    bell /= bell.sum()
    slope = -reach * bell / 1.4**2
    x, y = (cv2.sepFilter2D(alpha, -1, *pair) for pair in ((slope, bell), (bell, slope)))
    return np.hypot(x, y)


def best_feather(mask: Real, truth: Real, error: Callable[[Real, Real], float]) -> float:
    return min(error(np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.float32), truth) for sigma in SIGMAS)


def fringe(colors: NDArray[np.uint8], alpha: Real, known: Composite) -> float:
    """Mean error in steps of 8 bits."""
    soft = (known.alpha > 0.02) & (known.alpha < 0.98)
    error = np.abs(colors.astype(np.float32) - known.own).mean(-1)
    return float((error * alpha)[soft].sum() / max(float(alpha[soft].sum()), 1e-6))


def row(known: Composite, methods: Iterable[str]) -> dict[str, float]:
    """All figures of one composite, by name."""
    mask = Mask.from_array(known.inside)
    hard = known.inside.astype(np.float32)
    found = {
        "mask sad": sad(hard, known.alpha),
        "mask grad": gradient_error(hard, known.alpha),
        "feather sad": best_feather(hard, known.alpha, sad),
        "feather grad": best_feather(hard, known.alpha, gradient_error),
        "picture, true alpha": fringe(known.rgb, known.alpha, known),
        "fast, true alpha": fringe(own_colors(known.rgb, Matte(known.alpha)), known.alpha, known),
    }
    if "best" in methods:
        colors = own_colors(known.rgb, Matte(known.alpha), method="best")
        found["best, true alpha"] = fringe(colors, known.alpha, known)
    for name in methods:
        matte = make_matte(known.rgb, mask, METHODS[name])
        found[f"{name} sad"] = sad(matte.alpha, known.alpha)
        found[f"{name} grad"] = gradient_error(matte.alpha, known.alpha)
        colors = own_colors(known.rgb, matte, method=name)
        found[f"{name} fringe"] = fringe(colors, matte.alpha, known)
        found[f"{name} plain"] = fringe(known.rgb, matte.alpha, known)
    return found


def print_scores(rows: dict[str, list[dict[str, float]]], methods: Iterable[str]) -> None:
    def mean(kind: str, name: str) -> float:
        return float(np.mean([each[name] for each in rows[kind]]))

    print("| kind | " + " | ".join(f"{n} SAD | grad" for n in ("mask", "feather", *methods)) + " |")
    for kind in rows:
        cells = [f"{mean(kind, f'{n} sad'):.2f} | {mean(kind, f'{n} grad'):.0f}" for n in ("mask", "feather", *methods)]
        print(f"| {kind} | " + " | ".join(cells) + " |")
    names = ("feather", *methods)
    ratios = [
        f"{_ratio(rows, f'{n} sad', 'mask sad'):.2f} | {_ratio(rows, f'{n} grad', 'mask grad'):.2f}" for n in names
    ]
    print("| all, against the mask | 1 | 1 | " + " | ".join(ratios) + " |\n")
    print("| colours | " + " | ".join(KINDS) + " | all, against the plain picture |")
    for n in methods:
        for what, base in ((f"{n}, true alpha", "picture, true alpha"), (f"{n} fringe", f"{n} plain")):
            cells = [f"{mean(kind, what) / mean(kind, base):.2f}" for kind in rows]
            label = what if "," in what else f"{n}, its own alpha"
            print(f"| {label} | " + " | ".join(cells) + f" | {_ratio(rows, what, base):.2f} |")


def _ratio(rows: dict[str, list[dict[str, float]]], what: str, base: str) -> float:
    every = [each for of_kind in rows.values() for each in of_kind]
    return sum(each[what] for each in every) / sum(each[base] for each in every)


def print_seconds(methods: Iterable[str]) -> None:
    """Milliseconds at 1080p, the median of five; the subject is half as high as the picture."""
    print("\n| 1080p, ms a frame | matte | colours |")
    known = [composite(kind, 1, FULL_HD) for kind in KINDS]
    for name in methods:
        spent: list[tuple[float, float]] = []
        for each in known:
            mask = Mask.from_array(each.inside)
            runs = []
            for _ in range(5 if name == "fast" else 2):
                start = time.perf_counter()
                matte = make_matte(each.rgb, mask, METHODS[name])
                middle = time.perf_counter()
                own_colors(each.rgb, matte, method=name)
                runs.append((middle - start, time.perf_counter() - middle))
            spent.append(tuple(np.median(np.asarray(runs), 0)))  # type: ignore[arg-type]
        for each, (matting, coloring) in zip(known, spent, strict=True):
            print(f"| {name}, {each.kind} | {1000 * matting:.0f} | {1000 * coloring:.0f} |")


def print_hair_brush(size: tuple[int, int], count: int, methods: Iterable[str]) -> None:
    """SAD with loose hair, without and with the hair brush drawn generously over it."""
    found: dict[str, list[float]] = {}
    for number in range(count):
        known = loose_hair(number, size)
        near = cv2.dilate((known.alpha > 0.05).view(np.uint8), np.ones((9, 9), np.uint8)) > 0
        deep = cv2.erode(known.inside.view(np.uint8), np.ones((25, 25), np.uint8)) > 0
        mask, strokes = Mask.from_array(known.inside), Mask.from_array(near & ~deep)
        found.setdefault("mask", []).append(sad(known.inside.astype(np.float32), known.alpha))
        for name in methods:
            for what, hair in ((name, None), (f"{name} and brush", strokes)):
                matte = make_matte(known.rgb, mask, METHODS[name], hair)
                found.setdefault(what, []).append(sad(matte.alpha, known.alpha))
    print("\n| loose hair | " + " | ".join(found) + " |")
    print("| SAD | " + " | ".join(f"{np.mean(each):.1f}" for each in found.values()) + " |")


def print_flicker(size: tuple[int, int], each: int) -> None:
    """Mean change of alpha between two frames of a subject at rest, in thousandths, over all pixels that are soft."""
    print("\n| flicker | " + " | ".join(KINDS) + " | all |")
    changes: dict[str, list[list[float]]] = {}
    for kind in KINDS:
        for number in range(each):
            for name, change in flickers(composite(kind, number, size)).items():
                changes.setdefault(name, []).append([change])
    for name, found in changes.items():
        by_kind = np.asarray(found).reshape(len(KINDS), each)
        cells = [f"{1000 * value:.1f}" for value in (*by_kind.mean(1), by_kind.mean())]
        print(f"| {name} | " + " | ".join(cells) + " |")


def print_steady_seconds(methods: Iterable[str]) -> None:
    """Milliseconds of one steady matte at 1080p when nothing is known before; the median of three."""
    print("\n| 1080p, steady, ms a frame | all | longest step |")
    known = composite("hair", 1, FULL_HD)
    frames, masks = _still_clip(known)
    source = ArraySource(frames, clip_info(len(frames), FULL_HD))
    for name in methods:
        edge, runs = replace(METHODS[name], steady="all"), []
        for _ in range(3):
            times = [time.perf_counter()]
            for _ in _clip_mattes(source, masks).steps(source.read(4), masks[4], edge, (1,)):
                times.append(time.perf_counter())
            runs.append((times[-1] - times[0], max(b - a for a, b in pairwise(times))))
        whole, longest = np.median(np.asarray(runs), 0)
        print(f"| {name} | {1000 * whole:.0f} | {1000 * longest:.0f} |")


def flickers(known: Composite) -> dict[str, float]:
    """Of the fast matte frame by frame and steadied, and how near each is to the truth."""
    frames, masks = _still_clip(known)
    source = ArraySource(frames, clip_info(len(frames), (known.alpha.shape[1], known.alpha.shape[0])))
    clip = _clip_mattes(source, masks)
    found = {}
    for name, steady in (("frame by frame", ""), ("steady", "all")):
        edge = EdgeSettings(matte=True, steady=steady)
        mattes = [clip.matte(source.read(n), masks[n], edge, (1,)).alpha for n in range(3, 6)]
        soft = (np.maximum.reduce(mattes) > 0.02) & (np.minimum.reduce(mattes) < 0.98)
        found[name] = float(np.mean([np.abs(b - a)[soft].mean() for a, b in pairwise(mattes)]))
        found[f"{name}, SAD"] = float(np.mean([sad(each, known.alpha) for each in mattes])) / 1000
    return found


def _clip_mattes(source: ArraySource, masks: list[Mask]) -> ClipMattes:
    return ClipMattes(
        source,
        lambda i, n: masks[n],
        kept=lambda i, n: False,
        flagged=lambda i, n: False,
        hair=lambda i, n: None,
        shots=Shots(),
    )


def _still_clip(known: Composite) -> tuple[list[NDArray[np.uint8]], list[Mask]]:
    """Nine frames that differ by noise alone, and masks whose outline wanders by a fifth of a cell."""
    frames = [known.noisy(1000 + n) for n in range(9)]
    return frames, [Mask.from_array(network_mask(known.alpha, 50 + n, wander=0.2)) for n in range(9)]


def clip_info(frames: int, size: tuple[int, int]) -> ClipInfo:
    return ClipInfo(path="still", kind=ClipKind.VIDEO, frames=frames, width=size[0], height=size[1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=6, help="composites of each kind")
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--skip", nargs="*", default=[], choices=[*METHODS])
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    methods = [name for name in METHODS if name not in options.skip]
    rows: dict[str, list[dict[str, float]]] = {}
    for known in composites((width, height), options.each):
        rows.setdefault(known.kind, []).append(row(known, methods))
    print_scores(rows, methods)
    print_hair_brush((width, height), options.each, methods)
    print_flicker((width, height), min(options.each, 2))
    print_seconds(methods)
    print_steady_seconds(methods)


if __name__ == "__main__":
    main()
