import zipfile
from pathlib import Path

import gtfs
from data.stage import keep_feed
from tests.gtfs.feeds import folder_feed


def test_a_feed_in_a_folder_is_kept_as_a_compressed_zip_of_all_its_files(tmp_path: Path) -> None:
    folder = folder_feed(tmp_path / "feed", {"README.md": "時刻表\n" * 1_000})
    keep_feed(folder, tmp_path / "feed.zip")
    with zipfile.ZipFile(tmp_path / "feed.zip") as kept:
        assert {name: kept.read(name) for name in kept.namelist()} == {
            path.name: path.read_bytes() for path in folder.iterdir()
        }
        assert kept.getinfo("README.md").compress_size < 1_000
    assert gtfs.is_feed(tmp_path / "feed.zip")


def test_the_same_feed_is_kept_as_the_same_bytes_whenever_it_was_written(tmp_path: Path) -> None:
    kept = []
    for name in ("one", "two"):
        keep_feed(folder_feed(tmp_path / name), tmp_path / f"{name}.zip")
        kept.append((tmp_path / f"{name}.zip").read_bytes())
    assert kept[0] == kept[1]
