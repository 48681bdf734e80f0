/** The property table of a tile: what each of its features is. */

import type { Values } from "./column";

interface PropertyJson {
  componentType?: string;
  noData?: unknown;
}

type Value = string | number | boolean | null;

/** As 3d-tiles-renderer reads EXT_structural_metadata. */
export interface TableAccessor {
  count: number;
  class: { properties: Record<string, PropertyJson> };
  includesData(name: string): boolean;
  getPropertyValue(name: string, id: number): unknown;
}

export class PropertyTable {
  constructor(private readonly accessor: TableAccessor) {}

  get count(): number {
    return this.accessor.count;
  }

  has(name: string): boolean {
    return name in this.accessor.class.properties && this.accessor.includesData(name);
  }

  value(name: string, index: number): Value {
    const value = this.accessor.getPropertyValue(name, index);
    const { noData, componentType } = this.accessor.class.properties[name] as PropertyJson;
    if (value === undefined || value === null || value === noData) return null;
    if (typeof value === "bigint") return Number(value);
    if (typeof value !== "number") return value as Value;
    if (Number.isNaN(value)) return null;
    // 0.7 as a short float is less than 0.7, and would fall in the class below.
    return componentType === "FLOAT32" ? Number(value.toPrecision(7)) : value;
  }

  column(name: string): Values {
    return Array.from({ length: this.count }, (_, index) => this.value(name, index));
  }

  /** Row numbers in the layer. Without them, features are numbered as in the tile. */
  get fids(): Uint32Array {
    const known = this.has("fid");
    return Uint32Array.from({ length: this.count }, (_, index) => (known ? Number(this.value("fid", index)) : index));
  }

  /** A row as vector tiles have it: what is null is left out. */
  row(index: number): Record<string, unknown> {
    const names = Object.keys(this.accessor.class.properties).filter((name) => name !== "fid" && this.has(name));
    return Object.fromEntries(names.map((name) => [name, this.value(name, index)]).filter(([, value]) => value !== null));
  }
}
