"""`bench`: the speed of this machine beside the goals."""

from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.console import Console, table
from sam2_studio.cli.options import AsJson, Device, Dtype, ModelName, Quiet

if TYPE_CHECKING:
    from sam2_studio.batch.speed import Figure


def bench(
    memory: Annotated[bool, typer.Option("--memory", help="Weigh long clips as well; takes minutes.")] = False,
    model: ModelName = "nano",
    device: Device = "auto",
    dtype: Dtype = "auto",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure how fast this machine encodes, clicks, tracks and exports, each figure beside its goal."""
    from sam2_studio.batch.speed import measure, measure_memory
    from sam2_studio.engine.device import use_threads
    from sam2_studio.engine.models import load_model

    console = Console(quiet=quiet, as_json=as_json)
    threads, loaded = use_threads(), load_model(model, device, dtype)
    console.warn([loaded.notice] if loaded.notice else [])
    figures = []
    for figure in measure(loaded):
        figures.append(figure)
        console.say(f"{figure.name}: {figure.value:.2f} {figure.unit}")
    if memory:
        console.say("Weighing long clips; this takes minutes ...")
        figures.append(measure_memory())
    rows = [("measured", "value", "goal", "")]
    rows += [_row(figure) for figure in figures]
    document = {
        "model": loaded.name,
        "computes_on": loaded.computes_on,
        "threads": threads,
        "figures": [
            {"name": f.name, "value": f.value, "unit": f.unit, "goal": f.goal, "at_most": f.at_most, "met": f.is_met}
            for f in figures
        ],
    }
    console.result(document, table(rows))


def _row(figure: "Figure") -> tuple[str, str, str, str]:
    value = f"{figure.value:.2f} {figure.unit}"
    if figure.goal is None:
        return figure.name, value, "", ""
    sign = "<=" if figure.at_most else ">="
    return figure.name, value, f"{sign} {figure.goal:g}", "met" if figure.is_met else "missed"
