"""The window: docks the parts and wires them; every decision lives in the parts."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QWidget

from sam2_studio import home
from sam2_studio.core.clip import Clip
from sam2_studio.media.open import fingerprint
from sam2_studio.ui.access import Access
from sam2_studio.ui.action_menus import build_actions, build_menus, build_toolbar
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.hand_strip import HandStrip
from sam2_studio.ui.canvas.strip import CanvasStrips
from sam2_studio.ui.clicks import Clicks
from sam2_studio.ui.closing import Closing
from sam2_studio.ui.combining import Combining
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.downloads import Downloads
from sam2_studio.ui.editing import Editing
from sam2_studio.ui.engine_questions import ModelWish
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.exporting import Exporting
from sam2_studio.ui.files import Files
from sam2_studio.ui.footage import FootageOpener
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.hand_work import HandWork
from sam2_studio.ui.helping import Helping
from sam2_studio.ui.history_view import HistoryView
from sam2_studio.ui.importing import Importing
from sam2_studio.ui.language import tr
from sam2_studio.ui.look_thread import LookThread
from sam2_studio.ui.looking import Looking
from sam2_studio.ui.machine_status import MachineStatus
from sam2_studio.ui.mask_looks import MaskLooks
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.model_choice import ModelChoice
from sam2_studio.ui.model_library import ModelLibrary
from sam2_studio.ui.model_menu import ModelMenu
from sam2_studio.ui.navigation import Navigation
from sam2_studio.ui.notices import Notices
from sam2_studio.ui.object_menus import ObjectMenus
from sam2_studio.ui.panels.edge_panel import EdgePanel
from sam2_studio.ui.panels.frame_panel import FramePanel
from sam2_studio.ui.panels.objects_panel import ObjectsPanel
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.preferring import Preferring, engine_limits
from sam2_studio.ui.presenter import Presenter
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.proxying import Proxying
from sam2_studio.ui.queueing import Queueing
from sam2_studio.ui.recents import Recents
from sam2_studio.ui.recovery import Recovery
from sam2_studio.ui.relinking import Relinking
from sam2_studio.ui.runs import Runs
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.shortcut_guard import ShortcutGuard
from sam2_studio.ui.start_page import StartPage
from sam2_studio.ui.status_bar import StatusBar
from sam2_studio.ui.steady_questions import SteadyQuestions
from sam2_studio.ui.timeline.timeline import Timeline
from sam2_studio.ui.timeline.transport import Transport
from sam2_studio.ui.timeline_control import TimelineControl
from sam2_studio.ui.tracking import Tracking
from sam2_studio.ui.window_layout import WindowLayout, column_of


class MainWindow(QMainWindow):
    """The editor.

    Attributes:
        documents: Opens projects and media.
        bridge: The open project.
    """

    def __init__(self, preferences: Path) -> None:
        super().__init__()
        self.settings = Settings(preferences, self)
        self.bridge = ProjectBridge(self)
        self.selection = Selection(self.bridge, self)
        self.playhead = Playhead(self)
        now = self.settings.now
        self.footage = FootageOpener(now.frame_cache_bytes, self)
        self.loader = FrameLoader(self.footage.open, fingerprint)
        self.engine = EngineThread(self.footage.open, ModelWish(now.model, now.device, now.dtype), engine_limits(now))
        self.documents = Documents(self.bridge, self.loader, home.projects_folder())
        self.editing = Editing(self.bridge, self.selection, self.playhead)
        self.hand_work = HandWork(self.bridge, self.selection, self.playhead, self.editing, self.settings)
        self.importing = Importing(self.bridge, self.selection, self.playhead, self.editing)
        self.clicks = Clicks(self.bridge, self.selection, self.engine)
        self.tracking = Tracking(self.bridge, self.selection, self.playhead, self.engine)
        self.combining = Combining(self.bridge, self.selection)
        self.runs = Runs(self.tracking, self.combining)
        self.navigation = Navigation(self.bridge, self.selection, self.playhead)
        self.files = Files(self.documents, self)
        self.exporting = Exporting(self.bridge, self.playhead, self.settings, self)
        self.queueing = Queueing(home.settings_folder(), self.bridge, self.documents, self.runs, self.settings, self)
        self.choice = ModelChoice(self.bridge, self.engine, self.clicks, self.tracking, self.settings)
        self.downloads = Downloads(self)
        self.history = HistoryView(self.bridge, self.runs, self)
        self.models = ModelLibrary(self.choice, self.downloads, self.engine, self)
        self._make_widgets()
        self._make_care()
        self._wire()
        self._lay_out()
        self.recovery = Recovery(home.sessions_folder(), self.bridge, self.documents, self.message_bar)
        self._start()

    # Slots of the actions table

    def rename_object(self) -> None:
        self.objects_panel.start_rename()

    def undo(self) -> None:
        """Undo; a run that goes on is stopped first, so that nothing overwrites what undo restores."""
        self.runs.stop()
        self.bridge.undo()

    def redo(self) -> None:
        self.runs.stop()
        self.bridge.redo()

    # Building

    def _make_widgets(self) -> None:
        self.canvas = Canvas()
        self.hand_strip = HandStrip(self.canvas)
        self.timeline = Timeline()
        self.timing = TimelineControl(
            self.timeline, self.bridge, self.playhead, self.loader, self.settings, self.tracking
        )
        thread, steady = LookThread(), SteadyQuestions(self.bridge, self.playhead, self.loader, self.timing.cutting)
        self.looks = MaskLooks(self.bridge, self.selection, self.canvas, thread, steady)
        self.looking = Looking(self.settings, canvas=self.canvas, looks=self.looks, thread=thread, window=self)
        self.start_page = StartPage()
        self.message_bar = MessageBar()
        self.helping = Helping(self.settings, self.message_bar, self)
        self.objects_panel = ObjectsPanel()
        self.object_menus = ObjectMenus(self.bridge, self.selection, self.combining, self.objects_panel)
        self.frame_panel, self.edge_panel = FramePanel(), EdgePanel()
        self.preferring = Preferring(
            self.settings,
            engine=self.engine,
            footage=self.footage,
            canvas=self.canvas,
            clicks=self.clicks,
            tracking=self.tracking,
            window=self,
        )
        self.access = self._make_access()
        self.actions_by_id = build_actions(self, self._targets())
        self.timing.add_buttons(self.actions_by_id)
        self.strips = CanvasStrips(self.canvas, self.actions_by_id)
        self.transport = Transport(self.actions_by_id)
        self.status = StatusBar(self.actions_by_id["stop"])
        self.machine = MachineStatus(
            engine=self.engine,
            choice=self.choice,
            downloads=self.downloads,
            tracking=self.tracking,
            status=self.status,
            messages=self.message_bar,
        )
        self.presenter = self._make_presenter()

    def _make_access(self) -> Access:
        return Access(
            self,
            canvas=self.canvas,
            timeline=self.timeline,
            bridge=self.bridge,
            selection=self.selection,
            playhead=self.playhead,
            tracking=self.tracking,
        )

    def _make_presenter(self) -> Presenter:
        return Presenter(
            bridge=self.bridge,
            selection=self.selection,
            playhead=self.playhead,
            clicks=self.clicks,
            runs=self.runs,
            loader=self.loader,
            canvas=self.canvas,
            looks=self.looks,
            timeline=self.timeline,
            transport=self.transport,
            objects=self.objects_panel,
            frame_panel=self.frame_panel,
            edge=self.edge_panel,
            actions=self.actions_by_id,
        )

    def _make_care(self) -> None:
        """Those who see to it that nothing is lost, and that it is said what happens."""
        self.notices = Notices(
            bridge=self.bridge,
            documents=self.documents,
            files=self.files,
            clicks=self.clicks,
            noticed=(self.settings.noticed, self.footage.noticed),
            messages=self.message_bar,
        )
        self.recents = Recents(
            settings=self.settings,
            bridge=self.bridge,
            documents=self.documents,
            loader=self.loader,
            page=self.start_page,
            folder=home.cache_folder() / "recent files",
        )
        self.proxying = Proxying(self.bridge, self.loader, self.playhead, self.tracking, self.settings, self.status)
        self.relinking = Relinking(self.bridge, self.documents, self.files, self.message_bar)
        self.closing = Closing(
            documents=self.documents,
            tracking=self.tracking,
            combining=self.combining,
            exporting=self.exporting,
            importing=self.importing,
            downloads=self.downloads,
            queueing=self.queueing,
            others=(self.relinking, self.looking, self.timing, self.proxying, self.loader, self.engine),
            window=self,
        )

    def _targets(self) -> dict[str, object]:
        """Who has the slots of the actions table."""
        return {
            "window": self,
            "files": self.files,
            "exporting": self.exporting,
            "queueing": self.queueing,
            "editing": self.editing,
            "hand_work": self.hand_work,
            "importing": self.importing,
            "clicks": self.clicks,
            "canvas": self.canvas,
            "looking": self.looking,
            "playhead": self.playhead,
            "navigation": self.navigation,
            "selection": self.selection,
            "tracking": self.tracking,
            "runs": self.runs,
            "object_menus": self.object_menus,
            "models": self.models,
            "history": self.history,
            "helping": self.helping,
            **self.timing.targets(),
            "preferring": self.preferring,
            **self.access.targets(),
        }

    def _lay_out(self) -> None:
        menus = build_menus(self.menuBar(), self.actions_by_id)
        self.model_menu = ModelMenu(QMenu(tr("&Use"), menus["Model"]), self.choice)
        menus["Model"].insertMenu(self.actions_by_id["models"], self.model_menu.menu)
        recent = QMenu(tr("Open &recent"), menus["File"])
        menus["File"].insertMenu(self.actions_by_id["open_sample"], recent)
        self.recents.keep_filled(recent)
        self.toolbar = build_toolbar(self.actions_by_id)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.toolbar)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start_page)
        self.layout_of_parts = WindowLayout(
            canvas=self.canvas,
            panels=[self.objects_panel, self.frame_panel, self.edge_panel],
            transport=self.transport,
            timeline=self.timeline,
        )
        self.pages.addWidget(self.layout_of_parts.editor)
        page = QWidget()
        column = column_of(page)
        column.addWidget(self.message_bar)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)
        self.setCentralWidget(page)
        parts = (self.canvas, self.objects_panel, self.frame_panel, self.edge_panel, self.transport, self.timeline)
        self.access.areas.set_areas((self.message_bar, self.start_page, *parts))
        self.layout_of_parts.restore(self.settings, self)
        self._show_page()

    # Wiring

    def _wire(self) -> None:
        self._wire_canvas()
        self._wire_panels()
        for failed in (self.engine.failed, self.looking.failed, self.queueing.failed):
            failed.connect(self.notices.show_error)
        for part in (self.start_page, self.message_bar, self.strips):
            self.preferring.restyled.connect(part.refresh_icons)
        self.preferring.models_wanted.connect(self.models.show_models)
        self.documents.opened.connect(self._show_page)
        self.bridge.replaced.connect(self._project_replaced)
        self.bridge.clip_changed.connect(self._show_page)
        self.bridge.jump_wanted.connect(self.playhead.go_to)
        self.documents.footage_ready.connect(self._footage_ready)
        self.documents.clip_missing.connect(self._no_footage)
        self.runs.progressed.connect(self.status.set_progress)
        for told in (self.runs.ended, self.exporting.told, self.importing.told, self.files.told, self.queueing.told):
            told.connect(self.status.show_message)
        self.clicks.subjects.told.connect(self.status.show_message)
        self.looking.solo_changed.connect(self.objects_panel.set_solo)
        self.bridge.replaced.connect(self.looking.end_solo)
        self.exporting.footage_failed.connect(self.relinking.look)
        self.closing.confirmed.connect(self.close)

    def _wire_canvas(self) -> None:
        canvas, editing = self.canvas, self.editing
        canvas.point_added.connect(editing.add_point)
        canvas.point_moved.connect(editing.move_point)
        canvas.point_deleted.connect(editing.delete_point)
        canvas.box_drawn.connect(editing.draw_box)
        self.hand_work.listen_to(canvas, self.hand_strip, self.actions_by_id["paint_alone"])
        self.strips.opacity_chosen.connect(self.looking.set_opacity)
        canvas.preview_wanted.connect(self.clicks.preview)
        canvas.object_picked.connect(self.selection.choose)
        canvas.play_tapped.connect(self.playhead.toggle)
        self.files.listen(start_page=self.start_page, canvas=canvas)

    def _wire_panels(self) -> None:
        panel, editing = self.objects_panel, self.editing
        panel.object_chosen.connect(self.selection.choose)
        panel.add_wanted.connect(editing.new_object)
        panel.rename_chosen.connect(editing.rename)
        panel.color_chosen.connect(editing.recolor)
        panel.visible_chosen.connect(editing.show)
        panel.locked_chosen.connect(editing.lock_object)
        panel.order_chosen.connect(editing.reorder)
        panel.delete_wanted.connect(editing.delete_object)
        self.frame_panel.prompt_pointed_at.connect(self.canvas.point_out)
        self.frame_panel.prompt_delete_wanted.connect(editing.delete_prompt)
        self.frame_panel.lock_chosen.connect(editing.lock_frame)
        for asking in (self.frame_panel, self.presenter.finding.card):
            asking.accept_wanted.connect(editing.accept_frame)
        self.frame_panel.candidate_chosen.connect(self._candidate_chosen)
        self.edge_panel.edge_changed.connect(editing.set_edge)
        self.timing.listen(editing, self.selection, self.navigation)
        self.transport.frame_chosen.connect(self.playhead.go_to)

    def _start(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            ShortcutGuard(application, self)
        self.actions_by_id["tool_points"].setChecked(True)
        self.preferring.start(self.actions_by_id)
        self.looking.start(self.actions_by_id)
        self.object_menus.start(self.actions_by_id)
        self.loader.start()
        self._engine_start = QTimer(self, singleShot=True, interval=0)  # the window first: torch takes the processor
        self._engine_start.timeout.connect(self.engine.start)
        self._engine_start.start()

    # What comes

    def _project_replaced(self) -> None:
        self._no_footage()
        self.status.show_message("")
        self.playhead.go_to(0)
        self._show_page()

    def _footage_ready(self, clip: Clip) -> None:
        """Only now there is anything to compute on."""
        self.engine.set_footage(Path(clip.media_path), clip.reading, still=clip.info.frames == 1)
        self.clicks.ask_what_is_missing()
        self.presenter.show_current_frame()

    def _no_footage(self) -> None:
        self.engine.set_footage(None)

    def _candidate_chosen(self, candidate: int) -> None:
        self.clicks.choose_candidate(self.selection.object_id, self.playhead.frame, candidate)

    def _show_page(self) -> None:
        has_project = self.bridge.is_open
        self.pages.setCurrentIndex(1 if has_project else 0)
        self.toolbar.setVisible(has_project)
        self.strips.set_visible(self.bridge.project.clip is not None)
        self.setWindowTitle(self.documents.title)
        if has_project:
            self.canvas.setFocus()

    # Qt overrides

    def closeEvent(self, event: QCloseEvent) -> None:
        """Everything is saved already; where something goes on, the user is asked once."""
        if not self.closing.may_close():
            event.ignore()
            return
        self._engine_start.stop()
        self.playhead.stop()
        self.machine.stop()
        self.layout_of_parts.remember(self.settings, self)
        self.closing.finish()
        self.recovery.end()
        event.accept()
