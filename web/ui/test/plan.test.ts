import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, test } from "vitest";
import type { GroundPart } from "../src/hash";
import { planMap, type Plan, type Scene } from "../src/plan";
import { defaultViews } from "../src/view";
import { HEIGHT, layer, USAGE } from "./sample";

const LAYERS = [
  layer("bldg", "buildings", {}, { draw: "extrusion", height: "height_m", themes: [HEIGHT, USAGE] }),
  layer("flood", "hazard", {}, { themes: [USAGE] }),
  layer("routes", "transport", { geometry: "line" }, { draw: "line", label: "name" }),
  layer("stops", "transport", { geometry: "point" }, { draw: "icon", icon: "bus", label: "name" }),
  layer("hydrants", "safety", { geometry: "point" }, { draw: "circle" }),
  layer("depth", "hazard", { kind: "raster", geometry: null, links: { tiles: "/tiles/depth/1/{z}/{x}/{y}.webp", features: null, column: null } }, { draw: "raster" }),
  layer(
    "dem",
    "base",
    { kind: "raster", role: "terrain", geometry: null, links: { tiles: "/tiles/dem/1/{z}/{x}/{y}.webp", features: null, column: null, terrain: "/tiles/dem/terrain.json" } },
    { draw: "raster" },
  ),
];

const SCENE: Scene = {
  layers: LAYERS,
  views: Object.fromEntries(LAYERS.map(({ id }) => [id, { visible: true, opacity: null, theme: null, hidden: [], ground: null }])),
  columnThemes: {},
  solid: true,
  picked: null,
  coverage: null,
      access: null,
  problems: null,
  background: null,
  origin: "http://city.test",
};

const COVERAGE: Scene["coverage"] = {
  figures: { points: 1, within_m: 500, area_km2: 1, population: null, covered: null, share: null },
  area: { type: "Feature", geometry: { type: "Point", coordinates: [0, 0] }, properties: {} },
  left_out: { type: "FeatureCollection", features: [] },
  notes: [],
};

const ids = (scene: Scene): string[] => planMap(scene).layers.map((one) => one.id);

describe("the style specification accepts", () => {
  test.each([
    ["everything solid", SCENE],
    ["everything flat", { ...SCENE, solid: false }],
    ["a background from outside", { ...SCENE, background: { tiles: "https://tiles.test/{z}/{x}/{y}.png", attribution: "x" } }],
    ["a coverage", { ...SCENE, coverage: COVERAGE }],
    ...LAYERS.map((one): [string, Scene] => [`a picked feature of ${one.id}`, { ...SCENE, picked: { layer: one.id, fid: 0 } }]),
    ["hidden classes", { ...SCENE, views: { ...SCENE.views, bldg: { visible: true, opacity: 0.5, theme: "usage", hidden: [0, 2], ground: null } } }],
    ["a fetched column", { ...SCENE, columnThemes: { bldg: { ...HEIGHT, id: "column:x" } }, views: { ...SCENE.views, bldg: { visible: true, opacity: null, theme: "column:x", hidden: [], ground: null } } }],
  ] as [string, Scene][])("%s", (_, scene) => {
    const { sources, layers, terrain } = planMap(scene);
    const errors = validateStyleMin({ version: 8, sources: Object.fromEntries(sources), layers, ...(terrain ? { terrain } : {}) } as never);
    expect(errors.map((one) => one.message)).toEqual([]);
  });
});

test("fills lie below lines, lines below buildings, buildings below points", () => {
  const order = ids(SCENE);
  const at = ["depth/raster", "flood/fill", "routes/line", "bldg/extrusion", "hydrants/circle", "stops/icon"].map((id) => order.indexOf(id));
  expect(at).not.toContain(-1);
  expect([...at].sort((a, b) => a - b)).toEqual(at);
});

test("what is first in the tree lies on top of its kind", () => {
  const two = [layer("upper", "hazard"), layer("lower", "hazard")];
  const order = ids({ ...SCENE, layers: two, views: defaultViews(two) });
  expect(order.indexOf("upper/fill")).toBeGreaterThan(order.indexOf("lower/fill"));
});

