import { describe, expect, test } from "vitest";
import { readAddress, writeAddress, type Address } from "../src/hash";

const FULL: Address = {
  place: { zoom: 14.25, lat: 35.1, lon: 138.86, bearing: -15.5, pitch: 50 },
  layers: [
    { id: "numazu-2021-bldg", theme: "usage", opacity: 0.8, hidden: [1, 3], ground: null },
    { id: "stops", theme: null, opacity: null, hidden: [], ground: null },
    { id: "dem", theme: null, opacity: null, hidden: [], ground: ["shade"] },
    { id: "bare", theme: null, opacity: null, hidden: [], ground: [] },
    { id: "towers", theme: "usage", opacity: 0.5, hidden: [2], ground: null, textured: true },
  ],
  language: "en",
  flat: true,
};

test("an address is read back as it was written", () => {
  expect(readAddress(writeAddress(FULL))).toEqual(FULL);
});

test("an address reads well", () => {
  expect(writeAddress(FULL)).toBe("#14.25/35.10000/138.86000/-15.5/50&layers=numazu-2021-bldg:usage~80!1.3,stops,dem+shade,bare+,towers:usage~50!2@textured&lang=en&view=2d");
});

test("all layers off is not the same as saying nothing about layers", () => {
  expect(readAddress(writeAddress({ ...FULL, layers: [] })).layers).toEqual([]);
  expect(readAddress("#14/35/138").layers).toBeNull();
});

test.each(["a:b", "a+b", "a~b", "a!b", "a,b", "a@b", "a&b=c", "水道 100%", "列:名/#"])("the id %s survives", (id) => {
  const layers = [{ id, theme: id, opacity: 0, hidden: [], ground: null }];
  expect(readAddress(writeAddress({ ...FULL, layers })).layers).toEqual(layers);
});

describe("what can't be understood is left out", () => {
  test.each(["", "#", "#a/b/c", "#14", "#14/35", "#14//138", "#99/35/138", "#14/91/138", "#14/35/200", "#14/35/138/x"])("%s gives no place", (hash) => {
    expect(readAddress(hash).place).toBeNull();
  });

  test("a broken layer does not take its neighbours with it", () => {
    expect(readAddress("#14/35/138&layers=a,%E3%81,b~x,:c,d").layers?.map((one) => one.id)).toEqual(["a", "d"]);
  });

  test("a part of the ground that nobody knows is no part", () => {
    expect(readAddress("#14/35/138&layers=dem+relief.gold").layers?.[0]?.ground).toEqual(["relief"]);
  });

  test("an unknown language is no language", () => {
    expect(readAddress("#14/35/138&lang=fr").language).toBeNull();
  });
});

test("a place may leave out bearing and pitch", () => {
  expect(readAddress("#14/35/138").place).toEqual({ zoom: 14, lat: 35, lon: 138, bearing: 0, pitch: 0 });
});
