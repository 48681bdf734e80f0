/** Asks for departures and keeps them: in memory, and in the browser's storage for a start without network. */

import { PLAN_HOURS, type Board, type Known, type Received } from "./sign-board";
import type { Text } from "./layer";

const LIVE_EVERY_MS = 15_000;
const PLAN_EVERY_MS = 3_600_000;
const PLAN_RETRY_MS = 60_000;
const TIMEOUT_MS = 12_000;
const LIVE_ROWS = 60;
const PLAN_ROWS = 3_000;

export class SignStore {
  known: Known = { plan: null, live: null };
  /** Why the server refuses to answer: an unknown stop, a date without timetable. */
  refusal: Text | null = null;
  /** Milliseconds to add to the clock of this device. */
  private ahead = 0;
  private etag = "";

  constructor(
    private readonly area: string,
    private readonly changed: () => void,
    /** Milliseconds: the sign as it would be from then on, to try out; null: now. */
    private readonly preview: number | null = null,
  ) {
    if (preview !== null) this.ahead = preview - Date.now();
    const kept = preview === null ? this.kept() : null;
    if (kept) [this.known, this.ahead] = [{ plan: kept.plan, live: null }, kept.ahead];
  }

  now(): number {
    return Date.now() + this.ahead;
  }

  start(): void {
    void this.repeat(() => this.askLive(), LIVE_EVERY_MS, LIVE_EVERY_MS);
    void this.repeat(() => this.askPlan(), PLAN_EVERY_MS, PLAN_RETRY_MS);
    window.addEventListener("online", () => void this.askLive());
  }

  private async repeat(ask: () => Promise<boolean>, everyMs: number, retryMs: number): Promise<never> {
    for (;;) {
      const good = await ask();
      // Signs that start together after a power cut do not ask together for ever.
      await new Promise((resolve) => setTimeout(resolve, (good ? everyMs : retryMs) * (0.9 + 0.2 * Math.random())));
    }
  }

  private async askLive(): Promise<boolean> {
    const answer = await this.ask(`limit=${LIVE_ROWS}&hours=24`, this.etag);
    if (!answer) return false;
    if (answer.board) this.known = { ...this.known, live: { board: answer.board, at: this.now() } };
    else if (this.known.live) this.known = { ...this.known, live: { ...this.known.live, at: this.now() } };
    this.etag = answer.etag;
    this.changed();
    return true;
  }

  private async askPlan(): Promise<boolean> {
    const answer = await this.ask(`limit=${PLAN_ROWS}&hours=${PLAN_HOURS}`, "");
    if (!answer?.board) return false;
    const plan = { board: answer.board, at: this.now() };
    this.known = { ...this.known, plan };
    if (this.preview === null) this.keep(plan);
    this.changed();
    return true;
  }

  /** Null when nobody answered; `board` is null when nothing has changed. */
  private async ask(query: string, etag: string): Promise<{ board: Board | null; etag: string } | null> {
    try {
      const at = this.preview === null ? "" : `&at=${encodeURIComponent(new Date(Math.floor(this.now() / 60_000) * 60_000).toISOString())}`;
      const address = new URL(`api/stops/${encodeURIComponent(this.area)}/departures?${query}${at}`, document.baseURI);
      const headers: HeadersInit = etag ? { "If-None-Match": etag } : {};
      const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      this.setClock(answer.headers.get("Date"));
      if (answer.status === 304) return { board: null, etag };
      if (answer.status === 404 || answer.status === 422) {
        this.refusal = ((await answer.json()) as { error: { message: Text } }).error.message;
        this.changed();
        return null;
      }
      if (!answer.ok) return null;
      this.refusal = null;
      return { board: (await answer.json()) as Board, etag: answer.headers.get("ETag") ?? "" };
    } catch {
      return null;
    }
  }

  /** A display's own clock is often wrong; the header tells whole seconds, so small differences are left. */
  private setClock(date: string | null): void {
    if (this.preview !== null) return;
    const server = date ? Date.parse(date) : NaN;
    if (!Number.isNaN(server) && Math.abs(server - this.now()) > 3_000) this.ahead = server - Date.now();
  }

  private get place(): string {
    return `machinami-sign:${this.area}`;
  }

  private keep(plan: Received): void {
    try {
      localStorage.setItem(this.place, JSON.stringify({ plan, ahead: this.ahead }));
    } catch (error) {
      console.warn(error); // storage that is full or switched off: the sign goes on in memory
    }
  }

  private kept(): { plan: Received; ahead: number } | null {
    try {
      const text = localStorage.getItem(this.place);
      return text ? (JSON.parse(text) as { plan: Received; ahead: number }) : null;
    } catch {
      return null;
    }
  }
}
