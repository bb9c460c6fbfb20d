"""`bench`: the speed of this machine beside the goals."""

from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.console import Console, table
from sam2_studio.cli.options import AsJson, Device, Dtype, ModelName, Quiet
from sam2_studio.core.durations import Pace

if TYPE_CHECKING:
    from sam2_studio.batch.speed import Figure


def bench(
    memory: Annotated[bool, typer.Option("--memory", help="Weigh a long clip as well; takes minutes.")] = False,
    memory_frames: Annotated[int, typer.Option(help="Length of that clip.", metavar="N", min=301)] = 3000,
    model: ModelName = "nano",
    device: Device = "auto",
    dtype: Dtype = "auto",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure how fast this machine encodes, clicks, tracks and exports, each figure beside its goal."""
    from sam2_studio.batch.speed import measure
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
        figures += _weighed(console, (model, device, dtype), memory_frames)
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


def _weighed(console: Console, place: tuple[str, str, str], frames: int) -> "list[Figure]":
    from sam2_studio.batch.speed import Figure
    from sam2_studio.batch.weighing import EARLY, growth, weigh

    held, clock = dict[int, int](), Pace()
    for frame, nbytes in weigh(*place, frames):
        held[frame] = nbytes
        console.progress("Weighing a long clip", frame, frames, clock.left(frame, frames))
    return [
        Figure(name=f"memory after {frames} frames", value=held[max(held)] / 2**20, unit="MiB"),
        Figure(name=f"most memory of {frames} frames to that of {EARLY}", value=growth(held), unit="x", goal=1.1),
    ]


def _row(figure: "Figure") -> tuple[str, str, str, str]:
    value = f"{figure.value:.2f} {figure.unit}"
    if figure.goal is None:
        return figure.name, value, "", ""
    sign = "<=" if figure.at_most else ">="
    return figure.name, value, f"{sign} {figure.goal:g}", "met" if figure.is_met else "missed"
