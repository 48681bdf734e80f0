/** Search in one layer: words or a condition, the features found, and the same as a file. */

import { useId, useRef, useState } from "preact/hooks";
import { ApiError, askFound } from "./api";
import { ExportLinks } from "./export";
import { formatNumber, textIn } from "./format";
import { translator, type Translate } from "./language";
import type { Layer, Text } from "./layer";
import type { Page, State } from "./page";
import { aboutFound, nameOfFound, searchAddress, type FoundFeature, type FoundFeatures, type Question } from "./question";

interface Answer {
  question: Question;
  version: string;
  found: FoundFeatures;
}

export function FeatureSearch({ layer, page, state }: { layer: Layer; page: Page; state: State }) {
  const t = translator(state.language);
  const [kind, setKind] = useState<Question["kind"]>("words");
  const [text, setText] = useState("");
  const [here, setHere] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<Text | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef(0);
  const columns = useId();

  const ask = async (address: string | null, question: Question, before: FoundFeature[]): Promise<void> => {
    if (!address) return;
    // Whoever asks again doesn't want the first answer any more.
    const number = ++asked.current;
    setBusy(true);
    setError(null);
    try {
      const found = await askFound(address);
      if (number === asked.current) setAnswer({ question, version: layer.version, found: { ...found, features: [...before, ...found.features] } });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (number === asked.current) setError(failure.text);
    } finally {
      if (number === asked.current) setBusy(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const question: Question = { kind, text, bounds: here ? state.bounds : null };
    setAnswer(null);
    void ask(searchAddress(layer, question), question, []);
  };
  // Another version has other features.
  const current = answer?.version === layer.version ? answer : null;
  return (
    <section class="feature-search" aria-label={t("search.label", { title: textIn(layer.title, state.language) })}>
      <form role="search" onSubmit={submit}>
        <select value={kind} aria-label={t("search.kind")} onChange={(event) => setKind(event.currentTarget.value as Question["kind"])}>
          <option value="words">{t("search.words")}</option>
          <option value="filter">{t("search.filter")}</option>
        </select>
        <input
          type="search"
          value={text}
          maxLength={kind === "words" ? 200 : 4000}
          spellcheck={false}
          placeholder={t(kind === "words" ? "search.wordsHint" : "search.filterHint")}
          aria-label={t(kind === "words" ? "search.words" : "search.filter")}
          aria-describedby={kind === "filter" ? columns : undefined}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" disabled={busy}>
          {t("search.run")}
        </button>
        <label class="here">
          <input type="checkbox" checked={here} onChange={(event) => setHere(event.currentTarget.checked)} />
          {t("search.here")}
        </label>
      </form>
      {kind === "filter" && <Columns id={columns} layer={layer} state={state} t={t} onChoose={(name) => setText(joined(text, name))} />}
      {error && (
        <p class="error" role="alert">
          {error[state.language]}
        </p>
      )}
      <p class="hint" role="status">
        {busy ? t("page.loading") : current && counted(current.found, state, t)}
      </p>
      {current && current.found.features.length > 0 && <Results layer={layer} page={page} found={current.found} />}
      {current?.found.next && (
        <button type="button" class="more" disabled={busy} onClick={() => void ask(current.found.next, current.question, current.found.features)}>
          {t("search.more")}
        </button>
      )}
      <ExportLinks layer={layer} question={current?.question ?? null} count={current?.found.total ?? layer.feature_count} state={state} />
    </section>
  );
}

function counted({ total }: FoundFeatures, state: State, t: Translate): string {
  return total === 0 ? t("search.none") : t("search.found", { total: formatNumber(total, state.language) });
}

/** A name that is no plain word stands in double quotes. */
function joined(text: string, name: string): string {
  const written = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  return text.trim() === "" ? `${written} ` : `${text.trimEnd()} ${written} `;
}

function Columns({ id, layer, state, t, onChoose }: { id: string; layer: Layer; state: State; t: Translate; onChoose: (name: string) => void }) {
  return (
    <details class="columns" id={id}>
      <summary>{t("search.columns")}</summary>
      <ul>
        {layer.columns.map((one) => (
          <li key={one.name}>
            <button type="button" onClick={() => onChoose(one.name)}>
              <code>{one.name}</code> {textIn(one.label, state.language)}
              {one.unit && ` (${one.unit})`}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Results({ layer, page, found }: { layer: Layer; page: Page; found: FoundFeatures }) {
  return (
    <ul class="found">
      {found.features.map((one) => (
        <li key={one.fid}>
          <button type="button" disabled={!one.bounds} onClick={(event) => page.visit(layer, one, event.detail === 0)}>
            {nameOfFound(one)}
            <small>{aboutFound(one)}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}
