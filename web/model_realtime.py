"""The shapes of the answers about buses on the road."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.model import Bilingual


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


Quality = Literal["live", "stale", "late", "wrong_clock", "jumping", "garbage", "silent"]


class StateModel(_Model):
    """How far a feed can be trusted just now."""

    quality: Quality = Field(description="live; with any other nothing is predicted and the timetable stands")
    reason: Bilingual = Field(description="Why, for a person")
    since: str = Field(description="When this quality began")
    feed_time: str | None = Field(description="Time stamp of the latest message, by the feed's own clock")
    received: str | None = Field(description="When the latest message came, by our clock")
    unknown_trips: list[str] = Field(
        description="Trips that the timetable lacks or that don't run today; the first ten"
    )
    unknown_count: int = Field(description="How many those are")


class SourceModel(_Model):
    """One address of a feed."""

    name: str = Field(description="The address without user, password and query")
    state: StateModel = Field(description="Its own state")


class LocatedFeedModel(_Model):
    """Bus location of one timetable."""

    layer: str = Field(description="The layer of stops that keeps the timetable")
    state: StateModel = Field(description="Whether anything is predicted, and why not")
    sources: list[SourceModel] = Field(description="Where it is received from; internal map only")
    vehicles: int = Field(description="Vehicles on the map")
    predictions: int = Field(description="Calls of which more than the timetable is known")
    alerts: int = Field(description="Alerts that hold or will within a day")


class BusLocationModel(_Model):
    """All feeds with bus location that you may see."""

    made_at: str | None = Field(description="When this was put together; null: nothing was ever received")
    number: int | None = Field(description="Grows with every snapshot")
    feeds: list[LocatedFeedModel] = Field(description="One for each timetable")


class VehiclesModel(_Model):
    """GeoJSON: where the buses are."""

    type: Literal["FeatureCollection"] = Field(description="Always the same")
    made_at: str | None = Field(description="When this was put together")
    features: list[dict[str, Any]] = Field(
        description="Points with feed, vehicle, label, trip_id, route_id, bearing, speed_kmh, delay_s, next_stop_id, "
        "occupancy, seen, trusted"
    )


class VehicleRouteModel(_Model):
    """The route of a bus."""

    short: str = Field(description="route_short_name; may be empty")
    name: Bilingual = Field(description="Short and long name; its id where the timetable lacks it")
    colour: str = Field(description="#RRGGBB; empty where the feed gives none")


class VehicleModel(_Model):
    """One bus, for a person."""

    id: str = Field(description="As in the list of vehicles")
    label: str | None = Field(description="What stands on the bus")
    route: VehicleRouteModel = Field(description="Its route")
    headsign: Bilingual | None = Field(description="Where it says that it goes")
    next_stop: Bilingual | None = Field(description="Where it stops next")
    delay_s: int | None = Field(description="Seconds late; negative: early; null: not known")
    occupancy: str | None = Field(description="OccupancyStatus of GTFS-Realtime")
    seen: str = Field(description="When it was there")
    seen_s: int = Field(description="How long ago that is, by our clock")
    trusted: bool = Field(description="false: it jumped, its report is old, or its feed is not live")
    state: StateModel = Field(description="How far its feed can be trusted")
    notices: list[Bilingual] = Field(description="Alerts about its route or trip that hold now")


class PeriodModel(_Model):
    """When an alert holds; null: open."""

    start: str | None = Field(description="From then on")
    end: str | None = Field(description="Until before then")


class AlertModel(_Model):
    """One alert in both languages."""

    layer: str = Field(description="Whose alert")
    id: str = Field(description="Its id in the feed")
    header: Bilingual = Field(description="What it says")
    description: Bilingual | None = Field(description="More of it")
    url: Bilingual | None = Field(description="Where to read on")
    active: bool = Field(description="Whether it holds now")
    periods: list[PeriodModel] = Field(description="When it holds; empty: always")
    about: list[dict[str, str | int]] = Field(
        description="What it is about: agency, route, stop, trip; all given must fit"
    )
    cause: str = Field(description="Cause of GTFS-Realtime")
    effect: str = Field(description="Effect of GTFS-Realtime; NO_SERVICE suspends what it is about")
    severity: str = Field(description="Severity level of GTFS-Realtime")


class AlertsModel(_Model):
    """What operators announce."""

    alerts: list[AlertModel] = Field(description="Those that hold or will within a day")
