"""Version, where the footage goes, and whose work it stands on."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sam2_studio import __version__
from sam2_studio.resources import resource
from sam2_studio.ui import theme
from sam2_studio.ui.language import later, tr

PRIVACY = later("Runs on this computer only: no account, no upload, no telemetry. Your footage stays where it is.")

# Name, licence, what it does here; the wheels carry the full texts.
PARTS = (
    ("Qt and PySide6", "LGPL 3", later("window")),
    ("PyTorch", "BSD 3-Clause", later("networks")),
    ("NumPy", "BSD 3-Clause", later("arrays")),
    ("OpenCV", "Apache 2.0", later("pictures")),
    ("PyAV with FFmpeg, x264, x265", "BSD 3-Clause, LGPL, GPL", later("video")),
    ("Pillow", "MIT-CMU", later("stills")),
    (later("SAM 2 and 2.1, fetched on wish"), "Apache 2.0", later("models by Meta")),
    ("Big Buck Bunny", "CC BY 3.0, Blender Foundation", later("sample clip")),
)


class AboutDialog(QDialog):
    """The dialog."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About sam2_studio"))
        self.setFixedWidth(600)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        picture = QLabel()
        picture.setPixmap(QIcon(str(resource("icons", "app.svg"))).pixmap(QSize(48, 48)))
        column.addWidget(picture)
        title = QLabel(f"sam2_studio {__version__}")
        theme.mark(title, "heading", True)
        privacy = QLabel(tr(PRIVACY))
        privacy.setWordWrap(True)
        licence = QLabel(tr("Licence: Apache 2.0. It stands on:"))
        theme.mark(licence, "quiet", True)
        for label in (title, privacy, licence):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addLayout(_parts())
        column.addSpacing(8)
        close = QPushButton(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def _parts() -> QGridLayout:
    """What it stands on, and under which licence."""
    grid = QGridLayout()
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    for row, (name, licence, use) in enumerate(PARTS):
        what = QLabel(f"{tr(name)} <span style='color:{theme.tokens().quiet}'>· {tr(use)}</span>")
        under = QLabel(licence)
        theme.mark(under, "quiet", True)
        grid.addWidget(what, row, 0)
        grid.addWidget(under, row, 1)
    return grid
