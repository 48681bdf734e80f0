"""Tables on their way from reading to merging come out as they went in."""

from pathlib import Path

import pyarrow as pa

from data.shard_file import read_schema, read_table, write_table

TABLE = pa.table({"id": ["a", None, "c"], "height": [1.5, None, 3.0], "rings": [[1, 2], [], None]})


def test_a_table_comes_back_with_its_gaps_and_its_schema(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "0.arrow")
    assert read_table(tmp_path / "0.arrow").equals(TABLE)
    assert read_schema(tmp_path / "0.arrow").equals(TABLE.schema)


def test_chunks_whose_dictionaries_differ_keep_their_values(tmp_path: Path) -> None:
    chunks = [pa.array(names).dictionary_encode() for names in (["wall.jpg", None, "wall.jpg"], ["roof.jpg"])]
    table = pa.table({"texture": pa.chunked_array(chunks)})
    write_table(table, tmp_path / "0.arrow")
    assert read_table(tmp_path / "0.arrow")["texture"].to_pylist() == ["wall.jpg", None, "wall.jpg", "roof.jpg"]


def test_columns_are_read_alone_and_those_that_are_missing_are_left_out(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "0.arrow")
    read = read_table(tmp_path / "0.arrow", ["height", "id", "storeys"])
    assert read.column_names == ["id", "height"]
    assert read["height"].to_pylist() == [1.5, None, 3.0]


def test_a_table_outlives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "0.arrow"
    write_table(TABLE, path)
    read = read_table(path)
    path.unlink()
    assert read.equals(TABLE)
