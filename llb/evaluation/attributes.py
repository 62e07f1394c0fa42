"""What a data set says of its sequences: DAVIS 2016's attributes (``db_info.yml``), or a table of one's own."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

LISTS = ("db_info.yml", "db_info.yaml", "Annotations/db_info.yml", "Annotations/db_info.yaml", "data/db_info.yaml")
TABLE = "attributes.csv"  # a line per sequence: its name, then its attributes


def read_attributes(data: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the attributes of each sequence by name, such as AC (appearance change); empty where none are at hand."""
    table = data / TABLE
    if table.is_file():
        with table.open(newline="", encoding="utf-8") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
        return {row[0]: tuple(cell for cell in row[1:] if cell) for row in rows if len(row) > 1}
    path = next((data / name for name in LISTS if (data / name).is_file()), None)
    return {} if path is None else _davis(path)


def _davis(path: Path) -> dict[str, tuple[str, ...]]:
    import yaml

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))["sequences"]
        return {str(each["name"]): tuple(map(str, each["attributes"])) for each in entries if each.get("attributes")}
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not DAVIS's list of sequences: fetch it again, or remove it.") from error
