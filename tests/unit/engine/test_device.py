"""Devices and number types: what `auto` takes, what is refused, and what a GPU that doesn't work costs."""

import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from sam2_studio.engine import device
from sam2_studio.engine.device import choose_device, choose_dtype, choose_place, gpu_fault, memory_report, survey
from sam2_studio.engine.models import Model, load_model
from sam2_studio.errors import ModelError

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


def gain(value: float) -> Callable[[], float]:
    return lambda: value


def broken() -> bool:
    raise RuntimeError("CUDA driver initialization failed, you might not have a CUDA gpu.\nMore lines.")


def too_old() -> bool:
    warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old.", stacklevel=1)
    return False


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ModelError, match="no device called tpu") as caught:
        choose_device("tpu")
    assert "auto, cpu, cuda, mps" in caught.value.way_out


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_gpu_is_refused_where_there_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ModelError, match=f"{name} can't be used here: torch finds none"):
        choose_device(name)
    assert choose_device("auto") == (CPU, "")


@pytest.mark.parametrize(
    ("probe", "reason"), [(broken, "driver initialization failed"), (too_old, "driver .* is too old")]
)
def test_a_driver_that_is_gone_costs_speed_and_is_said(
    probe: Callable[[], bool], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", probe)
    place = choose_place("auto", half_precision=False)
    assert (place.device, place.dtype) == (CPU, torch.float32)
    with pytest.raises(ModelError, match=reason):
        choose_device("cuda")
    assert place.notice.startswith("The GPU can't be used, the processor computes instead: CUDA ")
    assert "\n" not in place.notice


def test_a_gpu_that_gives_no_memory_costs_speed_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, device: str) -> torch.Tensor:
        raise torch.OutOfMemoryError(f"{device} out of memory. Tried to allocate 2.00 MiB.")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "zeros", refuse)
    assert gpu_fault("cuda") == "cuda out of memory. Tried to allocate 2.00 MiB"
    assert choose_device("auto")[0] == CPU
    assert "out of memory" in choose_device("auto")[1]


def test_a_model_says_why_it_isnt_on_the_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", broken)
    model = load_model("nano")
    assert model.computes_on == "cpu float32"
    assert "driver initialization failed" in model.notice
    assert not load_model("nano", "cpu").notice


@pytest.mark.parametrize(
    ("place", "capability", "factor", "chosen"),
    [
        (CUDA, (9, 0), 1.0, torch.bfloat16),
        (CUDA, (8, 0), 1.0, torch.bfloat16),
        (CUDA, (7, 5), 9.0, torch.float16),
        (MPS, (0, 0), 9.0, torch.float32),
        (CPU, (0, 0), 1.3, torch.bfloat16),
        (CPU, (0, 0), 1.29, torch.float32),
    ],
)
def test_auto_takes_the_type_that_the_device_does_well(
    place: torch.device,
    capability: tuple[int, int],
    factor: float,
    chosen: torch.dtype,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    monkeypatch.setattr("sam2_studio.engine.half_precision.bfloat16_gain", gain(factor))
    assert choose_dtype("auto", place) is chosen
    assert choose_dtype("auto", place, half_precision=False) is torch.float32


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_a_type_that_the_device_computes_in_is_taken(name: str) -> None:
    assert choose_dtype(name, CPU) is getattr(torch, name)


def test_a_type_that_the_device_cant_compute_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def cant(*args: object, **options: object) -> torch.Tensor:
        raise RuntimeError("\"slow_conv2d_cpu\" not implemented for 'Half'")

    monkeypatch.setattr(torch.nn.functional, "conv2d", cant)
    with pytest.raises(ModelError, match="device cpu can't compute in float16") as caught:
        choose_dtype("float16", CPU)
    assert "float32 or auto" in caught.value.way_out
    assert choose_dtype("float32", CPU) is torch.float32


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ModelError, match="no number type called int8"):
        choose_dtype("int8", CPU)


def test_nano_stays_in_float32_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "bfloat16_pays", lambda: True)
    assert load_model("nano", "cpu").dtype is torch.float32
    assert load_model("nano", "cpu", "bfloat16").dtype is torch.bfloat16


def test_computing_sets_gradients_and_type_and_takes_them_back(nano: Model) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        with replace(nano, dtype=dtype).computing():
            assert torch.is_inference_mode_enabled()
            assert torch.is_autocast_enabled("cpu") is (dtype is torch.bfloat16)
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is dtype
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")


def test_the_survey_names_every_device_and_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "bfloat16_gain", gain(2.04))
    monkeypatch.setattr(device, "bfloat16_pays", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", broken)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    found = dict(survey())
    assert found["device cpu"] == "can be used"
    assert "driver initialization failed" in found["device cuda"]
    assert found["device mps"] == "none found"
    assert found["bfloat16 on the processor"] == "2.0 times as fast as float32"
    assert found["chosen for SAM 2"] == "cpu bfloat16"


def test_threads_are_those_asked_for() -> None:
    before = torch.get_num_threads()
    try:
        assert device.use_threads(1) == torch.get_num_threads() == 1
        assert device.use_threads() >= 1
    finally:
        torch.set_num_threads(before)


def test_the_memory_report_is_of_this_process() -> None:
    assert memory_report().process > 10 << 20
