/** From a theme to the colours of a tile's features: the classes of the legend, as texels. Pure. */

import type { Values } from "./column";
import { classesOf, stopsOf } from "./expression";
import type { Theme } from "./layer";

/** Texels in a row of a feature texture; row and column follow from the feature's number in its tile. */
export const TEXELS = 256;

export function textureRows(features: number): number {
  return Math.max(1, Math.ceil(features / TEXELS));
}

/** What the alpha of a texel says to the shader. */
export const HIDDEN = 0;
export const MARKED = 254;
export const SHOWN = 255;

export interface Painting {
  theme: Theme;
  /** Indexes into the legend's classes. */
  hidden: readonly number[];
  /** `#rrggbb` of the feature a person has picked. */
  pickedColour: string;
  picked: number | null;
  hovered: number | null;
}

type Rgb = [number, number, number];

export function rgbOf(colour: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour)?.[1] ?? "888888";
  const full = hex.length === 3 ? [...hex].map((one) => one + one).join("") : hex;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)) as Rgb;
}

/** The class that a value falls in, as an index into `classesOf`: the same one that the map's expressions find. */
export function classifier(theme: Theme): (value: unknown) => number {
  const indexes = classesOf(theme).map((_, index) => index);
  const missing = indexes.length - 1;
  if (theme.type === "single") return () => 0;
  if (theme.type === "steps") return stepper(theme, indexes, missing);
  const byValue = new Map<string, number>();
  theme.classes.forEach((one, index) => {
    if (one.value !== null && !byValue.has(String(one.value))) byValue.set(String(one.value), index);
  });
  return (value) => byValue.get(value === null || value === undefined ? "" : String(value)) ?? missing;
}

function stepper(theme: Theme, indexes: number[], missing: number): (value: unknown) => number {
  const { below, stops } = stopsOf(theme, indexes, missing);
  return (value) => {
    if (typeof value !== "number" || Number.isNaN(value)) return missing;
    const passed = stops.findLast(([stop]) => stop <= value);
    return (passed ? passed[1] : below) as number;
  };
}

/** The class of every feature; `values` are in the order of the tile's features. */
export function classesOfValues(count: number, values: Values | null, theme: Theme): Uint16Array {
  const classOf = classifier(theme);
  return Uint16Array.from({ length: count }, (_, index) => classOf(values?.[index]));
}

/** Writes the texels of the features at `indexes`, or of all; `fids` and `classes` are in the order of the tile's features. */
export function paintTexels(texels: Uint8Array, fids: ArrayLike<number>, classes: Uint16Array, painting: Painting, indexes?: Iterable<number>): void {
  const hidden = new Set(painting.theme.type === "single" ? [] : painting.hidden);
  const colours = classesOf(painting.theme).map((one) => rgbOf(one.colour));
  for (const index of indexes ?? allIndexes(fids)) {
    const one = classes[index] as number;
    writeTexel(texels, index, colours[one] as Rgb, hidden.has(one) ? HIDDEN : SHOWN, fids[index] as number, painting);
  }
}

function* allIndexes(fids: ArrayLike<number>): Generator<number> {
  for (let index = 0; index < fids.length; index++) yield index;
}

function writeTexel(texels: Uint8Array, index: number, colour: Rgb, shown: number, fid: number, painting: Painting): void {
  const picked = fid === painting.picked;
  const hovered = fid === painting.hovered;
  const rgb = picked ? rgbOf(painting.pickedColour) : hovered ? lighter(colour) : colour;
  texels.set(rgb, index * 4);
  texels[index * 4 + 3] = shown === HIDDEN ? HIDDEN : picked || hovered ? MARKED : SHOWN;
}

function lighter(colour: Rgb): Rgb {
  return colour.map((one) => Math.round(one + (255 - one) * 0.35)) as Rgb;
}
