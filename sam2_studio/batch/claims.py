"""What a batch may write over: the files of an item are written down as the batch's own before they are written."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sam2_studio.batch.items import Item
from sam2_studio.batch.records import CLAIMED, FAILED, Record, Records, project_key
from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError
from sam2_studio.export.products import planned_files
from sam2_studio.export.spec import ExportSpec


@dataclass
class Claims:
    """The record of one item while it is worked on.

    Attributes:
        key: Of what goes into the item.
        record: As it was written last.
    """

    item: Item
    key: str = ""
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self._records = Records(self.item.folder)
        self.record = self._records.read(self.item.output) or Record(fate=CLAIMED, files={})

    def may_replace(self, project: Path) -> bool:
        """Whether a project that is there may be made anew: it is the batch's, and nobody worked on it since.

        Raises:
            ProjectError: somebody did, or it can't be read.
        """
        if self.item.export.overwrite or not project.exists():
            return True
        if not (self.record.project or self._below(project) in self.record.files):
            return False
        with closing(ProjectFile.open(project, read_only=True)) as file:
            if self.record.project and self.record.project != project_key(file):
                raise ProjectError(
                    f"The project “{project}” was worked on since the batch made it.",
                    "Export that project, or rename it, or give --overwrite to make it anew.",
                )
        return True

    def export(self, spec: ExportSpec, clip: Clip, objects: Sequence[CutObject]) -> ExportSpec:
        """The export, allowed to replace what the batch itself wrote; its files are claimed. Raises BatchError."""
        files = planned_files(spec, clip, objects)
        foreign = [path for path in files if path.exists() and self._below(path) not in self.record.files]
        if not foreign:
            spec = replace(spec, overwrite=True)
            self.take(files)
        return spec

    def take(self, files: Sequence[Path]) -> None:
        """Write down that these files are the batch's, before they are written. Raises BatchError."""
        names = dict.fromkeys([*self.record.files, *map(self._below, files)], 0)
        self._write(Record(fate=CLAIMED, key=self.key, files=names))

    def settle(self, fate: str, files: Sequence[Path], *, project: str, error: str) -> tuple[str, ...]:
        """Write down what became of the item, with the files that are there now; their names. Raises BatchError."""
        sizes = self._records.sizes(files)
        self._write(Record(fate=fate, key=self.key, files=sizes, project=project, error=error))
        return tuple(sizes)

    def give_up(self, error: str) -> None:
        """Write down why the item failed. Raises BatchError."""
        self._write(replace(self.record, fate=FAILED, error=error))

    def _write(self, record: Record) -> None:
        self.record = record
        self._records.write(self.item.output, record)

    def _below(self, path: Path) -> str:
        return path.relative_to(self.item.folder).as_posix()
