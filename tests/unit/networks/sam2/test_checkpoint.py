"""Weight files of SAM 2: what loads, and what is refused with a sentence that says why."""

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sam2_studio.networks.sam2.archive import LARGEST_KNOWN, MOST_BYTES
from sam2_studio.networks.sam2.checkpoint import load_sam2, recognise_file
from sam2_studio.networks.sam2.config import CONFIGS
from sam2_studio.networks.sam2.recognise import recognise
from sam2_studio.networks.weights import WeightsError
from tests.parity.stand_in import MANIFESTS, manifest_shapes
from torch import Tensor

TINY = "sam2.1_hiera_tiny"
Weights = dict[str, Tensor]


@pytest.fixture
def weights() -> Weights:
    """Every number is 0.5; each tensor is one number repeated, so that its file is small."""
    return {key: torch.full((1,), 0.5).expand(shape) for key, shape in manifest_shapes(TINY).items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "named-as-it-likes.pt"


def save(weights: Weights, path: Path) -> Path:
    torch.save({"model": weights}, path)
    return path


@pytest.mark.parametrize("manifest", sorted(MANIFESTS.glob("*.json")), ids=lambda path: path.stem)
def test_version_and_size_are_told_by_keys_and_shapes(manifest: Path) -> None:
    config = recognise(manifest_shapes(manifest.stem))
    family, size = manifest.stem.split("_hiera_")
    assert config.name == f"{family}-{size.replace('_', '-')}"


def test_keys_and_shapes_are_those_of_the_published_files() -> None:
    from sam2_studio.networks.sam2.model import Sam2

    for config in CONFIGS:
        family, size = config.name.split("-", 1)
        with torch.device("meta"):
            state = Sam2(config).state_dict()
        wanted = manifest_shapes(f"{family}_hiera_{size.replace('-', '_')}")
        assert {key: tuple(value.shape) for key, value in state.items()} == wanted


def test_a_published_file_loads_whatever_it_is_called(weights: Weights, path: Path) -> None:
    network = load_sam2(save(weights, path), working_size=512)
    assert network.traits.name == "sam2.1-tiny"
    assert network.traits.working_size == 512
    assert all(bool((value == 0.5).all()) for value in network.state_dict().values())
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not network.training


def test_a_bare_table_of_weights_loads(weights: Weights, path: Path) -> None:
    torch.save(weights, path)
    assert load_sam2(path).traits.name == "sam2.1-tiny"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_loads_as_float32(weights: Weights, path: Path, dtype: torch.dtype) -> None:
    network = load_sam2(save({key: value.to(dtype) for key, value in weights.items()}, path))
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}


def test_safetensors_load_in_half_precision(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({key: value.half().contiguous() for key, value in weights.items()}, path)
    assert recognise_file(path).name == "sam2.1-tiny"
    assert load_sam2(path).no_mem_embed.dtype == torch.float32


def test_the_network_does_not_hang_on_the_file(weights: Weights, path: Path) -> None:
    network = load_sam2(save(weights, path))
    path.write_bytes(b"\0" * path.stat().st_size)
    assert bool((network.no_mem_embed == 0.5).all())


def refuse(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load_sam2(path)
    return str(caught.value)


def test_misfits_are_named_five_at_most(weights: Weights, path: Path) -> None:
    for key in sorted(weights)[:7]:
        del weights[key]
    weights["surplus"] = torch.zeros(1)
    weights["no_obj_ptr"] = torch.zeros(2, 256)
    message = refuse(save(weights, path))
    missing = sorted(manifest_shapes(TINY))[:7]
    assert message.startswith("it looks like SAM 2.1 tiny, but missing are ")
    assert ", ".join(missing[:5]) + " and 2 more" in message
    assert missing[5] not in message
    assert "not expected are surplus" in message
    assert "no_obj_ptr [2, 256] instead of [1, 256]" in message


def test_a_foreign_network_is_named_so(weights: Weights, path: Path) -> None:
    assert "no image encoder of SAM 2" in refuse(save({"weight": torch.zeros(3)}, path))
    del weights["image_encoder.trunk.blocks.11.mlp.layers.0.weight"]
    cut = {key: value for key, value in weights.items() if ".blocks.11." not in key}
    assert "11 blocks from 96 channels" in refuse(save(cut, path))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(weights: Weights, path: Path, bad: float) -> None:
    weights["no_obj_ptr"] = torch.full((1, 256), 0.5)
    weights["no_obj_ptr"][0, 17] = bad
    assert "no_obj_ptr holds numbers that are not finite" in refuse(save(weights, path))


class Payload:
    """Pickled, it would make a folder on loading."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._folder),)


def test_a_payload_is_not_run(path: Path, tmp_path: Path) -> None:
    torch.save({"model": {"weight": Payload(tmp_path / "done")}}, path)
    assert "more than numbers" in refuse(path)
    path.write_bytes(pickle.dumps(Payload(tmp_path / "done")))
    assert "cut short or no checkpoint" in refuse(path)
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize("what", [{"model": 3}, {"model": {1: torch.zeros(1)}}, {"model": {"a": "text"}}, [1, 2]])
def test_other_contents_are_refused(path: Path, what: object) -> None:
    torch.save(what, path)
    assert "no table of weights" in refuse(path) or "no plain array" in refuse(path)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.9999])
def test_a_cut_file_is_refused(weights: Weights, path: Path, part: float) -> None:
    whole = save(weights, path).read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    assert "cut short" in refuse(path)


def test_a_file_damaged_inside_is_refused(weights: Weights, path: Path) -> None:
    data = bytearray(save(weights, path).read_bytes())
    data[100:5000] = os.urandom(4900)  # in the pickle, the first part
    path.write_bytes(data)
    refuse(path)


def test_a_packed_part_is_refused_unopened(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", pickle.dumps({}))
        archive.writestr("a/data/0", bytes(50 << 20))
    assert "packed" in refuse(path)


def test_parts_that_claim_more_than_the_file_are_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", pickle.dumps({}))
        archive.writestr("a/data/0", bytes(64))
        for _ in range(50):  # the same bytes listed again and again
            archive.filelist.append(archive.filelist[1])
    assert "more bytes than the file" in refuse(path)


def test_a_file_larger_than_any_known_is_refused_unread(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # sparse
    assert "more than any published checkpoint" in refuse(path)
    assert LARGEST_KNOWN <= MOST_BYTES


def test_a_huge_directory_is_refused_unread(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(40 << 20)
        file.seek(0, os.SEEK_END)
        file.write(b"PK\x05\x06" + b"\0" * 8 + (40 << 20).to_bytes(4, "little") + b"\0" * 6)
    assert "list of contents is larger" in refuse(path)


def test_no_file_is_an_os_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_sam2(path)
