"""What an installation decides: read from the environment (MACHINAMI_...), never at import time."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "MACHINAMI_"

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::", ""})
"""Bind addresses that mean every interface."""


class Background(BaseModel):
    """A raster map from outside, drawn under our own layers."""

    model_config = ConfigDict(frozen=True)

    tiles: str
    """URL template with {z}, {x} and {y}."""
    attribution: str

    @property
    def origin(self) -> str:
        """`https://host`: what the page must be allowed to ask."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}"


_GSI = "https://cyberjapandata.gsi.go.jp/xyz"

BACKGROUNDS = {
    "gsi-pale": Background(tiles=f"{_GSI}/pale/{{z}}/{{x}}/{{y}}.png", attribution="地理院タイル(国土地理院)"),
    "gsi-std": Background(tiles=f"{_GSI}/std/{{z}}/{{x}}/{{y}}.png", attribution="地理院タイル(国土地理院)"),
}


def _split(value: object) -> object:
    """`a, b` from the environment; lists from Python stay as they are."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _background(value: str) -> str:
    parts = urlsplit(value)
    is_template = parts.scheme in ("http", "https") and parts.netloc and all(f"{{{k}}}" in value for k in "zxy")
    # The origin goes into a response header, where a space or a semicolon would begin something else.
    if value in ("none", *BACKGROUNDS) or (is_template and not set(parts.netloc) & set(" ;,'\"{}")):
        return value
    raise ValueError(f"none, {', '.join(BACKGROUNDS)}, or a URL with {{z}}, {{x}} and {{y}}")


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    store: Path = Path("machinami-store")
    """Folder of the store."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """0: any free one."""
    workers: int = Field(default=1, ge=1, le=64)
    """Web processes."""
    internal: bool = False
    """Serve the internal map: every layer, and jobs. For the office network only, since nobody signs in."""
    cors_origins: Names = ()
    """Origins whose pages may read the API and the tiles; `*` for all."""
    allowed_hosts: Names = ()
    """Names by which browsers reach the server, beside the loopback names; `*` for any."""
    background: Annotated[str, AfterValidator(_background)] = "none"
    """`none`, `gsi-pale`, `gsi-std`, or a URL template of raster tiles."""
    background_attribution: str = ""
    """Shown on the map; needed with a URL."""
    max_unpacked_bytes: int = Field(default=21_474_836_480, ge=1_000)
    """What a zip may unpack to."""
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    ground_order: Names = ()
    """Ids of terrain layers to be trusted most where several have a height; the others follow, the finest first."""
    analyses_at_once: int = Field(default=2, ge=1, le=64)
    """For each web process; more are told to come back later."""
    searches_at_once: int = Field(default=4, ge=1, le=64)
    """For each web process, as are exports."""
    exports_at_once: int = Field(default=2, ge=1, le=64)
    streams_at_once: int = Field(default=2_000, ge=1, le=100_000)
    """Pages that one web process tells of moving buses; more are told to come back later."""

    @model_validator(mode="after")
    def _names_its_background(self) -> Self:
        if "{z}" in self.background and not self.background_attribution:
            raise ValueError(f"{PREFIX}BACKGROUND needs {PREFIX}BACKGROUND_ATTRIBUTION")
        return self

    def background_map(self) -> Background | None:
        if self.background == "none":
            return None
        known = BACKGROUNDS.get(self.background) or Background(tiles=self.background, attribution="")
        attribution = self.background_attribution or known.attribution
        return Background(tiles=known.tiles, attribution=attribution)

    def as_environment(self) -> dict[str, str]:
        """The variables that make the same settings in another process."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["store"] = self.store.resolve()
        return {f"{PREFIX}{name.upper()}": _as_variable(value) for name, value in values.items()}


def _as_variable(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
