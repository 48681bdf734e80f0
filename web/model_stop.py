"""The shapes of answers about stops and timetables, as the API's description shows them."""

from typing import Literal

from pydantic import Field

from web.model import Bilingual, _Model


class PoleModel(_Model):
    """One pole (標柱) or platform."""

    layer: str = Field(description="The layer of stops whose feed has it")
    stop_id: str = Field(description="stop_id in that feed")
    platform: str = Field(description="のりば; empty where nobody tells it")
    lonlat: tuple[float, float] | None = Field(description="Degrees east, degrees north")


class StopLinks(_Model):
    """Where to go from a stop."""

    departures: str = Field(description="Next departures")
    timetable: str = Field(description="Template for the timetable of a {date}")
    sign: str = Field(description="The full-screen sign")
    print: str = Field(description="Template for the printable timetable of a {date}")


class StopSource(_Model):
    """A feed with a pole here."""

    layer: str = Field(description="Its layer of stops")
    title: Bilingual = Field(description="Title of the layer")
    attribution: str | None = Field(description="Whom to name as its source")


class StopModel(_Model):
    """Poles of all operators that share a name and a place."""

    id: str = Field(
        description="Id of the stop; finds it again when its poles have moved a little", examples=["xn4t9kd-3f2a1"]
    )
    name: Bilingual = Field(description="Name; the Japanese one where the feeds have no English one")
    kana: str = Field(description="Reading; empty where no feed tells it")
    lonlat: tuple[float, float] | None = Field(description="Middle of the poles")
    poles: list[PoleModel] = Field(description="Its poles")
    links: StopLinks = Field(description="Where to go from here")
    sources: list[StopSource] = Field(description="The feeds")


class StopList(_Model):
    """Stops found by name."""

    stops: list[StopModel] = Field(description="Those found, best first")
    total: int = Field(description="How many stops there are at all")


class RouteBrief(_Model):
    """The route as a sign shows it."""

    id: str = Field(description="route_id")
    short: str = Field(description="route_short_name; may be empty")
    name: Bilingual = Field(description="Short and long name")
    colour: str = Field(description="#RRGGBB; empty where the feed gives none")
    text_colour: str = Field(description="#RRGGBB; empty where the feed gives none")


class DepartureModel(_Model):
    """One bus that leaves, by the timetable."""

    scheduled: str = Field(description="ISO 8601 with the stop's zone")
    platform: str = Field(description="のりば; empty where nobody tells it")
    headsign: Bilingual = Field(description="Where it says that it goes")
    via: str = Field(description="経由; may be empty")
    route: RouteBrief = Field(description="Its route")
    agency: Bilingual = Field(description="Who runs it")
    pickup: int = Field(description="pickup_type: 0 as usual, 2 by telephone, 3 by sign to the driver")
    headway_min: int | None = Field(description="Where the bus only comes about so often: minutes")
    layer: str = Field(description="The layer of stops of its feed")
    stop_id: str = Field(description="The pole")
    trip_id: str = Field(description="trip_id")
    stop_sequence: int = Field(description="stop_sequence")
    service_date: str = Field(description="The service date; after midnight often that of the day before")


class TimetableRow(DepartureModel):
    """One bus of a service date."""

    service_time: str = Field(
        description="H:MM of the service day; 25:10 is ten past one in the night", examples=["25:10"]
    )


class BoardRowModel(DepartureModel):
    """One bus that leaves, with what is known of it just now."""

    expected: str = Field(description="When it leaves as far as anybody knows; `scheduled` where nothing is known")
    minutes: int = Field(description="Whole minutes from `at` to `expected`")
    delay_s: int | None = Field(description="Seconds late; null where nothing is known")
    status: Literal["timetable", "predicted", "passed", "skipped", "suspended", "canceled", "added"] = Field(
        description="timetable: nothing is known beside it"
    )
    source: Literal["timetable", "updates", "positions", "both", "alert"] = Field(
        description="What `expected` is made of"
    )


class NoticeModel(_Model):
    """An alert that is about this stop or its buses."""

    id: str = Field(description="Its id")
    header: Bilingual = Field(description="What it says")
    description: Bilingual | None = Field(description="More of it")
    url: Bilingual | None = Field(description="Where to read on")
    effect: str = Field(description="Effect of GTFS-Realtime")


