"""Draws clips with known truth for the calibration of health, and puts faults into good tracks of them.

A clip is a pure function of its seed. Subjects deform, grow, swing an arm, turn quickly, leave the picture, pass behind
a board; grounds are noise or the sample clip's own frames; cameras pan and shake; some have a look-alike beside the
subject. A fault is a function from a good track to a bad one: the network's scores are left as they were, as if it
noticed nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from sam2_studio.resources import resource
from tests.synthetic import (
    GROUNDS,
    HEIGHT,
    SKINS,
    WIDTH,
    Picture,
    Truth,
    blob_outline,
    coverage_of,
    finished,
    noise_texture,
    paste,
)

FRAMES = 36
SIZE = (WIDTH, HEIGHT)
Cover = NDArray[np.float32]
Track = tuple[Truth, ...]


@dataclass(frozen=True)
class Clip:
    """A clip and its truth.

    Attributes:
        pictures: (H, W, 3) RGB each.
        truth: (H, W) the subject's visible pixels in each frame.
        twin: The same of a look-alike beside it; empty masks where there is none.
    """

    pictures: tuple[Picture, ...]
    truth: Track
    twin: Track

    @property
    def start(self) -> int:
        """The first frame that shows most of the subject: where somebody would prompt."""
        areas = [int(np.count_nonzero(seen)) for seen in self.truth]
        return next(n for n, area in enumerate(areas) if area >= 0.7 * max(areas))


@dataclass(frozen=True, kw_only=True)
class _Script:
    """How a clip goes; drawn from its seed."""

    route: str
    centre: tuple[float, float]
    travel: tuple[float, float]
    radius: float
    growth: float
    wobble: float
    arm: bool
    board: bool
    shake: float
    pan: float
    twin: bool
    sample: bool

    @classmethod
    def of_seed(cls, seed: int) -> "_Script":
        rng = np.random.default_rng(seed)
        turn = rng.uniform(0, 2 * np.pi)
        reach = rng.uniform(0.05, 0.28)
        return cls(
            route=str(rng.choice(["line", "arc", "circle", "zigzag", "leave"])),
            centre=(rng.uniform(0.36, 0.64), rng.uniform(0.42, 0.58)),
            travel=(reach * np.cos(turn), reach * np.sin(turn)),
            radius=float(np.exp(rng.uniform(np.log(20), np.log(64)))),
            growth=rng.uniform(-0.5, 0.5),
            wobble=rng.uniform(0.1, 0.45),
            arm=bool(rng.random() < 0.4),
            board=bool(rng.random() < 0.2),
            shake=float(rng.choice([0.0, 0.0, 1.0, 3.0])),
            pan=rng.uniform(-1.5, 1.5),
            twin=bool(rng.random() < 0.35),
            sample=bool(rng.random() < 0.5),
        )

    def place(self, time: float) -> tuple[float, float]:
        """The centre, in pixels, at a time from 0 to 1."""
        along = {
            "line": (time - 0.5, time - 0.5),
            "arc": (time - 0.5, 0.5 - 2 * (time - 0.5) ** 2),
            "circle": (np.cos(4 * time) / 2, np.sin(4 * time) / 2),
            "zigzag": (abs((3 * time) % 2 - 1) - 0.5, abs((5 * time) % 2 - 1) - 0.5),
            "leave": (4 * max(0.0, time - 0.3), 4 * max(0.0, time - 0.3)),
        }[self.route]
        x, y = (c + 2 * d * a for c, d, a in zip(self.centre, self.travel, along, strict=True))
        return float(x * WIDTH), float(y * HEIGHT)


@cache
def sample_pictures() -> tuple[Picture, ...]:
    """The first frames of the sample clip, at the size of the clips drawn here."""
    found: list[Picture] = []
    with av.open(str(resource("sample", "bigbuckbunny.mp4"))) as container:
        for frame in container.decode(video=0):
            found.append(np.asarray(frame.reformat(WIDTH, HEIGHT, format="rgb24").to_ndarray(), np.uint8))
    return tuple(found)


def _cover(seed: int, script: _Script, time: float, centre: tuple[float, float]) -> Cover:
    """The subject's coverage: a blob, with an arm that swings where the script has one."""
    radius = script.radius * (1 + script.growth * (time - 0.5))
    body = coverage_of(blob_outline(seed, radius, script.wobble, phase=0.8 * np.sin(6 * time)), centre, SIZE)
    if script.arm:
        angle = 0.6 * np.sin(7 * time) + seed
        turned = np.asarray([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
        arm = np.asarray([[0, -0.22], [1.9, -0.15], [1.9, 0.15], [0, 0.22]], np.float32) * radius @ turned
        body = np.maximum(body, coverage_of(arm.astype(np.float32), centre, SIZE))
    return body


def clip_of(seed: int, frames: int = FRAMES) -> Clip:
    """The clip of a seed."""
    script = _Script.of_seed(seed)
    rng = np.random.default_rng(seed + 1)
    shakes = rng.normal(0, 1, (frames, 2)) * script.shake
    skin = noise_texture(seed + 1000, SIZE, SKINS[seed % len(SKINS)], coarsest=8, finest=32)
    board = noise_texture(seed + 2000, SIZE, GROUNDS[(seed + 1) % len(GROUNDS)], coarsest=2, finest=8)
    wide = noise_texture(seed, (WIDTH * 2, HEIGHT), GROUNDS[seed % len(GROUNDS)], finest=128)
    first = int(rng.integers(0, max(1, len(sample_pictures()) - frames)))
    pictures, truth, twin = [], [], []
    for n in range(frames):
        time = n / max(frames - 1, 1)
        offset = round(WIDTH / 2 + script.pan * (n - frames / 2))
        ground = sample_pictures()[first + n].astype(np.float32) if script.sample else wide[:, offset : offset + WIDTH]
        ground = np.roll(ground, np.round(shakes[n]).astype(int), (1, 0))
        centre = tuple(np.asarray(script.place(time)) + shakes[n])
        cover = _cover(seed, script, time, centre)
        other = np.zeros_like(cover)
        if script.twin:
            beside = (centre[0] + 2.6 * script.radius * (1 if centre[0] < WIDTH / 2 else -1), HEIGHT - centre[1])
            other = _cover(seed, script, time, beside)
            ground = paste(ground, skin, other, beside)
        picture = paste(ground, skin, cover, centre)
        seen, other_seen = cover > 0.5, (other > 0.5) & (cover <= 0.5)
        if script.board:
            at = (script.centre[0] + 0.2) * WIDTH + shakes[n][0], HEIGHT / 2
            half = np.asarray([[-0.1, -1], [0.1, -1], [0.1, 1], [-0.1, 1]], np.float32) * (WIDTH, HEIGHT)
            front = coverage_of(half.astype(np.float32), at, SIZE)
            picture = paste(picture, board, front, at)
            seen, other_seen = seen & (front < 0.5), other_seen & (front < 0.5)
        pictures.append(finished(picture, seed * 1009 + n))
        truth.append(seen)
        twin.append(other_seen)
    return Clip(tuple(pictures), tuple(truth), tuple(twin))


# Good tracks


def with_noise(truth: Track, seed: int, pixels: float = 1.0) -> Track:
    """The truth with its outline moved by smooth noise of about so many pixels, half of it steady in time."""
    rng = np.random.default_rng(seed)
    steady = _smooth_noise(rng)
    found = []
    for seen in truth:
        inside = seen.astype(np.uint8)
        outward = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3) - cv2.distanceTransform(inside, cv2.DIST_L2, 3)
        noise = 0.7 * steady + 0.7 * _smooth_noise(rng)
        found.append((outward < pixels * noise) if seen.any() else seen)
    return tuple(found)


def _smooth_noise(rng: np.random.Generator) -> Cover:
    coarse = rng.standard_normal((HEIGHT // 10, WIDTH // 10)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), np.float32)


# Faults

Fault = Callable[[Track, Clip, np.random.Generator], Track]


def _span(track: Track, clip: Clip, rng: np.random.Generator) -> tuple[int, int]:
    """[start, stop) of a fault: it begins after some good frames and ends while the subject is still there."""
    there = [n for n, seen in enumerate(track) if seen.any()]
    first, last = clip.start, there[-1] + 1
    start = int(rng.integers(first + (last - first + 3) // 4, first + (last - first) // 2 + 1))
    return start, int(rng.integers(min(start + 6, last), last + 1))


def _side(seen: Truth) -> float:
    return float(np.sqrt(max(1, np.count_nonzero(seen))))


def _shifted(seen: Truth, by: NDArray[np.float64]) -> Truth:
    matrix = np.asarray([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    return np.asarray(cv2.warpAffine(seen.astype(np.uint8), matrix, SIZE, flags=cv2.INTER_NEAREST), bool)


def drift(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """From a frame on the mask slides off its subject, 2 to 6 % of its size a frame."""
    start, _ = _span(track, clip, rng)
    turn = rng.uniform(0, 2 * np.pi)
    speed = rng.uniform(0.02, 0.06) * _side(track[start])
    step = np.asarray([np.cos(turn), np.sin(turn)]) * speed
    return tuple(seen if n < start else _shifted(seen, step * (n - start + 1)) for n, seen in enumerate(track))


def stuck(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """From a frame on the mask stays where it was while the subject goes on."""
    start, _ = _span(track, clip, rng)
    return tuple(seen if n < start else track[start] for n, seen in enumerate(track))


def loss(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """The subject is said to be absent though it is there."""
    start, stop = _span(track, clip, rng)
    return tuple(np.zeros_like(s) if start <= n < stop else s for n, s in enumerate(track))


def swap(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """The look-alike is followed instead; without one, something of the same shape elsewhere."""
    start, stop = _span(track, clip, rng)
    turn = rng.uniform(0, 2 * np.pi)
    away = np.asarray([np.cos(turn), np.sin(turn)]) * 1.6 * _side(track[start])
    twin = with_noise(clip.twin, int(rng.integers(1 << 30)))

    def other(n: int) -> Truth:
        return twin[n] if clip.twin[n].any() else _shifted(track[n], away)

    return tuple(other(n) if start <= n < stop else seen for n, seen in enumerate(track))


def flicker(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """Every second or third frame loses or gains a good part."""
    start, stop = _span(track, clip, rng)
    every = int(rng.integers(2, 4))
    made = []
    for n, seen in enumerate(track):
        struck = start <= n < stop and (n - start) % every == 0
        made.append((_cut(seen, rng) if rng.random() < 0.5 else _grown(seen, rng)) if struck else seen)
    return tuple(made)


def leak(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """The mask runs out into the ground beside the subject, within one to six frames."""
    start, stop = _span(track, clip, rng)
    turn, frames = rng.uniform(0, 2 * np.pi), int(rng.integers(1, 7))
    size = rng.uniform(0.35, 0.8)
    return tuple(
        seen | _spill(seen, turn, size * min(1.0, (n - start + 1) / frames)) if start <= n < stop else seen
        for n, seen in enumerate(track)
    )


def part_lost(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """A third or more of the subject is missing, always on the same side."""
    start, stop = _span(track, clip, rng)
    turn, part = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.6)
    return tuple(_halved(seen, turn, part) if start <= n < stop else seen for n, seen in enumerate(track))


def holes(track: Track, clip: Clip, rng: np.random.Generator) -> Track:
    """Holes eat a third or so of the inside."""
    start, stop = _span(track, clip, rng)
    spots = rng.uniform(-0.4, 0.4, (40, 2))
    return tuple(_pierced(seen, spots) if start <= n < stop else seen for n, seen in enumerate(track))


FAULTS: dict[str, Fault] = {
    "drift": drift,
    "stays behind": stuck,
    "loss": loss,
    "swap": swap,
    "flicker": flicker,
    "leak": leak,
    "part lost": part_lost,
    "holes": holes,
}


def _cut(seen: Truth, rng: np.random.Generator) -> Truth:
    return _halved(seen, rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.7))


def _grown(seen: Truth, rng: np.random.Generator) -> Truth:
    return seen | _spill(seen, rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 0.9))


def _halved(seen: Truth, turn: float, part: float) -> Truth:
    """Without the given part of its pixels, those that lie furthest in one direction."""
    rows, columns = np.nonzero(seen)
    if not len(rows):
        return seen
    along = columns * np.cos(turn) + rows * np.sin(turn)
    lost = along > np.quantile(along, 1 - part)
    left = seen.copy()
    left[rows[lost], columns[lost]] = False
    return left


def _spill(seen: Truth, turn: float, size: float) -> Truth:
    """An ellipse at the subject's rim, its radius in parts of the subject's size."""
    rows, columns = np.nonzero(seen)
    spill = np.zeros(seen.shape, np.uint8)
    if len(rows):
        along = columns * np.cos(turn) + rows * np.sin(turn)
        at = int(np.argmax(along))
        radius = size * _side(seen)
        axes = max(1, round(radius)), max(1, round(0.7 * radius))
        cv2.ellipse(spill, (int(columns[at]), int(rows[at])), axes, float(np.degrees(turn)), 0, 360, 1, -1)
    return spill.astype(bool)


def _pierced(seen: Truth, spots: NDArray[np.float64]) -> Truth:
    """With holes at spots given in parts of the bounding box, until a third is gone; a rim stays."""
    rows, columns = np.nonzero(seen)
    if not len(rows):
        return seen
    core = cv2.erode(seen.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2)
    eaten = np.zeros(seen.shape, np.uint8)
    size = columns.max() - columns.min() + 1, rows.max() - rows.min() + 1
    for x, y in spots:
        at = round(float((x + 0.5) * size[0] + columns.min())), round(float((y + 0.5) * size[1] + rows.min()))
        cv2.circle(eaten, at, max(1, round(0.1 * _side(seen))), 1, -1)
        if np.count_nonzero(eaten & core) > 0.35 * len(rows):
            break
    return seen & ~(eaten & core).astype(bool)
