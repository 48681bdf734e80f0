/** Parts that the questions about public transport share: fields, figures, and what stands behind an answer. */

import type { Explanation } from "./access";
import { accessWords } from "./access-text";
import { formatNumber, textIn } from "./format";
import type { Layer } from "./layer";
import type { State } from "./page";

const LINES = 8;

export function Why({ state, explanation }: { state: State; explanation: Explanation }) {
  const t = accessWords(state.language);
  const { travel, walking, window, percentiles, rules } = explanation;
  const lines = travel.lines.length > 0 ? travel.lines : (rules.lines ?? []);
  const isTravel = percentiles.length > 0;
  const one = (value: number | null): string => (value === null ? "–" : formatNumber(value, state.language, 1));
  return (
    <details class="why">
      <summary>{t("why")}</summary>
      <ul>
        <li>{t(isTravel ? "window" : "service", { day: explanation.day, from: window[0].slice(0, 5), to: window[1].slice(0, 5) })}</li>
        {travel.walk_min !== null && <li>{t("trip", { walk: one(travel.walk_min), wait: one(travel.wait_min), ride: one(travel.ride_min) })}</li>}
        {lines.length > 0 && (
          <li>
            {t("lines")}: {lines.slice(0, LINES).map((line) => line.name).join("、")}
            {lines.length > LINES ? " …" : ""}
          </li>
        )}
        <li>
          {textIn(walking, state.language)}
          {(isTravel || explanation.measure === "ptal") && `, ${t("speed", { speed: formatNumber(walking.speed_kmh, state.language, 1) })}`}
        </li>
        {explanation.unreached.map((reason) => (
          <li key={reason.en}>
            {textIn(reason, state.language)}: {formatNumber(reason.count, state.language)}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Figures({ rows }: { rows: [string, string][] }) {
  return (
    <table class="figures">
      <tbody>
        {rows.map(([title, value]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Choice({ title, layers, value, state, choose }: { title: string; layers: Layer[]; value: string; state: State; choose: (id: string) => void }) {
  return (
    <label>
      <span>{title}</span>
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {layers.map((layer) => (
          <option key={layer.id} value={layer.id}>
            {textIn(layer.title, state.language)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function NumberField({ title, value, most, change }: { title: string; value: number; most: number; change: (value: number) => void }) {
  return (
    <label>
      <span>{title}</span>
      <input
        type="number"
        min="1"
        max={most}
        value={value}
        onInput={(event) => {
          const typed = Number(event.currentTarget.value);
          if (typed >= 1 && typed <= most) change(typed);
        }}
      />
    </label>
  );
}
