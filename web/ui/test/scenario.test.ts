import { describe, expect, test } from "vitest";
import { changed, changesOf, clicked, clickMeans, documentOf, drawingOf, isMinutes, lineName, missing, nameOf, newChange, NO_SCENARIO, OFFERED, owned, summaryOf, withChange, without, type Change, type Scenario } from "../src/scenario";
import { mostChanged } from "../src/scenario-figure";

const LINES = [
  { feed: "bus-stops", id: "R1", number: "10", name: "病院線", operator: "みほんバス" },
  { feed: "port-stops", id: "R1", number: "", name: "", operator: "港湾交通" },
];
const STOP = { feed: "bus-stops", id: "S1", name: "みほん駅", lonlat: [138.86, 35.08] as [number, number], distance_m: 3 };

function scenario(...changes: Change[]): Scenario {
  return { ...NO_SCENARIO, changes, destinations: "hospital", lines: LINES, places: { "bus-stops/S1": STOP } };
}

describe("a new line", () => {
  const line = newChange("add_line", NO_SCENARIO, "bus-stops", "en");

  test("takes stops from clicks and is lacking until there are two", () => {
    const once = clicked(line, [138.1234567, 35]);
    const twice = clicked(once, [138.2, 35]);
    expect([missing(line), missing(once), missing(twice)]).toEqual(["needsStops", "needsStops", null]);
    expect(twice.values.stops).toEqual([
      { name: "New line 1 1", at: [138.123457, 35] },
      { name: "New line 1 2", at: [138.2, 35] },
    ]);
    expect(drawingOf(scenario(twice)).lines).toEqual([[[138.123457, 35], [138.2, 35]]]);
  });

  test("begun before the timetables were known gets the first of them", () => {
    const early = newChange("add_line", NO_SCENARIO, null, "en");
    expect(owned([early, line], "first").map((one) => one.values.feed)).toEqual(["first", "bus-stops"]);
  });

  test("has an id that no other change has", () => {
    const ids = [0, 1, 2].reduce<Change[]>((known) => [...known, newChange("add_line", scenario(...known), null, "ja")], []).map((one) => one.values.id);
    expect(ids).toEqual(["new-line-1", "new-line-2", "new-line-3"]);
  });
});

test("a change of a route is lacking until the route is chosen", () => {
  for (const kind of ["change_frequency", "change_speed", "remove_route"] as const) {
    const change = newChange(kind, NO_SCENARIO, "bus-stops", "ja");
    expect(missing(change)).toBe("needsLine");
    expect(missing(changed(change, { feed: "bus-stops", route: "R1" }))).toBeNull();
  }
});

test("a stop is first chosen, then moved by a click", () => {
  const change = newChange("move_stop", NO_SCENARIO, null, "ja");
  expect([clickMeans(change), missing(change)]).toEqual(["stop", "needsStop"]);
  const chosen = changed(change, { feed: "bus-stops", stop: "S1" });
  expect([clickMeans(chosen), missing(chosen)]).toEqual(["to", "needsPlace"]);
  const moved = clicked(chosen, [138.9, 35.1]);
  expect(missing(moved)).toBeNull();
  expect(drawingOf(scenario(moved))).toEqual({ points: [STOP.lonlat, [138.9, 35.1]], lines: [[STOP.lonlat, [138.9, 35.1]]] });
});

test("shared bicycles need two ports, one's own none", () => {
  const own = newChange("change_access", NO_SCENARIO, null, "ja");
  expect([clickMeans(own), missing(own)]).toEqual([null, null]);
  const shared = changed(own, { mode: "shared_cycle" });
  expect(missing(clicked(shared, [1, 2]))).toBe("needsPorts");
  expect(missing(clicked(clicked(shared, [1, 2]), [3, 4]))).toBeNull();
});

test("a document read is the document written", () => {
  const changes = OFFERED.map((kind) => newChange(kind, scenario(), "bus-stops", "ja"));
  const other = { kind: "reroute", values: { route: "R1", from_stop: "A", to_stop: "B", via: ["C"] } };
  const document = documentOf({ ...scenario(...changes, other), name: "案" }, "x");
  expect(changesOf(JSON.parse(JSON.stringify(document)))).toEqual([...changes, other]);
  expect([document.name, documentOf(scenario(), "x").name]).toEqual(["案", "x"]);
  expect([nameOf({ name: { ja: "案", en: "plan" } }, "en"), nameOf({ name: "案" }, "en"), nameOf({}, "en")]).toEqual(["plan", "案", ""]);
});

test("undefined takes a key away", () => {
  expect(changed({ kind: "change_frequency", values: { route: "R1", factor: 2 } }, { factor: undefined, headway_min: 10 }).values).toEqual({ route: "R1", headway_min: 10 });
});

test("a change is told by the names of lines and stops", () => {
  const told = (change: Change) => summaryOf(change, scenario(), "ja");
  expect(told({ kind: "change_frequency", values: { feed: "bus-stops", route: "R1", factor: 2 } })).toBe("便数: 10 病院線、2 倍");
  expect(told({ kind: "change_frequency", values: { feed: "bus-stops", route: "R1", headway_min: 10, from: "7:00", to: "9:00" } })).toBe("便数: 10 病院線、10 分おき 7:00〜9:00");
  expect(told({ kind: "remove_route", values: { feed: "port-stops", route: "R1" } })).toBe("なくす: R1");
  expect(told({ kind: "remove_route", values: { feed: "bus-stops", route: "gone" } })).toBe("なくす: gone");
  expect(told({ kind: "move_stop", values: { feed: "bus-stops", stop: "S1" } })).toBe("停留所を動かす: みほん駅");
  expect(told({ kind: "close_facility", values: { layer: "school", id: "7" } })).toContain("数えません");
  for (const kind of OFFERED) expect(told(newChange(kind, NO_SCENARIO, null, "ja"))).not.toContain("undefined");
  expect(LINES.map(lineName)).toEqual(["10 病院線", "R1"]);
});

test("changes are replaced and taken away by their place in the list", () => {
  const both = scenario({ kind: "remove_route", values: { route: "a" } }, { kind: "remove_route", values: { route: "b" } });
  expect(withChange(both, 1, { kind: "remove_route", values: { route: "c" } }).changes.map((one) => one.values.route)).toEqual(["a", "c"]);
  expect(without({ ...both, open: 0 }, 0)).toMatchObject({ open: null, changes: [{ values: { route: "b" } }] });
});

test("areas with most people times difference come first, those without a difference not at all", () => {
  const area = (id: string, population: number, before: number | null, after: number | null): GeoJSON.Feature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [0, 0] },
    properties: { feature_id: id, name: id === "b" ? "本町" : null, population, places_p50_before: before, places_p50_after: after },
  });
  const features = [area("a", 10, 1, 2), area("b", 100, 1, 3), area("c", 100, 2, 2), area("d", 50, null, 3)];
  const found = mostChanged({ type: "FeatureCollection", features }, "places_p50");
  expect(found.map(({ id, name, before }) => [id, name, before])).toEqual([["b", "本町", 1], ["d", "d", null], ["a", "a", 1]]);
  expect([isMinutes("nearest_1_p50"), isMinutes("places_p50")]).toEqual([true, false]);
});
