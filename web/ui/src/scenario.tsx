/** A scenario as a part of the panel: what changes, and what it changes for people. */

import { facilities, homeLayers, type AccessDesk, type LineAnswer } from "./access";
import { Choice, Figures, NumberField, Why } from "./access-part";
import { accessWords } from "./access-text";
import { formatNumber, textIn } from "./format";
import type { State } from "./page";

export function Line({ state, desk }: { state: State; desk: AccessDesk<State> }) {
  const t = accessWords(state.language);
  const homes = homeLayers(state.layers ?? []);
  const goals = facilities(state.layers ?? []);
  const { line, running } = state.access;
  if (homes.length === 0 || goals.length === 0) return <p class="hint">{t("noHomes")}</p>;
  const chosen = { ...line, origins: line.origins || homes[0]!.id, destinations: line.destinations || goals[0]!.id };
  const change = (part: Partial<typeof line>): void => desk.change({ line: { ...chosen, ...part } });
  const ask = (event: Event): void => {
    event.preventDefault();
    void desk.compareLine(chosen, t("line"));
  };
  return (
    <form onSubmit={ask}>
      <p class="stops" aria-live="polite">
        {t("stops", { count: line.stops.length })}
        {line.stops.length > 0 && (
          <button type="button" class="link" onClick={() => change({ stops: line.stops.slice(0, -1) })}>
            {t("undo")}
          </button>
        )}
      </p>
      <div class="pair">
        <NumberField title={t("headway")} value={line.headway} most={240} change={(headway) => change({ headway })} />
        <NumberField title={t("lineSpeed")} value={line.speed} most={120} change={(speed) => change({ speed })} />
      </div>
      <Choice title={t("homes")} layers={homes} value={chosen.origins} state={state} choose={(origins) => change({ origins })} />
      <Choice title={t("facilities")} layers={goals} value={chosen.destinations} state={state} choose={(destinations) => change({ destinations })} />
      <NumberField title={t("cutoff")} value={line.cutoff} most={120} change={(cutoff) => change({ cutoff })} />
      <button type="submit" class="primary" disabled={running || line.stops.length < 2}>
        {t("compare")}
      </button>
    </form>
  );
}

export function Compared({ state, answer }: { state: State; answer: LineAnswer }) {
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
      <Figures rows={rows} />
      <ul class="notes">
        {answer.changes.map((change) => (
          <li key={change.en}>{textIn(change, state.language)}</li>
        ))}
      </ul>
      <Why state={state} explanation={answer.after} />
    </section>
  );
}
