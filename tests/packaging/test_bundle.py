"""Where the bundle starts: the program, and the interpreter for what the program starts of itself."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
START = REPOSITORY / "packaging" / "bundle_main.py"


def run(*words: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, START, *words], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_the_program() -> None:
    assert run("--version").startswith("sam2-studio ")


def test_it_runs_code_with_its_words() -> None:
    assert run("-c", "import sys; print(sys.argv, __name__)", "a", "-P") == "['-c', 'a', '-P'] __main__\n"


def test_it_runs_modules_with_their_words() -> None:
    assert run("-P", "-m", "base64", "-t").startswith("b'Aladdin")
