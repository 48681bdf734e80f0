/** From a theme to MapLibre expressions: the same classes colour, pick images and hide. */

import type { ExpressionSpecification, FilterSpecification } from "maplibre-gl";
import type { StyleClass, Theme } from "./layer";

/** Every class of the legend in its order, the missing one last. */
export function classesOf(theme: Theme): StyleClass[] {
  return theme.missing ? [...theme.classes, theme.missing] : theme.classes;
}

type Value = string | number;

/**
 * An expression that gives `output(class, index)` of the class a feature falls in; a value that is missing,
 * of another type or in no class falls in `missing`, whose index is the number of classes.
 */
export function classed(
  theme: Theme,
  output: (one: StyleClass, index: number) => Value,
  value: ExpressionSpecification = ["get", theme.column ?? ""],
): ExpressionSpecification | Value {
  const outputs = classesOf(theme).map(output);
  const missing = outputs.at(-1) as Value;
  if (theme.type === "single") return outputs[0] as Value;
  return theme.type === "steps" ? stepped(theme, outputs, missing, value) : matched(theme, outputs, missing, value);
}

export function colourOf(theme: Theme, value?: ExpressionSpecification): ExpressionSpecification | string {
  return classed(theme, (one) => one.colour, value) as ExpressionSpecification | string;
}

/** Keeps features whose class is not among `hidden` (indexes into `classesOf`); null when nothing is hidden. */
export function hiddenFilter(theme: Theme, hidden: readonly number[]): FilterSpecification | null {
  if (hidden.length === 0 || theme.type === "single") return null;
  return ["match", classed(theme, (_, index) => index), [...hidden], false, true] as unknown as FilterSpecification;
}

function matched(theme: Theme, outputs: Value[], missing: Value, value: ExpressionSpecification): ExpressionSpecification | Value {
  const branches = new Map<string, Value>();
  theme.classes.forEach((one, index) => {
    const key = one.value === null ? null : String(one.value);
    if (key !== null && !branches.has(key)) branches.set(key, outputs[index] as Value);
  });
  if (branches.size === 0) return missing;
  return ["match", ["to-string", value], ...[...branches].flat(), missing] as unknown as ExpressionSpecification;
}

function stepped(theme: Theme, outputs: Value[], missing: Value, value: ExpressionSpecification): ExpressionSpecification {
  const { below, stops } = stopsOf(theme, outputs, missing);
  const inside = stops.length === 0 ? below : ["step", ["number", value], below, ...stops.flat()];
  return ["case", ["==", ["typeof", value], "number"], inside, missing] as ExpressionSpecification;
}

/** Stops in ascending order; a gap between two classes, and what is past a closed end, is missing. */
export function stopsOf(theme: Theme, outputs: Value[], missing: Value): { below: Value; stops: [number, Value][] } {
  const rows = theme.classes
    .map((one, index) => ({ min: one.min ?? -Infinity, max: one.max ?? Infinity, output: outputs[index] as Value }))
    .sort((a, b) => a.min - b.min);
  const stops = new Map<number, Value>();
  let below = missing;
  for (const { min, max, output } of rows) {
    if (min === -Infinity) below = output;
    else stops.set(min, output);
    if (max !== Infinity) stops.set(max, missing);
  }
  return { below, stops: [...stops].sort((a, b) => a[0] - b[0]) };
}