test("the background group lies below everything", () => {
  const two = [layer("city", "base"), layer("flood", "hazard")];
  const order = ids({ ...SCENE, layers: two, views: defaultViews(two) });
  expect(order.indexOf("city/fill")).toBeLessThan(order.indexOf("flood/fill"));
});

test("a layer that is off has neither source nor layers", () => {
  const { sources, layers } = planMap({ ...SCENE, views: {} });
  expect([...sources.keys()]).toEqual([]);
  expect(layers.map((one) => one.id)).toEqual(["paper"]);
});

test("a switch of theme changes colours and nothing else", () => {
  const before = planMap(SCENE);
  const after = planMap({ ...SCENE, views: { ...SCENE.views, bldg: { visible: true, opacity: null, theme: "usage", hidden: [], ground: null } } });
  expect([...after.sources]).toEqual([...before.sources]);
  expect(after.layers.map((one) => one.id)).toEqual(before.layers.map((one) => one.id));
  const changed = after.layers.filter((one, index) => JSON.stringify(one) !== JSON.stringify(before.layers[index]));
  expect(changed.map((one) => one.id)).toEqual(["bldg/extrusion"]);
});

test("seen from above, buildings are footprints", () => {
  expect(ids({ ...SCENE, solid: false })).not.toContain("bldg/extrusion");
  expect(ids({ ...SCENE, solid: false })).toContain("bldg/footprint");
});

test("a new version is another source", () => {
  const tiles = (version: string): unknown => planMap({ ...SCENE, layers: [layer("a", "hazard", { version, links: { tiles: `/tiles/a/${version}/{z}/{x}/{y}.pbf`, features: null, column: null } })], views: { a: { visible: true, opacity: null, theme: null, hidden: [], ground: null } } }).sources.get("a");
  expect(tiles("1")).not.toEqual(tiles("2"));
  expect(tiles("1")).toMatchObject({ tiles: ["http://city.test/tiles/a/1/{z}/{x}/{y}.pbf"] });
});

describe("a terrain", () => {
  const ground = (parts: GroundPart[] | null, solid = true): Plan =>
    planMap({ ...SCENE, solid, views: { dem: { visible: true, opacity: null, theme: null, hidden: [], ground: parts } } });
  const names = (plan: Plan): string[] => plan.layers.map((one) => one.id);

  test("is coloured and shaded, and the map stands on it", () => {
    expect(names(ground(null))).toEqual(["paper", "dem/raster", "ground/hillshade"]);
    expect(ground(null).terrain).toEqual({ source: "ground/relief", exaggeration: 1 });
  });

  test("is shaded above the fills of the land and below lines and hazards", () => {
    const order = ids({ ...SCENE, layers: [layer("land", "base"), ...LAYERS], views: { ...SCENE.views, land: { visible: true, opacity: null, theme: null, hidden: [], ground: null } } });
    const at = ["land/fill", "dem/raster", "ground/hillshade", "land/border", "flood/fill", "routes/line"].map((id) => order.indexOf(id));
    expect(at).not.toContain(-1);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
  });

  test("is flat seen from above", () => {
    expect(ground(null, false).terrain).toBeNull();
    expect(names(ground(null, false))).toContain("ground/hillshade");
  });

  test("shows the parts that are chosen, and no source of others", () => {
    expect(names(ground(["shade"]))).toEqual(["paper", "ground/hillshade"]);
    expect([...ground(["colour"]).sources.keys()]).toEqual(["dem"]);
    expect([...ground(["relief"]).sources.keys()]).toEqual(["dem", "ground/relief"]);
  });

  test("makes one ground with the others: shaded once, hidden ones take part", () => {
    const view = { visible: true, opacity: null, theme: null, hidden: [], ground: null };
    const dem = LAYERS.find((one) => one.id === "dem")!;
    const layers = [...LAYERS, { ...dem, id: "coarse" }, { ...dem, id: "hidden" }];
    const plan = planMap({ ...SCENE, layers, solid: true, views: { dem: view, coarse: { ...view, ground: ["shade"] } } });
    expect(names(plan)).toEqual(["paper", "dem/raster", "ground/hillshade"]);
    expect([...plan.sources.keys()].sort()).toEqual(["coarse", "dem", "ground/relief", "ground/shade"]);
    expect(plan.sources.get("ground/shade")).toMatchObject({ url: "http://city.test/ground/terrain.json?of=coarse%401-abc%20dem%401-abc%20hidden%401-abc" });
  });

  test("of another version is asked for anew", () => {
    expect(ground(null).sources.get("ground/relief")).toMatchObject({ encoding: "terrarium", url: "http://city.test/ground/terrain.json?of=dem%401-abc" });
  });
});

