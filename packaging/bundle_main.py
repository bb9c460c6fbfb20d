"""Where the bundle starts. Its one program is also the interpreter for the processes that sam2_studio starts of itself.

They are called as `python -c CODE` and `python -P -m MODULE`; workers of a batch come through `freeze_support`.
"""

import multiprocessing
import runpy
import sys


def start() -> int:
    """Run what the words ask for."""
    words = [word for word in sys.argv[1:] if word != "-P"] if sys.argv[1:2] == ["-P"] else sys.argv[1:]
    if words[:1] == ["-c"]:
        sys.argv = ["-c", *words[2:]]
        exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
        return 0
    if words[:1] == ["-m"]:
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return 0
    from sam2_studio.__main__ import main

    return main()


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(start())
