"""`models`: which models there are, whether their files are whole, and bringing them here or away."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sam2_studio.cli.console import Console, table
from sam2_studio.cli.options import AsJson, Quiet

if TYPE_CHECKING:
    from sam2_studio.engine.model_files import AvailableModel

_ABSENT, _DAMAGED = "absent", "damaged"
_MB = 1_000_000

app = typer.Typer(help="Models, and whether their files are whole.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Which one; see: sam2-studio models list.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List every model and whether it is on this machine."""
    from sam2_studio.engine.model_files import available_models

    found = available_models()
    rows = [("name", "state", "size", "what it is good for")]
    rows += [(m.weights.name, m.state.value, _size(m.weights.bytes), m.weights.summary) for m in found]
    Console(as_json=as_json).result([_document(m) for m in found], table(rows))


@app.command()
def get(name: Name, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Fetch a model's file and check it; what came before an interruption is used."""
    from sam2_studio.engine.model_files import find_model
    from sam2_studio.errors import ModelError

    console = Console(quiet=quiet, as_json=as_json)
    model = find_model(name)
    if model.weights.custom:
        raise ModelError(f"{name} is a file of your own and can't be fetched.", "Import it again from where it lies.")
    if not model.is_here:
        asyncio.run(_fetch(model, console))
        model = find_model(name)
    console.result(_document(model), [f"{name} is here: {model.path}"])


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="Which one; all that are here by default.")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read weight files and compare them with the known checksums."""
    from sam2_studio.engine.model_files import available_models, find_model, verified_state

    console = Console(quiet=quiet, as_json=as_json)
    chosen = [find_model(name)] if name else [m for m in available_models() if m.path.exists()]
    states = {m.weights.name: verified_state(m).value for m in chosen}
    for model in chosen:
        if states[model.weights.name] in (_ABSENT, _DAMAGED):
            console.complain(f"{model.weights.name} is {states[model.weights.name]}: {model.path}")
    documents = [_document(m) | {"state": states[m.weights.name]} for m in chosen]
    console.result(documents, [f"{model}: {state}" for model, state in states.items()])
    if {_ABSENT, _DAMAGED} & set(states.values()):
        raise typer.Exit(1)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .pt or .safetensors file; it stays where it is.")],
    name: Annotated[str, typer.Option("--name", help="For a file that isn't a published one.")] = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Use a weight file that is on this machine already; it is told by its hash and its keys."""
    from sam2_studio.engine.imported import importing
    from sam2_studio.engine.model_files import find_model

    console = Console(quiet=quiet, as_json=as_json)
    steps, total = importing(file, name), file.stat().st_size // _MB if file.is_file() else 0
    try:
        while True:
            console.progress("Reading, MB", next(steps) // _MB, total)
    except StopIteration as end:
        model = find_model(end.value.name)
    console.result(_document(model), [f"{model.weights.name}: {model.weights.summary}", str(model.path)])


@app.command()
def remove(name: Name, as_json: AsJson = False) -> None:
    """Remove a fetched file, or forget an imported one, which stays where it lies."""
    from sam2_studio.engine.model_files import remove_model

    freed = remove_model(name)
    text = f"{name} was removed, {_size(freed)} freed" if freed else f"{name} was forgotten; its file stays"
    Console(as_json=as_json).result({"name": name, "freed": freed}, [text])


async def _fetch(model: "AvailableModel", console: Console) -> None:
    from sam2_studio.engine.model_files import address, own_path
    from sam2_studio.errors import ModelError
    from sam2_studio.networks.download import DownloadError, fetch

    weights = model.weights
    words = {"fetching": "Fetching, MB", "verifying": "Checking, MB", "retrying": "Trying again, MB"}
    try:
        async for step in fetch(
            address(weights), own_path(weights), sha256=weights.sha256, expected_bytes=weights.bytes
        ):
            total = step.total or weights.bytes or 0
            console.progress(words[step.stage], step.done // _MB, total // _MB, step.left)
    except DownloadError as error:
        raise ModelError(f"{weights.name} can't be fetched: {error}", error.way_out) from error


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
