"""How fast the timeline scrolls and zooms with ten lanes of 100,000 frames. Prints; asserts nothing.

QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.timeline_speed
"""

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication
from sam2_studio.core.changes import Marker
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.objects import CutObject, palette_color
from sam2_studio.core.tracks import MaskRecord, MaskTrack, Origin
from sam2_studio.ui.theme import apply_theme
from sam2_studio.ui.timeline.timeline import Timeline

FRAMES, OBJECTS, STEPS = 100_000, 10, 120
SIZE = (1920, 420)


def a_track(seed: int) -> MaskTrack:
    """Stretches of tracked, stale, absent and missing frames with keyframes, locks and doubts among them."""
    rng = np.random.default_rng(seed)
    track, frame = MaskTrack(), 0
    while frame < FRAMES:
        length, kind = int(rng.integers(20, 400)), int(rng.integers(0, 6))
        for place in range(frame, min(frame + length, FRAMES)):
            if kind == 5:
                break
            health = float(rng.random()) if rng.random() < 0.02 else 0.9
            origin = Origin.PROMPTED if place == frame else Origin.PAINTED if rng.random() < 0.002 else Origin.TRACKED
            record = MaskRecord(
                mask_id=1, origin=origin, health=health, stale=kind == 1, absent=kind == 2, locked=kind == 3, area=900
            )
            track.put(place, record)
        frame += length
    return track


def filled() -> Timeline:
    """A timeline of the size that a full screen gives it, with everything on it."""
    timeline = Timeline()
    timeline.resize(*SIZE)
    info = ClipInfo(path="a.mp4", kind=ClipKind.VIDEO, frames=FRAMES, width=1920, height=1080)
    timeline.set_clip(Clip.whole(info))
    timeline.set_objects([CutObject(id=n, name=f"object {n}", color=palette_color(n)) for n in range(1, OBJECTS + 1)])
    timeline.set_markers([Marker(frame, f"note {frame}") for frame in range(0, FRAMES, 500)])
    timeline.set_cuts(np.arange(97, FRAMES, 97))
    for n in range(1, OBJECTS + 1):
        started = time.perf_counter()
        timeline.set_track(n, a_track(n))
        if n == 1:
            print(f"a track of {FRAMES} masks into its lane (and making it): {time.perf_counter() - started:.2f} s")
    timeline.set_selected(1)
    timeline.show()
    return timeline


def timed(name: str, timeline: Timeline, step: Callable[[int], None]) -> None:
    """Print how long one step and its repaint take."""
    taken = []
    for n in range(STEPS):
        started = time.perf_counter()
        step(n)
        timeline.grab()
        taken.append((time.perf_counter() - started) * 1000)
    worst = sorted(taken)[int(0.95 * len(taken))]
    print(f"{name:44} median {statistics.median(taken):6.2f} ms   95 % {worst:6.2f} ms   goal 16.7 ms")


def main() -> None:
    """Measure at several zooms; `grab` paints all of it into a picture, which costs more than a window does."""
    application = QApplication.instance() or QApplication([])
    apply_theme(application, "dark")  # type: ignore[arg-type]
    timeline = filled()
    for zoom in (1.5, 20, 400, 2000):
        timeline.show_whole_clip()
        timeline.zoom(zoom)
        shown = timeline.scale.shown
        timed(f"scroll, {shown:.0f} frames in view", timeline, lambda n, by=shown / 200: scroll(timeline, n * by))
    timeline.show_whole_clip()
    timed("zoom in and out", timeline, lambda n: timeline.zoom(1.3 if n % 60 < 30 else 1 / 1.3))
    timeline.show_whole_clip()
    timed("playhead, whole clip in view", timeline, lambda n: timeline.set_current(n * 100))


def scroll(timeline: Timeline, first: float) -> None:
    timeline._frames_bar.setValue(round(1000 * first))


if __name__ == "__main__":
    main()
