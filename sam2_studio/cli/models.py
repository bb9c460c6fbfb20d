"""`models`: which models there are, and whether their files are whole."""

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sam2_studio.cli.console import Console, table
from sam2_studio.cli.options import AsJson, Quiet

if TYPE_CHECKING:
    from sam2_studio.engine.models import AvailableModel

_ABSENT, _DAMAGED = "absent", "damaged"

app = typer.Typer(help="Which models there are, and whether their files are whole.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List every model and whether it is on this machine."""
    from sam2_studio.engine.models import available_models

    found = available_models()
    rows = [("name", "state", "size", "what it is")]
    rows += [(m.weights.name, m.state.value, _size(m.weights.bytes), m.weights.summary) for m in found]
    Console(as_json=as_json).result([_document(m) for m in found], table(rows))


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="Which one; all that are here by default.")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read weight files and compare them with the known checksums."""
    from sam2_studio.engine.models import available_models
    from sam2_studio.errors import ModelError

    console = Console(quiet=quiet, as_json=as_json)
    known = {m.weights.name: m for m in available_models()}
    if name is not None and name not in known:
        raise ModelError(f"There is no model called {name}.", f"Use one of {', '.join(known)}.")
    chosen = [known[name]] if name else [m for m in known.values() if m.path.exists()]
    states = {m.weights.name: _verified(m) for m in chosen}
    for model in chosen:
        if states[model.weights.name] in (_ABSENT, _DAMAGED):
            console.complain(f"{model.weights.name} is {states[model.weights.name]}: {model.path}")
    documents = [_document(m) | {"state": states[m.weights.name]} for m in chosen]
    console.result(documents, [f"{model}: {state}" for model, state in states.items()])
    if {_ABSENT, _DAMAGED} & set(states.values()):
        raise typer.Exit(1)


def _verified(model: "AvailableModel") -> str:
    """The state by the checksum of the whole file, not by its size alone."""
    try:
        with model.path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == model.weights.sha256
    except FileNotFoundError:
        return _ABSENT
    except OSError:
        return _DAMAGED
    return model.state.value if whole else _DAMAGED


def _document(model: "AvailableModel") -> dict[str, Any]:
    weights = model.weights
    return {
        "name": weights.name,
        "version": weights.version,
        "state": model.state.value,
        "bytes": weights.bytes,
        "sha256": weights.sha256,
        "licence": weights.licence,
        "path": str(model.path),
    }


def _size(count: int | None) -> str:
    return "" if count is None else f"{count / 1e6:.0f} MB"
