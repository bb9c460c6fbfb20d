"""Cut and altered files end in frames or in a MediaError, never in a crash: tried in a process of their own."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.media_factory import numbered_frames, write_video

REPOSITORY = Path(__file__).resolve().parents[3]
SEED = 20240501
TRIAL = """
import sys
from pathlib import Path
import numpy as np
from sam2_studio.errors import StudioError
from sam2_studio.media.open import open_media
source, seed, cuts, flips = Path(sys.argv[1]), *map(int, sys.argv[2:5])
data, rng = source.read_bytes(), np.random.default_rng(seed)
trial = source.with_name("trial" + source.suffix)
for place in np.linspace(1, len(data) - 1, cuts).astype(int).tolist() + [None] * flips:
    changed = bytearray(data[:place])
    for at in rng.integers(0, len(data), 0 if place else 8).tolist():
        changed[at] = int(rng.integers(0, 256))
    trial.write_bytes(changed)
    try:
        with open_media(trial) as reader:
            count = reader.info.frames
            for number in sorted({0, count // 2, count - 1}):
                assert reader.read(number).size == reader.info.size
    except StudioError as error:
        assert error.way_out, error
print("survived")
"""


@pytest.mark.parametrize(
    ("cuts", "flips"), [(25, 12), pytest.param(100, 250, marks=[pytest.mark.fault, pytest.mark.timeout(1800)])]
)
@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("faststart.mp4", "libx264", {"bf": "2", "g": "8"}),
        ("a.mkv", "libx264", {"g": "8"}),
        ("a.avi", "mpeg4", {}),
        ("a.ts", "libx264", {"g": "8"}),
    ],
)
def test_no_cut_and_no_flipped_byte_crashes(
    name: str, codec: str, options: dict[str, str], cuts: int, flips: int, tmp_path: Path
) -> None:
    container = {"movflags": "faststart"} if name == "faststart.mp4" else None
    path = write_video(tmp_path / name, numbered_frames(24), codec=codec, options=options, container_options=container)
    command = [sys.executable, "-c", TRIAL, str(path), str(SEED), str(cuts), str(flips)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=1800, check=False)
    assert (done.returncode, done.stdout) == (0, "survived\n"), f"seed {SEED}: {done.stderr[-2000:]}"
