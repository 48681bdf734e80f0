/** Puts the page together: state, panels, map, address bar. */

import { render } from "preact";
import { App } from "./app";
import { FeatureCard } from "./feature";
import { Page } from "./page";
import { translator } from "./language";
import { VehicleCard } from "./vehicle-card";
import "./style.css";
import "./timetable.css";

const NARROW = "(max-width: 819px), (max-height: 499px)";

const page = new Page(window);
const root = document.getElementById("page") as HTMLElement;
const container = document.getElementById("map") as HTMLElement;

page.store.subscribe((state) => {
  document.documentElement.lang = state.language;
  document.title = translator(state.language)("page.title");
  render(<App page={page} state={state} />, root);
});

const narrow = window.matchMedia(NARROW);
page.setWide(!narrow.matches);
narrow.addEventListener("change", () => page.setWide(!narrow.matches));

page.keepAddress();
void page.load();
page.watch();
void drawMap();

/** MapLibre is the larger part of the page: panels and layers do not wait for it. */
async function drawMap(): Promise<void> {
  const { MapView } = await import("./map");
  let map: InstanceType<typeof MapView>;
  try {
    map = new MapView(container, page.state.place, {
      moved: (place) => page.moved(place),
      asked: (lonlat, found, byKeyboard) => page.asked(lonlat, found, byKeyboard),
      busy: (busy) => page.setBusy(busy),
      failed: (source) => page.mapFailed(source),
    });
  } catch (error) {
    console.warn(error);
    page.mapMissing();
    return;
  }
  page.store.subscribe((state) => {
    map.name(translator(state.language)("page.map"));
    render(state.wide ? <FeatureCard page={page} state={state} /> : null, map.popupContent);
  });
  page.attach(map);
  page.store.subscribe((state) => {
    if (page.timetable.canvas) render(<VehicleCard page={page} state={state} />, page.timetable.canvas.card);
  });
}
