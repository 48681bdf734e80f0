/** Does what the panel of scenarios and the map ask. */

import type { AccessState } from "./access";
import { ApiError, ask, post } from "./api";
import type { Language } from "./layer";
import { changed, changesOf, clicked, clickMeans, documentOf, nameOf, newChange, owned, placeKey, withChange, without, type Change, type KnownLine, type KnownPlace, type Lonlat, type Offered, type Scenario, type ScenarioProblem, type Values } from "./scenario";

interface Holder {
  told: () => AccessState;
  tell: (change: Partial<AccessState>) => void;
  compare: (question: Values) => Promise<void>;
}

export class ScenarioDesk {
  constructor(private readonly holder: Holder) {}

  get scenario(): Scenario {
    return this.holder.told().scenario;
  }

  /** What is compared no longer fits once the changes differ. */
  set(part: Partial<Scenario>): void {
    const scenario = { ...this.scenario, ...part };
    const open = scenario.open === null ? null : scenario.changes[scenario.open];
    const picking = Boolean(open && clickMeans(open));
    this.holder.tell({ scenario, picking, ...(part.changes ? { compared: null, asked: null, error: null } : {}) });
  }

  async open(): Promise<void> {
    this.set({});
    if (this.scenario.lines) return;
    const { lines } = (await (await ask("/api/scenarios/lines")).json()) as { lines: KnownLine[] };
    this.set({ lines });
  }

  /** The server has told which timetables there are. */
  feedsKnown(): void {
    const feed = this.holder.told().feeds?.[0]?.id;
    const { changes } = this.scenario;
    if (feed && changes.length > 0) this.set({ changes: owned(changes, feed) });
  }

  add(kind: Offered, language: Language): void {
    const { feeds } = this.holder.told();
    const change = newChange(kind, this.scenario, feeds?.[0]?.id ?? null, language);
    this.set({ changes: [...this.scenario.changes, change], open: this.scenario.changes.length });
  }

  edit(at: number, values: Values): void {
    const change = this.scenario.changes[at];
    if (change) this.set(withChange(this.scenario, at, changed(change, values)));
  }

  remove(at: number): void {
    this.set(without(this.scenario, at));
  }

  async clicked(at: Lonlat): Promise<void> {
    const { open, changes } = this.scenario;
    const change = open === null ? undefined : changes[open];
    if (open === null || !change) return;
    const means = clickMeans(change);
    if (means !== "stop" && means !== "facility") return this.set(withChange(this.scenario, open, clicked(change, at)));
    const [nearest] = await this.find(change, "", at);
    if (nearest) this.choose(open, nearest);
  }

  /** Stops or facilities, by name or by place; what the open change asks for. */
  async find(change: Change, name: string, near?: Lonlat): Promise<KnownPlace[]> {
    const query = new URLSearchParams({ name, ...(near ? { near: near.join(",") } : {}) });
    const layer = change.values.layer ?? this.scenario.destinations;
    if (change.kind === "close_facility") query.set("layer", String(layer));
    const path = change.kind === "close_facility" ? "facilities" : "stops";
    return this.#told(async () => ((await (await ask(`/api/scenarios/${path}?${query}`)).json()) as { places: KnownPlace[] }).places, []);
  }

  choose(at: number, place: KnownPlace): void {
    const change = this.scenario.changes[at];
    if (!change) return;
    const facility = change.kind === "close_facility";
    const owner = facility ? String(change.values.layer ?? this.scenario.destinations) : place.feed;
    const values: Values = facility ? { layer: owner, id: place.id } : { feed: owner, stop: place.id, to: undefined };
    const places = { ...this.scenario.places, [placeKey(owner, place.id)]: place };
    this.set({ ...withChange(this.scenario, at, changed(change, values)), places });
  }

  /** Takes the place of all changes; whatever is wrong is kept to be shown. Gives the scenario's name, or null. */
  async load(file: { name: string; text: () => Promise<string> }, language: Language): Promise<string | null> {
    const text = await file.text();
    return this.#told(async () => {
      const told = (await (await ask("/api/scenarios/read", post({ text, name: file.name.slice(-200) }))).json()) as { document: Values | null; problems: ScenarioProblem[] };
      if (!told.document) {
        this.set({ problems: told.problems });
        return null;
      }
      const name = nameOf(told.document, language);
      this.set({ name, changes: changesOf(told.document), open: null, problems: told.problems });
      return told.problems.length === 0 ? name : null;
    }, null);
  }

  /** YAML for the command line; null where something is wrong, which is then shown. */
  async written(fallback: string): Promise<string | null> {
    return this.#told(async () => {
      const answer = await ask("/api/scenarios/write", post({ document: documentOf(this.scenario, fallback) }));
      const { text, problems } = (await answer.json()) as { text: string | null; problems: ScenarioProblem[] };
      this.set({ problems });
      return text;
    }, null);
  }

  async compare(origins: string, destinations: string, fallback: string): Promise<void> {
    this.set({ origins, destinations, problems: [] });
    await this.holder.compare({ measure: "access", origins, destinations, cutoff_min: this.scenario.cutoff, scenario: documentOf(this.scenario, fallback) });
  }

  async #told<T>(question: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.holder.tell({ error: error.text });
      return otherwise;
    }
  }
}
