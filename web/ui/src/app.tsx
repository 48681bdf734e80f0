/** The frame around the map: panels beside it on a wide screen, a sheet below it on a narrow one. */

import { useEffect } from "preact/hooks";
import { AttributionLine } from "./attribution";
import { Controls } from "./control";
import { AnalysisPanel } from "./analysis";
import { EmptyCity } from "./empty";
import { FeatureCard } from "./feature";
import { translator } from "./language";
import { Legend } from "./legend";
import type { Page, Panel, State } from "./page";
import { Mark, Sign, type SignName } from "./swatch";
import { TimetableBar } from "./timetable";
import { LayerTree } from "./tree";

export function App({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  useEscape(page);
  return (
    <>
      <button type="button" class="skip" onClick={() => page.focusMap()}>
        {t("page.skip")}
      </button>
      <div class={`loading-bar${state.mapBusy || state.asking > 0 ? " busy" : ""}`} role="progressbar" aria-label={t("page.loading")} aria-hidden={!(state.mapBusy || state.asking > 0)} />
      {state.wide ? <WideFrame page={page} state={state} /> : <NarrowFrame page={page} state={state} />}
      <TimetableBar page={page} state={state} />
      {state.layers?.length === 0 && <EmptyCity language={state.language} />}
      <NoticeBar page={page} state={state} />
    </>
  );
}

function useEscape(page: Page): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      const { selection, notice, wide, panel } = page.state;
      if (selection) {
        page.close();
        page.focusMap();
      } else if (notice) page.dismiss();
      else if (!wide && panel) page.setPanel(null);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [page]);
}

function WideFrame({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const panel = state.panel === "analysis" ? "analysis" : "layers";
  return (
    <>
      <aside class="side">
        <Head page={page} state={state} />
        <Tabs page={page} state={state} panels={["layers", "analysis"]} shown={panel} />
        <div class="side-body" role="tabpanel" id={`panel-${panel}`} aria-labelledby={`tab-${panel}`}>
          <PanelBody panel={panel} page={page} state={state} />
        </div>
      </aside>
      <div class="right">
        <Controls page={page} state={state} />
        {state.legendOpen && (
          <aside class="key" aria-label={t("control.legend")}>
            <h2>{t("control.legend")}</h2>
            <Legend page={page} state={state} />
          </aside>
        )}
      </div>
      <AttributionLine state={state} />
    </>
  );
}

function NarrowFrame({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const { panel, selection } = state;
  return (
    <>
      <Head page={page} state={state} />
      <div class="right">
        <Controls page={page} state={state} />
      </div>
      <div class="bottom">
        <AttributionLine state={state} />
        {selection ? (
          <div class="sheet">
            <FeatureCard page={page} state={state} />
          </div>
        ) : (
          panel && (
            <div class="sheet" role="tabpanel" id={`panel-${panel}`} aria-labelledby={`tab-${panel}`}>
              <header class="sheet-head">
                <h2>{t(`tab.${panel}`)}</h2>
                <button type="button" class="quiet" aria-label={t("page.close")} onClick={() => page.setPanel(null)}>
                  <Sign name="close" />
                </button>
              </header>
              <div class="sheet-body">
                <PanelBody panel={panel} page={page} state={state} />
              </div>
            </div>
          )
        )}
        <Tabs page={page} state={state} panels={["layers", "legend", "analysis"]} shown={selection ? null : panel} />
      </div>
    </>
  );
}

function PanelBody({ panel, page, state }: { panel: Panel; page: Page; state: State }) {
  if (panel === "analysis") return <AnalysisPanel page={page} state={state} />;
  if (panel === "legend") return <Legend page={page} state={state} />;
  if (state.layers === null) return <p class="hint loading">{translator(state.language)("page.loading")}</p>;
  return <LayerTree page={page} state={state} />;
}

function Head({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const other = state.language === "ja" ? "en" : "ja";
  return (
    <header class="head">
      <Mark />
      <h1>{t("page.title")}</h1>
      {state.session?.viewer === "staff" && <span class="tag">{t("page.staff")}</span>}
      <button type="button" class="language" lang={other} onClick={() => page.setLanguage(other)}>
        {t("page.language")}
      </button>
    </header>
  );
}

const SIGN_OF: Record<Panel, SignName> = { layers: "layers", legend: "legend", analysis: "analysis" };

interface TabsProperties {
  page: Page;
  state: State;
  panels: Panel[];
  shown: Panel | null;
}

function Tabs({ page, state, panels, shown }: TabsProperties) {
  const t = translator(state.language);
  const press = (event: KeyboardEvent, index: number): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = panels[(index + step + panels.length) % panels.length] as Panel;
    page.setPanel(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  const choose = (panel: Panel): void => {
    page.close();
    page.setPanel(!state.wide && shown === panel ? null : panel);
  };
  return (
    <div class="tabs" role="tablist" aria-label={t("page.panels")}>
      {panels.map((panel, index) => (
        <button
          key={panel}
          type="button"
          role="tab"
          id={`tab-${panel}`}
          aria-selected={shown === panel}
          aria-controls={shown === panel ? `panel-${panel}` : undefined}
          tabIndex={shown === panel || (shown === null && index === 0) ? 0 : -1}
          onKeyDown={(event) => press(event, index)}
          onClick={() => choose(panel)}
        >
          <Sign name={SIGN_OF[panel]} />
          {t(`tab.${panel}`)}
        </button>
      ))}
    </div>
  );
}

function NoticeBar({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const { notice } = state;
  return (
    <div class="notices" aria-live="polite">
      {notice && (
        <div class={`notice ${notice.kind}`} role={notice.kind === "error" ? "alert" : "status"}>
          <span>{notice.text[state.language]}</span>
          {notice.retry && (
            <button type="button" onClick={notice.retry}>
              {t("page.retry")}
            </button>
          )}
          <button type="button" class="quiet" aria-label={t("page.close")} onClick={() => page.dismiss()}>
            <Sign name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
