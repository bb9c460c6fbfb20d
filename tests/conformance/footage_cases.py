"""The footage that every reader is tried on: one maker a case, each clip small, its frames numbered from 0.

A case is `NAME -> Footage`; media are synthesised by tests/media_factory.py.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image
from tests.media_factory import (
    Pixels,
    cut_file,
    linear,
    numbered_frame,
    numbered_frames,
    shift_edit_list,
    write_exr,
    write_picture,
    write_sequence,
    write_video,
)

COUNT = 24
SIZE = (160, 96)


@dataclass(frozen=True, kw_only=True)
class Footage:
    """A case.

    Attributes:
        path: What is opened.
        numbers: The number painted into each frame, in order; None where damage decides.
        size: Width and height, upright.
        deep: Whether frames are 16 bit.
        alpha: Whether they have alpha.
        warns: Words that one of the warnings holds, or "".
        info: Values of the ClipInfo.
    """

    path: Path
    numbers: list[int] | None = field(default_factory=lambda: list(range(COUNT)))
    size: tuple[int, int] = SIZE
    deep: bool = False
    alpha: bool = False
    warns: str = ""
    info: dict[str, object] = field(default_factory=dict)


Maker = Callable[[Path], Footage]
CASES: dict[str, Maker] = {}


def case(make: Maker) -> Maker:
    CASES[make.__name__] = make
    return make


def frames(width: int = SIZE[0], height: int = SIZE[1]) -> Iterator[Pixels]:
    return numbered_frames(COUNT, width, height)


# Time


@case
def constant_rate(d: Path) -> Footage:
    path = write_video(d / "a.mp4", frames(), rate=Fraction(30000, 1001))
    return Footage(path=path, info={"rate": Fraction(30000, 1001), "variable_rate": False})


@case
def b_frames(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mp4", frames(), options={"bf": "3", "g": "12"}, audio=True))


@case
def long_gop(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mkv", frames(), gop=300, rate=Fraction(24000, 1001)))


@case
def open_gop(d: Path) -> Footage:
    options = {"x265-params": "open-gop=1:keyint=10:bframes=4:log-level=none"}
    return Footage(path=write_video(d / "a.mp4", frames(), codec="libx265", options=options))


@case
def variable_rate(d: Path) -> Footage:
    times = np.cumsum(np.random.default_rng(7).choice([256, 512, 1024], COUNT)).tolist()
    path = write_video(d / "a.mp4", frames(), pts=times, time_base=Fraction(1, 15360))
    return Footage(path=path, info={"variable_rate": True})


@case
def negative_start(d: Path) -> Footage:
    times = [n * 40 - 100 for n in range(COUNT)]
    return Footage(path=write_video(d / "a.mkv", frames(), pts=times, time_base=Fraction(1, 1000)))


@case
def far_start(d: Path) -> Footage:
    times = [n * 3600 + 95443 * 90000 for n in range(COUNT)]  # close to where 33 bits end
    return Footage(path=write_video(d / "a.ts", frames(), pts=times, time_base=Fraction(1, 90000), gop=8))


@case
def late_start(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mp4", frames(), pts=[n + 75 for n in range(COUNT)]))


@case
def edit_list(d: Path) -> Footage:
    whole = write_video(d / "a.mp4", frames(), options={"bf": "2", "g": "12"})
    return Footage(path=shift_edit_list(whole, 3, 512), numbers=list(range(3, COUNT)))


@case
def pre_roll(d: Path) -> Footage:
    whole = write_video(d / "a.mp4", frames(), options={"bf": "2", "g": "8"})
    return Footage(path=shift_edit_list(whole, 13, 512), numbers=list(range(13, COUNT)))


@case
def missing_times(d: Path) -> Footage:
    path = write_video(d / "a.h264", frames(), options={"bf": "2", "g": "8"})
    return Footage(path=path, warns="no frame times")


@case
def repeated_and_falling_times(d: Path) -> Footage:
    path = write_video(d / "a.ts", frames(), options={"bf": "0"}, gop=8)
    data = bytearray(path.read_bytes())
    stamps = [p for p in range(len(data) - 14) if data[p : p + 4] == b"\0\0\1\xe0" and data[p + 7] & 0x80]
    for place, source in ((6, 5), (15, 11)):
        data[stamps[place] + 9 : stamps[place] + 14] = data[stamps[source] + 9 : stamps[source] + 14]
    path.write_bytes(data)
    return Footage(path=path, warns="mended")


@case
def decode_times_as_display_times(d: Path) -> Footage:
    whole = write_video(d / "whole.mp4", frames(), options={"bf": "2", "g": "10"})
    with av.open(str(whole)) as source, av.open(str(d / "a.mkv"), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(each for each in source.demux(video=0) if each.size):
            packet.pts = packet.dts = number * 512
            packet.stream = stream
            target.mux(packet)
    return Footage(path=d / "a.mkv")


@case
def a_quarter_of_the_colours(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mkv", frames(), codec="ffv1", pix_fmt="yuv410p"))


@case
def in_avi(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.avi", frames(), options={"bf": "2", "g": "10"}))


@case
def packed_mpeg4(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.avi", frames(), codec="mpeg4", options={"bf": "2", "q": "2"}))


@case
def lying_count(d: Path) -> Footage:
    path = write_video(d / "a.avi", frames(), codec="mjpeg", pix_fmt="yuvj420p", options={"q": "2"})
    return Footage(path=patched(path, b"strh", 8 + 32, struct.pack("<I", 9999)))


@case
def lying_rate(d: Path) -> Footage:
    path = write_video(d / "a.avi", frames(), codec="mjpeg", pix_fmt="yuvj420p", options={"q": "2"})
    return Footage(path=patched(path, b"strh", 8 + 20, struct.pack("<II", 1, 1_000_000)))


@case
def lying_duration(d: Path) -> Footage:
    path = write_video(d / "a.mp4", frames())
    return Footage(path=patched(path, b"mvhd", 4 + 16, struct.pack(">I", 1)))


def patched(path: Path, name: bytes, offset: int, value: bytes) -> Path:
    """Overwrite bytes `offset` after the first `name`."""
    data = bytearray(path.read_bytes())
    place = data.index(name) + offset
    data[place : place + len(value)] = value
    path.write_bytes(data)
    return path


# Shape


def _turned(d: Path, quarters: int, mirrored: bool) -> Footage:
    wide = (np.rot90(f[:, ::-1] if mirrored else f, -quarters) for f in frames())
    path = write_video(
        d / "a.mov", (np.ascontiguousarray(f) for f in wide), rotation=90 * quarters, hflip=mirrored, gop=8
    )
    return Footage(path=path, info={"rotation": 90 * quarters})


for _quarters in range(4):
    for _mirrored in (False, True):
        CASES[f"turned_{90 * _quarters}{'_mirrored' if _mirrored else ''}"] = lambda d, q=_quarters, m=_mirrored: (
            _turned(d, q, m)
        )


@case
def wide_pixels(d: Path) -> Footage:
    path = write_video(d / "a.mkv", frames(), sample_aspect=Fraction(16, 15))
    return Footage(path=path, warns="aren't square (16:15)", info={"pixel_aspect": Fraction(16, 15)})


@case
def no_pixel_aspect(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mkv", frames()), info={"pixel_aspect": Fraction(1)})


@case
def odd_size(d: Path) -> Footage:
    path = write_video(d / "a.mkv", frames(101, 77), codec="ffv1", pix_fmt="yuv420p")
    return Footage(path=path, size=(101, 77))


@case
def tiny_size(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mkv", frames(1, 1), codec="ffv1", pix_fmt="bgr0"), numbers=None, size=(1, 1))


@case
def long_and_flat(d: Path) -> Footage:
    flat = numbered_frames(2, 7680, 32)
    return Footage(path=write_video(d / "a.mkv", flat, codec="ffv1", pix_fmt="bgr0"), numbers=[0, 1], size=(7680, 32))


@case
def changing_size(d: Path) -> Footage:
    first = write_video(d / "1.ts", numbered_frames(8, 320, 180))
    second = write_video(
        d / "2.ts", (numbered_frame(n + 8, 160, 90) for n in range(8)), pts=[n + 8 for n in range(8)],
        pix_fmt="yuv444p",
    )  # fmt: skip
    (d / "both.ts").write_bytes(first.read_bytes() + second.read_bytes())
    return Footage(path=d / "both.ts", numbers=list(range(16)), size=(320, 180))


# Depth, colour, alpha


def _coded(d: Path, codec: str, pix_fmt: str, **more: object) -> Path:
    suffix = ".mov" if codec == "prores_ks" else ".webm" if codec.startswith("libvpx") else ".mkv"
    return write_video(d / f"a{suffix}", frames(), codec=codec, pix_fmt=pix_fmt, **more)


@case
def ten_bits(d: Path) -> Footage:
    return Footage(path=_coded(d, "libx265", "yuv420p10le", options={"x265-params": "log-level=none"}), deep=True)


@case
def twelve_bits(d: Path) -> Footage:
    return Footage(path=_coded(d, "ffv1", "yuv444p12le"), deep=True, info={"bit_depth": 12})


@case
def full_range(d: Path) -> Footage:
    return Footage(path=_coded(d, "ffv1", "yuv444p", color_range="pc", matrix="bt709"))


@case
def pq(d: Path) -> Footage:
    tags = {"color_range": "tv", "matrix": "bt2020nc", "primaries": "bt2020", "transfer": "smpte2084"}
    return Footage(path=_coded(d, "ffv1", "yuv420p10le", **tags), deep=True, warns="HDR (PQ)")


@case
def hlg(d: Path) -> Footage:
    tags = {"color_range": "tv", "matrix": "bt2020nc", "primaries": "bt2020", "transfer": "arib-std-b67"}
    return Footage(path=_coded(d, "ffv1", "yuv420p10le", **tags), deep=True, warns="HDR (HLG)")


@case
def interlaced(d: Path) -> Footage:
    path = write_video(d / "a.mkv", frames(), options={"x264-params": "tff=1", "g": "8"})
    return Footage(path=path, warns="interlaced, top field", info={"interlaced": "top"})


@case
def interlaced_bottom_first(d: Path) -> Footage:
    options = {"flags": "+ildct+ilme", "q": "2"}
    path = write_video(d / "a.mpg", frames(176, 96), codec="mpeg2video", options=options)
    return Footage(path=path, size=(176, 96), warns="interlaced, bottom field", info={"interlaced": "bottom"})


def with_alpha() -> Iterator[Pixels]:
    ramp = np.tile(np.linspace(255, 0, SIZE[0]).astype(np.uint8), (SIZE[1], 1))
    return (np.dstack([picture, ramp]) for picture in frames())


@case
def prores_4444(d: Path) -> Footage:
    path = write_video(d / "a.mov", with_alpha(), codec="prores_ks", pix_fmt="yuva444p10le")
    return Footage(path=path, deep=True, alpha=True)


@case
def vp9_alpha(d: Path) -> Footage:
    path = write_video(
        d / "a.webm", with_alpha(), codec="libvpx-vp9", pix_fmt="yuva420p", metadata={"alpha_mode": "1"},
        options={"deadline": "realtime", "cpu-used": "8", "crf": "10"},
    )  # fmt: skip
    return Footage(path=path, alpha=True)


@case
def ffv1_alpha(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mkv", with_alpha(), codec="ffv1", pix_fmt="bgra"), alpha=True)


@case
def png_alpha(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.mov", with_alpha(), codec="png", pix_fmt="rgba"), alpha=True)


# Containers


@case
def several_streams(d: Path) -> Footage:
    """Two pictures and a sound: the first picture counts."""
    first = write_video(d / "1.mp4", frames(), audio=True, gop=8)
    second = write_video(d / "2.mp4", numbered_frames(5, 64, 48))
    path = d / "a.mkv"
    with av.open(str(first)) as one, av.open(str(second)) as two, av.open(str(path), "w") as target:
        pairs = [(one, one.streams.video[0]), (one, one.streams.audio[0]), (two, two.streams.video[0])]
        copies = [target.add_stream_from_template(stream) for _, stream in pairs]
        for (source, stream), copy in zip(pairs, copies, strict=True):
            source.seek(0)
            for packet in source.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    target.mux(packet)
    return Footage(path=path, info={"audio": "aac"})


@case
def cover_beside(d: Path) -> Footage:
    """A cover picture in the first place, the footage in the second."""
    source = write_video(d / "1.mp4", frames(), gop=8)
    path = d / "a.mp4"
    with av.open(str(source)) as one, av.open(str(path), "w") as target:
        cover = target.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        copy = target.add_stream_from_template(one.streams.video[0])
        target.mux(cover.encode(av.VideoFrame.from_ndarray(numbered_frame(1, 32, 32), "rgb24")))
        target.mux(cover.encode())
        for packet in one.demux(one.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    return Footage(path=path)


@case
def truncated(d: Path) -> Footage:
    whole = write_video(d / "whole.mp4", frames(), gop=6, container_options={"movflags": "faststart"})
    return Footage(path=cut_file(whole, d / "cut.mp4", 0.7), numbers=None, warns="cut short")


@case
def damaged(d: Path) -> Footage:
    path = write_video(d / "a.ts", frames(), gop=6)
    data = bytearray(path.read_bytes())
    place = len(data) // 2
    data[place : place + 200] = np.random.default_rng(0).bytes(200)
    path.write_bytes(data)
    return Footage(path=path, numbers=None)


@case
def animated_gif(d: Path) -> Footage:
    return Footage(path=write_video(d / "a.gif", frames(), codec="gif", pix_fmt="rgb8"), alpha=True)


# Sequences and stills


@case
def sequence_png(d: Path) -> Footage:
    return Footage(path=write_sequence(d / "shots", range(COUNT)))


@case
def sequence_with_gaps(d: Path) -> Footage:
    folder = write_sequence(d / "shots", [1001, 1002, 1005], "s2.{}.png")
    return Footage(path=folder, numbers=[1001, 1002, 1002, 1002, 1005], warns="missing", info={"first_number": 1001})


@case
def sequence_of_mixed_sizes(d: Path) -> Footage:
    folder = write_sequence(d / "shots", range(5))
    write_sequence(folder, [3], width=80, height=48)
    return Footage(path=folder, numbers=[0, 1, 2, 2, 4], warns="Frame 3 is 80x48")


@case
def sequence_exr(d: Path) -> Footage:
    for number in range(4):
        light = linear(numbered_frame(number))
        channels = {name: np.ascontiguousarray(light[..., place]) for place, name in enumerate("RGB")}
        write_exr(d / f"a.{number:03d}.exr", channels | {"A": np.full(light.shape[:2], 0.5, np.float32)})
    return Footage(path=d, numbers=[0, 1, 2, 3], deep=True, alpha=True)


@case
def sequence_dpx(d: Path) -> Footage:
    for number in range(4):
        write_picture(d / f"a.{number}.dpx", "rgb48le", [numbered_frame(number).astype(np.uint16) * 257], "dpx")
    return Footage(path=d, numbers=[0, 1, 2, 3], deep=True)


def _oriented(d: Path, tag: int, suffix: str) -> Footage:
    """Three pictures and their EXIF tag: a sequence; as TIFF of 16 bits, as JPEG and PNG."""
    undo: list[Callable[[Pixels], Pixels]] = [
        lambda p: p, lambda p: p[:, ::-1], lambda p: p[::-1, ::-1], lambda p: p[::-1], lambda p: p.swapaxes(0, 1),
        lambda p: np.rot90(p, 1), lambda p: np.rot90(p, 1)[:, ::-1], lambda p: np.rot90(p, -1),
    ]  # fmt: skip
    for number in range(3):
        stored = np.ascontiguousarray(undo[tag - 1](numbered_frame(number)))
        exif = Image.Exif()
        exif[274] = tag
        path = d / f"a.{number}.{suffix}"
        if suffix == "tif":
            deep_tiff(path, stored.astype(np.uint16) * 257, tag)
        else:
            Image.fromarray(stored).save(path, exif=exif, **({"quality": 95} if suffix == "jpg" else {}))
    return Footage(path=d, numbers=[0, 1, 2], deep=suffix == "tif")


for _tag, _suffix in (*((tag, "tif") for tag in range(1, 9)), (5, "jpg"), (8, "png")):
    CASES[f"exif_{_tag}_{_suffix}"] = lambda d, t=_tag, s=_suffix: _oriented(d, t, s)


def deep_tiff(path: Path, pixels: Pixels, orientation: int = 1, *, premultiplied: bool = False) -> Path:
    """An uncompressed TIFF of 16 bits; of four channels, the last is alpha, straight or premultiplied."""
    height, width, channels = pixels.shape
    data = np.ascontiguousarray(pixels, "<u2").tobytes()
    bits, offset = 8 + len(data), 8
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, channels, bits), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, offset), (274, 3, 1, orientation), (277, 3, 1, channels), (278, 4, 1, height),
        (279, 4, 1, len(data)), (284, 3, 1, 1),
    ]  # fmt: skip
    if channels == 4:
        entries.append((338, 3, 1, 1 if premultiplied else 2))
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    depths = struct.pack(f"<{channels}H", *[16] * channels)
    path.write_bytes(struct.pack("<2sHI", b"II", 42, bits + len(depths)) + data + depths + table)
    return path


@case
def premultiplied_tiff(d: Path) -> Footage:
    """Half of its colour is stored: read straight, it is whole."""
    rgba = np.dstack([numbered_frame(0).astype(np.uint16) * 128, np.full((96, 160), 32896, np.uint16)])
    return Footage(path=deep_tiff(d / "a.tif", rgba, premultiplied=True), numbers=[0], deep=True, alpha=True)


@case
def still_png(d: Path) -> Footage:
    cv2.imwrite(str(d / "a.png"), numbered_frame(0))
    return Footage(path=d / "a.png", numbers=[0])


@case
def still_exr(d: Path) -> Footage:
    light = linear(numbered_frame(0)).astype(np.float16)
    channels = {name: np.ascontiguousarray(light[..., place]) for place, name in enumerate("RGB")}
    return Footage(path=write_exr(d / "a.exr", channels), numbers=[0], deep=True)
