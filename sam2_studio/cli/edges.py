"""How edge settings are written on the command line: `--edge NAME=VALUE`, as often as there are settings."""

from typing import Annotated, Any

import typer

from sam2_studio.batch.edge_words import edges_of
from sam2_studio.cli.options import as_usage

Edges = Annotated[
    list[str] | None,
    typer.Option(
        "--edge",
        metavar="NAME=VALUE",
        help="Edge of the subject; again for each: grow, feather, smooth (pixels), specks, holes (pixels of area), "
        "largest (yes), matte (fast, best), steady (flagged, all), despill (green, blue).",
        show_default=False,
    ),
]


def parse_edges(texts: list[str] | None) -> dict[str, Any]:
    """Fields of `EdgeSettings`, by name. Raises BadParameter."""
    return as_usage(lambda: edges_of(texts or []))
