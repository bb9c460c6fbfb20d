"""What is taken: the window in each state, each dialog, each menu. Every scene leaves the window as it found it."""

import shutil
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from sam2_studio.batch.clip_queue import LineState, QueueLine
from sam2_studio.batch.items import Step
from sam2_studio.export.formats import PRESETS
from sam2_studio.resources import resource
from sam2_studio.ui.dialogs.queue_rows import Doing, row_of
from sam2_studio.ui.timeline.layout import HEADER
from tests.pictures.photographer import Photographer
from tests.pictures.project import BACK, FRAME

VIEWS = ("overlay", "outline", "matte", "cutout", "difference")
TOOLS = ("box", "brush", "eraser", "lasso", "fill")
DIALOGS = ("history", "shortcuts", "about")


def first_minutes(camera: Photographer) -> None:
    """The empty start page and the tour."""
    camera.take("start-empty")
    if camera.wants("tour-1", "tour-2", "tour-3"):
        camera.press("tour")
        dialog = camera.dialog()
        for card in (1, 2, 3):
            camera.take(f"tour-{card}", dialog)
            next(b for b in dialog.findChildren(QPushButton) if b.isDefault()).click()


def editor(camera: Photographer) -> None:
    """The window on a frame that was prompted, by view, tool, and the panels' states."""
    camera.window.selection.choose(1)
    camera.go_to(FRAME)
    camera.take("window", settle=2500)
    for view in VIEWS:
        camera.press(f"view_{view}")
        camera.take(f"view-{view}", settle=1500)
    camera.press("view_overlay")
    for name in ("split", "onion", "original"):
        if camera.wants(f"view-{name}"):
            camera.press(name)
            camera.take(f"view-{name}", settle=1500)
            camera.press(name)
    for tool in TOOLS:
        camera.press(f"tool_{tool}")
        camera.take(f"tool-{tool}")
    camera.press("tool_points")
    if camera.wants("zoomed"):
        camera.window.canvas.zoom_to(12)
        camera.take("zoomed", settle=1500)
        camera.press("fit")


def frames(camera: Photographer) -> None:
    """A stale frame, a locked one, a doubtful one, one found again, an object without anything."""
    for name, frame in (("frame-stale", 90), ("frame-locked", 20), ("frame-untracked", 128)):
        camera.go_to(frame)
        camera.take(name, settle=1500)
    window = camera.window
    camera.go_to(0)
    if camera.wants("frame-doubtful") and window.actions_by_id["next_doubtful"].isEnabled():
        camera.press("next_doubtful")
        camera.take("frame-doubtful", settle=1500)
    window.selection.choose(2)
    camera.go_to(BACK)
    camera.take("frame-found", settle=1500)
    window.selection.choose(3)
    camera.take("object-empty")
    window.selection.choose(1)
    camera.go_to(FRAME)


def messages(camera: Photographer) -> None:
    """The bar above the picture."""
    bar = camera.window.message_bar
    bar.show_message("info", "The program ended unexpectedly; rabbit is restored to the last edit.")
    camera.take("message-info")
    camera.press("model_limits")
    camera.take("message-limits")
    bar.show_message(
        "warning",
        "This project was made with sam2.1-tiny; nano is in use. Masks that you make now will differ.",
        "Use sam2.1-tiny",
    )
    camera.take("message-warning")
    bar.show_message("error", "“/media/shots/a.mp4” isn't there any more. Say where it is.", "Find the footage…")
    camera.take("message-error")
    bar.clear()


def menus(camera: Photographer) -> None:
    """Every menu."""
    window = camera.window
    for action in window.menuBar().actions():
        name = action.text().replace("&", "").lower()
        camera.menu(f"menu-{name}", action.menu())
        for sub in action.menu().findChildren(QMenu):
            if sub.title() and not sub.isEmpty():
                camera.menu(f"menu-{name}-{sub.title().replace('&', '').lower().replace(' ', '-')}", sub)
    if camera.wants("menu-objects"):
        window.object_menus.show_menu(window.mapToGlobal(QPoint(40, 40)))
        camera.popup("menu-objects")
    if camera.wants("menu-merge"):
        camera.press("merge_object")
        camera.popup("menu-merge")
    if camera.wants("menu-color"):
        camera.press("object_color")
        camera.popup("menu-color")
    if camera.wants("menu-marker"):
        place = QPoint(round(HEADER + window.timeline._scale.centre_of(34)), 12)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.timeline.mapToGlobal(place))
        QApplication.sendEvent(window.timeline, event)
        camera.popup("menu-marker")
    for name, menu in (("menu-views", window.strips._menu), ("menu-prompts", window.frame_panel._prompt_menu)):
        camera.menu(name, menu)


