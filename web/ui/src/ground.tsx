/** How high the ground is where a person clicked: a card of its own, or a row below a feature. */

import { useEffect, useRef } from "preact/hooks";
import { formatNumber, textIn } from "./format";
import { translator, type Translate } from "./language";
import type { Elevation, Language } from "./layer";
import type { Page, Selection, State } from "./page";
import { Sign } from "./swatch";

export function GroundCard({ page, state, selection }: { page: Page; state: State; selection: Selection }) {
  const { language } = state;
  const t = translator(language);
  const { ground, byKeyboard } = selection;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (byKeyboard && page.state.selection) card.current?.focus({ preventScroll: true });
  }, [byKeyboard]);
  return (
    <section class="feature" role="dialog" tabIndex={-1} ref={card} aria-label={t("ground.title")}>
      <header>
        <div class="feature-title">
          <h2>{t("ground.title")}</h2>
          {ground && <p>{textIn(ground.title, language)}</p>}
        </div>
        <button type="button" class="quiet" aria-label={t("page.close")} onClick={() => page.close()}>
          <Sign name="close" />
        </button>
      </header>
      <div class="feature-body" aria-busy={!ground}>
        {ground ? <Rows rows={rowsOf(ground, language, t)} /> : <p class="hint loading">{t("page.loading")}</p>}
      </div>
      {ground && (
        <footer>
          {t("feature.source")}: {ground.attribution || textIn(ground.title, language)}
        </footer>
      )}
    </section>
  );
}

export function GroundRow({ ground, language }: { ground: Elevation; language: Language }) {
  const datum = ground.vertical_datum ? ` (${ground.vertical_datum})` : "";
  return (
    <div class="ground-row">
      <Rows rows={[[translator(language)("ground.title"), metres(ground.height_m, language, 2) + datum]]} />
    </div>
  );
}

function Rows({ rows }: { rows: [string, string][] }) {
  return (
    <dl class="attributes">
      {rows.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What the data do not say has no row. */
function rowsOf(ground: Elevation, language: Language, t: Translate): [string, string][] {
  const [lon, lat] = ground.lonlat;
  const { geoid, vertical_datum, ellipsoidal_height_m } = ground;
  return [
    [t("ground.height"), metres(ground.height_m, language, 2)],
    ...(vertical_datum ? [[t("ground.datum"), vertical_datum] as [string, string]] : []),
    ...(ellipsoidal_height_m === null ? [] : [[t("ground.ellipsoidal"), metres(ellipsoidal_height_m, language, 2)] as [string, string]]),
    ...(geoid ? ([[t("ground.geoid"), metres(geoid.height_m, language, 2)], [t("ground.model"), geoid.model]] as [string, string][]) : []),
    [t("ground.resolution"), metres(ground.resolution_m, language, 1)],
    [t("ground.place"), `${lat.toFixed(6)}, ${lon.toFixed(6)}`],
  ];
}

function metres(value: number, language: Language, digits: number): string {
  return `${formatNumber(Number(value.toFixed(digits)), language)} m`;
}
