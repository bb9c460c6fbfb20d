"""What people read of models, devices and downloads."""

from sam2_studio.core.durations import clock
from sam2_studio.networks.download_progress import DownloadProgress
from sam2_studio.ui.engine_questions import LoadedModel

_DEVICES = {"cpu": "processor", "cuda": "graphics card", "mps": "graphics (Metal)"}


def model_title(name: str) -> str:
    """`SAM 2.1 base-plus` for `sam2.1-base-plus`; other names as they are."""
    family, dash, size = name.partition("-")
    return f"SAM {family.removeprefix('sam')} {size}" if dash and family in ("sam2", "sam2.1") else name


def device_title(device: str) -> str:
    """`processor` for `cpu`."""
    return _DEVICES.get(device, device)


def machine_words(loaded: LoadedModel | None, awaited: str) -> tuple[str, str]:
    """What answers clicks, and where it computes: ("SAM 2.1 tiny", "processor, bfloat16"); or what is on its way."""
    if awaited or loaded is None:
        return f"loading {model_title(awaited)}" if awaited else "no model", ""
    return model_title(loaded.name), f"{device_title(loaded.device)}, {loaded.dtype}"


def download_text(title: str, progress: DownloadProgress | None) -> str:
    """`Fetching SAM 2.1 tiny: 43 of 156 MB, 0:30 left`; "" where there is none."""
    if progress is None:
        return ""
    if progress.stage == "verifying":
        return f"Checking {title}"
    total = f" of {progress.total / 1e6:.0f}" if progress.total else ""
    left = "" if progress.left is None else f", {clock(progress.left)} left"
    return f"Fetching {title}: {progress.done / 1e6:.0f}{total} MB{left}"
