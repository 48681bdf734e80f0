/** A scenario as a part of the panel: its changes, its file, and what is asked about it. */

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { facilities, homeLayers } from "./access";
import { Choice, NumberField } from "./access-part";
import { accessWords } from "./access-text";
import type { Page, State } from "./page";
import { missing, OFFERED, summaryOf, type Offered, type ScenarioProblem } from "./scenario";
import { ChangeFields } from "./scenario-change";
import { scenarioWords } from "./scenario-text";
import { Sign } from "./swatch";

export interface ScenarioProperties {
  page: Page;
  state: State;
}

/** `children`: when people travel. */
export function ScenarioPanel({ page, state, children }: ScenarioProperties & { children: ComponentChildren }) {
  const t = scenarioWords(state.language);
  const { scenario } = state.access;
  const desk = page.access.scenario;
  const adding = useRef<HTMLSelectElement>(null);
  return (
    <section class="scenario">
      <p class="lead">{t("intro")}</p>
      <h3>{t("changes")}</h3>
      {scenario.changes.length === 0 && <p class="hint">{t("none")}</p>}
      <ol class="changes">
        {scenario.changes.map((change, at) => {
          const told = summaryOf(change, scenario, state.language);
          const isOpen = scenario.open === at;
          const lacking = missing(change);
          return (
            <li key={`${at} ${change.kind}`}>
              <div class="change">
                <button type="button" aria-expanded={isOpen} aria-label={t("edit", { change: told })} onClick={() => desk.set({ open: isOpen ? null : at })}>
                  {told}
                  {lacking && !isOpen && <small>{t(lacking)}</small>}
                </button>
                <button
                  type="button"
                  aria-label={t("remove", { change: told })}
                  title={t("remove", { change: told })}
                  onClick={() => {
                    desk.remove(at);
                    adding.current?.focus();
                  }}
                >
                  <Sign name="close" />
                </button>
              </div>
              {isOpen && <ChangeFields page={page} state={state} at={at} change={change} />}
            </li>
          );
        })}
      </ol>
      <Adding page={page} state={state} adding={adding} />
      <File page={page} state={state} />
      {children}
      <Asking page={page} state={state} />
    </section>
  );
}

/** A button beside the list: arrow keys choose, and nothing is added by the way. */
function Adding({ page, state, adding }: ScenarioProperties & { adding: RefObject<HTMLSelectElement> }) {
  const t = scenarioWords(state.language);
  const [kind, setKind] = useState<Offered>(OFFERED[0]);
  const add = (event: Event): void => {
    event.preventDefault();
    page.access.scenario.add(kind, state.language);
  };
  return (
    <form class="adding" onSubmit={add}>
      <select ref={adding} aria-label={t("kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value as Offered)}>
        {OFFERED.map((one) => (
          <option key={one} value={one}>
            {t(one)}
          </option>
        ))}
      </select>
      <button type="submit">{t("add")}</button>
    </form>
  );
}

/** Loading and saving as YAML, and what is wrong. */
function File({ page, state }: ScenarioProperties) {
  const t = scenarioWords(state.language);
  const { scenario } = state.access;
  const desk = page.access.scenario;
  const [loaded, setLoaded] = useState<string | null>(null);
  const chosen = useRef<HTMLInputElement>(null);
  const load = async (file: File | undefined): Promise<void> => {
    if (file) setLoaded(await desk.load(file, state.language));
    if (chosen.current) chosen.current.value = "";
  };
  const save = async (): Promise<void> => {
    const yaml = await desk.written(t("unnamed"));
    if (yaml !== null) download(yaml, `${scenario.name.trim() || t("unnamed")}.yaml`);
  };
  return (
    <div class="file">
      <label>
        <span>{t("name")}</span>
        <input type="text" maxLength={100} value={scenario.name} placeholder={t("unnamed")} onInput={(event) => desk.set({ name: event.currentTarget.value })} />
      </label>
      <div class="buttons">
        <button type="button" onClick={() => chosen.current?.click()}>
          {t("load")}
        </button>
        <button type="button" disabled={scenario.changes.length === 0} onClick={() => void save()}>
          {t("save")}
        </button>
      </div>
      <input ref={chosen} type="file" hidden accept=".yaml,.yml,.json" aria-label={t("load")} onChange={(event) => void load(event.currentTarget.files?.[0])} />
      <div aria-live="polite">
        {loaded !== null && scenario.problems.length === 0 && <p class="hint">{t("loaded", { name: loaded })}</p>}
        {scenario.problems.length > 0 && <Problems state={state} problems={scenario.problems} />}
      </div>
    </div>
  );
}

function Problems({ state, problems }: { state: State; problems: ScenarioProblem[] }) {
  const t = scenarioWords(state.language);
  return (
    <div class="error" role="alert">
      <strong>{t("problems")}</strong>
      <ul>
        {problems.map((one) => (
          <li key={`${one.line} ${one.key} ${one.rule}`}>{one.message[state.language]}</li>
        ))}
      </ul>
    </div>
  );
}

/** Homes, destinations and the cutoff. */
function Asking({ page, state }: ScenarioProperties) {
  const t = accessWords(state.language);
  const homes = homeLayers(state.layers ?? []);
  const goals = facilities(state.layers ?? []);
  const { scenario, running } = state.access;
  const desk = page.access.scenario;
  const origins = scenario.origins || (homes[0]?.id ?? "");
  const destinations = scenario.destinations || (goals[0]?.id ?? "");
  useEffect(() => desk.set({ origins, destinations }), [desk, origins, destinations]);
  if (!origins || !destinations) return <p class="hint">{t("noHomes")}</p>;
  const ready = scenario.changes.length > 0 && scenario.changes.every((change) => missing(change) === null);
  const compare = (event: Event): void => {
    event.preventDefault();
    void desk.compare(origins, destinations, scenarioWords(state.language)("unnamed"));
  };
  return (
    <form onSubmit={compare}>
      <Choice title={t("homes")} layers={homes} value={origins} state={state} choose={(origins) => desk.set({ origins })} />
      <Choice title={t("facilities")} layers={goals} value={destinations} state={state} choose={(destinations) => desk.set({ destinations })} />
      <NumberField title={t("cutoff")} value={scenario.cutoff} most={120} change={(cutoff) => desk.set({ cutoff })} />
      <button type="submit" class="primary" disabled={running || !ready}>
        {t("compare")}
      </button>
    </form>
  );
}

function download(content: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/yaml" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
