"""The timed probe: what it remembers, for whom, and that a broken memory only costs a measurement."""

import json
from pathlib import Path

import pytest
import torch
from sam2_studio import home
from sam2_studio.engine import half_precision
from sam2_studio.engine.half_precision import FILE_NAME, bfloat16_gain, bfloat16_pays, measured_gain


class Measured:
    """Stands in for the measurement."""

    def __init__(self, gain: float) -> None:
        self.gain, self.times = gain, 0

    def __call__(self) -> float:
        self.times += 1
        return self.gain


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    stand_in = Measured(2.5)
    monkeypatch.setattr(half_precision, "measured_gain", stand_in)
    return stand_in


def probe_file() -> Path:
    return home.cache_folder() / FILE_NAME


def test_it_is_measured_once(measured: Measured) -> None:
    assert [bfloat16_gain(), bfloat16_gain()] == [2.5, 2.5]
    assert bfloat16_pays()
    assert measured.times == 1


def test_a_gain_too_small_doesnt_pay(measured: Measured) -> None:
    measured.gain = 1.29
    assert not bfloat16_pays()


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"word"', "[" * 100_000, "\0\1"])
def test_a_damaged_file_is_measured_anew_and_mended(measured: Measured, text: str) -> None:
    probe_file().parent.mkdir(parents=True)
    probe_file().write_text(text)
    assert bfloat16_gain() == 2.5
    assert list(json.loads(probe_file().read_text()).values()) == [2.5]


@pytest.mark.parametrize("value", [None, "2.5", -1.0, True, float("nan")])
def test_a_remembered_value_without_sense_is_measured_anew(measured: Measured, value: object) -> None:
    bfloat16_gain()
    [key] = json.loads(probe_file().read_text())
    probe_file().write_text(json.dumps({key: value}))
    assert bfloat16_gain() == 2.5
    assert measured.times == 2


def test_a_folder_that_cant_be_written_costs_only_the_time(measured: Measured, studio_home: Path) -> None:
    studio_home.write_text("a file where the folder should be")
    assert [bfloat16_gain(), bfloat16_gain()] == [2.5, 2.5]
    assert measured.times == 2


def test_another_number_of_threads_or_processor_is_measured_for_itself(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bfloat16_gain()
    monkeypatch.setattr(torch, "get_num_threads", lambda: 77)
    bfloat16_gain()
    told = tmp_path / "cpuinfo"
    told.write_text("model name\t: Some Processor\nflags\t\t: fpu avx512_bf16 amx_bf16 sse\n")
    monkeypatch.setattr(half_precision, "_CPU_INFO", told)
    bfloat16_gain()
    assert measured.times == 3
    known = json.loads(probe_file().read_text())
    assert len(known) == 3
    assert f"Some Processor [avx512_bf16 amx_bf16], torch {torch.__version__}, 77 threads" in known


def test_the_measurement_itself_gives_a_ratio() -> None:
    assert 0 < measured_gain() < 100


def test_both_types_run_by_turns_and_the_first_round_isnt_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    lasts = {"full": [1.0, 9.0, 6.0, *[8.0] * 7], "half": [1.0, 9.0, 4.0, 2.0, *[8.0] * 6]}
    now = 0.0

    def work(name: str) -> None:
        nonlocal now
        runs.append(name)
        now += lasts[name].pop(0) / 100

    monkeypatch.setattr(half_precision.time, "perf_counter", lambda: now)
    assert half_precision._ratio(lambda: work("full"), lambda: work("half")) == pytest.approx(3)
    assert runs == ["full", "half"] * 10


def test_a_processor_that_is_slow_at_it_isnt_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now, runs = 0.0, 0

    def work(seconds: float) -> None:
        nonlocal now, runs
        now, runs = now + seconds, runs + 1

    monkeypatch.setattr(half_precision.time, "perf_counter", lambda: now)
    assert half_precision._ratio(lambda: work(0.1), lambda: work(3.0)) == pytest.approx(1 / 30)
    assert runs == 4