test("nothing is asked from outside unless a background is set", () => {
  const addresses = [...planMap(SCENE).sources.values()].flatMap((one) => ("tiles" in one ? (one.tiles ?? []) : "url" in one ? [one.url as string] : []));
  expect(addresses.length).toBe(LAYERS.length + 2);
  expect(addresses.every((one) => one.startsWith("http://city.test/"))).toBe(true);
});

describe("a layer with a tileset", () => {
  const links = { tiles: "/tiles/towers/1/{z}/{x}/{y}.pbf", features: null, column: null, tileset: "/tilesets/towers/1/tileset.json" };
  const towers = layer("towers", "buildings", { links, tileset: { features: 3, triangles: 36, bytes: 999, lods: [2], textured: true } }, { draw: "extrusion", height: "height_m", themes: [HEIGHT, USAGE] });
  const view = { visible: true, opacity: null, theme: null, hidden: [2], ground: null };
  const scene: Scene = { ...SCENE, layers: [towers, ...LAYERS], views: { ...SCENE.views, towers: view } };

  test("is drawn from it in the 3D view, and asks for no other tiles", () => {
    const plan = planMap(scene);
    expect(plan.tilesets).toEqual([
      {
        layer: "towers",
        version: towers.version,
        url: "http://city.test/tilesets/towers/1/tileset.json",
        theme: HEIGHT,
        fetched: false,
        hidden: [2],
        opacity: 1,
        textured: false,
        picked: null,
      },
    ]);
    expect(plan.sources.has("towers")).toBe(false);
    expect(ids(scene).filter((one) => one.startsWith("towers/"))).toEqual([]);
  });

  test("is drawn flat from above", () => {
    const plan = planMap({ ...scene, solid: false });
    expect(plan.tilesets).toEqual([]);
    expect(plan.layers.map((one) => one.id)).toContain("towers/footprint");
  });

  test("lies above extrusions and below points and names", () => {
    const plan = planMap(scene);
    const order = plan.layers.map((one) => one.id);
    expect(order.indexOf(plan.aboveTilesets as string)).toBe(order.indexOf("bldg/extrusion") + 1);
    expect(planMap({ ...scene, views: { towers: view } }).aboveTilesets).toBeUndefined();
  });

  test("is seen through when somebody says so, and shows its pictures", () => {
    const [plan] = planMap({ ...scene, picked: { layer: "towers", fid: 2 }, views: { towers: { ...view, opacity: 0.4, textured: true } } }).tilesets;
    expect(plan).toMatchObject({ opacity: 0.4, textured: true, picked: 2 });
  });

  test("is coloured by a fetched column, whose classes can't be hidden", () => {
    const column = { ...HEIGHT, id: "column:x" };
    const [plan] = planMap({ ...scene, columnThemes: { towers: column }, views: { towers: { ...view, theme: "column:x" } } }).tilesets;
    expect(plan).toMatchObject({ theme: column, fetched: true, hidden: [] });
  });

  test("whose other tiles have more keeps them, but for extrusions", () => {
    const water = layer("water", "hazard", { links, feature_count: 9, tileset: { features: 3, triangles: 36, bytes: 999, lods: [1], textured: false } }, { themes: [USAGE] });
    const both = { ...scene, layers: [water], views: { water: { ...view, hidden: [] } } };
    expect(ids(both)).toContain("water/fill");
    expect(ids({ ...both, layers: [{ ...water, feature_count: 3 }] })).not.toContain("water/fill");
    expect(planMap(both).tilesets[0]?.opacity).toBe(0.8);
  });
});

test("places of problems are drawn above everything and leave without a trace", () => {
  const problems: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  const plan = planMap({ ...SCENE, problems });
  expect(plan.sources.get("problems")).toEqual({ type: "geojson", data: problems });
  expect(plan.layers.map((one) => one.id)).toContain("problems/place");
  expect(planMap(SCENE).sources.has("problems")).toBe(false);
});
