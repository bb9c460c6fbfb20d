"""The numbers that tell the eight published networks apart, and those that they share (SAM 2 paper, appendix D).

The sizes differ in the image encoder alone; 2.1 differs from 2.0 in how it marks absent objects and ages of pointers.
"""

from dataclasses import dataclass

EMBED = 256  # channels of the image embedding, the tokens and the pointers
MEMORY = 64  # channels of a stored memory map
SKIP8, SKIP4 = 64, 32  # channels of the finer features that the mask decoder adds
MAPS = 7  # maps with a temporal code of their own: six recent ones and one for all conditioning frames
POINTERS = 16  # most pointers attended to, the present frame's place counted
NO_LIMIT = 1 << 30  # conditioning frames: the published configuration attends to all of them, however old


@dataclass(frozen=True, kw_only=True)
class TrunkConfig:
    """Shape of the Hiera trunk (Ryali et al. 2023).

    Attributes:
        width: Channels of the first stage; each later stage doubles them.
        heads: Heads of the first stage; doubled likewise.
        depths: Blocks of the four stages.
        windows: Side of the attention windows of the four stages.
        global_blocks: Numbers of the blocks that attend over the whole picture.
        position_grid: Side of the learned position code before it is stretched.
    """

    width: int
    heads: int
    depths: tuple[int, int, int, int]
    windows: tuple[int, int, int, int]
    global_blocks: tuple[int, ...]
    position_grid: int


@dataclass(frozen=True, kw_only=True)
class Sam2Config:
    """One published network.

    Attributes:
        version: `2.0` or `2.1`.
        size: `tiny`, `small`, `base-plus` or `large`.
        trunk: Its image encoder.
    """

    version: str
    size: str
    trunk: TrunkConfig

    @property
    def name(self) -> str:
        """As in the catalogue."""
        return f"sam2-{self.size}" if self.version == "2.0" else f"sam{self.version}-{self.size}"

    @property
    def codes_absence(self) -> bool:
        """Whether the memory of a frame without the object is marked by a code of its own (2.1)."""
        return self.version == "2.1"

    @property
    def codes_pointer_age(self) -> bool:
        """Whether pointers are marked with their age (2.1)."""
        return self.version == "2.1"


TRUNKS = {
    "tiny": TrunkConfig(
        width=96, heads=1, depths=(1, 2, 7, 2), windows=(8, 4, 14, 7), global_blocks=(5, 7, 9), position_grid=7
    ),
    "small": TrunkConfig(
        width=96, heads=1, depths=(1, 2, 11, 2), windows=(8, 4, 14, 7), global_blocks=(7, 10, 13), position_grid=7
    ),
    "base-plus": TrunkConfig(
        width=112, heads=2, depths=(2, 3, 16, 3), windows=(8, 4, 14, 7), global_blocks=(12, 16, 20), position_grid=14
    ),
    "large": TrunkConfig(
        width=144, heads=2, depths=(2, 6, 36, 4), windows=(8, 4, 16, 8), global_blocks=(23, 33, 43), position_grid=7
    ),
}

CONFIGS = tuple(
    Sam2Config(version=version, size=size, trunk=trunk) for version in ("2.0", "2.1") for size, trunk in TRUNKS.items()
)
