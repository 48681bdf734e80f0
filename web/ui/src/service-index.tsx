/** Named indices of the service around places: PTAL, service-quality classes, people near stops. */

import { useState } from "preact/hooks";
import { homeLayers, type IndexAnswer, type IndexKind } from "./access";
import { Choice, NumberField, Why } from "./access-part";
import { accessWords } from "./access-text";
import { formatNumber, formatShare, textIn } from "./format";
import type { Page, State } from "./page";

export function IndexQuestion({ page, state, kind }: { page: Page; state: State; kind: IndexKind }) {
  const t = accessWords(state.language);
  const homes = homeLayers(state.layers ?? []);
  const [origins, setOrigins] = useState(homes[0]?.id ?? "");
  const [hour, setHour] = useState("08:15");
  const [station, setStation] = useState(800);
  const [busStop, setBusStop] = useState(300);
  if (homes.length === 0) return <p class="hint">{t("noHomes")}</p>;
  const rules = { ptal: { hour }, quality_classes: {}, stop_coverage: { station_m: station, bus_stop_m: busStop } }[kind];
  const ask = (event: Event): void => {
    event.preventDefault();
    void page.access.askIndex(kind, { origins: origins || homes[0]!.id, ...rules });
  };
  return (
    <form onSubmit={ask}>
      <Choice title={t("homes")} layers={homes} value={origins} state={state} choose={setOrigins} />
      {kind === "ptal" && (
        <label>
          <span>{t("hour")}</span>
          <input type="time" max="22:59" value={hour} onChange={(event) => event.currentTarget.value && setHour(event.currentTarget.value)} />
        </label>
      )}
      {kind === "stop_coverage" && (
        <div class="pair">
          <NumberField title={t("station")} value={station} most={5000} change={setStation} />
          <NumberField title={t("busStop")} value={busStop} most={5000} change={setBusStop} />
        </div>
      )}
      <button type="submit" class="primary" disabled={state.access.running}>
        {t("run")}
      </button>
    </form>
  );
}

/** The legend of the map, with the people of each class. */
export function IndexTable({ state, answer }: { state: State; answer: IndexAnswer }) {
  const t = accessWords(state.language);
  const people = answer.totals.reduce((sum, one) => sum + (one.people ?? 0), 0);
  return (
    <section class="answer">
      <table class="places reached">
        <thead>
          <tr>
            <th />
            <th scope="col">{t("people")}</th>
            <th scope="col">%</th>
            <th scope="col">{t("places")}</th>
          </tr>
        </thead>
        <tbody>
          {answer.totals.map((one, row) => (
            <tr key={one.value}>
              <th scope="row">
                <i class="key-colour" style={{ background: answer.legend[row]!.colour }} aria-hidden="true" />
                {textIn(answer.legend[row]!.label, state.language)}
              </th>
              <td>{one.people === null ? "–" : formatNumber(one.people, state.language)}</td>
              <td>{one.people === null || people === 0 ? "–" : formatShare(one.people / people, state.language)}</td>
              <td>{formatNumber(one.places, state.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Why state={state} explanation={answer.explanation} />
    </section>
  );
}
