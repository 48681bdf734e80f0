/** Buttons of the map. */

import { translator, type Key } from "./language";
import type { Page, State } from "./page";
import { Sign, type SignName } from "./swatch";

export function Controls({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const bearing = state.place?.bearing ?? 0;
  const button = (key: Key, sign: SignName, act: () => void) => (
    <button type="button" aria-label={t(key)} title={t(key)} onClick={act}>
      <Sign name={sign} />
    </button>
  );
  return (
    <div class="controls" role="toolbar" aria-label={t("page.map")} aria-orientation="vertical">
      <div class="control-set">
        {button("control.zoomIn", "plus", () => page.zoomBy(1))}
        {button("control.zoomOut", "minus", () => page.zoomBy(-1))}
      </div>
      <div class="control-set">
        <button type="button" aria-label={t("control.north")} title={t("control.north")} onClick={() => page.faceNorth()}>
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" style={{ transform: `rotate(${-bearing}deg)` }}>
            <path d="M12 2.5 15.8 12H8.2z" fill="#b5432a" />
            <path d="M12 21.5 8.2 12h7.6z" fill="#8b98a3" />
          </svg>
        </button>
        <button type="button" class="text-button" aria-label={t("control.solid")} title={t("control.solid")} aria-pressed={state.solid} onClick={() => page.toggleSolid()}>
          3D
        </button>
        {button("control.home", "home", () => page.home())}
      </div>
      {state.session?.background && (
        <div class="control-set">
          <button
            type="button"
            aria-label={t("control.background")}
            title={t("control.background")}
            aria-pressed={state.backgroundShown}
            onClick={() => page.toggleBackground()}
          >
            <Sign name="background" />
          </button>
        </div>
      )}
      {state.wide && (
        <div class="control-set">
          <button type="button" aria-label={t("control.legend")} title={t("control.legend")} aria-pressed={state.legendOpen} onClick={() => page.toggleLegend()}>
            <Sign name="legend" />
          </button>
        </div>
      )}
    </div>
  );
}
