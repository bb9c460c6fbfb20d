"""The one table of actions: text, keys, icon, menu, slot, when it is enabled, and a tip. Knows no Qt.

Menus, toolbar, transport buttons, the shortcut list and the tests all read it (`action_menus.py` makes the QActions).
To add an action, add a row and a method of the name in `slot`.
"""

from dataclasses import dataclass

from sam2_studio.ui.language import tr

ALWAYS = "always"

# What `enabled_when` may name; the window says which of them hold.
CONDITIONS = frozenset(
    {
        ALWAYS,
        "has_clip",  # footage is open
        "has_motion",  # footage of more than one frame
        "has_pixel_shape",  # footage whose pixels aren't square
        "has_object",  # an object is selected
        "has_others",  # there are objects beside the selected one
        "has_selection",  # an object, a point or a box can be deleted
        "has_keyframes",  # the selected object has been prompted, painted or locked somewhere
        "has_painted",  # the selected object's mask on this frame was painted
        "has_mask",  # the selected object has a mask on this frame
        "has_marker",  # there is a marker on this frame
        "has_markers",  # there is a marker anywhere
        "has_cuts",  # the clip has cuts, as far as it was searched
        "has_masks",  # any object has a mask anywhere
        "has_doubtful",  # a tracked frame needs a look
        "is_doubtful",  # this frame does, of the selected object
        "has_stale",  # a tracked frame is older than the prompts around it
        "can_track",  # there is a keyframe to track from, and nothing is tracked now
        "is_running",  # tracking, or objects are being combined
        "can_undo",
        "can_redo",
    }
)


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes:
        id: Unique, snake_case.
        text: As in the menu, in English; an ellipsis where it asks something before it acts.
        keys: Qt's portable names, until the user chooses others; the first is shown. Ctrl means Cmd on macOS.
        icon: Name for `icons.icon`, or "".
        menu: Menu path, levels joined by "/".
        slot: `target.method`: the targets are named where the actions are built.
        enabled_when: One of `CONDITIONS`.
        tip: What it does and when one wants it; one sentence.
        argument: Given to the slot, unless None.
        checkable: Whether it stays pressed; its slot is given the new state, unless it has an argument.
        group: Actions of one group exclude one another; "" for none.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    icon: str
    menu: str
    slot: str
    enabled_when: str
    tip: str
    argument: int | str | None = None
    checkable: bool = False
    group: str = ""

    @property
    def shown_text(self) -> str:
        """The text in the user's language, with its mnemonic."""
        return tr(self.text)

    @property
    def plain_text(self) -> str:
        """The text in the user's language, without mnemonic."""
        return self.shown_text.replace("&", "")

    @property
    def shown_tip(self) -> str:
        """The tip in the user's language."""
        return tr(self.tip)

    @property
    def shown_menu(self) -> tuple[str, ...]:
        """The levels of its menu in the user's language, without mnemonics."""
        return tuple(tr(level).replace("&", "") for level in self.menu.split("/"))


_GO = "&View/&Go to"
_SHOW = "&View/S&how"
_BEHIND = "&View/&Behind cutouts"
_PLAY = "&View/Pla&y"
_LINE = "&View/Ti&meline"
_MARK = "&View/Mar&kers"
_ARRANGE = "&Object/Arran&ge"

