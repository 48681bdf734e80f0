"""Are the texture images there that a file names?"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from geo.problem import Problem


def missing_images(images: Iterable[str], *, name: str, path: Path) -> list[Problem]:
    """One problem for all images that are missing. `images` as `Surfaces.images`, beside `name`; `path`: the file."""
    folder = PurePosixPath(name).parent
    missing = [image for image in images if not _file(image, folder, path.parent).is_file()]
    if not missing:
        return []
    told = {"count": str(len(missing)), "image": missing[0]}
    return [Problem("citygml.texture_missing", name, parameters=told)]


def _file(image: str, folder: PurePosixPath, beside: Path) -> Path:
    place = PurePosixPath(image)
    return beside / (place.relative_to(folder) if place.is_relative_to(folder) else place)
