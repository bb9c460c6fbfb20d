"""What people read of models, devices and downloads."""

from sam2_studio.core.durations import clock
from sam2_studio.networks.download_progress import DownloadProgress
from sam2_studio.ui.engine_questions import LoadedModel
from sam2_studio.ui.language import later, tr

_DEVICES = {"cpu": later("processor"), "cuda": later("graphics card"), "mps": later("graphics (Metal)")}


def model_title(name: str) -> str:
    """`SAM 2.1 base-plus` for `sam2.1-base-plus`; other names as they are."""
    family, dash, size = name.partition("-")
    return f"SAM {family.removeprefix('sam')} {size}" if dash and family in ("sam2", "sam2.1") else name


def device_title(device: str) -> str:
    """`processor` for `cpu`."""
    return tr(_DEVICES[device]) if device in _DEVICES else device


def machine_words(loaded: LoadedModel | None, awaited: str) -> tuple[str, str]:
    """What answers clicks, and where it computes: ("SAM 2.1 tiny", "processor, bfloat16"); or what is on its way."""
    if awaited or loaded is None:
        return tr("loading {model}", model=model_title(awaited)) if awaited else tr("no model"), ""
    return model_title(loaded.name), f"{device_title(loaded.device)}, {loaded.dtype}"


def download_text(title: str, progress: DownloadProgress | None) -> str:
    """`Fetching SAM 2.1 tiny: 43 of 156 MB, 0:30 left`; "" where there is none."""
    if progress is None:
        return ""
    if progress.stage == "verifying":
        return tr("Checking {model}", model=title)
    done = f"{progress.done / 1e6:.0f}"
    if progress.total:
        done = tr("{done} of {total}", done=done, total=f"{progress.total / 1e6:.0f}")
    said = tr("Fetching {model}: {amount} MB", model=title, amount=done)
    return said if progress.left is None else f"{said}, {tr('{time} left', time=clock(progress.left))}"
