/** Single fields of a change. */

import { useState } from "preact/hooks";
import type { Page, State } from "./page";
import { list, text, type Change } from "./scenario";
import { scenarioWords, type ScenarioKey } from "./scenario-text";

export interface ChangeProperties {
  page: Page;
  state: State;
  at: number;
  change: Change;
}

/** How many places were clicked, and the last one back. */
export function Clicked({ page, state, at, change, name, title, hint }: ChangeProperties & { name: string; title: ScenarioKey; hint: ScenarioKey }) {
  const t = scenarioWords(state.language);
  const places = list(change.values[name]);
  return (
    <>
      <p class="stops" aria-live="polite">
        {t(title, { count: places.length })}
        {places.length > 0 && (
          <button type="button" class="link" onClick={() => page.access.scenario.edit(at, { [name]: places.slice(0, -1) })}>
            {t("undo")}
          </button>
        )}
      </p>
      <p class="hint">{t(hint)}</p>
    </>
  );
}

interface FieldProperties extends ChangeProperties {
  name: string;
  title: ScenarioKey;
}

/** What somebody is typing stays as typed until the field is left; what makes sense is taken at once. */
function useDraft(value: string, take: (typed: HTMLInputElement) => void) {
  const [draft, setDraft] = useState<string | null>(null);
  return {
    value: draft ?? value,
    onInput: (event: { currentTarget: HTMLInputElement }) => {
      setDraft(event.currentTarget.value);
      take(event.currentTarget);
    },
    onBlur: () => setDraft(null),
  };
}

export function Text({ page, state, at, change, name, title }: FieldProperties) {
  const typing = useDraft(text(change.values[name]), ({ value }) => value.trim() && page.access.scenario.edit(at, { [name]: value }));
  return (
    <label>
      <span>{scenarioWords(state.language)(title)}</span>
      <input type="text" maxLength={100} {...typing} />
    </label>
  );
}

export function Amount({ page, state, at, change, name, title, least, most }: FieldProperties & { least: number; most: number }) {
  const typing = useDraft(text(change.values[name]), ({ valueAsNumber }) => {
    if (valueAsNumber >= least && valueAsNumber <= most) page.access.scenario.edit(at, { [name]: valueAsNumber });
  });
  return (
    <label>
      <span>{scenarioWords(state.language)(title)}</span>
      <input type="number" min={least} max={most} step="any" {...typing} />
    </label>
  );
}

/** Text, since a service day goes on beyond 24:00. */
export function Clock({ page, state, at, change, name, title }: FieldProperties) {
  const typing = useDraft(text(change.values[name]), (field) => field.checkValidity() && page.access.scenario.edit(at, { [name]: field.value }));
  return (
    <label>
      <span>{scenarioWords(state.language)(title)}</span>
      <input type="text" inputMode="numeric" required pattern="\d{1,2}:[0-5]\d" {...typing} />
    </label>
  );
}

export function Flag({ page, state, at, change, name, title, otherwise }: FieldProperties & { otherwise: boolean }) {
  const value = change.values[name] ?? otherwise;
  return (
    <label class="flag">
      <input
        type="checkbox"
        checked={value === true}
        onChange={(event) => page.access.scenario.edit(at, { [name]: event.currentTarget.checked === otherwise ? undefined : event.currentTarget.checked })}
      />
      {scenarioWords(state.language)(title)}
    </label>
  );
}
