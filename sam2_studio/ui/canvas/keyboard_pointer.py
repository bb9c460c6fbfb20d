"""A pointer over the picture that the arrow keys move: whatever the mouse can do there, keys can do too.

It sends the canvas the events of a mouse, so that every tool works alike; it knows no tool and no document.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from sam2_studio.core.geometry import Point
from sam2_studio.ui.announce import announce
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.language import tr

_STEP, _FAR = 8.0, 8  # logical pixels of a step, steps of a step with Shift
_EDGE = 24.0  # logical pixels from the border at which the picture moves instead
_MARK = 33
_DIRECTIONS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_ALT, _NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
_LEFT, _NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class KeyboardPointer(QObject):
    """The pointer, off until it is wished.

    Arrows move it, by one pixel of the picture with Ctrl, far with Shift. Enter clicks, with Alt as the right button
    does. Ctrl+Enter presses and holds, so that the arrows drag, and Enter lets go; Escape goes back first. Backspace
    deletes the point under it.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._mark = _Mark(canvas)
        self._at: Point | None = None
        self._held_from: Point | None = None
        canvas.installEventFilter(self)

    @property
    def at(self) -> Point | None:
        """Where it is in the picture; None while it is off."""
        return self._at

    def set_active(self, active: bool) -> None:
        """Turn it on, in the middle of what is seen of the picture, or off."""
        if self._held_from is not None:
            self._go_back()
        canvas = self._canvas
        self._at = self._inside(canvas.view.to_image(canvas.width() / 2, canvas.height() / 2)) if active else None
        self._place()
        if active:
            canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the canvas's keys before it and the shortcuts do; keep to the place in the picture when that moves."""
        if self._at is None or self._canvas.frame is None:
            return False
        if event.type() == QEvent.Type.Paint:
            self._place()
        if isinstance(event, QKeyEvent) and self._means(event):
            if event.type() == QEvent.Type.KeyPress:
                self._press(event)
            event.accept()
            return True
        return False

    def _means(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return self._held_from is not None
        if event.key() == Qt.Key.Key_Backspace:
            return not self._canvas.is_drawing
        return event.key() in _DIRECTIONS or event.key() in _ENTER

    def _press(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _DIRECTIONS:
            self._move(_DIRECTIONS[key], modifiers)
        elif key == Qt.Key.Key_Escape:
            self._go_back()
        elif key == Qt.Key.Key_Backspace:
            self._click(_CONTROL)
        elif self._held_from is not None:
            self._let_go()
        elif modifiers & _CONTROL and self._canvas.is_drawing:
            self._canvas.close_lasso()
        elif modifiers & _CONTROL:
            self._held_from = self._at
            self._send(QEvent.Type.MouseButtonPress, _LEFT, _NONE)
        else:
            self._click(modifiers & (_ALT | _SHIFT))

    def _move(self, direction: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        assert self._at is not None
        view, far = self._canvas.view, _FAR if modifiers & _SHIFT else 1
        wide, high = (1.0, 1.0) if modifiers & _CONTROL else (_pixels(view.scale_x), _pixels(view.scale_y))
        x, y = direction[0] * wide * far, direction[1] * high * far
        self._at = self._inside(Point(self._at.x + x, self._at.y + y))
        self._bring_into_view()
        self._place()
        self._send(QEvent.Type.MouseMove, _NO_BUTTON, _NONE)
        column, row = self._at.pixel
        announce(self._canvas, tr("x {x}, y {y}", x=column, y=row))

    def _click(self, modifiers: Qt.KeyboardModifier) -> None:
        self._send(QEvent.Type.MouseButtonPress, _LEFT, modifiers)
        self._send(QEvent.Type.MouseButtonRelease, _LEFT, modifiers)

    def _let_go(self) -> None:
        self._held_from = None
        self._send(QEvent.Type.MouseButtonRelease, _LEFT, _NONE)

    def _go_back(self) -> None:
        """Let go where it was pressed: a stroke is dropped, a box of no size is none, a point stays where it was."""
        self._canvas.drop_drawing()
        self._at = self._held_from
        self._place()
        self._send(QEvent.Type.MouseMove, _NO_BUTTON, _NONE)
        self._let_go()

    def _send(self, kind: QEvent.Type, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        assert self._at is not None
        place = QPointF(*self._canvas.view.to_widget(self._at))
        held = _LEFT if self._held_from is not None or kind == QEvent.Type.MouseButtonPress else _NO_BUTTON
        event = QMouseEvent(kind, place, self._canvas.mapToGlobal(place), button, held, modifiers)
        QApplication.sendEvent(self._canvas, event)

    def _inside(self, at: Point) -> Point:
        """The middle of the nearest pixel of the picture."""
        size = self._canvas.view.image
        column, row = min(max(at.x, 0.0), size.width - 1), min(max(at.y, 0.0), size.height - 1)
        return Point(int(column) + 0.5, int(row) + 0.5)

    def _bring_into_view(self) -> None:
        assert self._at is not None
        canvas = self._canvas
        x, y = canvas.view.to_widget(self._at)
        wanted_x = min(max(x, _EDGE), canvas.width() - _EDGE)
        wanted_y = min(max(y, _EDGE), canvas.height() - _EDGE)
        if (wanted_x, wanted_y) != (x, y):
            canvas.pan(wanted_x - x, wanted_y - y)

    def _place(self) -> None:
        if self._at is not None:
            x, y = self._canvas.view.to_widget(self._at)
            self._mark.move(round(x - _MARK / 2), round(y - _MARK / 2))
        self._mark.setVisible(self._at is not None)


def _pixels(scale: float) -> float:
    """Pixels of the picture in a step, of which each is `scale` logical pixels long."""
    return max(1.0, round(_STEP / scale))


class _Mark(QWidget):
    """Cross hairs that show on any picture; the mouse goes through them."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(_MARK, _MARK)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, gap = _MARK / 2, 5.0
        for color, width in (("#000000", 4.0), ("#FFFFFF", 2.0)):
            painter.setPen(QPen(QColor(color), width))
            for dx, dy in _DIRECTIONS.values():
                inner = QPointF(middle + dx * gap, middle + dy * gap)
                painter.drawLine(inner, QPointF(middle + dx * (middle - 2), middle + dy * (middle - 2)))
        painter.end()
