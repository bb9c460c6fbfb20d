"""Turns one decoded frame into RGB and alpha arrays, exactly; what its colour means is decided in `color`.

8-bit YUV goes through FFmpeg's scaler with accurate rounding and full chroma: within 0.6/255 of the formula. It shifts
deeper formats instead of scaling them (white becomes 65,472), so those are computed here, to the full 65,535.
"""

from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from sam2_studio.core.clip import ColorTags
from sam2_studio.media.color import is_grey, is_rgb, luma_weights
from sam2_studio.media.light import shown, straight, stretched

Pixels = NDArray[Any]

_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_REPACK = Interpolation.POINT | Interpolation.ACCURATE_RND
_SPACES = {
    "bt709": Colorspace.ITU709,
    "fcc": Colorspace.FCC,
    "smpte240m": Colorspace.SMPTE240M,
    "bt2020nc": Colorspace.BT2020,
}
_FULL = 65535


class PixelConverter:
    """Converts frames of one clip; keeps the scaler between frames, so belongs to one thread.

    Args:
        deep: Give uint16 (full scale 65,535), else uint8.
    """

    def __init__(self, deep: bool) -> None:
        self._deep = deep
        self._scaler = VideoReformatter()

    def convert(self, frame: VideoFrame, colour: ColorTags) -> tuple[Pixels, Pixels | None]:
        """Return ((H, W, 3) rgb, (H, W) alpha or None) of the stored picture, straight colour.

        Args:
            colour: What the pixels are meant to be, as `color.meant` says it.
        """
        name = frame.format.name
        if "f32" in name or "f16" in name:
            rgb, alpha = self._from_float(frame)
        elif frame.format.components[0].bits > 8:
            rgb, alpha = self._from_deep(frame, colour)
        elif is_grey(name):
            rgb, alpha = _grey(frame, colour, 255)
        else:
            rgb, alpha = self._from_bytes(frame, colour)
        return self._depth(rgb), None if alpha is None else self._depth(alpha)

    def _depth(self, pixels: Pixels) -> Pixels:
        if self._deep:
            return pixels if pixels.dtype == np.uint16 else pixels.astype(np.uint16) * 257
        return (
            pixels if pixels.dtype == np.uint8 else ((pixels.astype(np.uint32) * 255 + 32767) // _FULL).astype(np.uint8)
        )

    def _as(self, frame: VideoFrame, pixel_format: str) -> VideoFrame:
        return self._scaler.reformat(frame, format=pixel_format, interpolation=_REPACK)

    def _from_bytes(self, frame: VideoFrame, colour: ColorTags) -> tuple[Pixels, Pixels | None]:
        space = _SPACES.get(colour.matrix, Colorspace.ITU601)
        whole = self._scaler.reformat(
            frame,
            format="rgb24",
            src_colorspace=space,
            dst_colorspace=space,
            interpolation=_EXACT,
            src_color_range=ColorRange.JPEG if colour.range == "pc" else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
        )
        return np.ascontiguousarray(whole.to_ndarray()), self._byte_alpha(frame)

    def _byte_alpha(self, frame: VideoFrame) -> Pixels | None:
        # Plane by plane: a conversion of the whole frame to RGBA writes past its buffer at odd widths.
        name = frame.format.name
        if name.startswith(("yuva", "gbrap")):
            return _plane(frame.planes[3], np.uint8)
        if name in ("rgba", "bgra", "argb", "abgr", "pal8"):
            return _plane(self._as(frame, "gbrap").planes[3], np.uint8)
        return None

    def _from_deep(self, frame: VideoFrame, colour: ColorTags) -> tuple[Pixels, Pixels | None]:
        name = frame.format.name
        if name.startswith(("rgb48", "bgr48")):
            return np.ascontiguousarray(self._as(frame, "rgb48le").to_ndarray()), None
        if name.startswith(("rgba64", "bgra64")):
            rgba = self._as(frame, "rgba64le").to_ndarray()
            return np.ascontiguousarray(rgba[..., :3]), np.ascontiguousarray(rgba[..., 3])
        frame = self._planar(frame)
        top = (1 << frame.format.components[0].bits) - 1
        if is_grey(frame.format.name):
            return _grey(frame, colour, top)
        planes = [_plane(plane, np.uint16) for plane in frame.planes]
        alpha = _stretched(planes[3], top) if len(planes) > 3 else None
        if is_rgb(frame.format.name):
            green, blue, red = (_stretched(plane, top) for plane in planes[:3])
            return _joined((red, green, blue)), alpha
        return _deep_yuv(planes, colour, top), alpha

    def _planar(self, frame: VideoFrame) -> VideoFrame:
        """The same values in a planar, little-endian format."""
        name = frame.format.name
        if name.endswith("be"):
            return self._as(frame, name[:-2] + "le")
        if is_grey(name) or name.startswith(("gbr", "yuv4", "yuva4")):
            return frame
        if is_rgb(name):
            return self._as(frame, "gbrp10le")
        chroma = frame.format.chroma_width(16), frame.format.chroma_height(16)
        layout = {(8, 8): "yuv420p", (8, 16): "yuv422p"}.get(chroma, "yuv444p")
        bits = next(depth for depth in (10, 12, 16) if depth >= frame.format.components[0].bits)
        return self._as(frame, f"{layout}{bits}le")

    def _from_float(self, frame: VideoFrame) -> tuple[Pixels, Pixels | None]:
        """Linear light: clipped at 1, alpha taken out of the colour, encoded with sRGB's curve."""
        has_alpha = any(part.is_alpha for part in frame.format.components)
        if not frame.format.name.startswith(("gbrpf32le", "gbrapf32le")):
            frame = self._as(frame, "gbrapf32le" if has_alpha else "gbrpf32le")
        planes = [_plane(plane, np.float32) for plane in frame.planes]
        linear = _joined((planes[2], planes[0], planes[1]))
        if not has_alpha:
            return shown(linear), None
        return shown(straight(linear, planes[3])), stretched(planes[3])


def _plane(plane: VideoPlane, dtype: Any) -> Pixels:
    """(H, W) copy of a plane's values without its padding."""
    return _rows(plane, dtype)[:, : plane.width].copy()


def _rows(plane: VideoPlane, dtype: Any) -> Pixels:
    """(H, at least W) view of a plane, top row first; a picture stored bottom-up has a negative line size."""
    step = abs(plane.line_size) // np.dtype(dtype).itemsize
    rows = np.frombuffer(memoryview(plane), np.dtype(dtype))[: plane.height * step].reshape(plane.height, step)
    return rows[::-1] if plane.line_size < 0 else rows


def _joined(channels: Any) -> Pixels:
    """(H, W, 3) of three (H, W) channels."""
    joined: Pixels = cv2.merge(channels)
    return joined


def _stretched(values: Pixels, top: int) -> Pixels:
    """Values 0..`top` as uint16 0..65,535."""
    if top == _FULL:
        return values
    table = ((np.arange(top + 1, dtype=np.uint64) * _FULL + top // 2) // top).astype(np.uint16)
    return table[np.minimum(values, top)]


def _grey(frame: VideoFrame, colour: ColorTags, top: int) -> tuple[Pixels, Pixels | None]:
    dtype = np.uint8 if top == 255 else np.uint16
    channels = len(frame.format.components)
    packed = _rows(frame.planes[0], dtype)[:, : frame.width * channels].reshape(frame.height, frame.width, channels)
    luma = packed[..., 0]
    full = 255 if top == 255 else _FULL
    low, span = (0, top) if colour.range == "pc" else (16 * (top + 1) // 256, 219 * (top + 1) // 256)
    table = np.clip((np.arange(top + 1) - low) / span * full, 0, full)
    grey = np.rint(table).astype(dtype)[np.minimum(luma, top)]
    alpha = packed[..., 1] if channels > 1 else None
    if alpha is not None:
        alpha = alpha.copy() if top == 255 else _stretched(alpha, top)
    return _joined((grey, grey, grey)), alpha


def _deep_yuv(planes: list[Pixels], colour: ColorTags, top: int) -> Pixels:
    """(H, W, 3) uint16 from planes of 9 to 16 bits, by the formula of BT.601, 709 and 2020 in float32."""
    step = (top + 1) / 256
    full = colour.range == "pc"
    low, luma_span, chroma_span = (0.0, float(top), float(top)) if full else (16 * step, 219 * step, 224 * step)
    height, width = planes[0].shape
    luma = (planes[0].astype(np.float32) - np.float32(low)) * np.float32(_FULL / luma_span)
    blue_part, red_part = (_chroma(plane, (top + 1) / 2, chroma_span, (height, width)) for plane in planes[1:3])
    weights = luma_weights(colour.matrix)
    green_share = 1 - weights.red - weights.blue
    red = luma + np.float32(2 * (1 - weights.red)) * red_part
    blue = luma + np.float32(2 * (1 - weights.blue)) * blue_part
    green = luma - np.float32(2 * (1 - weights.red) * weights.red / green_share) * red_part
    green -= np.float32(2 * (1 - weights.blue) * weights.blue / green_share) * blue_part
    return _joined([np.clip(np.rint(channel), 0, _FULL).astype(np.uint16) for channel in (red, green, blue)])


def _chroma(plane: Pixels, middle: float, span: float, shape: tuple[int, int]) -> Pixels:
    """A colour difference, -0.5..0.5 times 65,535, at the size of the luma plane."""
    values = (plane.astype(np.float32) - np.float32(middle)) * np.float32(_FULL / span)
    height, width = shape
    if values.shape == shape:
        return values
    across = 1 if values.shape[1] == width else 2 if values.shape[1] * 2 - width in (0, 1) else 4
    down = 1 if values.shape[0] == height else 2 if values.shape[0] * 2 - height in (0, 1) else 4
    grown = cv2.resize(values, (values.shape[1] * across, values.shape[0] * down), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(grown[:height, :width])
