"""Version, where the footage goes, and whose work it stands on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from sam2_studio import __version__
from sam2_studio.ui import theme

PRIVACY = "Runs on this computer only: no account, no upload, no telemetry. Your footage stays where it is."

# Name, licence, what it does here; the wheels carry the full texts.
PARTS = (
    ("Qt and PySide6", "LGPL 3", "window"),
    ("PyTorch", "BSD 3-Clause", "networks"),
    ("NumPy", "BSD 3-Clause", "arrays"),
    ("OpenCV", "Apache 2.0", "pictures"),
    ("PyAV with FFmpeg, x264 and x265", "BSD 3-Clause, LGPL and GPL", "video"),
    ("Pillow", "MIT-CMU", "stills"),
    ("SAM 2 and 2.1 checkpoints, fetched on wish", "Apache 2.0", "models by Meta"),
    ("Sample clip from Big Buck Bunny", "CC BY 3.0, Blender Foundation", "sample"),
)


class AboutDialog(QDialog):
    """The dialog."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About sam2_studio")
        self.setFixedWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        title = QLabel(f"sam2_studio {__version__}")
        theme.mark(title, "heading", True)
        privacy = QLabel(PRIVACY)
        privacy.setWordWrap(True)
        licence = QLabel("Licence: Apache 2.0. It stands on:")
        theme.mark(licence, "quiet", True)
        parts = QLabel("".join(f"<p style='margin:0 0 6px 0'><b>{n}</b><br>{w}, {lic}</p>" for n, lic, w in PARTS))
        parts.setTextFormat(Qt.TextFormat.RichText)
        parts.setWordWrap(True)
        for label in (title, privacy, licence, parts):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
