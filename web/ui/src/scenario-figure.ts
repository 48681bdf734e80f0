/** From the places of a comparison to rows of a table; pure. */

export interface ChangedArea {
  id: string;
  name: string;
  people: number;
  before: number | null;
  after: number | null;
}

const NAMES = ["name", "town_name", "名称"];

/** Areas with people and a difference, those with the most people times difference first. A figure that becomes known counts as much as its value. */
export function mostChanged({ features }: GeoJSON.FeatureCollection, column: string): ChangedArea[] {
  const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
  const found = features.map(({ properties }) => {
    const row = properties ?? {};
    const id = String(row.feature_id ?? "");
    const name = NAMES.map((one) => row[one]).find((one) => typeof one === "string" && one !== "");
    const people = number(row.population) ?? 1;
    return { id, name: String(name ?? id), people, before: number(row[`${column}_before`]), after: number(row[`${column}_after`]) };
  });
  const weight = ({ people, before, after }: ChangedArea): number => people * Math.abs((after ?? 0) - (before ?? 0));
  return found.filter((row) => weight(row) > 0).sort((one, other) => weight(other) - weight(one));
}