# A table reads as a table.
# fmt: off
_ROWS = (
    ActionSpec("open", "&Open…", ("Ctrl+O",), "open", "&File", "files.choose_file", ALWAYS,
               "Open a video, a picture, an image sequence or a project."),
    ActionSpec("open_folder", "Open &folder…", ("Ctrl+Shift+O",), "folder", "&File", "files.choose_folder", ALWAYS,
               "Open a folder of numbered pictures as a clip, with their own frame numbers."),
    ActionSpec("open_sample", "Open &sample", (), "sample", "&File", "files.open_sample", ALWAYS,
               "Open the clip that comes with the program, to try everything without footage of your own."),
    ActionSpec("name_project", "&Name the project…", ("Ctrl+S",), "save", "&File", "files.name_project", "has_clip",
               "Give the project a name and a place; every edit is saved as you make it, named or not."),
    ActionSpec("import_masks", "&Import masks…", (), "", "&File", "importing.choose_masks", "has_clip",
               "Take masks from pictures: one for this frame, or many by the frame numbers in their names."),
    ActionSpec("save_copy", "Save a &copy…", (), "", "&File", "files.save_copy", "has_clip",
               "Keep the project as it is now in another file, and go on in this one."),
    ActionSpec("export", "&Export…", ("Ctrl+E",), "export", "&File", "exporting.show_export", "has_masks",
               "Write cutouts or mattes to files, when the masks are as you want them."),
    ActionSpec("add_to_queue", "Add to que&ue", ("Ctrl+Shift+E",), "", "&File", "queueing.add_project", "has_clip",
               "Let this clip be tracked and exported later with others, when its prompts are as you want them."),
    ActionSpec("show_queue", "Queue of c&lips…", ("Ctrl+J",), "", "&File", "queueing.show_queue", ALWAYS,
               "Track and export all clips that were added, one after the other, while you go on working."),
    ActionSpec("copy_command", "Copy &as command", (), "", "&File", "exporting.copy_command", "has_masks",
               "Copy the command line that writes the last export again, on this machine or in a script."),
    ActionSpec("deinterlace", "&Deinterlace", (), "", "&File", "editing.set_deinterlace", "has_motion",
               "Make whole frames of interlaced ones, when moving edges look like combs.", checkable=True),
    ActionSpec("premultiplied", "Alpha is &premultiplied", (), "", "&File", "editing.set_premultiplied", "has_clip",
               "Read colours as multiplied by alpha, when the edges of footage with alpha look dark.", checkable=True),
    ActionSpec("quit", "&Quit", ("Ctrl+Q",), "", "&File", "window.close", ALWAYS,
               "Close the program; all work is saved already."),

    ActionSpec("undo", "&Undo", ("Ctrl+Z",), "undo", "&Edit", "window.undo", "can_undo",
               "Take the last edit back and go to the frame that it changed."),
    ActionSpec("redo", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "&Edit", "window.redo", "can_redo",
               "Make the edit again that was taken back last."),
    ActionSpec("history", "H&istory…", ("Ctrl+H",), "", "&Edit", "history.show_history", "has_clip",
               "List every edit; go back to any of them, and forth again."),
    ActionSpec("delete", "&Delete selection", ("Del",), "delete", "&Edit", "editing.delete_selected",
               "has_selection", "Delete this frame's prompts, else what was painted on it, else the selected object."),
    ActionSpec("tool_points", "&Points", ("V",), "points", "&Edit/&Tool", "canvas.set_tool", "has_clip",
               "Click what belongs to the object; right-click what doesn't.",
               argument="points", checkable=True, group="tool"),
    ActionSpec("tool_box", "&Box", ("R",), "box", "&Edit/&Tool", "canvas.set_tool", "has_clip",
               "Drag a box around the object, when one click isn't enough.",
               argument="box", checkable=True, group="tool"),
    ActionSpec("tool_brush", "B&rush", ("B",), "brush", "&Edit/&Tool", "canvas.set_tool", "has_clip",
               "Paint the mask by hand where the network misses; Shift+click draws a straight line.",
               argument="brush", checkable=True, group="tool"),
    ActionSpec("tool_eraser", "&Eraser", ("E",), "eraser", "&Edit/&Tool", "canvas.set_tool", "has_clip",
               "Rub out what doesn't belong to the object.",
               argument="eraser", checkable=True, group="tool"),
    ActionSpec("tool_lasso", "&Lasso", ("P",), "lasso", "&Edit/&Tool", "canvas.set_tool", "has_clip",
               "Drag a loop, or click corners and close with Enter, to add or remove all inside.",
               argument="lasso", checkable=True, group="tool"),
    ActionSpec("tool_fill", "&Fill", ("G",), "fill", "&Edit/&Tool", "canvas.set_tool", "has_clip",
               "Click inside a closed outline to fill it; right-click an island to remove it.",
               argument="fill", checkable=True, group="tool"),
    ActionSpec("tool_hair", "&Hair brush", ("Shift+B",), "hair", "&Edit/&Tool", "canvas.set_tool", "has_object",
               "Paint over loose hair: the matte looks for it there too; it holds for the frames that follow.",
               argument="hair", checkable=True, group="tool"),
    ActionSpec("keyboard_pointer", "&Keyboard pointer", ("F7",), "", "&Edit/&Tool", "pointer.set_active", "has_clip",
               "Move a pointer over the picture by the arrow keys; Enter clicks, Alt+Enter removes, Ctrl+Enter drags.",
               checkable=True),
    ActionSpec("swap_sign", "&Swap add and remove", ("X",), "swap", "&Edit/&Tool", "canvas.swap_sign", "has_clip",
               "Make the left button remove and the right one add, when there is much to take away."),
    ActionSpec("brush_smaller", "S&maller brush", ("[",), "", "&Edit/&Tool", "canvas.shrink_brush", "has_clip",
               "Make the brush smaller; Ctrl+Alt+drag sets its size too."),
    ActionSpec("brush_larger", "Lar&ger brush", ("]",), "", "&Edit/&Tool", "canvas.grow_brush", "has_clip",
               "Make the brush larger; Ctrl+Alt+drag sets its size too."),
    ActionSpec("paint_alone", "Paint for &one frame only", (), "", "&Edit/&Tool", "hand_work.set_alone", "has_clip",
               "What you paint next changes its frame and no other: tracking doesn't start from it.", checkable=True),
    ActionSpec("preferences", "Pre&ferences…", ("Ctrl+,",), "settings", "&Edit", "preferring.show_preferences", ALWAYS,
               "Set theme, speed, memory, what exports begin with, and every key."),

    ActionSpec("fit", "&Fit", ("F",), "fit", "&View", "canvas.fit", "has_clip",
               "Show the whole picture as large as the window allows."),
    ActionSpec("actual_size", "&100 %", ("Ctrl+1",), "actual-size", "&View", "canvas.show_actual_size", "has_clip",
               "Show one pixel of the picture as one of the screen, to judge an edge."),
    ActionSpec("zoom_in", "Zoom &in", ("Ctrl++", "Ctrl+="), "zoom-in", "&View", "canvas.zoom_in", "has_clip",
               "Come closer; the mouse wheel does it at the pointer."),
    ActionSpec("zoom_out", "Zoom &out", ("Ctrl+-",), "zoom-out", "&View", "canvas.zoom_out", "has_clip",
               "Step back; the mouse wheel does it at the pointer."),
    ActionSpec("fit_object", "Zoom to ob&ject", ("Z",), "", "&View", "canvas.fit_object", "has_mask",
               "Show the selected object as large as the window allows."),
    ActionSpec("next_view", "&Next view", ("M",), "view", "&View", "canvas.next_view", "has_clip",
               "Change between overlay, outline, matte, cutout and difference, to see the mask in another light."),
    ActionSpec("view_overlay", "&Overlay", (), "overlay", _SHOW, "looking.set_view", "has_clip",
               "Lay the objects' colours over the picture.", argument="overlay", checkable=True, group="view"),
    ActionSpec("view_outline", "O&utline", (), "outline", _SHOW, "looking.set_view", "has_clip",
               "Draw only the outlines, to judge where they lie.", argument="outline", checkable=True, group="view"),
    ActionSpec("view_matte", "&Matte", (), "matte", _SHOW, "looking.set_view", "has_clip",
               "Show the alpha that is exported, soft edges and all.", argument="matte", checkable=True, group="view"),
    ActionSpec("view_cutout", "&Cutout", (), "checker", _SHOW, "looking.set_view", "has_clip",
               "Show the objects cut out, on what you lay behind them.",
               argument="cutout", checkable=True, group="view"),
    ActionSpec("view_difference", "&Difference to frame before", (), "difference", _SHOW, "looking.set_view",
               "has_clip", "Show where masks came and went since the frame before: chatter stands out.",
               argument="difference", checkable=True, group="view"),
    ActionSpec("overlay_stronger", "&Stronger overlay", ("Ctrl+]",), "", _SHOW, "looking.change_opacity", "has_clip",
               "Let the overlay colour the picture more.", argument=1),
    ActionSpec("overlay_weaker", "&Weaker overlay", ("Ctrl+[",), "", _SHOW, "looking.change_opacity", "has_clip",
               "Let the overlay colour the picture less.", argument=-1),
    ActionSpec("ground_checker", "&Checkerboard", (), "", _BEHIND, "looking.choose_ground", "has_clip",
               "Lay a checkerboard behind cutouts.", argument="checker", checkable=True, group="ground"),
    ActionSpec("ground_color", "C&olour…", (), "", _BEHIND, "looking.choose_ground", "has_clip",
               "Lay a colour behind cutouts, to find fringes.", argument="color", checkable=True, group="ground"),
    ActionSpec("ground_picture", "&Picture…", (), "", _BEHIND, "looking.choose_ground", "has_clip",
               "Lay a picture behind cutouts, to see them in their new place.",
               argument="picture", checkable=True, group="ground"),
    ActionSpec("original", "Show o&riginal", ("\\",), "original", "&View", "canvas.show_original", "has_clip",
               "Show the picture without masks, to compare.", checkable=True),
    ActionSpec("split", "Sp&lit with original", ("W",), "split", "&View", "canvas.show_split", "has_clip",
               "Show the original at the left of a line that you drag.", checkable=True),
    ActionSpec("onion", "Onion outline&s", ("Shift+O",), "onion", "&View", "looking.show_onion", "has_motion",
               "Show thin outlines of the object on the frames before and after, to judge its motion.",
               checkable=True),
    ActionSpec("ghosts", "&Prompts of other frames", ("Shift+V",), "", "&View", "canvas.show_ghosts", "has_clip",
               "Show faintly where you clicked on other frames.", checkable=True),
    ActionSpec("square_pixels", "S&quare pixels", (), "", "&View", "canvas.show_square_pixels", "has_pixel_shape",
               "Show each stored pixel as a square, though the footage says that it isn't one.", checkable=True),
    ActionSpec("next_area", "Next &area", ("F6",), "", "&View", "areas.go_to_next", ALWAYS,
               "Let the keys act on the next area of the window: picture, objects, frame, edge, transport, timeline."),
    ActionSpec("previous_area", "Previous ar&ea", ("Shift+F6",), "", "&View", "areas.go_to_previous", ALWAYS,
               "Let the keys act on the area of the window before."),
    ActionSpec("theme_system", "As the &system", (), "", "&View/&Theme", "preferring.set_theme", ALWAYS,
               "Dark or light, as the desktop is set.", argument="system", checkable=True, group="theme"),
    ActionSpec("theme_dark", "&Dark", (), "", "&View/&Theme", "preferring.set_theme", ALWAYS,
               "A dark window, so that the picture is the brightest thing.",
               argument="dark", checkable=True, group="theme"),
    ActionSpec("theme_light", "&Light", (), "", "&View/&Theme", "preferring.set_theme", ALWAYS,
               "A light window, for bright rooms.", argument="light", checkable=True, group="theme"),

    ActionSpec("play", "&Play or pause", ("Space",), "play", _PLAY, "playhead.toggle", "has_motion",
               "Play from here to the out point, to judge the mask in motion."),
    ActionSpec("play_backwards", "Play &backwards", ("J",), "", _PLAY, "playhead.play_backwards", "has_motion",
               "Play backwards to the in point; each further press doubles the speed, up to eight times."),
    ActionSpec("pause", "P&ause", ("K",), "pause", _PLAY, "playhead.stop", "has_motion",
               "Stop playing, whichever way it plays."),
    ActionSpec("play_forwards", "Play &forwards", ("L",), "", _PLAY, "playhead.play_forwards", "has_motion",
               "Play to the out point; each further press doubles the speed, up to eight times."),
    ActionSpec("loop", "&Loop between in and out", ("Ctrl+Shift+L",), "loop", _PLAY, "playhead.set_loop", "has_motion",
               "Play the part between in and out again and again, to judge a motion.", checkable=True),

    ActionSpec("timeline_in", "Zoom &in", ("Alt++", "Alt+="), "zoom-in", _LINE, "timeline.zoom_in", "has_motion",
               "Spread the frames round the playhead; Ctrl and the wheel do it at the pointer."),
    ActionSpec("timeline_out", "Zoom &out", ("Alt+-",), "zoom-out", _LINE, "timeline.zoom_out", "has_motion",
               "See more of the clip at once; Ctrl and the wheel do it at the pointer."),
    ActionSpec("timeline_fit", "&Whole clip", ("Alt+0",), "fit", _LINE, "timeline.show_whole_clip", "has_motion",
               "Show the clip from its first to its last frame."),
    ActionSpec("timeline_range", "&From in to out", ("Alt+1",), "", _LINE, "timeline.show_range", "has_motion",
               "Show the part that is used; once more shows the whole clip."),
    ActionSpec("show_timecode", "&Timecode on the ruler", (), "timecode", _LINE, "timeline_control.show_timecode",
               "has_motion", "Count in timecode on the ruler, or in the source's own frame numbers.", checkable=True),

    ActionSpec("previous_frame", "P&revious frame", ("Left", ","), "previous", _GO, "playhead.step", "has_motion",
               "Go back one frame.", argument=-1),
    ActionSpec("next_frame", "&Next frame", ("Right", "."), "next", _GO, "playhead.step", "has_motion",
               "Go on one frame.", argument=1),
    ActionSpec("back_ten", "&Back ten frames", ("Shift+Left",), "", _GO, "playhead.step", "has_motion",
               "Go back ten frames, for a quick look.", argument=-10),
    ActionSpec("forward_ten", "&Forward ten frames", ("Shift+Right",), "", _GO, "playhead.step", "has_motion",
               "Go on ten frames, for a quick look.", argument=10),
    ActionSpec("first_frame", "F&irst frame", ("Home",), "first", _GO, "navigation.go_to_first", "has_motion",
               "Go to the first frame of the clip."),
    ActionSpec("last_frame", "&Last frame", ("End",), "last", _GO, "navigation.go_to_last", "has_motion",
               "Go to the last frame of the clip."),
    ActionSpec("previous_keyframe", "Previous &keyframe", ("Up",), "", _GO,
               "navigation.go_to_previous_keyframe", "has_keyframes",
               "Go back to where you prompted, painted or locked the object."),
    ActionSpec("next_keyframe", "Next ke&yframe", ("Down",), "", _GO, "navigation.go_to_next_keyframe",
               "has_keyframes", "Go on to where you prompted, painted or locked the object."),
    ActionSpec("next_doubtful", "Next &doubtful place", ("N",), "doubtful", _GO, "navigation.go_to_next_doubtful",
               "has_doubtful", "Go to the worst frame of the next place that needs a look, after tracking."),
    ActionSpec("previous_doubtful", "Previous d&oubtful place", ("Shift+N",), "", _GO,
               "navigation.go_to_previous_doubtful", "has_doubtful",
               "Go back to the worst frame of a place that needs a look."),
    ActionSpec("previous_cut", "Pre&vious cut", ("Alt+Left",), "", _GO, "cutting.go_to_previous_cut", "has_cuts",
               "Go back to where a shot begins."),
    ActionSpec("next_cut", "Next cu&t", ("Alt+Right",), "", _GO, "cutting.go_to_next_cut", "has_cuts",
               "Go on to where the next shot begins."),
    ActionSpec("set_in", "Set in &here", ("I",), "in", _GO, "editing.set_in", "has_motion",
               "Let tracking and export start at this frame."),
    ActionSpec("set_out", "Set o&ut here", ("O",), "out", _GO, "editing.set_out", "has_motion",
               "Let tracking and export end with this frame."),
    ActionSpec("clear_range", "&Clear in and out", (), "", _GO, "editing.clear_range", "has_motion",
               "Use the whole clip again."),

    ActionSpec("add_marker", "&Add or edit marker", ("Shift+M",), "marker", _MARK, "markers.add_here", "has_motion",
               "Put a marker on this frame; once more to write its note."),
    ActionSpec("delete_marker", "&Delete marker", ("Ctrl+Shift+M",), "", _MARK, "markers.delete_here", "has_marker",
               "Take the marker of this frame away."),
    ActionSpec("previous_marker", "&Previous marker", ("Shift+Up",), "", _MARK, "navigation.go_to_previous_marker",
               "has_markers", "Go back to the marker before this frame."),
    ActionSpec("next_marker", "&Next marker", ("Shift+Down",), "", _MARK, "navigation.go_to_next_marker",
               "has_markers", "Go on to the marker after this frame."),

    ActionSpec("new_object", "&New object", ("Ctrl+N",), "add", "&Object", "editing.new_object", "has_clip",
               "Start another object; the next click belongs to it."),
    ActionSpec("select_subject", "Select su&bject", ("Ctrl+B",), "", "&Object", "clicks.select_subject", "has_clip",
               "Find what the picture is about without a click; again, the next thing that it may be about."),
    ActionSpec("rename_object", "&Rename…", ("F2",), "", "&Object", "window.rename_object", "has_object",
               "Give the selected object a name; exports use it."),
    ActionSpec("object_color", "Colo&ur…", (), "", "&Object", "object_menus.choose_color", "has_object",
               "Give the selected object another colour, where it doesn't stand out."),
    ActionSpec("toggle_visible", "&Hide or show", ("H",), "visible", "&Object", "editing.toggle_visible", "has_object",
               "Hide the selected object, to see what lies under it."),
    ActionSpec("solo", "S&olo", ("S",), "solo", "&Object", "looking.show_solo", "has_object",
               "Show the selected object alone; exports and the eyes stay as they are.", checkable=True),
    ActionSpec("lock_object", "&Lock object", ("Shift+L",), "lock", _ARRANGE, "editing.lock_selected", "has_object",
               "Keep the selected object from clicks, strokes and tracking.", checkable=True),
    ActionSpec("follow_window", "Follow in a &window…", (), "", _ARRANGE, "object_menus.choose_window", "has_object",
               "Let tracking look for a small object in a part of the picture that goes with it, to see it larger."),
    ActionSpec("object_up", "Move &up", ("Alt+Up",), "", _ARRANGE, "editing.move_object", "has_others",
               "Move the selected object up in the list; dragging does it too.", argument=-1),
    ActionSpec("object_down", "Move &down", ("Alt+Down",), "", _ARRANGE, "editing.move_object", "has_others",
               "Move the selected object down in the list; dragging does it too.", argument=1),
    ActionSpec("duplicate_object", "Dupli&cate", ("Ctrl+D",), "", _ARRANGE, "editing.duplicate_object", "has_object",
               "Make a copy with the same prompts, masks and settings, to try something out."),
    ActionSpec("merge_object", "&Merge another into it…", (), "", _ARRANGE, "object_menus.choose_merge", "has_others",
               "Add all masks of another object to the selected one and take the other away."),
    ActionSpec("subtract_object", "&Subtract another from it…", (), "", _ARRANGE, "object_menus.choose_subtract",
               "has_others", "Take what another object covers away from the selected one, on every frame."),
    ActionSpec("delete_object", "D&elete object", ("Shift+Del",), "delete", _ARRANGE, "editing.delete_chosen",
               "has_object", "Delete the selected object with its prompts and masks."),
    ActionSpec("lock_frame", "&Lock this frame", ("Ctrl+L",), "lock", "&Object", "editing.lock_frame", "has_mask",
               "Keep this mask as it is; tracking goes on from it to both sides.", checkable=True),
    ActionSpec("next_candidate", "Next c&andidate", ("C",), "", "&Object", "clicks.next_candidate", "has_mask",
               "Take another of the network's proposals for these prompts, when the first isn't it.", argument=1),
    ActionSpec("previous_candidate", "Previous candida&te", ("Shift+C",), "", "&Object", "clicks.next_candidate",
               "has_mask", "Go back to the network's proposal before.", argument=-1),
    ActionSpec("accept_frame", "Accept this &frame", ("Y",), "check", "&Object", "editing.accept_frame", "is_doubtful",
               "Say that this doubtful mask is right; it counts as good until it is tracked again."),
    ActionSpec("accept_place", "Accept the &whole place", ("Shift+Y",), "", "&Object", "editing.accept_place",
               "is_doubtful", "Say that this doubtful mask and the doubtful ones next to it are right."),
    ActionSpec("use_painted", "Track from &painted mask", (), "", "&Object", "hand_work.use_for_tracking",
               "has_painted", "Let tracking start from what you painted here, or keep it for this frame only.",
               checkable=True),
    ActionSpec("copy_to_next", "&Copy mask to next frame", ("Ctrl+Right",), "", "&Object", "hand_work.copy_to_next",
               "has_mask", "Give this mask to the next frame, as a start for painting there."),
    ActionSpec("copy_to_previous", "Copy mask to pre&vious frame", ("Ctrl+Left",), "", "&Object",
               "hand_work.copy_to_previous", "has_mask",
               "Give this mask to the frame before, as a start for painting there."),
    ActionSpec("next_object", "Select ne&xt", ("Tab",), "", "&Object", "selection.choose_next", "has_object",
               "Go on to the next object of the list."),
    *(ActionSpec(f"object_{n}", f"Select object &{n}", (str(n),), "", "&Object/&Select", "selection.choose_place",
                 "has_object", f"Select the object in place {n} of the list.", argument=n - 1) for n in range(1, 10)),

    ActionSpec("track_both", "Track &both ways", ("T",), "track-both", "&Track", "tracking.track_both", "can_track",
               "Carry the masks from in to out in both directions, after the first prompts."),
    ActionSpec("track_forwards", "Track &forwards", ("Ctrl+T",), "track-forwards", "&Track", "tracking.track_forwards",
               "can_track", "Carry the masks on from this frame to the out point."),
    ActionSpec("track_backwards", "Track b&ackwards", ("Shift+T",), "track-backwards", "&Track",
               "tracking.track_backwards", "can_track", "Carry the masks back from this frame to the in point."),
    ActionSpec("track_to_next", "To the &next keyframe", ("Ctrl+Down",), "", "&Track",
               "tracking.track_to_next_keyframe", "can_track",
               "Fill the frames up to where you showed the selected object next, from both sides."),
    ActionSpec("track_to_previous", "To the &previous keyframe", ("Ctrl+Up",), "", "&Track",
               "tracking.track_to_previous_keyframe", "can_track",
               "Fill the frames back to where you showed the selected object before, from both sides."),
    ActionSpec("track_frame", "This frame on&ly", ("Ctrl+Shift+T",), "", "&Track", "tracking.track_frame", "can_track",
               "Track this one frame again, straight from your keyframes, when it alone went wrong."),
    ActionSpec("retrack", "&Retrack what is stale", ("Ctrl+R",), "retrack", "&Track", "tracking.retrack_stale",
               "has_stale", "Redo only the frames between changed prompts; all others stay as they are."),
    ActionSpec("track_selected_only", "Selected &object only", (), "", "&Track", "tracking.set_selected_only",
               "has_clip",
               "Track the selected object and no other; else all objects that lack masks are tracked.", checkable=True),
    ActionSpec("stop_at_cuts", "Stop at &cuts", (), "", "&Track", "cutting.set_stop_at_cuts", "has_motion",
               "Let tracking end where the shot ends; each shot is tracked from its own prompts.", checkable=True),
    ActionSpec("stop", "&Stop", ("Esc",), "stop", "&Track", "runs.stop", "is_running",
               "Stop tracking, of which the frames done so far are kept, or merging, which then changes nothing."),

    ActionSpec("models", "&Models…", ("Ctrl+M",), "models", "&Model", "models.show_models", ALWAYS,
               "Get, check, choose and remove models; choose where they compute."),
    ActionSpec("free_memory", "&Free memory", (), "", "&Model", "models.free_memory", ALWAYS,
               "Let go of pictures and features held for speed, when other programs need the room."),
    ActionSpec("second_look", "&Second look", (), "", "&Model", "preferring.set_second_look", ALWAYS,
               "Look again at a crop round the object: finds small things and edges better, takes twice as long.",
               checkable=True),
    ActionSpec("snap", "S&nap edges of pictures", (), "", "&Model", "preferring.set_snap", ALWAYS,
               "Fit the edge of a picture's cutout to its colours; clips are left alone, they would flicker.",
               checkable=True),
    ActionSpec("model_limits", "&What nano can't do…", (), "", "&Model", "helping.show_limits", ALWAYS,
               "Where the built-in network is weak, and what helps."),

    ActionSpec("shortcuts", "&Keys", ("F1",), "keyboard", "&Help", "preferring.show_shortcuts", ALWAYS,
               "List every key and what it does."),
    ActionSpec("tour", "&Tour", (), "", "&Help", "helping.show_tour", ALWAYS,
               "Three cards that say how a cutout is made."),
    ActionSpec("about", "&About sam2_studio", (), "", "&Help", "helping.show_about", ALWAYS,
               "Version, licences, and where your footage goes: nowhere."),
)

ACTIONS: dict[str, ActionSpec] = {row.id: row for row in _ROWS}

# Tools at the left of the canvas; "" is a gap.
TOOLBAR = (
    "tool_points", "tool_box", "",
    "tool_brush", "tool_eraser", "tool_lasso", "tool_fill", "tool_hair", "",
    "swap_sign",
)
# fmt: on
