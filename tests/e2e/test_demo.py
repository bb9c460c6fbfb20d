"""`make demo`: every file that it promises, opened by readers of another make."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from tests.e2e.command import studio

FRAMES = 132


@pytest.mark.slow
def test_the_demo_writes_what_it_promises(studio_home: Path, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    ended = studio("demo", "--out", out, "--json", home=studio_home)
    assert ended.status == 0, ended.err
    assert ended.document["verified"] is True
    assert all(Path(name).exists() for name in ended.document["files"])
    pictures = sorted((out / "cutout").glob("*.png"))
    assert len(pictures) == FRAMES
    alpha = np.array(Image.open(pictures[60]))[..., 3] / 255
    rabbit, beside = alpha[300:500, 380:560], alpha[:, 700:]
    assert rabbit.mean() > 0.95
    assert beside.mean() < 0.01
    with av.open(str(out / "rabbit.mov")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "prores"
        assert stream.codec_context.pix_fmt.startswith("yuva444")
        assert sum(1 for _ in container.decode(stream)) == FRAMES
    with av.open(str(out / "rabbit-matte.mkv")) as container:
        assert sum(1 for _ in container.decode(video=0)) == FRAMES
    window = np.array(Image.open(out / "window.png").convert("RGB"))
    assert min(window.shape[:2]) >= 600
    assert len(np.unique(window.reshape(-1, 3), axis=0)) > 5000, "the clip's picture is in it"
