/** What a scenario changes for people. */

import type { Compared } from "./access";
import { GAIN, LOSS, SCALE } from "./access-map";
import { Figures, Why } from "./access-part";
import { accessWords } from "./access-text";
import { formatNumber, textIn } from "./format";
import type { Page, State } from "./page";
import { isMinutes, type Shown } from "./scenario";
import { mostChanged } from "./scenario-figure";
import { scenarioWords } from "./scenario-text";

const SHOWN: Shown[] = ["difference", "before", "after"];
const AREAS = 8;

interface Properties {
  page: Page;
  state: State;
  answer: Compared;
}

export function ScenarioAnswer({ page, state, answer }: Properties) {
  const t = accessWords(state.language);
  const number = (value: number | null, digits = 0): string => (value === null ? "–" : formatNumber(value, state.language, digits));
  const [reached, nearest] = answer.totals;
  if (!reached) return null;
  const rows: [string, string][] = [
    [t("people"), number(reached.people)],
    [t("more"), number(reached.more)],
    [t("newly"), number((nearest ?? reached).newly_known)],
    [t("better"), number(nearest ? nearest.less : null)],
    [t("less"), number(reached.less + (nearest?.more ?? 0))],
    [t("mean"), `${number(reached.mean_before, 1)} → ${number(reached.mean_after, 1)}`],
  ];
  return (
    <section class="answer">
      <OnMap page={page} state={state} answer={answer} />
      <Figures rows={rows} />
      <ul class="notes">
        {answer.changes.map((change) => (
          <li key={change.en}>{textIn(change, state.language)}</li>
        ))}
      </ul>
      <Areas page={page} state={state} answer={answer} />
      <Why state={state} explanation={answer.after} />
    </section>
  );
}

/** Which figure the map shows, and what its colours mean. */
function OnMap({ page, state, answer }: Properties) {
  const t = scenarioWords(state.language);
  const { shown, figure } = state.access.scenario;
  const desk = page.access.scenario;
  const colour = (value: string, title: string) => (
    <li key={title}>
      <i class="key-colour" style={{ background: value }} aria-hidden="true" />
      {title}
    </li>
  );
  return (
    <div class="on-map">
      <div class="pair">
        <label>
          <span>{t("shown")}</span>
          <select value={shown} onChange={(event) => desk.set({ shown: event.currentTarget.value as Shown })}>
            {SHOWN.map((one) => (
              <option key={one} value={one}>
                {t(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("figure")}</span>
          <select value={figure} onChange={(event) => desk.set({ figure: Number(event.currentTarget.value) })}>
            {answer.totals.map((one, row) => (
              <option key={one.column} value={row}>
                {t(isMinutes(one.column) ? "nearest" : "reached")}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ul class="colours">{shown === "difference" ? [colour(GAIN, t("better")), colour(LOSS, t("worse"))] : [colour(SCALE[0], t("low")), colour(SCALE[1], t("high"))]}</ul>
    </div>
  );
}

/** The towns or cells of the homes whose people gain or lose most. */
function Areas({ state, answer }: Properties) {
  const t = scenarioWords(state.language);
  const total = answer.totals[state.access.scenario.figure] ?? answer.totals[0];
  const rows = total ? mostChanged(answer.features, total.column).slice(0, AREAS) : [];
  if (rows.length === 0) return null;
  const number = (value: number | null): string => (value === null ? "–" : formatNumber(value, state.language, 1));
  return (
    <>
      <h3>{t("areas")}</h3>
      <table class="places reached">
        <thead>
          <tr>
            <th scope="col">{t("area")}</th>
            <th scope="col">{t("people")}</th>
            <th scope="col">{t("before")}</th>
            <th scope="col">{t("after")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{row.name}</th>
              <td>{formatNumber(row.people, state.language)}</td>
              <td>{number(row.before)}</td>
              <td>{number(row.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
