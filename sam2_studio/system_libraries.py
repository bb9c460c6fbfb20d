"""What a window needs of the system beside Python's packages, and the words where it isn't there. Knows no Qt."""

import ctypes
import re
from importlib.util import find_spec
from pathlib import Path

from sam2_studio.errors import StudioError

# library: package of Debian, of Fedora, of Arch; packaging/system_libraries.sh holds the same list
PACKAGES = {
    "libGL.so.1": ("libgl1", "mesa-libGL", "libglvnd"),
    "libEGL.so.1": ("libegl1", "mesa-libEGL", "libglvnd"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
}
_LIBRARY = re.compile(r"(?:^|/)(lib[\w.+-]+?\.so[.\d]*): ")
_CALMLY = "The command line works without a window."


def no_window(why: str = "") -> StudioError:
    """What to tell where no window can be opened.

    Args:
        why: What a loader said; without it the part of Qt that draws on X11 is tried here.

    Returns:
        An error that names the library and its packages, or says that there is no display.
    """
    found = _LIBRARY.search(why or _fault_of_x11())
    if found is None:
        return StudioError(
            "No window can be opened: there is no display that Qt can use.",
            f"Start it in a desktop session, or with a connection to one (ssh -X sets DISPLAY). {_CALMLY}",
        )
    library = found.group(1)
    debian, fedora, arch = PACKAGES.get(library, (library, library, library))
    return StudioError(
        f"No window can be opened: the system lacks {library}, or it is damaged.",
        f"Install {debian} (Debian, Ubuntu), {fedora} (Fedora) or {arch} (Arch). "
        f"sam2-studio doctor lists all that is missing. {_CALMLY}",
    )


def x11_plugin() -> Path | None:
    """Where Qt's part for X11 would be; None where there is no Qt."""
    package = find_spec("PySide6")
    folders = (package and package.submodule_search_locations) or ()
    return next((Path(each, "Qt", "plugins", "platforms", "libqxcb.so") for each in folders), None)


def _fault_of_x11() -> str:
    """What the loader says of Qt's part for X11; "" if it loads, or isn't there."""
    plugin = x11_plugin()
    if plugin is not None and plugin.exists():
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            return str(error)
    return ""
