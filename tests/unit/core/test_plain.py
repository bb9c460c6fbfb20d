from dataclasses import dataclass

import pytest
from sam2_studio.core.plain import checked, whole


@dataclass(frozen=True)
class Sample:
    count: int = 0
    share: float = 0.0
    name: str | None = None
    flag: bool = False
    many: tuple[int, ...] = ()


@pytest.mark.parametrize("good", [Sample(), Sample(1, 2, "x", True, (1,)), Sample(share=-0.5)])
def test_what_holds_its_promises_passes(good: Sample) -> None:
    assert checked(good) is good


@pytest.mark.parametrize(
    "bad",
    [
        Sample(count=True),
        Sample(count=1.0),  # type: ignore[arg-type]
        Sample(count=1 << 60),
        Sample(share=float("nan")),
        Sample(share="1"),  # type: ignore[arg-type]
        Sample(share=10**400),
        Sample(name=b"x"),  # type: ignore[arg-type]
        Sample(flag=1),  # type: ignore[arg-type]
        Sample(many=[1]),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_is_refused(bad: Sample) -> None:
    with pytest.raises((TypeError, ValueError)):
        checked(bad)


@pytest.mark.parametrize("value", [None, "1", 1.0, True, -1, 1 << 60])
def test_whole_numbers_only(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        whole(value)
    assert whole(7, least=7) == 7
