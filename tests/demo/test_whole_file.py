"""Files and folders that are there whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.whole_file import whole_file, whole_folder, write_whole


def test_writers_of_the_same_file_have_drafts_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "file.mp4"
    with whole_file(path) as first, whole_file(path) as second:
        assert first != second
        assert first.suffix == ".mp4"
        first.write_text("first")
        second.write_text("second")
        assert not path.exists()
    assert path.read_text() in ("first", "second")
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "before")

    def fail() -> None:
        with whole_file(path) as draft:
            draft.write_text("ha")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_two_fill_at_once_is_that_of_one(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "example"

    def fill(number: int) -> None:
        with whole_folder(path) as draft:
            for name in "abc":
                (draft / name).write_text(str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, range(8)))
    assert len({file.read_text() for file in path.iterdir()}) == 1
    assert len(list(path.iterdir())) == 3
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_whose_writer_fails_is_not_there(tmp_path: Path) -> None:
    def fail() -> None:
        with whole_folder(tmp_path / "example") as draft:
            (draft / "a").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())
