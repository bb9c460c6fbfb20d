"""The rules that keep the house easy to live in: layers, sizes, what start-up loads, where errors are caught."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "sam2_studio"
MODULES = sorted(PACKAGE.rglob("*.py"))

MOST_LINES_FILE = 400
MOST_LINES_FUNCTION = 40

# Where `except Exception` may stand: the top of the program and of its threads.
TOPS = {
    "__main__.py": "the program",
    "ui/export_thread.py": "the export thread",
    "ui/queue_thread.py": "the thread of the queue of clips",
    "ui/download_thread.py": "a download's thread",
    "ui/mask_import.py": "the import thread",
    "ui/combine_thread.py": "the thread of merged masks",
    "ui/cut_search.py": "the search for cuts",
    "ui/proxy_thread.py": "the making of a proxy",
    "ui/frame_loader.py": "the media thread",
    "ui/relinking.py": "the thread that looks for footage",
    "ui/project_opener.py": "the thread that opens a project",
    "media/child.py": "the process that decodes",
    "batch/serving.py": "one item of a batch, in its worker",
    "engine/jobs.py": "one step of a job, on whichever thread runs the queue",
}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=False
    )


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_stay_small() -> None:
    long = {name_of(path): count for path in MODULES if (count := len(path.read_text().splitlines())) > MOST_LINES_FILE}
    assert not long, f"over {MOST_LINES_FILE} lines: {long}"


def test_functions_stay_small() -> None:
    long = {
        f"{name_of(path)}:{function.name}": lines_of(function)
        for path in MODULES
        for function in functions(path)
        if lines_of(function) > MOST_LINES_FUNCTION
    }
    assert not long, f"over {MOST_LINES_FUNCTION} lines: {long}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in MODULES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_module_is_a_bag_of_things() -> None:
    bags = {"utils.py", "util.py", "common.py", "helpers.py", "misc.py", "manager.py", "constants.py"}
    assert not [name_of(path) for path in MODULES if path.name in bags]


def test_unexpected_errors_are_caught_at_the_tops_only() -> None:
    found = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    }
    assert found <= set(TOPS), f"not the top of anything: {sorted(found - set(TOPS))}"


@pytest.mark.parametrize(
    "code",
    [
        "import sam2_studio; sam2_studio.create_project",
        "import sam2_studio.__main__",
        "from sam2_studio.__main__ import main; assert main(['--version']) == 0",
        "from sam2_studio.__main__ import main; assert main(['--help']) == 0",
        "from sam2_studio.__main__ import main; assert main(['models', 'list']) == 0",
        "from sam2_studio.__main__ import main; assert main(['info', 'no such file']) == 1",
    ],
)
def test_start_up_loads_neither_torch_nor_qt(code: str) -> None:
    done = run_python(f"{code}\nimport sys; print(sorted({{'torch', 'PySide6'}} & set(sys.modules)), file=sys.stderr)")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_no_path_of_one_machine_is_written_down() -> None:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    names = listed.stdout.splitlines() or [path.relative_to(REPOSITORY).as_posix() for path in MODULES]
    texts = {".py", ".toml", ".md", ".sh", ".txt", ".yml", ".json", ".desktop", ".xml", ""}
    machine = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt)/\w")
    found = {
        f"{name}: {hit.group()}"
        for name in names
        if Path(name).suffix in texts and (REPOSITORY / name).is_file()
        for hit in machine.finditer((REPOSITORY / name).read_text(encoding="utf-8", errors="replace"))
    }
    assert not found


def test_the_program_and_set_up_know_the_same_libraries() -> None:
    from sam2_studio.system_libraries import PACKAGES

    script = (REPOSITORY / "packaging" / "system_libraries.sh").read_text()
    listed = re.findall(r"^(lib\S+\.so\.\d+) (\S+) (\S+) (\S+)$", script, re.MULTILINE)
    assert {library: tuple(names) for library, *names in listed} == PACKAGES


def test_the_built_in_model_is_the_one_in_the_catalogue() -> None:
    import hashlib

    from sam2_studio.networks.catalogue import NANO
    from sam2_studio.resources import model_file

    path = model_file(NANO.config, NANO.file_name)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == NANO.sha256
    assert path.stat().st_size == NANO.bytes
