"""The row above the timeline: stepping, playing, the frame number, tracking, export; one button wears the accent."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sam2_studio.core.clip import Clip
from sam2_studio.ui import theme
from sam2_studio.ui.icons import icon
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.timeline.frame_field import FrameField
from sam2_studio.ui.timeline.next_step import NextStep
from sam2_studio.ui.widgets.action_button import ActionButton

_STEPS = ("first_frame", "previous_frame", "play", "next_frame", "last_frame", "loop")


class Transport(QWidget):
    """The row.

    Signals:
        frame_chosen: The frame that was typed.
    """

    frame_chosen = Signal(int)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """Make the row from the actions of `actions.ACTIONS`, by id."""
        super().__init__(parent)
        self._clip: Clip | None = None
        self._current = 0
        self._names_keys = True
        self._play = actions["play"]
        self.field = FrameField()
        self.field.frame_chosen.connect(self.frame_chosen)
        self._total = QLabel()
        self._timecode = QLabel()
        self._speed = QLabel()
        self._steps = {name: ActionButton(actions[name]) for name in _STEPS}
        self._retrack = ActionButton(actions["retrack"], with_key=True)
        both = actions["track_both"].text().replace("&", "")
        self._buttons = {
            NextStep.RETRACK: self._retrack,
            NextStep.TRACK: ActionButton(actions["track_both"], text=tr("Track both"), spoken=both, with_key=True),
            NextStep.EXPORT: ActionButton(actions["export"], text=tr("Export…"), with_key=True),
        }
        self._backwards = ActionButton(actions["track_backwards"], text=tr("← Track"), spoken=tr("Track backwards"))
        self._forwards = ActionButton(actions["track_forwards"], text=tr("Track →"), spoken=tr("Track forwards"))
        self._build()
        self.set_stale(0)
        self.set_clip(None)

    def set_clip(self, clip: Clip | None) -> None:
        """Show another clip, or none."""
        self._clip = clip
        self._current = 0 if clip is None else min(self._current, clip.info.frames - 1)
        self.field.set_clip(clip)
        self._total.setText("" if clip is None else f"/ {clip.source_number(clip.info.frames - 1)}")
        self.set_current(self._current)

    def set_current(self, frame: int) -> None:
        """Show the number and timecode of the frame."""
        self._current = frame
        self.field.set_current(frame)
        self._timecode.setText("" if self._clip is None else self._clip.timecode(frame))

    def set_speed(self, speed: int) -> None:
        """Show pause while it plays, and how fast unless at the clip's own rate; see `Playhead.speed_changed`."""
        self._play.setIcon(icon("pause" if speed else "play"))
        shown = f"{abs(speed)}×" if speed > 0 else tr("back {speed}×", speed=abs(speed))
        self._speed.setText("" if speed in (0, 1) else shown)

    def set_stale(self, frames: int) -> None:
        """Offer to track these many frames again; nothing where there are none."""
        self._retrack.set_label(tr_count("Retrack {count} frame", "Retrack {count} frames", frames))
        self._retrack.setVisible(frames > 0)

    def set_step(self, step: NextStep) -> None:
        """Give the accent to the button of the next step, and to no other."""
        for name, button in self._buttons.items():
            button.set_primary(name == step)

    def _key_widths(self) -> int:
        return sum(button.key_width() for button in self._buttons.values() if not button.isHidden())

    def _least_width(self) -> int:
        """Pixels that the row needs when no button names its key."""
        return self._row.minimumSize().width() - (self._key_widths() if self._names_keys else 0)

    def _fit(self) -> None:
        """Name the keys on the buttons where there is room for them."""
        has_room = self._least_width() + self._key_widths() <= self.width()
        if has_room != self._names_keys:
            self._names_keys = has_room
            for button in self._buttons.values():
                button.set_room_for_key(has_room)

    def _build(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 4)
        row.setSpacing(4)
        for button in self._steps.values():
            button.setFixedSize(32, 28)
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.field)
        for label, name in (
            (self._total, tr("Last frame")),
            (self._timecode, tr("Timecode")),
            (self._speed, tr("Speed")),
        ):
            theme.mark(label, "quiet", True)
            label.setAccessibleName(name)
            row.addWidget(label)
            row.addSpacing(8)
        row.addStretch(1)
        for button in (
            self._retrack,
            self._backwards,
            self._buttons[NextStep.TRACK],
            self._forwards,
            self._buttons[NextStep.EXPORT],
        ):
            row.addWidget(button)
            row.addSpacing(4)

    def minimumSizeHint(self) -> QSize:
        """Without the keys: a narrow window leaves them out."""
        return QSize(self._least_width(), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Whatever changes a width in the row, or the row's own, is followed by the keys."""
        done = super().event(event)
        if event.type() in (QEvent.Type.Show, QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.isVisible():
            self._fit()
        return done
