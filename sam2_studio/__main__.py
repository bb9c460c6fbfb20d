"""Where the program starts: without a command the window, else the command line. Loads neither torch nor Qt itself."""

import contextlib
import io
import logging
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from sam2_studio import __version__, home
from sam2_studio.engine.allocator import keep_freed_memory
from sam2_studio.engine.shortage import is_shortage, shortage_told
from sam2_studio.errors import StudioError

FAILED, WRONG_USAGE = 1, 2
_LOG_BYTES, _OLD_LOGS = 1_000_000, 3
_log = logging.getLogger("sam2_studio")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 something failed (said why on stderr), 2 wrong usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _start_log()
    keep_freed_memory()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file name may hold bytes that are no text
    try:
        return _run(words)
    except StudioError as error:
        _log.info("refused: %s", error)
        _say(str(error))
    except KeyboardInterrupt:
        _say("Stopped.")
    except Exception as error:  # noqa: BLE001 - the top of the program: a traceback is for the log, not for the user
        _log.exception("unexpected error")
        unexpected = f"Something went wrong that should not have. The log has the details: {home.log_file()}"
        _say(str(shortage_told()) if is_shortage(error) else unexpected)
    return FAILED


def _run(words: list[str]) -> int:
    if words == ["--version"]:
        sys.stdout.write(f"sam2-studio {__version__}\n")
        return 0
    if not words or words[0] == "--":
        return _open_window(words[1:])
    from sam2_studio.cli.app import command_names, run_command

    if words[0].startswith("-") or words[0] in command_names():
        return run_command(words)
    return _open_window(words)


def _open_window(words: list[str]) -> int:
    paths = [Path(word) for word in words]
    for path in paths:
        if not path.exists():
            _say(f"There is no command and no file “{path}”. See sam2-studio --help.")
            return WRONG_USAGE
    try:
        from sam2_studio.ui.app import run
    except ImportError as error:
        if ".so" not in str(error):
            raise
        from sam2_studio.system_libraries import no_window

        raise no_window(str(error)) from error
    return run(paths)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # a closed stderr must not turn an answer into a crash
        sys.stderr.write(f"{text}\n")


def _start_log() -> None:
    """Log to a file; a folder that can't be written to costs the log, not the start."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    with contextlib.suppress(OSError):
        home.log_folder().mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            home.log_file(), maxBytes=_LOG_BYTES, backupCount=_OLD_LOGS, encoding="utf-8", errors="replace"
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
