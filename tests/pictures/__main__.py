"""Takes a picture of every window, dialog and menu, to be looked at. A tool for those who work on the program.

python -m tests.pictures out --scale 1 2 --theme dark light --language en de --only export

Asserts nothing. Content is the sample clip, cut out by the built-in model. Each combination is a process of its own, as
Qt takes its scale at the start; its pictures lie in `OUT/en-dark-1/`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

from tests.pictures.project import make_project


def main() -> None:
    """Make the project once, then take its pictures in every combination asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", nargs="+", default=["1"])
    parser.add_argument("--theme", nargs="+", default=["dark"])
    parser.add_argument("--language", nargs="+", default=["en"])
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--only", default="", help="parts of the names wanted, with commas between")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    made = given.out / "rabbit.cutout"
    if not made.exists():
        make_project(made)
    for language, theme, scale in product(given.language, given.theme, given.scale):
        folder = given.out / f"{language}-{theme}-{scale}"
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as home:
            variables = os.environ | {"QT_SCALE_FACTOR": scale, "SAM2_STUDIO_HOME": home, "LANGUAGE": language}
            words = [str(made), str(folder.absolute()), theme, language, given.size, given.only]
            subprocess.run([sys.executable, "-m", "tests.pictures.session", *words], env=variables, check=True)
        print(folder)


main()
