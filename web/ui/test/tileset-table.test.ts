import { expect, test } from "vitest";
import { PropertyTable, type TableAccessor } from "../src/tileset-table";

const VALUES: Record<string, unknown[]> = {
  fid: [40, 7],
  height_m: [Math.fround(0.7), -9999],
  usage: ["住宅", ""],
  count: [3n, 4n],
};

const ACCESSOR: TableAccessor = {
  count: 2,
  class: {
    properties: {
      fid: { componentType: "UINT32" },
      height_m: { componentType: "FLOAT32", noData: -9999 },
      usage: { noData: "" },
      count: {},
      absent: {},
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

test("a row has what is known of a feature", () => {
  expect(TABLE.row(0)).toEqual({ height_m: 0.7, usage: "住宅", count: 3 });
  expect(TABLE.has("absent")).toBe(false);
});
