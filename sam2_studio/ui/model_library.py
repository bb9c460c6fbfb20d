"""The Models dialog at work: rows from what is on this machine, and everything that its buttons ask for."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from sam2_studio.engine.device import DEVICES, DTYPES, process_bytes
from sam2_studio.engine.digests import digest_steps
from sam2_studio.engine.imported import SUFFIXES, importing
from sam2_studio.engine.model_files import AvailableModel, Origin, available_models, find_model, remove_model
from sam2_studio.engine.speeds import Speed, known_speeds, remember_speed, speed_key
from sam2_studio.errors import ModelError, StudioError
from sam2_studio.networks.catalogue import WeightFile
from sam2_studio.ui.dialogs.model_rows import Fetching, ModelRow
from sam2_studio.ui.dialogs.models_dialog import ModelsDialog
from sam2_studio.ui.downloads import Downloads
from sam2_studio.ui.engine_questions import LoadedModel
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.model_choice import ModelChoice
from sam2_studio.ui.model_names import device_title, model_title
from sam2_studio.ui.words_below import shown

if TYPE_CHECKING:
    from sam2_studio.engine.models import Model

_IMPORT, _MEASURE, _VERIFY = "import", "measure", "verify"
_ORIGINS = {
    Origin.OWN: "",
    Origin.IMPORTED: later("used where it lies"),
    Origin.CACHE: later("found in the Hugging Face cache"),
}


class ModelLibrary(QObject):
    """Opens the dialog and does what it asks for; downloads go on when it is closed."""

    def __init__(self, choice: ModelChoice, downloads: Downloads, engine: EngineThread, window: QWidget) -> None:
        super().__init__(window)
        self._choice, self._downloads, self._engine, self._window = choice, downloads, engine, window
        self._dialog: ModelsDialog | None = None
        self._problems: dict[str, str] = {}
        self._found: tuple[AvailableModel, ...] = ()
        self._speeds: dict[str, Speed] = {}
        choice.changed.connect(self._show)
        choice.library_wanted.connect(self.show_models)
        downloads.changed.connect(self._show_download)
        downloads.failed.connect(self._keep_problem)
        queued = Qt.ConnectionType.QueuedConnection
        engine.work_progressed.connect(self._work_progressed, queued)
        engine.work_done.connect(self._work_done, queued)
        engine.work_failed.connect(self._work_failed, queued)

    def problem(self, name: str) -> str:
        """What went wrong with the last try on a model, and the way out; "" for nothing."""
        return self._problems.get(name, "")

    def show_models(self) -> None:
        """Open the dialog, or bring it forward."""
        if self._dialog is None:
            self._dialog = ModelsDialog(self._window)
            self._wire(self._dialog)
        self._show()
        self._dialog.show()
        self._dialog.raise_()

    def free_memory(self) -> None:
        """Let go of what is held for speed alone."""
        self._engine.free_memory()

    def _wire(self, dialog: ModelsDialog) -> None:
        dialog.use_wanted.connect(self._choice.use)
        dialog.get_wanted.connect(self._get)
        dialog.resume_wanted.connect(self._get)
        dialog.pause_wanted.connect(self._downloads.pause)
        dialog.cancel_wanted.connect(self._downloads.cancel)
        dialog.remove_wanted.connect(self._remove)
        dialog.verify_wanted.connect(self._verify)
        dialog.import_wanted.connect(self._import)
        dialog.measure_wanted.connect(self._measure)
        dialog.device_chosen.connect(self._choice.compute_on)
        dialog.dtype_chosen.connect(self._choice.compute_in)
        dialog.free_wanted.connect(self.free_memory)
        dialog.finished.connect(self._closed)

    # What the buttons ask for

    def _get(self, name: str) -> None:
        self._problems.pop(name, None)
        self._downloads.get(name)

    def _remove(self, name: str) -> None:
        self._problems.pop(name, None)
        try:
            freed = remove_model(name)
        except StudioError as error:
            self._keep_problem(name, error)
            return
        gone, forgotten = (
            tr("{model} was removed.", model=model_title(name)),
            tr("{model} is forgotten; its file stays.", model=name),
        )
        self._say(gone if freed else forgotten)
        self._show()

    def _import(self) -> None:
        kinds = f"{tr('Weights')} (*{' *'.join(SUFFIXES)})"
        chosen, _ = QFileDialog.getOpenFileName(self._dialog, tr("Import a weight file"), str(Path.home()), kinds)
        if chosen:
            self.import_file(Path(chosen))

    def import_file(self, path: Path) -> None:
        """Take a file in where it lies."""
        self._say(tr("Reading {file}…", file=path.name))
        self._engine.work(_IMPORT, lambda model: importing(path))

    def _verify(self, name: str) -> None:
        self._problems.pop(name, None)
        model = find_model(name)
        self._say(tr("Checking {file}…", file=model.path.name))
        self._engine.work(f"{_VERIFY} {name}", lambda _: _verifying(model))

    def _measure(self) -> None:
        self._say(tr("Measuring: a picture, a click and a tracked frame, each twice."))
        self._engine.work(_MEASURE, _measured)

    # What comes back

    def _work_progressed(self, key: str, done: int) -> None:
        if key == _IMPORT:
            self._say(tr("Reading the file: {amount} MB", amount=f"{done / 1e6:.0f}"))

    def _work_done(self, key: str, result: object) -> None:
        if isinstance(result, WeightFile):
            self._say(tr("{model} is here: {summary}.", model=model_title(result.name), summary=shown(result.summary)))
        elif isinstance(result, bool):
            name = key.removeprefix(f"{_VERIFY} ")
            whole, broken = tr("{model} is whole.", model=model_title(name)), tr("Its checksum is wrong: get it again.")
            self._say(whole if result else tr("{model} is damaged.", model=model_title(name)))
            self._problems |= {} if result else {name: broken}
        elif isinstance(result, Speed) and self._choice.loaded is not None:
            remember_speed(_key_of(self._choice.loaded), result)
            self._say(tr("Measured: {speed}.", speed=speed_text(result)))
        self._show()

    def _work_failed(self, key: str, error: StudioError) -> None:
        self._say(str(error), "error")

    def _keep_problem(self, name: str, error: StudioError) -> None:
        self._problems[name] = str(error)
        self._show()

    # Showing

    def _show(self) -> None:
        if self._dialog is not None:
            self._found, self._speeds = available_models(), known_speeds()
            self._show_rows(self._dialog)

    def _show_download(self, name: str) -> None:
        """Progress comes ten times a second and changes no file but its part: only start and end look at the disk."""
        if self._dialog is not None and self._downloads.progress(name) is not None:
            self._show_rows(self._dialog)
        else:
            self._show()

    def _show_rows(self, dialog: ModelsDialog) -> None:
        dialog.set_rows([self._row(model) for model in self._found])
        self._show_machine(dialog)

    def _row(self, model: AvailableModel) -> ModelRow:
        weights, loaded, speeds = model.weights, self._choice.loaded, self._speeds
        recipe = f"{weights.name}@{weights.sha256}"
        speed = next((s for key, s in speeds.items() if key.startswith(f"{recipe} ")), None)
        if loaded is not None and loaded.recipe == recipe:
            speed = speeds.get(_key_of(loaded), speed)
        return ModelRow(
            name=weights.name,
            title=model_title(weights.name),
            version=weights.version,
            state=model.state.value,
            bytes=weights.bytes,
            licence=weights.licence,
            summary=shown(weights.summary),
            place=str(model.path) if model.is_here else "",
            origin=shown(_ORIGINS[model.origin]) if model.is_here else "",
            custom=weights.custom,
            sha256=weights.sha256,
            speed="" if speed is None else speed_text(speed),
            in_use=loaded is not None and loaded.recipe == recipe,
            loading=self._choice.awaited == weights.name,
            part_bytes=self._downloads.part_bytes(weights),
            fetching=self._fetching(weights),
            problem=self.problem(weights.name),
            kept=tr("It lies in the Hugging Face cache. Remove it there.") if model.origin is Origin.CACHE else "",
        )

    def _fetching(self, weights: WeightFile) -> Fetching | None:
        if weights.name not in self._downloads.running:
            return None
        now = self._downloads.progress(weights.name)
        if now is None:
            return Fetching(done=self._downloads.part_bytes(weights), total=weights.bytes)
        return Fetching(done=now.done, total=now.total or weights.bytes, rate=now.rate, left=now.left, stage=now.stage)

    def _show_machine(self, dialog: ModelsDialog) -> None:
        loaded, wish = self._choice.loaded, self._choice.wish
        now = "" if loaded is None else f"{device_title(loaded.device)}, {loaded.dtype}"
        dialog.machine.set_machine(
            devices=[(name, tr("Automatic") if name == "auto" else device_title(name)) for name in DEVICES],
            device=wish.device,
            dtypes=[(name, tr("Automatic") if name == "auto" else name) for name in DTYPES],
            dtype=wish.dtype,
            now=now,
            memory=tr("{amount} GB in use", amount=f"{process_bytes() / 1e9:.1f}"),
        )

    def _say(self, text: str, kind: str = "info") -> None:
        if self._dialog is not None:
            self._dialog.show_message(text, kind)

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None


def speed_text(speed: Speed) -> str:
    """`0.4 s a tracked frame, 0.1 s a click`, as measured."""
    if speed.frame < 0.5:
        frame = tr("{amount} frames a second", amount=f"{1 / speed.frame:.0f}")
    else:
        frame = tr("{amount} s a tracked frame", amount=f"{speed.frame:.1f}")
    return tr("{frame}, {amount} s a click", frame=frame, amount=f"{speed.click:.2f}")


def _key_of(loaded: LoadedModel) -> str:
    return speed_key(loaded.recipe, loaded.device, loaded.dtype)


def _verifying(model: AvailableModel) -> Generator[int, None, bool]:
    digest = yield from digest_steps(model.path)
    return digest == model.weights.sha256


def _measured(model: "Model | None") -> Generator[int, None, Speed]:
    from sam2_studio.engine.measure import measuring  # loads torch

    if model is None:
        raise ModelError(tr("No model is loaded yet."), tr("Wait for it."))
    return (yield from measuring(model))