def dialogs(camera: Photographer) -> None:
    """Every dialog; the longer ones on each page."""
    for name in DIALOGS:
        if camera.wants(name):
            camera.press(name)
            camera.take(name, camera.dialog())
            camera.dialog().close()
    if camera.wants("models"):
        camera.press("models")
        camera.take("models", camera.dialog(), settle=1500)
        camera.dialog().close()
    if camera.wants("queue"):
        _queue(camera)
    _preferences(camera)
    _export(camera)
    if camera.wants("closing"):
        camera.window.closing._ask(["Tracking rabbit: the frames done so far are kept."])
        camera.take("closing", camera.dialog())
        camera.dialog().reject()


def _queue(camera: Photographer) -> None:
    """Lines in each state; they are only shown."""
    shots = Path("/media/shots")
    states = (("dog", LineState.DONE), ("rabbit", LineState.WAITING), ("shoe", LineState.WAITING),
              ("cat", LineState.FAILED), ("ball", LineState.WAITING))  # fmt: skip
    lines = [_line(name, state, shots) for name, state in states]
    camera.press("show_queue")
    dialog = camera.window.queueing._dialog
    assert dialog is not None
    camera.window.queueing._look.stop()
    doing = Doing(lines[1].id, Step(lines[1].output, "Tracking", 102, 247), 34)
    rows = [row_of(line, doing, {lines[-1].project}) for line in lines]
    dialog.show_queue(lines, rows, is_on=True, is_ending=False, is_held=True)
    camera.take("queue", dialog)
    dialog.close()


def _line(name: str, state: LineState, shots: Path) -> QueueLine:
    said = (
        f"The footage “{shots / name}.mp4” isn't there any more. Say where it is." if state is LineState.FAILED else ""
    )
    return QueueLine(
        project=shots / f"{name}.cutout",
        clip=f"{name}.mp4",
        stem=name,
        objects=(name,),
        model="nano",
        preset="after-effects" if name == "rabbit" else "png",
        folder=shots / "cutouts",
        output=f"{name}-cutout",
        state=state,
        said=said,
        frames=247,
        doubtful=2,
    )


def _preferences(camera: Photographer) -> None:
    camera.press("preferences")
    dialog = camera.dialog()
    sections = camera.window.preferring._dialog.sections  # type: ignore[union-attr]
    for place in range(sections.count()):
        sections.setCurrentRow(place)
        camera.take(f"preferences-{place + 1}", dialog)
    QTest.keyClicks(camera.window.preferring._dialog.search, "mask")  # type: ignore[union-attr]
    camera.take("preferences-search", dialog)
    dialog.close()


def _export(camera: Photographer) -> None:
    camera.press("export")
    dialog = camera.window.exporting._dialog
    assert dialog is not None
    for preset in PRESETS:
        dialog.form.presets.choose(preset)
        camera.take(f"export-{preset}", dialog)
    dialog.close()


def work(camera: Photographer, folder: Path) -> None:
    """Tracking under way, an export's question, its progress and its report."""
    window = camera.window
    if camera.wants("tracking"):
        camera.wait(lambda: window.choice.loaded is not None)
        camera.press("retrack")
        camera.wait(lambda: window.runs.is_running)
        camera.take("tracking", settle=1500)
        camera.press("stop")
        camera.wait(lambda: not window.runs.is_running)
        camera.take("tracking-stopped")
        camera.press("undo")
    if camera.wants("export-question", "export-progress", "export-report"):
        camera.press("export")
        dialog = window.exporting._dialog
        assert dialog is not None
        dialog.form.presets.choose("matte-video")
        dialog.form.target.clear()
        QTest.keyClicks(dialog.form.target, str(folder / "rabbit-matte.mkv"))
        dialog.go.click()
        camera.take("export-question", dialog)
        dialog.replace_button.click()
        camera.take("export-progress", dialog, settle=700)
        camera.wait(lambda: not dialog.is_running)
        camera.take("export-report", dialog)
        dialog.close()


def other_footage(camera: Photographer, project: Path) -> None:
    """A still, a project whose footage is gone, and the hint to a model that isn't there."""
    frame = camera.window.canvas.frame
    still = project.parent / "rabbit.png"
    assert frame is not None
    Image.fromarray(frame.rgb8()).save(still)
    if camera.wants("still"):
        camera.open(still)
        camera.take("still", settle=2500)
    if camera.wants("footage-gone"):
        clip = project.parent / "moved.mp4"
        shutil.copy(resource("sample", "bigbuckbunny.mp4"), clip)
        camera.open(clip)
        named = camera.window.bridge.file.path
        camera.open(still)
        clip.unlink()
        camera.window.documents.open(named)
        camera.wait(camera.window.message_bar.isVisible)
        camera.take("footage-gone")


def recent_files(camera: Photographer) -> None:
    """The start page of a second session."""
    camera.take("start-recent")
