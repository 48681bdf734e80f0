import { describe, expect, test } from "vitest";
import { defaultViews, grouped, mainBounds, matches, overlaps, themeOf, unionBounds, viewOf, viewsOfAddress } from "../src/view";
import { HEIGHT, layer, USAGE } from "./sample";

const CITY = [
  layer("bldg", "buildings"),
  layer("bldg2", "buildings"),
  layer("flood", "hazard"),
  layer("tsunami", "hazard"),
  layer("aed", "safety", { geometry: "point" }),
  layer("routes", "transport", { geometry: "line" }),
  layer("stops", "transport", { geometry: "point" }),
  layer("wifi", "facilities", { geometry: "point" }),
  layer("boundary", "base"),
];
const visible = (views: ReturnType<typeof defaultViews>): string[] => Object.keys(views).filter((id) => viewOf(views, id).visible);

describe("what is on at first", () => {
  test("everything, when there is little", () => {
    expect(visible(defaultViews(CITY.slice(0, 6)))).toHaveLength(6);
  });

  test("of a full city the buildings, one hazard, the buses and the background", () => {
    expect(visible(defaultViews(CITY))).toEqual(["bldg", "flood", "routes", "stops", "boundary"]);
  });

  test("of several cities the one with the buildings", () => {
    const far = { bounds: [136, 36, 136.1, 36.1] as [number, number, number, number] };
    const two = [...CITY.map((one) => ({ ...one, ...far })), ...CITY.map((one) => ({ ...one, id: `other-${one.id}` }))];
    expect(visible(defaultViews([...two].reverse())).every((id) => id.startsWith("other-"))).toBe(true);
  });

  test("something, even when no group is known", () => {
    const strange = Array.from({ length: 9 }, (_, index) => layer(`l${index}`, "other"));
    expect(visible(defaultViews(strange))).toEqual(["l0", "l1", "l2"]);
  });
});

test("groups come in the order of the tree, whatever the order of the layers", () => {
  const mixed = [layer("x", "base"), layer("a", "hazard"), layer("b", "buildings"), layer("c", "hazard"), layer("y", "unheard-of")];
  expect(grouped(mixed).map(({ group, layers }) => [group.id, layers.map((one) => one.id)])).toEqual([
    ["buildings", ["b"]],
    ["hazard", ["a", "c"]],
    ["base", ["x"]],
    ["unheard-of", ["y"]],
  ]);
});

test("an unknown theme falls back to the first", () => {
  const bldg = layer("bldg", "buildings", {}, { themes: [HEIGHT, USAGE] });
  expect(themeOf(bldg, { visible: true, opacity: null, theme: "usage", hidden: [], ground: null })).toBe(USAGE);
  expect(themeOf(bldg, { visible: true, opacity: null, theme: "gone", hidden: [], ground: null })).toBe(HEIGHT);
});

test("an address switches its layers on", () => {
  expect(visible(viewsOfAddress([{ id: "a", theme: null, opacity: 0.5, hidden: [], ground: null }]))).toEqual(["a"]);
});

test("bounds are united, layers without bounds left aside", () => {
  const layers = [layer("a", "x", { bounds: [1, 2, 3, 4] }), layer("b", "x", { bounds: null }), layer("c", "x", { bounds: [0, 3, 2, 9] })];
  expect(unionBounds(layers)).toEqual([0, 2, 3, 9]);
  expect(unionBounds([])).toBeNull();
});

test("bounds that only touch overlap", () => {
  expect(overlaps([0, 0, 1, 1], [1, 1, 2, 2])).toBe(true);
  expect(overlaps([0, 0, 1, 1], [1.1, 0, 2, 1])).toBe(false);
});

test("a search finds titles in both languages, in any width and case", () => {
  const wifi = layer("w", "facilities", { title: { ja: "公衆無線ＬＡＮ", en: "Public Wi-Fi" } });
  expect(matches(wifi, "無線lan")).toBe(true);
  expect(matches(wifi, "WI-FI public")).toBe(true);
  expect(matches(wifi, "ＡＥＤ")).toBe(false);
});

test("of cities far apart the first is shown, with all that hangs together with it", () => {
  const layers = [
    layer("a", "x", { bounds: [0, 0, 1, 1] }),
    layer("far", "x", { bounds: [50, 50, 51, 51] }),
    layer("c", "x", { bounds: [2, 0, 3, 1] }),
    layer("b", "x", { bounds: [1, 0, 2, 1] }),
  ];
  expect(mainBounds(layers)).toEqual([0, 0, 3, 1]);
  expect(mainBounds([])).toBeNull();
});

test("among many layers a terrain begins shaded; among few it shows everything", () => {
  const dem = layer("dem", "base", { kind: "raster", role: "terrain", geometry: null, links: { tiles: "", features: null, column: null, terrain: "/tiles/dem/terrain.json" } });
  const many = [..."abcdefg"].map((id) => layer(id, "hazard"));
  expect(defaultViews([...many, dem])["dem"]?.ground).toEqual(["shade"]);
  expect(defaultViews([dem])["dem"]?.ground).toBeNull();
});

test("a first visit shows the city's buildings, not the mall below them", () => {
  const many = Array.from({ length: 8 }, (_, index) => layer(`land-${index}`, "planning"));
  const views = defaultViews([layer("mall", "buildings"), layer("houses", "buildings", {}, { draw: "extrusion" }), ...many]);
  expect(views["houses"]?.visible).toBe(true);
  expect(views["mall"]).toBeUndefined();
});
