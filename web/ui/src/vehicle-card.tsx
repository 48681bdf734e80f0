/** What is known of the live bus that was clicked; the canvas keeps it above the bus. */

import { textIn } from "./format";
import { translator } from "./language";
import type { Page, State } from "./page";
import { Sign } from "./swatch";
import type { VehicleTold } from "./timetable-api";
import { timetableWords, type TimetableWords } from "./timetable-text";

export function VehicleCard({ page, state }: { page: Page; state: State }) {
  const { vehicle } = state.timetabled;
  if (!vehicle) return null;
  const { language } = state;
  const w = timetableWords(language);
  const { route } = vehicle;
  return (
    <section role="dialog" aria-label={w("vehicle")}>
      <header>
        <b style={route.colour ? { borderColor: route.colour } : {}}>{route.short || textIn(route.name, language)}</b>
        <span>{vehicle.headsign && w("bound", { headsign: textIn(vehicle.headsign, language) })}</span>
        <button type="button" class="quiet" aria-label={translator(language)("page.close")} onClick={() => page.timetable.leave()}>
          <Sign name="close" />
        </button>
      </header>
      <p>
        <strong>{delayText(vehicle, w)}</strong> {vehicle.next_stop && w("next", { stop: textIn(vehicle.next_stop, language) })}
      </p>
      {vehicle.notices.map((notice, index) => (
        <p key={index} class="error">
          {textIn(notice, language)}
        </p>
      ))}
      <p class="hint">
        {seenText(vehicle, w)} {vehicle.label && `· ${vehicle.label}`}
      </p>
      {vehicle.state.quality !== "live" ? <p class="error">{textIn(vehicle.state.reason, language)}</p> : !vehicle.trusted && <p class="error">{w("doubtful")}</p>}
    </section>
  );
}

/** From a minute on, as on signs. */
export function delayText({ delay_s, trusted, state }: Pick<VehicleTold, "delay_s" | "trusted"> & { state: { quality: string } }, w: TimetableWords): string {
  if (delay_s === null || !trusted || state.quality !== "live") return w("unknown");
  const minutes = Math.round(Math.abs(delay_s) / 60);
  if (minutes === 0) return w("onTime");
  return w(delay_s > 0 ? "late" : "early", { n: minutes });
}

function seenText({ seen_s }: VehicleTold, w: TimetableWords): string {
  return seen_s < 120 ? w("seen", { n: seen_s }) : w("seenMinutes", { n: Math.round(seen_s / 60) });
}
