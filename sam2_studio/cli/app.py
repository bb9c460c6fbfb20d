"""The command line: puts the groups together and runs them. Commands import what they need when they run."""

import sys
from collections.abc import Sequence

import typer
from typer.main import get_command

from sam2_studio.cli import batch, bench, clips, demo, doctor, exports, media, models, stills

_INTERRUPTED = 130
_HELP = """Click a subject, track it through the clip, export clean alpha.

Without a command the window opens, with FILE where one is given: a project, a clip or a picture.
"""

app = typer.Typer(
    name="sam2-studio",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo", short_help="The sample clip, from prompts to finished files.")(demo.demo)
app.command("info", short_help="What media files are.")(media.info)
app.command("cutout", short_help="A subject out of pictures.")(stills.cutout)
app.command("track", short_help="A clip and prompts to a project.")(clips.track)
app.command("export", short_help="A project to files.")(exports.export)
app.command("batch", short_help="Many clips by a manifest.")(batch.batch)
app.command("bench", short_help="The speed of this machine.")(bench.bench)
app.command("doctor", short_help="What is missing here, and how to get it.")(doctor.doctor)
app.add_typer(models.app, name="models", short_help="Models, and whether their files are whole.")


def command_names() -> frozenset[str]:
    """Everything that may come first on the command line."""
    commands = {info.name for info in app.registered_commands} | {group.name for group in app.registered_groups}
    return frozenset(name for name in commands if name)


def run_command(words: Sequence[str]) -> int:
    """Run a command and return its exit status. What it raises beside usage errors comes out."""
    try:
        get_command(app).main(args=list(words), prog_name="sam2-studio")
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            sys.stderr.write("Stopped.\n")
            return 1
        return end.code if isinstance(end.code, int) else 1
    return 0
