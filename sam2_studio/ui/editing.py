"""What the user does to the document: prompts, objects, in and out. Turns intents of the widgets into commands."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from sam2_studio.core import commands
from sam2_studio.core.commands import Command
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.hand_commands import remove_painted
from sam2_studio.core.object_commands import duplicate_object
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.engine.closed_form import check_installed
from sam2_studio.ui.canvas.painting import BOX
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection


class Editing(QObject):
    """Edits of the selected object on the current frame, and of the list of objects."""

    def __init__(self, bridge: ProjectBridge, selection: Selection, playhead: Playhead) -> None:
        super().__init__(bridge)
        self._bridge = bridge
        self._selection = selection
        self._playhead = playhead

    # Prompts

    def add_point(self, at: Point, positive: bool) -> None:
        point = PointPrompt(at, positive)
        self._prompt(lambda p, o, f: commands.add_point(p, o, f, point))

    def move_point(self, index: int, at: Point) -> None:
        self._prompt(lambda p, o, f: commands.move_point(p, o, f, index, at))

    def delete_point(self, index: int) -> None:
        self._prompt(lambda p, o, f: commands.remove_point(p, o, f, index))

    def delete_prompt(self, place: int) -> None:
        """Delete one of this frame's prompts, named as the list in the panel does."""
        if place >= 0:
            self.delete_point(place)
        elif place == BOX:
            self._prompt(lambda p, o, f: commands.set_box(p, o, f, None))
        else:
            self._prompt(lambda p, o, f: commands.set_mask_prompt(p, o, f, None))

    def draw_box(self, box: Box) -> None:
        self._prompt(lambda p, o, f: commands.set_box(p, o, f, box))

    def clear_prompts(self) -> None:
        self._prompt(commands.clear_prompts)

    def lock_frame(self, locked: bool) -> None:
        self._prompt(lambda p, o, f: commands.lock_frame(p, o, f, locked=locked))

    def accept_frame(self) -> None:
        """The mask of this frame is right, however doubtful it looks."""
        self._accept((self._playhead.frame,))

    def accept_place(self) -> None:
        """So are those of the neighbouring doubtful frames."""
        track = self._bridge.project.track(self._selection.object_id)
        self._accept(track.doubtful_place_at(self._playhead.frame))

    def _accept(self, frames: tuple[int, ...]) -> None:
        object_id = self._selection.object_id
        if self._selection.object is not None:
            self._bridge.run(lambda p: commands.accept_frames(p, object_id, frames))

    def _prompt(self, build: Callable[[Project, int, int], Command]) -> None:
        """Run an edit of the selected object on this frame; the first prompt of a project makes the object too."""
        if self._bridge.project.clip is None:
            return
        frame, made = self._playhead.frame, self._selection.object is None
        if made:
            self.new_object()
        object_id = self._selection.object_id
        step = self._bridge.run(lambda project: build(project, object_id, frame))
        if made and not step:
            self._bridge.undo()  # the object was made for a prompt that was refused

    # Objects

    def new_object(self) -> None:
        if self._bridge.project.clip is None:
            return
        self._bridge.run(lambda p: commands.add_object(p, tr("object {number}", number=p.highest_object_id + 1)))
        self._selection.choose(self._bridge.project.highest_object_id)

    def duplicate_object(self) -> None:
        """Copy the selected object and select the copy."""
        object_id = self._selection.object_id
        if self._bridge.run(lambda p: duplicate_object(p, object_id)):
            self._selection.choose(self._bridge.project.highest_object_id)

    def delete_chosen(self) -> None:
        """Delete the selected object, whatever this frame has."""
        self.delete_object(self._selection.object_id)

    def delete_object(self, object_id: int) -> None:
        self._bridge.run(lambda p: commands.remove_object(p, object_id))

    def delete_selected(self) -> None:
        """Delete this frame's prompts, else what was painted on it, else the selected object."""
        if self._selection.object is None:
            return
        object_id, frame = self._selection.object_id, self._playhead.frame
        record = self._bridge.project.track(object_id).get(frame)
        if self._bridge.project.prompts(object_id, frame):
            self.clear_prompts()
        elif record is not None and record.is_painted:
            self._bridge.run(lambda p: remove_painted(p, object_id, frame))
        else:
            self.delete_object(self._selection.object_id)

    def rename(self, object_id: int, name: str) -> None:
        self._bridge.run(lambda p: commands.alter_object(p, object_id, later("Rename"), name=name))

    def recolor(self, object_id: int, color: str) -> None:
        self._bridge.run(lambda p: commands.alter_object(p, object_id, later("Change colour"), color=color))

    def show(self, object_id: int, visible: bool) -> None:
        label = later("Show object") if visible else later("Hide object")
        self._bridge.run(lambda p: commands.alter_object(p, object_id, label, visible=visible))

    def toggle_visible(self) -> None:
        if (chosen := self._selection.object) is not None:
            self.show(chosen.id, not chosen.visible)

    def lock_object(self, object_id: int, locked: bool) -> None:
        label = later("Lock object") if locked else later("Unlock object")
        self._bridge.run(lambda p: commands.alter_object(p, object_id, label, locked=locked))

    def lock_selected(self, locked: bool) -> None:
        self.lock_object(self._selection.object_id, locked)

    def move_object(self, by: int) -> None:
        """Move the selected object down the list, or below 0 up; at the end it stays."""
        ids = [each.id for each in self._bridge.project.objects]
        place = ids.index(self._selection.object_id)
        if 0 <= place + by < len(ids):
            ids.insert(place + by, ids.pop(place))
            self.reorder(ids)

    def reorder(self, object_ids: list[int]) -> None:
        self._bridge.run(lambda p: commands.reorder_objects(p, object_ids))

    def set_edge(self, edge: EdgeSettings) -> None:
        if (chosen := self._selection.object) is None or chosen.edge == edge:
            return

        def change(project: Project) -> Command:
            if edge.matte and edge.method == "best":
                check_installed()
            return commands.alter_object(project, chosen.id, later("Change edge"), edge=edge)

        self._bridge.run(change)

    # In and out

    def set_range(self, source_range: FrameRange) -> None:
        self._bridge.run(lambda p: commands.set_source_range(p, source_range))

    def clear_range(self) -> None:
        """In and out at the clip's ends."""
        if (clip := self._bridge.project.clip) is not None:
            self.set_range(clip.available_range)

    def set_in(self) -> None:
        """The clip starts at the playhead; out moves along where it would lie before."""
        if (clip := self._bridge.project.clip) is not None:
            frame, stop = self._playhead.frame, clip.source_range.stop
            self.set_range(FrameRange(frame, stop if stop > frame else clip.info.frames))

    def set_out(self) -> None:
        """The clip ends with the playhead's frame; in moves along where it would lie behind."""
        if (clip := self._bridge.project.clip) is not None:
            frame, start = self._playhead.frame, clip.source_range.start
            self.set_range(FrameRange(start if start <= frame else 0, frame + 1))

    # How the footage is read

    def set_deinterlace(self, wanted: bool) -> None:
        self._read_as(deinterlace=wanted)

    def set_premultiplied(self, wanted: bool) -> None:
        self._read_as(premultiplied=wanted)

    def _read_as(self, **how: bool) -> None:
        if (clip := self._bridge.project.clip) is not None:
            self._bridge.run(lambda p: commands.set_reading(p, replace(clip.reading, **how)))
