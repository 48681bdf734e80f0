/** The property table of a tile: what each of its features is. */

import type { Values } from "./column";

interface PropertyJson {
  type?: string;
  array?: boolean;
  normalized?: boolean;
  offset?: number;
  scale?: number;
  componentType?: string;
  noData?: unknown;
}

type Value = string | number | boolean | null;

/** As 3d-tiles-renderer reads EXT_structural_metadata. */
export interface TableAccessor {
  count: number;
  definition: { properties: Record<string, { values: number; stringOffsets?: number; stringOffsetType?: string }> };
  /** Buffer views of the file. */
  data: readonly (ArrayBuffer | null)[];
  class: { properties: Record<string, PropertyJson> };
  includesData(name: string): boolean;
  getPropertyValue(name: string, id: number): unknown;
}

type Numbers = { subarray(from: number, to: number): ArrayLike<number> & Iterable<number>; [index: number]: number };

const NUMBERS: Record<string, new (buffer: ArrayBuffer) => Numbers> = {
  INT8: Int8Array,
  UINT8: Uint8Array,
  INT16: Int16Array,
  UINT16: Uint16Array,
  INT32: Int32Array,
  UINT32: Uint32Array,
  FLOAT32: Float32Array,
  FLOAT64: Float64Array,
};

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
    const { noData, componentType } = this.#property(name);
    if (value === undefined || value === null || value === noData) return null;
    if (typeof value === "bigint") return Number(value);
    if (typeof value !== "number") return value as Value;
    if (Number.isNaN(value)) return null;
    // 0.7 as a short float is less than 0.7, and would fall in the class below.
    return componentType === "FLOAT32" ? Number(value.toPrecision(7)) : value;
  }

  column(name: string): Values {
    const quick = this.#numbers(name) ?? this.#strings(name);
    const { noData } = this.#property(name);
    if (!quick) return Array.from({ length: this.count }, (_, index) => this.value(name, index));
    return quick.map((one) => (one === noData || Number.isNaN(one) ? null : one));
  }

  #property(name: string): PropertyJson {
    return this.accessor.class.properties[name] as PropertyJson;
  }

  /** All at once: one by one, a hundred thousand features would take a second. */
  #numbers(name: string): (number | string)[] | null {
    const { type, array, normalized, offset, scale, componentType } = this.#property(name);
    const Kind = NUMBERS[componentType ?? ""];
    if (type !== "SCALAR" || array || normalized || offset || (scale ?? 1) !== 1 || !Kind) return null;
    const values = Array.from(new Kind(this.#bytes(this.#view(name).values)).subarray(0, this.count));
    return componentType === "FLOAT32" ? values.map((one) => Number(one.toPrecision(7))) : values;
  }

  #strings(name: string): (number | string)[] | null {
    const { type, array } = this.#property(name);
    const { values, stringOffsets, stringOffsetType } = this.#view(name);
    const Kind = NUMBERS[stringOffsetType ?? "UINT32"];
    if (type !== "STRING" || array || stringOffsets === undefined || !Kind) return null;
    const offsets = new Kind(this.#bytes(stringOffsets));
    const bytes = new Uint8Array(this.#bytes(values));
    const decoder = new TextDecoder();
    return Array.from({ length: this.count }, (_, index) => decoder.decode(bytes.subarray(offsets[index], offsets[index + 1])));
  }

  #view(name: string): TableAccessor["definition"]["properties"][string] {
    return this.accessor.definition.properties[name] as TableAccessor["definition"]["properties"][string];
  }

  #bytes(view: number): ArrayBuffer {
    return this.accessor.data[view] ?? new ArrayBuffer(0);
  }

  /** Row numbers in the layer. Without them, features are numbered as in the tile. */
  get fids(): Uint32Array {
    return this.has("fid") ? Uint32Array.from(this.column("fid"), Number) : Uint32Array.from({ length: this.count }, (_, index) => index);
  }

  /** A row as vector tiles have it: what is null is left out. */
  row(index: number): Record<string, unknown> {
    const names = Object.keys(this.accessor.class.properties).filter((name) => name !== "fid" && this.has(name));
    return Object.fromEntries(names.map((name) => [name, this.value(name, index)]).filter(([, value]) => value !== null));
  }
}
