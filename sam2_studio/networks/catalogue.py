"""Every weight file the program knows: what it is, how to recognise it, whose it is, where it is from. Data, no torch.

The SAM 2 digests were gathered from independent public records of Meta's files; Meta publishes none itself.
"""

from dataclasses import dataclass

_META = "https://dl.fbaipublicfiles.com/segment_anything_2"


@dataclass(frozen=True, kw_only=True)
class WeightFile:
    """One weight file.

    Attributes:
        name: As users write it.
        family: Which network it is for: `nano` or `sam2`.
        version: Of the weights: nano's own, or `2.0` or `2.1`.
        config: Size of the network within the family.
        file_name: Name on disk.
        sha256: Of the whole file.
        bytes: Its size, or None where no record of it was found.
        licence: SPDX identifier; empty where it isn't known.
        source: Address to fetch it from; empty for the one that comes with the program and for users' own files.
        summary: One line for the list of models: what it is good for.
        custom: Whether it is a file of the user's own, not in this catalogue.
    """

    name: str
    family: str
    version: str
    config: str
    file_name: str
    sha256: str
    bytes: int | None
    licence: str
    source: str
    summary: str
    custom: bool = False

    @property
    def bundled(self) -> bool:
        """Whether it comes with the program."""
        return not self.source and not self.custom


NANO = WeightFile(
    name="nano",
    family="nano",
    version="1",
    config="nano",
    file_name="nano.safetensors",
    sha256="e383bcff571007fb55fdfd568aca5dd71a87825c1b04a00f6c7a010cb721853b",
    bytes=8_639_770,
    licence="Apache-2.0",
    source="",
    summary="Fast on any processor; coarse edges, weak on thin parts, crowds, long absences",
)


_GOOD_FOR = {
    "tiny": "Stills and clips of one clear subject; the quickest of the four",
    "small": "As tiny, a little surer on clips",
    "base-plus": "Stills with fine parts and most clips; the best balance",
    "large": "Small or similar-looking things over long clips; slow without a graphics card",
}


def _sam2(version: str, config: str, sha256: str, size: int | None) -> WeightFile:
    family, folder = ("sam2", "072824") if version == "2.0" else ("sam2.1", "092824")
    file_name = f"{family}_hiera_{config.replace('-', '_')}.pt"
    return WeightFile(
        name=f"{family}-{config}",
        family="sam2",
        version=version,
        config=config,
        file_name=file_name,
        sha256=sha256,
        bytes=size,
        licence="Apache-2.0",
        source=f"{_META}/{folder}/{file_name}",
        summary=_GOOD_FOR[config] + ("" if version == "2.1" else "; prefer 2.1 for clips"),
    )


CATALOGUE: tuple[WeightFile, ...] = (
    NANO,
    _sam2("2.0", "tiny", "65b50056e05bcb13694174f51bb6da89c894b57b75ccdf0ba6352c597c5d1125", 155_906_050),
    _sam2("2.0", "small", "95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3", 184_309_650),
    _sam2("2.0", "base-plus", "d0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071", None),
    _sam2("2.0", "large", "7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b", None),
    _sam2("2.1", "tiny", "7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69", 156_008_466),
    _sam2("2.1", "small", "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38", 184_416_285),
    _sam2("2.1", "base-plus", "a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5", 323_606_802),
    _sam2("2.1", "large", "2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318", 898_083_611),
)


def find_weights(name: str) -> WeightFile | None:
    """The entry called `name`, or None."""
    return next((entry for entry in CATALOGUE if entry.name == name), None)
