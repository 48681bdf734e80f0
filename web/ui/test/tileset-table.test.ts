import { expect, test } from "vitest";
import { PropertyTable, type TableAccessor } from "../src/tileset-table";

const VALUES: Record<string, unknown[]> = {
  fid: [40, 7],
  height_m: [Math.fround(0.7), -9999],
  usage: ["住宅", ""],
  count: [3n, 4n],
};

const USAGE = new TextEncoder().encode("住宅");

const ACCESSOR: TableAccessor = {
  count: 2,
  definition: { properties: { fid: { values: 0 }, height_m: { values: 1 }, usage: { values: 2, stringOffsets: 3 }, count: { values: 4 } } },
  // A buffer may be longer than its table.
  data: [new Uint32Array([40, 7, 0]).buffer, new Float32Array([0.7, -9999]).buffer, USAGE.buffer, new Uint32Array([0, 6, 6]).buffer, new BigInt64Array([3n, 4n]).buffer],
  class: {
    properties: {
      fid: { type: "SCALAR", componentType: "UINT32" },
      height_m: { type: "SCALAR", componentType: "FLOAT32", noData: -9999 },
      usage: { type: "STRING", noData: "" },
      count: { type: "SCALAR", componentType: "INT64" },
      absent: { type: "STRING" },
    },
  },
  includesData: (name) => name in VALUES,
  getPropertyValue: (name, id) => VALUES[name]?.[id],
};
const TABLE = new PropertyTable(ACCESSOR);

test("a row number of the layer stands for each feature of the tile", () => {
  expect([...TABLE.fids]).toEqual([40, 7]);
});

test("a short float is the decimal number that was meant: it must not fall into the class below", () => {
  expect(TABLE.column("height_m")[0]).toBe(0.7);
});

test("what the table calls no data is none", () => {
  expect(TABLE.column("height_m")[1]).toBeNull();
  expect(TABLE.row(1)).toEqual({ count: 4 });
});

test.each(["fid", "height_m", "usage", "count"])("all of %s at once are what they are one by one", (name) => {
  expect(TABLE.column(name)).toEqual([TABLE.value(name, 0), TABLE.value(name, 1)]);
});

test("a row has what is known of a feature", () => {
  expect(TABLE.row(0)).toEqual({ height_m: 0.7, usage: "住宅", count: 3 });
  expect(TABLE.has("absent")).toBe(false);
});
