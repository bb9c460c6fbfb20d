"""What a pen on a tablet does, in the terms of tools. Knows no canvas."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent

from sam2_studio.ui.canvas.tools import Pointer, ToolKind


def pen_pointer(event: QTabletEvent, kind: ToolKind, *, touches: bool) -> Pointer:
    """The pen's event; its rubber turns the brush round, and a pen in the air counts as pressed in full."""
    rubs = event.pointerType() is QPointingDevice.PointerType.Eraser and kind is ToolKind.BRUSH
    right = bool(event.buttons() & Qt.MouseButton.RightButton) or event.button() == Qt.MouseButton.RightButton
    return Pointer(
        x=event.position().x(),
        y=event.position().y(),
        right=right != rubs,
        modifiers=event.modifiers(),
        pressure=event.pressure() if touches else 1.0,
    )
