"""Makes whole frames of interlaced ones: the first field's lines stay, the other's are drawn along the edges (estdif).

Only the frame itself is looked at, not its neighbours: so it is the same however one comes to it, and there are as many
frames as before.
"""

from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame

_ANY = Fraction(1, 25)  # a filter wants one; times aren't looked at


def deinterlaced(frame: VideoFrame, first: str) -> VideoFrame:
    """The frame with the lines of one moment only; of the same size and depth, planar.

    Args:
        first: Which field came first, and is kept: "top" or "bottom".
    """
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or _ANY
    )
    parity = "bff" if first == "bottom" else "tff"
    fields, sink = graph.add("estdif", f"mode=frame:parity={parity}:deint=all"), graph.add("buffersink")
    source.link_to(fields)
    fields.link_to(sink)
    graph.configure()
    graph.push(frame)
    graph.push(None)
    made = graph.pull()
    if not isinstance(made, VideoFrame):
        raise ValueError("the filter gave no picture")
    return made
