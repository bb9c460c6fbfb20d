"""Masks as their edge settings leave them, for the eye: what is quick at once, the rest from a thread of its own.

Nothing here is the truth: exports compute the same from the stored masks.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.refine import cleaned
from sam2_studio.errors import MatteError
from sam2_studio.ui.canvas.overlay import SoftPart
from sam2_studio.ui.look_thread import LookThread

AT_ONCE = 400_000  # pixels of a mask's box up to which its outline is cleaned on the window's own thread
MOST_BYTES = 192 << 20

_Key = tuple[object, ...]


class EdgedMasks(QObject):
    """Answers at once, if need be with what comes nearest, and tells when better is known.

    Signals:
        came: An answer that was given before would be better now.
    """

    came = Signal()

    def __init__(self, thread: LookThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._kept: OrderedDict[_Key, Mask | SoftPart] = OrderedDict()
        self._nbytes = 0
        self._asked: dict[str, _Key] = {}
        self._latest: dict[str, tuple[_Key, SoftPart]] = {}
        thread.found.connect(self._found, Qt.ConnectionType.QueuedConnection)

    def forget(self) -> None:
        """Another project: its pictures are others."""
        self._kept.clear()
        self._asked.clear()
        self._latest.clear()
        self._nbytes = 0

    def hard(self, slot: str, mask: Mask, edge: EdgeSettings) -> Mask:
        """The mask tidied, its outline moved; the mask itself until that is known.

        Args:
            slot: Who asks: of several questions of one slot only the last is answered.
        """
        outline = edge.outline
        if outline.is_neutral or mask.is_empty:
            return mask
        key: _Key = ("hard", mask, outline)
        known = self._known(key)
        if known is None and mask.rows * mask.columns <= AT_ONCE:
            known = cleaned(mask, outline)
            self._keep(key, known)
        if known is None:
            self._ask(f"hard {slot}", key, lambda: cleaned(mask, outline))
        return known if isinstance(known, Mask) else mask

    def soft(
        self, slot: str, frame: Frame, mask: Mask, edge: EdgeSettings, hair: Mask | None = None
    ) -> SoftPart | None:
        """The matte of a mask; None where it has no soft edge, or isn't known yet.

        While a setting is dragged, the last matte of the same mask stands for the one that is computed.
        """
        if mask.is_empty or not (edge.matte or edge.feather > 0 or not float(edge.grow).is_integer()):
            return None
        same: _Key = ("soft", frame.number, mask, hair)
        key: _Key = (*same, replace(edge, despill="", steady=""))
        known = self._known(key)
        if known is None and not frame.stand_in:
            self._ask(f"soft {slot}", key, lambda: SoftPart.of_matte(make_matte(frame.rgb, mask, edge, hair)))
            known = self._latest[slot][1] if slot in self._latest and self._latest[slot][0] == same else None
        if isinstance(known, SoftPart):
            self._latest[slot] = (same, known)
            return known
        return None

    def steady(self, slot: str, key: _Key, steps: Callable[[], Iterator[Matte]]) -> SoftPart | None:
        """What takes longer: the last of the mattes that `steps` makes on the thread; None until that is known.

        Args:
            slot: Who asks, as in `hard`.
            key: All that the matte depends on.
            steps: Between two of its items others get their answers.
        """
        known = self._known(key)
        if known is None and self._asked.get(slot) != key:
            self._asked[slot] = key
            self._thread.ask_in_steps(slot, lambda: _last(key, steps()))
        return known if isinstance(known, SoftPart) else None

    def drop(self, slot: str) -> None:
        """Who asked in that slot doesn't wait for the answer any more."""
        if self._asked.pop(slot, None) is not None:
            self._thread.drop(slot)

    def _ask(self, slot: str, key: _Key, compute: Callable[[], object]) -> None:
        if self._asked.get(slot) != key:
            self._asked[slot] = key
            self._thread.ask(slot, lambda: (key, compute()))

    def _found(self, slot: str, answer: object) -> None:
        if slot not in self._asked or not isinstance(answer, tuple) or answer[0] != self._asked[slot]:
            return
        del self._asked[slot]
        self._keep(*answer)
        self.came.emit()

    def _known(self, key: _Key) -> Mask | SoftPart | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: _Key, value: Mask | SoftPart) -> None:
        self._kept[key] = value
        self._nbytes += _nbytes(value)
        while self._nbytes > MOST_BYTES and len(self._kept) > 1:
            self._nbytes -= _nbytes(self._kept.popitem(last=False)[1])


def _last(key: _Key, mattes: Iterator[Matte]) -> Iterator[tuple[_Key, SoftPart] | None]:
    """The last of the mattes with its key, after a None for each; nothing where one can't be made."""
    made: Matte | None = None
    with suppress(MatteError):
        for matte in mattes:
            made = matte
            yield None
        if made is not None:
            yield key, SoftPart.of_matte(made)


def _nbytes(value: Mask | SoftPart) -> int:
    return value.nbytes if isinstance(value, Mask) else value.alpha.nbytes
