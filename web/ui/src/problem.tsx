/** What was wrong with a layer's files: counted, shown on the map, and listed for a look at the places. */

import type { Page, State } from "./page";
import { formatNumber, textIn } from "./format";
import { translator } from "./language";
import type { Layer, Text } from "./layer";

/** Drawn at once, so that a city with a hundred thousand stays usable. */
const MOST_DRAWN = 5_000;
const LISTED = 20;

export interface Problem {
  rule: string;
  severity: "note" | "warning" | "error";
  file: string;
  feature: string | null;
  line: number | null;
  lonlat: [number, number] | null;
  message: Text;
}

/** Of one layer, on the map and in the list. */
export interface ShownProblems {
  layer: string;
  version: string;
  points: GeoJSON.FeatureCollection;
  list: Problem[];
  total: number;
}

export const problemAddresses = (layer: Layer): { points: string; list: string } => {
  const own = `/api/layers/${encodeURIComponent(layer.id)}/problems`;
  return { points: `${own}.geojson?limit=${MOST_DRAWN}`, list: `${own}?limit=${LISTED}` };
};

export function Problems({ layer, page, state }: { layer: Layer; page: Page; state: State }) {
  const t = translator(state.language);
  if (!layer.problems) return null;
  const shown = state.problems?.layer === layer.id ? state.problems : null;
  return (
    <div class="problems">
      <button type="button" class="class" aria-pressed={shown !== null} onClick={() => void page.toggleProblems(layer)}>
        {t("problems.show", { count: formatNumber(layer.problems, state.language) })}
      </button>
      {shown && (
        <ol aria-label={t("about.problems")}>
          {shown.list.map((one, index) => (
            <li key={index} class={one.severity}>
              {one.lonlat ? (
                <button type="button" onClick={() => page.lookAt(one.lonlat!)}>
                  {textIn(one.message, state.language)}
                </button>
              ) : (
                textIn(one.message, state.language)
              )}
            </li>
          ))}
        </ol>
      )}
      {shown && shown.total > shown.list.length && <p>{t("problems.more", { count: formatNumber(shown.total - shown.list.length, state.language) })}</p>}
    </div>
  );
}
