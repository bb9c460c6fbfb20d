"""Which model answers: chosen by the user, loaded by the engine's thread, compared with what the project pins."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from sam2_studio.core import commands
from sam2_studio.engine.model_files import available_models
from sam2_studio.errors import StudioError
from sam2_studio.ui.clicks import Clicks
from sam2_studio.ui.engine_questions import LoadedModel, ModelWish
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.model_names import model_title
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.tracking import Tracking

BUILT_IN = "nano"

Then = Callable[[], None]


class ModelChoice(QObject):
    """The choice and its consequences for the open project.

    Signals:
        changed: What is in use or on the way.
        failed: StudioError: a model can't be loaded; the one before stays.
        said: kind, sentence, text of a button ("" for none), what it does (or None): for the message bar.
        library_wanted: Somebody has to get a model first.
    """

    changed = Signal()
    failed = Signal(object)
    said = Signal(str, str, str, object)
    library_wanted = Signal()

    def __init__(
        self, bridge: ProjectBridge, engine: EngineThread, clicks: Clicks, tracking: Tracking, settings: Settings
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._engine, self._clicks, self._tracking = bridge, engine, clicks, tracking
        self._settings = settings
        self._chosen = False
        self.loaded: LoadedModel | None = None
        self.awaited = settings.now.model
        queued = Qt.ConnectionType.QueuedConnection
        bridge.replaced.connect(self._compare, queued)  # after the window has put away the old project's messages
        bridge.model_changed.connect(self._compare, queued)
        engine.model_ready.connect(self._ready, queued)
        engine.model_failed.connect(self._refused, queued)
        engine.moved.connect(self._moved, queued)

    @property
    def wish(self) -> ModelWish:
        """What the user wants: model, device and number type."""
        now = self._settings.now
        return ModelWish(now.model, now.device, now.dtype)

    def use(self, name: str) -> None:
        """Load a model and let the open project go on with it; a run that goes on is stopped first."""
        self._settings.change(model=name)
        self._load(chosen=True)

    def compute_on(self, device: str) -> None:
        """Let the model compute elsewhere: "auto", "cpu", "cuda", "mps"."""
        self._settings.change(device=device)
        self._load(chosen=False)

    def compute_in(self, dtype: str) -> None:
        """Let it compute in other numbers: "auto", "float32", "bfloat16", "float16"."""
        self._settings.change(dtype=dtype)
        self._load(chosen=False)

    def _load(self, *, chosen: bool) -> None:
        self._tracking.stop()
        self.awaited, self._chosen = self.wish.name, chosen
        self._engine.use_model(self.wish)
        self.changed.emit()

    def _ready(self, loaded: LoadedModel) -> None:
        self.loaded, self.awaited = loaded, ""
        chosen, self._chosen = self._chosen, False
        self.changed.emit()
        if chosen:
            self._adopt(loaded)
        else:
            self._compare()

    def _moved(self, device: str, dtype: str) -> None:
        if self.loaded is not None:
            self.loaded = replace(self.loaded, device=device, dtype=dtype)
            self.changed.emit()

    def _adopt(self, loaded: LoadedModel) -> None:
        """The user wants this project to go on with the model: one undo step, prompts are answered anew."""
        pinned = self._bridge.project.model
        if not pinned or pinned == loaded.recipe:
            return
        self._bridge.run(lambda project: commands.set_model(project, loaded.recipe))
        self._clicks.ask_what_is_missing()
        tracks = [self._bridge.project.track(each.id) for each in self._bridge.project.objects]
        stale = {frame for track in tracks for frame in track.frames_where(stale=True) if frame not in track.keyframes}
        sentence = tr("The project goes on with {model}.", model=model_title(loaded.name))
        rest = tr_count(
            "{count} frame tracked by {model} is stale; track it again.",
            "{count} frames tracked by {model} are stale; track them again.",
            len(stale),
            model=_name(pinned),
        )
        self.said.emit("info", f"{sentence} {rest}" if stale else sentence, "", None)

    def _refused(self, wish: ModelWish, error: StudioError) -> None:
        self.awaited = ""
        if self.loaded is None and wish != ModelWish(BUILT_IN):
            self.awaited = BUILT_IN
            self._engine.use_model(ModelWish(BUILT_IN))
            sentence = tr("{error} {model} is used instead.", error=error, model=BUILT_IN)
            self.said.emit("warning", sentence, tr("Models…"), self.library_wanted.emit)
        else:
            if self.loaded is not None:
                self._settings.change(model=self.loaded.name)
            self.failed.emit(error)
        self.changed.emit()

    def _compare(self) -> None:
        """Say so where the open project was made with another model than the one in use."""
        pinned = self._bridge.project.model
        if self.loaded is None or self.awaited or not pinned or pinned == self.loaded.recipe:
            return
        name, here = _name(pinned), model_title(self.loaded.name)
        present = {f"{m.weights.name}@{m.weights.sha256}": m.weights.name for m in available_models() if m.is_here}
        sentence = tr(
            "This project was made with {made_with}; {model} is in use, and makes other masks.",
            made_with=name,
            model=here,
        )
        if pinned in present:
            self.said.emit("warning", sentence, tr("Use {model}", model=name), lambda: self.use(present[pinned]))
        else:
            self.said.emit("warning", sentence, tr("Models…"), self.library_wanted.emit)


def _name(recipe: str) -> str:
    return model_title(recipe.partition("@")[0])