class RealtimeModel(_Model):
    """How far the realtime data of one feed can be trusted."""

    layer: str = Field(description="The layer of stops of the feed")
    quality: str = Field(description="live; anything else predicts nothing")
    reason: Bilingual = Field(description="Why, for a person")
    feed_time: str | None = Field(description="Time stamp of the latest message")


class UncoveredModel(_Model):
    """A feed whose calendar says nothing about the date."""

    layer: str = Field(description="Its layer of stops")
    title: Bilingual = Field(description="Title of the layer")
    first: str = Field(description="First date of its calendar")
    last: str = Field(description="Last date of its calendar")


class BoardModel(StopModel):
    """What leaves next."""

    at: str = Field(description="From when on")
    source: Literal["timetable", "realtime"] = Field(description="Whether realtime data was used at all")
    departures: list[BoardRowModel] = Field(description="By the time they are expected")
    notices: list[NoticeModel] = Field(description="Alerts that hold now")
    realtime: list[RealtimeModel] = Field(description="Of those feeds that have realtime data at all")
    uncovered: list[UncoveredModel] = Field(description="Feeds that say nothing about this date")


class DayKindModel(_Model):
    """Dates of the next four weeks with the same departures here."""

    label: Bilingual = Field(description="Such as 平日, 土曜, or the dates themselves")
    dates: list[str] = Field(description="Its dates")


class TimetableModel(StopModel):
    """Everything that leaves on a service date."""

    date: str = Field(description="The service date")
    kinds: list[DayKindModel] = Field(description="Kinds of days, the most frequent first")
    departures: list[TimetableRow] = Field(description="By time")
    uncovered: list[UncoveredModel] = Field(description="Feeds that say nothing about this date")


class FeedModel(_Model):
    """A timetable of the map."""

    layer: str = Field(description="Its layer of stops")
    routes: str | None = Field(description="Its layer of routes; null where you may not see it")
    title: Bilingual = Field(description="Title of the layer of stops")
    first: str = Field(description="First date of its calendar")
    last: str = Field(description="Last date of its calendar")
    zone: str = Field(description="Its time zone")


class FeedList(_Model):
    """The timetables that you may ask."""

    feeds: list[FeedModel] = Field(description="In the order of the layer tree")


class HourlyModel(_Model):
    """Rows are the features of the layer (row = fid)."""

    layer: str = Field(description="The layer")
    version: str = Field(description="The version whose features these are")
    hours: list[list[int] | None] = Field(description="Counts for the hours 0 to 29 of the service day")
    one_way: list[list[int] | None] = Field(description="The same in the direction that has more of them on that date")
    headway: list[int | None] = Field(description="Median seconds between those of that direction")
    first: list[int | None] = Field(description="First departure, seconds of the service day")
    last: list[int | None] = Field(description="Last departure, seconds of the service day")


class FeedDayModel(_Model):
    """How much runs on a date."""

    layer: str = Field(description="The layer of stops of the feed")
    date: str = Field(description="The service date")
    stops: HourlyModel = Field(description="Departures where somebody may board")
    routes: HourlyModel | None = Field(description="Trips by the hour of their start; null without a layer of routes")


class PathModel(_Model):
    """One way of driving."""

    points: list[int] = Field(description="Longitude, latitude in turn; differences, `degree` to a degree")
    metres: list[int] = Field(description="Of each point along the path")
    stops: list[int] = Field(description="Metres along the path of each call")


class RouteName(_Model):
    """What a vehicle is called."""

    short: str = Field(description="route_short_name; may be empty")
    name: str = Field(description="Short and long name")
    colour: str = Field(description="#RRGGBB or empty")


class MotionModel(_Model):
    """Where vehicles are at any time of a service date, by the timetable."""

    layer: str = Field(description="The layer of stops of the feed")
    date: str = Field(description="The service date")
    midnight: float = Field(description="Unix time of second 0 of the service date")
    degree: int = Field(description="Units of `points` to a degree")
    paths: list[PathModel] = Field(description="Ways of driving")
    profiles: list[list[int]] = Field(description="Arrival, departure in turn at each call; seconds after the start")
    trips: list[int] = Field(description="Path, profile, route, start (second of the service date) in turn")
    routes: list[RouteName] = Field(description="Names by row")
