"""One object of a project as the library offers it: what was said of it, its masks, its edge. No Qt."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core import commands, hand_commands
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import WINDOWS
from sam2_studio.core.project import Project as Document
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.records import lacks_mask
from sam2_studio.errors import PromptError

if TYPE_CHECKING:
    from sam2_studio.api.project import Project


class ProjectObject:
    """One object of an open project: what was said of it, and its masks.

    Attributes:
        id: Never used again in the project.
    """

    def __init__(self, project: "Project", object_id: int) -> None:
        self._project, self.id = project, object_id

    def __repr__(self) -> str:
        return f"<{self.name!r} of {self._project.path.name}>"

    @property
    def name(self) -> str:
        return commands.existing_object(self._document, self.id).name

    @property
    def edge(self) -> EdgeSettings:
        """As `refine` changes it."""
        return commands.existing_object(self._document, self.id).edge

    @property
    def frames(self) -> tuple[int, ...]:
        """Frames that have a mask, or on which the object is known not to be."""
        return self._numbers(sorted(self._document.track(self.id)))

    @property
    def absent(self) -> tuple[int, ...]:
        """Frames on which the object isn't."""
        return self._numbers(self._document.track(self.id).frames_where(absent=True))

    @property
    def doubtful(self) -> tuple[int, ...]:
        """Frames that should be looked at."""
        return self._numbers(self._document.track(self.id).frames_where(doubtful=True))

    def add_box(self, box: tuple[float, float, float, float], frame: int | None = None) -> None:
        """Say that the object is in this box: left, top, right, bottom. Replaces the box that was on the frame.

        Args:
            frame: The first by default.

        Raises:
            PromptError: it doesn't fit the picture, or there is no such frame.
        """
        index = self._project._index(frame)
        checked = Box(*map(float, box)).checked(self._project.info.size)
        self._do(commands.set_box(self._document, self.id, index, checked))

    def add_point(self, point: tuple[float, float], frame: int | None = None, *, positive: bool = True) -> None:
        """Say that the object is at this point, or that it isn't. Raises PromptError, as `add_box`."""
        index = self._project._index(frame)
        at = Point(*map(float, point)).checked(self._project.info.size)
        self._do(commands.add_point(self._document, self.id, index, PointPrompt(at, positive)))

    def add_mask(self, mask: NDArray[np.bool_] | NDArray[np.uint8], frame: int | None = None) -> None:
        """Say what the object is: (H, W) of the picture's size, every value but 0 is inside.

        Raises:
            PromptError: it has another size, or there is no such frame.
        """
        index, given = self._project._index(frame), self._picture(mask)
        file = self._project._file
        with file.transaction():
            self._do(commands.set_mask_prompt(self._document, self.id, index, file.add_mask(given)))

    def add_hair(self, mask: NDArray[np.bool_] | NDArray[np.uint8], frame: int | None = None) -> None:
        """Say where loose hair is: the matte's band is wider there, and, moved with the object, on later frames.

        Turns the matte on. A second call for a frame replaces the first. Raises PromptError, as `add_mask`.
        """
        index, given = self._project._index(frame), self._picture(mask)
        file = self._project._file
        with file.transaction():
            self._do(hand_commands.paint_hair(self._document, "Hair brush", self.id, index, file.add_mask(given)))

    def follow(self, window: str) -> None:
        """Say when tracking looks in a window that follows the object, which helps where it is small.

        Args:
            window: auto, on or off.

        Raises:
            PromptError: it is none of these.
        """
        if window not in WINDOWS:
            raise PromptError(f"“{window}” is no window.", f"Use one of {', '.join(WINDOWS)}.")
        self._do(commands.alter_object(self._document, self.id, "Follow in a window", window=window))

    def segment(self, frame: int | None = None) -> NDArray[np.bool_]:
        """Answer the prompts of a frame, keep the mask and return it: (H, W).

        Raises:
            PromptError: there is no prompt on the frame.
            ModelError: the model isn't here, or its answer isn't made of numbers.
        """
        index = self._project._index(frame)
        if not self._document.prompts(self.id, index):
            number = self._numbers([index])[0]
            raise PromptError(f"“{self.name}” has no prompt on frame {number}.", "Add a box, a point or a mask.")
        self._answer(index)
        answered = self._project._file.mask_of(self.id, index)
        if answered is None:
            raise RuntimeError("a mask that was just made isn't there")
        return answered.to_array()

    def segment_all(self) -> None:
        """Answer the prompts of every frame that has some and no mask yet. Raises ModelError, as `segment`."""
        for index in sorted(self._document.prompted_frames(self.id)):
            if lacks_mask(self._document.track(self.id).get(index), self._document.prompts(self.id, index)):
                self._answer(index)

    def mask(self, frame: int | None = None) -> NDArray[np.bool_] | None:
        """The mask on a frame, (H, W); None where there is none. Raises PromptError where there is no such frame."""
        found = self._project._file.mask_of(self.id, self._project._index(frame))
        return None if found is None else found.to_array()

    def refine(self, **edge: Any) -> None:
        """Change the edge, as views and exports show it: fields of `EdgeSettings`, such as `grow=-1, matte=True`.

        Raises:
            PromptError: there is no such setting, or its value is out of range.
        """
        known = EdgeSettings.__dataclass_fields__
        if unknown := sorted(edge.keys() - known.keys()):
            raise PromptError(f"There is no setting “{unknown[0]}”.", f"There are: {', '.join(known)}.")
        settings = replace(self.edge, **edge)
        if not settings.is_in_range:
            raise PromptError(f"An edge can't have {edge}.", "Lengths are -64 to 64 to grow, else 0 to 64.")
        self._do(commands.alter_object(self._document, self.id, "Change edge", edge=settings))

    def remove(self) -> None:
        """Take the object out of the project."""
        self._do(commands.remove_object(self._document, self.id))

    def _picture(self, mask: NDArray[np.bool_] | NDArray[np.uint8]) -> Mask:
        size = self._project.info.size
        if mask.shape != (size.height, size.width):
            raise PromptError(f"The mask is {mask.shape}, the picture {(size.height, size.width)}.", "Scale the mask.")
        return Mask.from_array(mask)

    @property
    def _document(self) -> Document:
        return self._project._file.project

    def _do(self, command: commands.Command) -> None:
        self._project._file.history.do(command)

    def _answer(self, index: int) -> None:
        from sam2_studio.batch.pipeline import answer_prompts

        project = self._project
        answer_prompts(project._file, project._footage, project._answering, self.id, index)

    def _numbers(self, indices: Iterable[int]) -> tuple[int, ...]:
        return tuple(self._project._clip.source_number(index) for index in indices)
