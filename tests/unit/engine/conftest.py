"""What the engine's tests share: the bundled model, and scenes as sources of frames."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.engine.models import Model, load_model
from sam2_studio.engine.segmenter import Segmenter
from tests.fakes import ArraySource
from tests.synthetic import Scene


@pytest.fixture(scope="session")
def nano() -> Model:
    return load_model("nano", "cpu")


@pytest.fixture(scope="session")
def segmenter(nano: Model) -> Segmenter:
    return Segmenter(nano)


@pytest.fixture(scope="session")
def source_of() -> Callable[[Scene], ArraySource]:
    def source(scene: Scene) -> ArraySource:
        height, width = scene.frames[0].shape[:2]
        info = ClipInfo(
            path="scene", kind=ClipKind.VIDEO, frames=len(scene.frames), width=width, height=height, rate=Fraction(25)
        )
        return ArraySource(scene.frames, info)

    return source


@pytest.fixture(scope="session")
def frame_of() -> Callable[[NDArray[np.uint8] | NDArray[np.uint16]], Frame]:
    return lambda rgb: Frame(0, rgb, Timestamp(0, Fraction(1, 25)))
