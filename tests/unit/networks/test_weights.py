"""Weight files: only whole, finite ones of the right shape get in, and the misfit is named."""

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sam2_studio.networks.weights import MOST_HEADER_BYTES, WeightsError, load_weights, read_shapes
from torch import Tensor, nn


def small_network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))


def good_tensors() -> dict[str, Tensor]:
    torch.manual_seed(1)
    return {key: torch.randn_like(value).half() for key, value in small_network().state_dict().items()}


def written(path: Path, tensors: dict[str, Tensor]) -> Path:
    save_file(tensors, path / "w.safetensors")
    return path / "w.safetensors"


def test_half_precision_is_loaded_into_the_networks_own_type(tmp_path: Path) -> None:
    tensors, network = good_tensors(), small_network()
    load_weights(network, written(tmp_path, tensors))
    for key, value in network.state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, tensors[key].float())


def test_missing_unexpected_and_misshapen_keys_are_named(tmp_path: Path) -> None:
    tensors = good_tensors()
    del tensors["0.bias"]
    tensors["2.weight"] = torch.zeros(1)
    tensors["1.weight"] = torch.zeros(4, 2)
    with pytest.raises(WeightsError) as caught:
        load_weights(small_network(), written(tmp_path, tensors))
    text = str(caught.value)
    assert "missing are 0.bias" in text
    assert "not expected are 2.weight" in text
    assert "1.weight [4, 2] instead of [2, 4]" in text


def test_only_the_first_five_misfits_are_named(tmp_path: Path) -> None:
    tensors = good_tensors() | {f"x{n}": torch.zeros(1) for n in range(9)}
    with pytest.raises(WeightsError, match="x0, x1, x2, x3, x4 and 4 more"):
        load_weights(small_network(), written(tmp_path, tensors))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(tmp_path: Path, bad: float) -> None:
    tensors, network = good_tensors(), small_network()
    tensors["1.bias"][1] = bad
    before = {key: value.clone() for key, value in network.state_dict().items()}
    with pytest.raises(WeightsError, match=r"1\.bias"):
        load_weights(network, written(tmp_path, tensors))
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, good_tensors())
    whole = path.read_bytes()
    for length in [0, 1, 7, 8, 9, *range(20, len(whole), 17), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            load_weights(small_network(), path)


def test_a_huge_header_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
    with pytest.raises(WeightsError, match="no safetensors"):
        read_shapes(path)
    path.write_bytes(struct.pack("<Q", MOST_HEADER_BYTES + 1) + b" " * (MOST_HEADER_BYTES + 1))
    with pytest.raises(WeightsError, match="no safetensors"):
        read_shapes(path)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0]},
        {"dtype": "PICKLE", "shape": [1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": "1", "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]},
        [],
        None,
    ],
)
def test_an_entry_that_lies_is_refused(tmp_path: Path, entry: object) -> None:
    header = json.dumps({"a": entry}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(WeightsError, match="entry for a"):
        read_shapes(path)


@pytest.mark.parametrize("text", [b"[1]", b"{{", b"\xff\xfe", b"[" * 100_000])
def test_a_header_that_is_no_table_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    with pytest.raises(WeightsError, match="header is damaged"):
        read_shapes(path)
