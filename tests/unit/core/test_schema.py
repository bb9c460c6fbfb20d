from contextlib import closing
from pathlib import Path

import pytest
from sam2_studio.core import schema
from sam2_studio.errors import ProjectError


def test_a_new_file_passes_its_own_checks(path: Path) -> None:
    schema.create(path)
    schema.check_is_ours(path)
    with closing(schema.connect(path, read_only=True)) as connection:
        schema.check(connection, path)


def test_an_existing_file_is_not_written_over(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        schema.create(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["a ?b#c%20d.cutout", "Käfer 🐞.cutout", "a'b\"c.cutout", "mode=ro&x.cutout"])
def test_any_name_is_the_name_of_a_file(name: str, tmp_path: Path) -> None:
    schema.create(tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_an_older_schema_needs_a_migration_and_its_test(path: Path) -> None:
    """Whoever raises VERSION writes the way up from each older one and puts a file of it among the tests' data."""
    files = {path.name for path in (Path(__file__).parent / "data").iterdir()}
    assert files == {f"version-{older}.cutout" for older in range(1, schema.VERSION)}


def test_a_connection_trusts_nothing_in_the_file(path: Path) -> None:
    schema.create(path)
    with closing(schema.connect(path, read_only=False)) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)


def test_a_folder_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="can't be read"):
        schema.check_is_ours(tmp_path)
