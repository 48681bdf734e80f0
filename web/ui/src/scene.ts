/** A scene in a file of its own: deck.gl's JSON as `tiles.scene` writes it, with legend and attributes. Asks nothing. */

import { Deck, MapView, type Layer, type PickingInfo } from "@deck.gl/core";
import { JSONConverter } from "@deck.gl/json";
import { GeoJsonLayer } from "@deck.gl/layers";
import type { Column, Language, Text } from "./layer";
import { WORDS } from "./scene-text";
import "./scene.css";

interface SceneLayer {
  id: string;
  title: Text;
  theme: Text;
  unit: string;
  rows: { colour: string; label: Text }[];
  columns: Pick<Column, "name" | "label" | "unit">[];
  attribution: string;
}

interface DeckJson {
  layers: { id: string; data: unknown[] }[];
}

export interface Scene {
  title: Text;
  language: Language;
  deck: DeckJson;
  layers: SceneLayer[];
}

/** Of the screen that `tiles.scene` chooses the zoom for. */
const SCREEN_PX = [900, 600] as const;
const NARROW_PX = 720;

type Feature = { properties: Record<string, unknown> };

const OTHER: Record<Language, Language> = { ja: "en", en: "ja" };

/** Words of features never pass the converter: a text that begins with "@@=" would become a function. */
export function layersOf(json: DeckJson): Layer[] {
  const bare = json.layers.map(({ data: _, ...layer }) => layer);
  const converter = new JSONConverter({ configuration: { classes: { GeoJsonLayer } } });
  const made = converter.convert(bare) as Layer[];
  return made.map((layer, index) => layer.clone({ data: json.layers[index]?.data } as object));
}

function settingsOf(json: DeckJson): Record<string, unknown> {
  const { layers: _, ...settings } = json;
  const converter = new JSONConverter({ configuration: { classes: { MapView } } });
  return converter.convert(settings) as Record<string, unknown>;
}

/** How much nearer this screen may be than that one. */
export function fit(width: number, height: number): number {
  return Math.log2(Math.max(0.2, Math.min(width / SCREEN_PX[0], height / SCREEN_PX[1])));
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, text = "", className = ""): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

class ScenePage {
  readonly #scene: Scene;
  readonly #layers: Layer[];
  readonly #hidden = new Set<string>();
  readonly #panel = element("main", "", "panel");
  readonly #told = element("div", "", "told");
  readonly #source = element("footer");
  #language: Language;
  #deck: Deck<MapView> | null = null;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#language = scene.language;
    this.#layers = layersOf(scene.deck);
    this.#told.setAttribute("role", "status");
    const canvas = element("canvas");
    canvas.id = "canvas";
    canvas.tabIndex = 0;
    document.body.append(canvas, this.#panel, this.#told, this.#source);
    this.#write();
    if (document.createElement("canvas").getContext("webgl2")) this.#draw(canvas);
    else this.#panel.append(element("p", WORDS.noMap[this.#language], "problem"));
  }

  #draw(canvas: HTMLCanvasElement): void {
    const { initialViewState, views } = settingsOf(this.#scene.deck) as { initialViewState: { zoom: number }; views: MapView[] };
    const beside = window.innerWidth > NARROW_PX ? this.#panel.offsetWidth + 20 : 0;
    const zoom = initialViewState.zoom + fit(window.innerWidth - beside, window.innerHeight);
    this.#deck = new Deck<MapView>({
      canvas,
      width: "100%",
      height: "100%",
      views: views[0]?.clone({ padding: { left: beside } }) as MapView,
      initialViewState: { ...initialViewState, zoom } as never,
      layers: this.#layers,
      pickingRadius: 4,
      onHover: (info) => this.#tell(info),
      onClick: (info) => this.#tell(info),
      onAfterRender: () => this.#layers.every((layer) => layer.isLoaded) && document.body.setAttribute("data-drawn", ""),
      getCursor: ({ isDragging, isHovering }) => (isDragging ? "grabbing" : isHovering ? "pointer" : "grab"),
    });
  }

  #write(): void {
    const language = this.#language;
    document.documentElement.lang = language;
    document.title = this.#scene.title[language];
    document.getElementById("canvas")?.setAttribute("aria-label", this.#scene.title[language]);
    const other = element("button", WORDS.language[language]);
    other.type = "button";
    other.lang = OTHER[language];
    other.addEventListener("click", () => {
      this.#language = OTHER[language];
      this.#write();
    });
    const legend = element("details");
    legend.open = this.#panel.querySelector("details")?.open ?? window.innerWidth > NARROW_PX;
    legend.append(element("summary", WORDS.legend[language]), ...this.#scene.layers.map((layer) => this.#key(layer)));
    this.#panel.replaceChildren(element("h1", this.#scene.title[language]), other, legend);
    this.#source.textContent = [...new Set(this.#scene.layers.map((layer) => layer.attribution).filter(Boolean))].join(" | ");
    this.#told.replaceChildren();
  }

  #key(layer: SceneLayer): HTMLElement {
    const language = this.#language;
    const section = element("section");
    const label = element("label");
    const shown = element("input");
    shown.type = "checkbox";
    shown.checked = !this.#hidden.has(layer.id);
    shown.addEventListener("change", () => this.#show(layer.id, shown.checked));
    label.append(shown, element("span", layer.title[language]));
    const theme = layer.theme[language] + (layer.unit ? ` (${layer.unit})` : "");
    const rows = layer.rows.map(({ colour, label: text }) => {
      const row = element("li", text[language]);
      const chip = element("i");
      chip.style.background = colour;
      row.prepend(chip);
      return row;
    });
    const list = element("ul");
    list.append(...rows);
    section.append(label, ...(theme === layer.title[language] ? [] : [element("p", theme)]), list);
    return section;
  }

  #show(id: string, visible: boolean): void {
    if (visible) this.#hidden.delete(id);
    else this.#hidden.add(id);
    this.#deck?.setProps({ layers: this.#layers.map((layer) => layer.clone({ visible: !this.#hidden.has(layer.id) })) });
  }

  #tell({ layer, object, x, y }: PickingInfo<Feature>): void {
    const about = object && this.#scene.layers.find((one) => one.id === layer?.id);
    this.#told.replaceChildren();
    if (!about) return;
    const list = element("dl");
    for (const { name, label, unit } of about.columns) {
      const value = object.properties[name];
      if (value === null || value === undefined || value === "") continue;
      list.append(element("dt", label[this.#language]), element("dd", `${written(value, this.#language)}${unit ? ` ${unit}` : ""}`));
    }
    this.#told.append(element("b", about.title[this.#language]), list);
    const { innerWidth, innerHeight } = window;
    this.#told.style.left = `${Math.max(0, Math.min(x + 14, innerWidth - this.#told.offsetWidth - 8))}px`;
    this.#told.style.top = `${Math.max(0, Math.min(y + 14, innerHeight - this.#told.offsetHeight - 8))}px`;
  }
}

export function written(value: unknown, language: Language): string {
  if (typeof value === "boolean") return WORDS[value ? "yes" : "no"][language];
  if (typeof value !== "number") return String(value);
  return value.toLocaleString(language, { maximumFractionDigits: 3, useGrouping: Math.abs(value) >= 10_000 });
}

const told = globalThis.document?.getElementById("scene")?.textContent;
if (told) new ScenePage(JSON.parse(told) as Scene);
