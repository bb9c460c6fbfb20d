"""The export dialog: what it asks for, when it refuses, before it replaces, and what it says after."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.saved import FILE, SavedPresets
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.treatment import Background, Hiding
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.export_dialog import ExportDialog

OBJECTS = (
    CutObject(id=1, name="man", color="#56B4E9"),
    CutObject(id=2, name="ball", color="#CC79A7", visible=False),
)
LEFT = Qt.MouseButton.LeftButton


def clip_in(folder: Path, **values: object) -> Clip:
    base = {"path": str(folder / "juggle.mp4"), "kind": ClipKind.VIDEO, "frames": 247, "width": 64, "height": 48}
    return Clip.whole(ClipInfo(**base | values))  # type: ignore[arg-type]


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return replace(clip_in(tmp_path), source_range=FrameRange(10, 130))


@pytest.fixture
def dialog(qtbot: QtBot, clip: Clip, tmp_path: Path) -> Iterator[ExportDialog]:
    widget = ExportDialog(clip, OBJECTS, saved=SavedPresets(tmp_path / FILE))
    qtbot.addWidget(widget)
    widget.show()
    yield widget
    widget.close()


def test_the_button_says_what_it_will_make(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.presets.choose("after-effects")
    assert dialog.go.text() == "Export 120 frames, ProRes 4444"
    dialog.form.frames.whole.setChecked(True)
    qtbot.waitUntil(lambda: dialog.go.text() == "Export 247 frames, ProRes 4444")


def test_it_asks_for_what_is_chosen(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.form.presets.choose("after-effects")
    dialog.form.objects[2].setChecked(True)
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.go, LEFT)
    assert wanted.args == [
        ExportSpec(
            preset="after-effects",
            target=tmp_path / "juggle-cutout.mov",
            object_ids=(1, 2),
            range=FrameRange(10, 130),
            bit_depth=16,
        )
    ]
    assert dialog.is_running


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_can_start_as_it_is(dialog: ExportDialog, qtbot: QtBot, name: str) -> None:
    dialog.form.presets.choose(name)
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.go, LEFT)
    assert wanted.args[0].preset == name


def test_a_still_goes_to_one_file_and_has_no_range(qtbot: QtBot, tmp_path: Path) -> None:
    still = clip_in(tmp_path, path=str(tmp_path / "shoe.jpg"), kind=ClipKind.STILL, frames=1)
    dialog = ExportDialog(still, OBJECTS, saved=SavedPresets(tmp_path / FILE))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.form.target.text() == str(tmp_path / "shoe-cutout.png")
    assert not dialog.form.frames.whole.isVisible()
    assert dialog.go.text() == "Export 1 picture, PNG 8 bit"


def test_no_object_is_refused_in_a_sentence(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.objects[1].setChecked(False)
    qtbot.waitUntil(lambda: not dialog.go.isEnabled())
    assert "No object is chosen." in dialog._sentence.text()
    dialog.form.objects[1].setChecked(True)
    qtbot.waitUntil(dialog.go.isEnabled)
    assert dialog._sentence.text() == ""


def test_a_wrong_ending_is_refused_in_a_sentence(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.presets.choose("after-effects")
    dialog.form.target.setFocus()
    dialog.form.target.selectAll()
    qtbot.keyClicks(dialog.form.target, "out.jpg")
    qtbot.waitUntil(lambda: not dialog.go.isEnabled())
    assert "no transparency" in dialog._sentence.text()


def test_a_typed_target_follows_the_preset(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.form.presets.choose("after-effects")
    dialog.form.target.selectAll()
    qtbot.keyClicks(dialog.form.target, str(tmp_path / "mine.v2.mov"))
    dialog.form.presets.choose("web")
    assert dialog.form.target.text() == str(tmp_path / "mine.v2.webm")
    dialog.form.presets.choose("png")
    assert dialog.form.target.text() == str(tmp_path / "mine.v2")


def test_nothing_is_replaced_unasked(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.form.presets.choose("web")
    (tmp_path / "juggle-cutout.webm").write_bytes(b"mine")
    with qtbot.assertNotEmitted(dialog.export_wanted):
        qtbot.mouseClick(dialog.go, LEFT)
    assert "juggle-cutout.webm” exists already" in dialog._sentence.text()
    qtbot.mouseClick(dialog.keep_button, LEFT)
    assert dialog.go.isVisible()
    qtbot.mouseClick(dialog.go, LEFT)
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.replace_button, LEFT)
    assert wanted.args[0].overwrite is True


def test_a_question_ends_when_something_else_is_chosen(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.form.presets.choose("web")
    (tmp_path / "juggle-cutout.webm").write_bytes(b"mine")
    qtbot.mouseClick(dialog.go, LEFT)
    dialog.form.presets.choose("after-effects")
    assert dialog.go.isVisible()
    assert not dialog.replace_button.isVisible()


def test_depths_follow_preset_and_ending(dialog: ExportDialog) -> None:
    dialog.form.presets.choose("png")
    assert [dialog.form.how.bits.itemData(n) for n in range(dialog.form.how.bits.count())] == [8, 16]
    assert dialog.form.how.bits.isVisible()
    dialog.form.presets.choose("web")
    assert not dialog.form.how.bits.isVisible()


def test_a_background_is_asked_for_only_where_it_is_used(dialog: ExportDialog, qtbot: QtBot) -> None:
    assert not dialog.form.how.background.isVisible()
    dialog.form.presets.choose("replace")
    assert dialog.form.how.background.isVisible()
    dialog.form.how.background.kind.setCurrentIndex(2)
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.go, LEFT)
    assert wanted.args[0].background == Background(blur=24)


def test_hiding_is_asked_for_only_where_it_is_done(dialog: ExportDialog, qtbot: QtBot) -> None:
    assert not dialog.form.how.hiding.isVisible()
    dialog.form.presets.choose("pixelate")
    assert dialog.form.how.hiding.isVisible()
    assert dialog.form.target.text().endswith("juggle-pixelated.mp4")
    dialog.form.how.hiding.what.setCurrentIndex(1)
    dialog.form.how.hiding.strength.setValue(30)
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.go, LEFT)
    assert wanted.args[0].hiding == Hiding(strength=30, outside=True)


def test_premultiplying_is_a_choice_of_one_preset(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.presets.choose("resolve")
    dialog.form.how.premultiplied.setChecked(True)
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.go, LEFT)
    assert wanted.args[0].premultiplied
    dialog.show_cancelled()
    dialog.form.presets.choose("after-effects")
    assert not dialog.form.how.premultiplied.isVisible()
    assert not dialog.form.spec().premultiplied


def test_a_still_is_hidden_in_a_picture(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(
        clip_in(tmp_path, path=str(tmp_path / "group.jpg"), kind=ClipKind.STILL, frames=1),
        OBJECTS,
        saved=SavedPresets(tmp_path / FILE),
    )
    qtbot.addWidget(dialog)
    dialog.form.presets.choose("pixelate")
    assert dialog.form.target.text() == str(tmp_path / "group-pixelated.png")


def test_a_colour_that_is_none_is_refused(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.presets.choose("replace")
    dialog.form.how.background.color.setText("reddish")
    qtbot.waitUntil(lambda: not dialog.go.isEnabled())
    assert "reddish" in dialog._sentence.text()


def start(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.presets.choose("after-effects")
    qtbot.mouseClick(dialog.go, LEFT)


def test_progress_tells_how_long_yet(dialog: ExportDialog, qtbot: QtBot) -> None:
    start(dialog, qtbot)
    dialog.set_progress(ExportProgress(done=12, total=120, seconds=2, seconds_left=18, what="writing"))
    assert dialog.progress_page.detail.text() == "Writing: frame 12 of 120 · 0:18 left"
    assert dialog.progress_page.bar.value() == 12


def test_cancel_and_escape_stop_the_export_and_keep_the_dialog(dialog: ExportDialog, qtbot: QtBot) -> None:
    start(dialog, qtbot)
    with qtbot.waitSignal(dialog.cancel_wanted):
        qtbot.mouseClick(dialog.leave, LEFT)
    with qtbot.waitSignal(dialog.cancel_wanted):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.show_cancelled()
    assert dialog.go.isVisible()
    assert "nothing was written" in dialog._sentence.text()


def test_a_failure_comes_back_to_the_form(dialog: ExportDialog, qtbot: QtBot) -> None:
    start(dialog, qtbot)
    dialog.show_error(ExportError("The disk is full.", "Free some space."))
    assert dialog._sentence.text() == "The disk is full. Free some space."
    assert dialog.go.isEnabled()


def test_the_result_names_the_files_and_whether_they_are_proved(
    dialog: ExportDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    start(dialog, qtbot)
    files = (tmp_path / "juggle-cutout.mov",)
    report = ExportReport(files=files, frames=120, verified=True, faults=(), seconds=21, warnings=("Padded.",))
    dialog.show_report(report)
    assert dialog.result_page.title.text() == "Exported 120 frames in 0:21"
    assert "Verified" in dialog.result_page.verdict.text()
    assert dialog.result_page.warnings.text() == "Padded."
    assert dialog.result_page.files.toPlainText() == str(files[0])
    qtbot.mouseClick(dialog.leave, LEFT)
    dialog.show()
    dialog._turn_to(dialog.form)
    start(dialog, qtbot)
    dialog.show_report(replace(report, verified=False, faults=("Alpha differs by 9.",)))
    assert "Alpha differs by 9." in dialog.result_page.verdict.text()
    assert "Verified" not in dialog.result_page.verdict.text()
    qtbot.mouseClick(dialog.leave, LEFT)
    assert not dialog.isVisible()


def test_step_size_and_files_of_their_own_are_asked_for(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.presets.choose("after-effects")
    dialog.form.objects[2].setChecked(True)
    dialog.form.separate.setChecked(True)
    dialog.form.frames.step.setValue(2)
    dialog.form.how.size.setEditText("50%")
    qtbot.waitUntil(lambda: dialog.go.text() == "Export 60 frames, ProRes 4444")
    note = dialog.form._note.text()
    assert "One frame in 2 is written: the rate becomes 12.5, speed and sound stay." in note
    assert "scaled from 64x48 to 32x24" in note
    with qtbot.waitSignal(dialog.export_wanted) as wanted:
        qtbot.mouseClick(dialog.go, LEFT)
    spec = wanted.args[0]
    assert (spec.separate, spec.step, spec.scale) == (True, 2, Scale(percent=50))


def test_a_size_that_is_none_is_refused(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.how.size.setEditText("huge")
    qtbot.waitUntil(lambda: not dialog.go.isEnabled())
    assert "“huge” is no size." in dialog._sentence.text()


def test_a_constant_rate_is_offered_for_a_varying_video_only(qtbot: QtBot, tmp_path: Path) -> None:
    varying = clip_in(tmp_path, variable_rate=True)
    dialog = ExportDialog(varying, OBJECTS, saved=SavedPresets(tmp_path / FILE))
    qtbot.addWidget(dialog)
    dialog.form.presets.choose("web")
    dialog.form.frames.constant.setChecked(True)
    assert dialog.form.spec().constant_rate
    dialog.form.presets.choose("png")
    assert not dialog.form.spec().constant_rate
    qtbot.waitUntil(dialog.go.isEnabled)


def test_settings_are_saved_and_chosen_again(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    form = dialog.form
    form.presets.choose("replace")
    form.how.background.color.setText("#102030")
    form.how.size.setEditText("1280x")
    form.how.provenance.setChecked(True)
    qtbot.keyClicks(form.saved.name, "For the shop")
    qtbot.mouseClick(form.saved.keep, LEFT)
    assert form.presets.saved_name == "For the shop"
    form.presets.choose("png")
    form.how.provenance.setChecked(False)
    form.how.size.setEditText("25%")
    form.presets.choose_saved("For the shop")
    spec = form.spec()
    assert (spec.preset, spec.background.color, str(spec.scale), spec.provenance) == (
        "replace",
        "#102030",
        "1280x",
        True,
    )
    assert list(SavedPresets(tmp_path / FILE).all()) == ["For the shop"]
    qtbot.mouseClick(form.saved.forget, LEFT)
    assert SavedPresets(tmp_path / FILE).all() == {}
    assert form.presets.saved_name == ""


def test_a_name_of_the_programs_own_is_refused(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.form.saved.name, "nuke")
    qtbot.mouseClick(dialog.form.saved.keep, LEFT)
    assert "is a preset of the program itself" in dialog._sentence.text()


def test_damaged_saved_presets_cost_only_themselves(qtbot: QtBot, tmp_path: Path, clip: Clip) -> None:
    (tmp_path / FILE).write_text("{")
    dialog = ExportDialog(clip, OBJECTS, saved=SavedPresets(tmp_path / FILE))
    qtbot.addWidget(dialog)
    assert dialog.form.presets.count() == len(PRESETS)
    assert dialog.go.isEnabled()


def test_every_description_can_be_read_whole(dialog: ExportDialog) -> None:
    presets = dialog.form.presets
    metrics = QFontMetrics(theme.small_font(presets.font()))
    heights = set()
    for row in range(presets.count()):
        item = presets.item(row)
        place = presets.visualItemRect(item)
        needs = metrics.boundingRect(
            QRect(0, 0, place.width() - 30, 1000), Qt.TextFlag.TextWordWrap, item.data(Qt.ItemDataRole.UserRole + 1)
        )
        assert needs.height() <= place.height() - 34, item.text()
        heights.add(place.height())
    assert len(heights) > 1, "some need another line"


def test_exports_queue_up_and_each_is_told_of(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    wanted: list[ExportSpec] = []
    dialog.export_wanted.connect(wanted.append)
    start(dialog, qtbot)
    assert not dialog.progress_page.queue.isVisible()
    qtbot.mouseClick(dialog.progress_page.another, LEFT)
    assert dialog.leave.text() == "Back"
    dialog.form.presets.choose("web")
    qtbot.mouseClick(dialog.go, LEFT)
    dialog.set_progress(ExportProgress(done=1, total=2, seconds=2, seconds_left=18, what="writing"))
    lines = [dialog.progress_page.queue.item(n).text() for n in range(2)]
    assert lines == ["juggle-cutout.mov: running", "juggle-cutout.webm: waiting"]
    assert [spec.preset for spec in wanted] == ["after-effects", "web"]
    dialog.show_error(ExportError("The disk is full.", "Free some space."))
    assert dialog.is_running
    assert dialog.progress_page.title.text() == "Exporting to juggle-cutout.webm"
    report = ExportReport(files=(tmp_path / "a",), frames=3, verified=True, faults=(), seconds=2, warnings=())
    dialog.show_report(report)
    assert not dialog.is_running
    assert dialog.result_page.queue.item(0).text() == "juggle-cutout.mov: failed"
    assert "The disk is full." in dialog.result_page.verdict.text()
    dialog.result_page.queue.setCurrentRow(1)
    assert dialog.result_page.title.text() == "Exported 3 frames in 0:02"


def test_cancel_stops_all_that_wait(dialog: ExportDialog, qtbot: QtBot) -> None:
    wanted: list[ExportSpec] = []
    dialog.export_wanted.connect(wanted.append)
    start(dialog, qtbot)
    qtbot.mouseClick(dialog.progress_page.another, LEFT)
    dialog.form.presets.choose("web")
    qtbot.mouseClick(dialog.go, LEFT)
    assert dialog.leave.text() == "Cancel all"
    with qtbot.waitSignal(dialog.cancel_wanted):
        qtbot.mouseClick(dialog.leave, LEFT)
    dialog.show_dropped(wanted[1])
    assert dialog.leave.text() == "Cancel"
    dialog.show_cancelled()
    assert not dialog.is_running
    states = [dialog.result_page.queue.item(n).text().rpartition(": ")[2] for n in range(2)]
    assert states == ["cancelled", "cancelled"]


def test_stale_masks_are_asked_about(qtbot: QtBot, clip: Clip, tmp_path: Path) -> None:
    saved = SavedPresets(tmp_path / FILE)
    dialog = ExportDialog(clip, OBJECTS, saved=saved, stale_masks=lambda spec: 37)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.form.presets.choose("web")
    with qtbot.assertNotEmitted(dialog.export_wanted):
        qtbot.mouseClick(dialog.go, LEFT)
    assert "37 masks are stale" in dialog._sentence.text()
    assert dialog.replace_button.text() == "Export as they are"
    with qtbot.waitSignal(dialog.export_wanted):
        qtbot.mouseClick(dialog.replace_button, LEFT)


def test_pictures_of_an_older_run_are_named(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.form.presets.choose("png")
    folder = Path(dialog.form.target.text())
    folder.mkdir()
    for number in (10, 500, 501):
        (folder / f"juggle.{number:04d}.png").touch()
    qtbot.mouseClick(dialog.go, LEFT)
    assert "2 pictures of an older, longer export stay beside them, such as juggle.0500.png." in dialog._sentence.text()


def test_the_kind_of_file_is_chosen_where_there_are_several(dialog: ExportDialog, qtbot: QtBot) -> None:
    form = dialog.form
    form.presets.choose("after-effects")
    assert not form.kind.isVisible()
    form.presets.choose("shapes")
    assert form.kind.isVisible()
    assert form.kind.currentData() == ".json"
    form.kind.setCurrentIndex(form.kind.findData(".svg"))
    form.kind.activated.emit(form.kind.currentIndex())
    assert form.target.text().endswith("juggle-outlines.####.svg")
    assert dialog.go.text() == "Export 120 frames, SVG"
    form.target.setText(form.target.text().replace(".####.svg", ".json"))
    assert form.kind.currentData() == ".json"
