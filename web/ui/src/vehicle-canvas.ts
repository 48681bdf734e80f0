/** Draws vehicles over the map, sixty times a second: MapLibre's own sources would be told anew for each of them. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Motion } from "./vehicle";

export interface LiveVehicle {
  id: string;
  lonlat: [number, number];
  bearing: number | null;
  /** Not to be relied upon: drawn hollow. */
  trusted: boolean;
  label: string;
}

interface Dot {
  lon: number;
  lat: number;
  heading: number | null;
  colour: string;
  hollow: boolean;
  text: string;
}

const PLAIN = "#1d4a63";
const LIVE = "#b5432a";
const TEXT_ZOOM = 13.5;
/** More names than these hide one another. */
const TEXT_MOST = 150;
/** A dot glides to its new place for as long as its news took to come: so it moves all the time. */
const GLIDE_MS = { least: 1_000, most: 20_000 };
/** What is farther away than a bus drives in that time has not driven there. */
const GLIDE_DEGREES = 0.01;
/** CSS pixels around the pointer in which a bus counts as hit. */
const REACH = 14;

interface Gliding {
  from: [number, number];
  to: [number, number];
  since: number;
  lasts: number;
  vehicle: LiveVehicle;
}

export class VehicleCanvas {
  readonly #canvas = document.createElement("canvas");
  /** In memory, not on the graphics card: where there is none, hundreds of small shapes are six times as fast. */
  readonly #context = this.#canvas.getContext("2d", { willReadFrequently: true });
  #motions: Motion[] = [];
  #second = 0;
  #speed = 60;
  #playing = false;
  #frame = 0;
  #before = 0;
  #live = new Map<string, Gliding>();
  #told = 0;
  #followed: string | null = null;
  /** Stands above the followed bus, and goes with it. */
  readonly card = document.createElement("div");
  count = 0;

  constructor(private readonly map: MapLibre, private readonly told: (second: number, count: number) => void) {
    this.#canvas.className = "vehicles";
    this.#canvas.setAttribute("aria-hidden", "true");
    this.card.className = "vehicle-card";
    this.card.hidden = true;
    map.getContainer().append(this.card);
    map.on("render", () => this.#draw());
    map.on("resize", () => this.#fit());
    this.#fit();
  }

  show(motions: Motion[], second: number): void {
    this.#motions = motions;
    this.#second = second;
    this.#draw();
  }

  play(playing: boolean, speed: number): void {
    this.#speed = speed;
    if (playing === this.#playing) return;
    this.#playing = playing;
    this.#before = performance.now();
    this.#loop();
  }

  seek(second: number): void {
    this.#second = second;
    this.#draw();
  }

  showLive(vehicles: readonly LiveVehicle[]): void {
    const now = performance.now();
    const known = this.#live;
    const lasts = Math.min(GLIDE_MS.most, Math.max(GLIDE_MS.least, now - this.#told));
    this.#told = now;
    this.#live = new Map(vehicles.map((vehicle) => [vehicle.id, glide(known.get(vehicle.id), vehicle, now, lasts)]));
    this.#loop();
  }

  /** The live bus at a place of the map, the nearest one. */
  liveAt(lonlat: [number, number]): string | null {
    const now = performance.now();
    const asked = this.map.project(lonlat);
    const near = [...this.#live.values()].map((one) => ({ id: one.vehicle.id, px: this.map.project(gliding(one, now)).dist(asked) })).filter(({ px }) => px <= REACH);
    return near.sort((a, b) => a.px - b.px)[0]?.id ?? null;
  }

  /** Keeps the card above that bus; null: none. */
  follow(id: string | null): void {
    this.#followed = id;
    this.#draw();
  }

  #loop(): void {
    if (this.#frame) return;
    const step = (now: number): void => {
      this.#frame = 0;
      if (this.#playing) this.#second += Math.min(1, (now - this.#before) / 1_000) * this.#speed;
      this.#before = now;
      this.#draw();
      if (this.#playing) this.told(this.#second, this.count);
      if (this.#playing || this.#moves(now)) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #moves(now: number): boolean {
    return [...this.#live.values()].some((one) => now < one.since + one.lasts + 100);
  }

  #placeCard(): void {
    const one = this.#followed === null ? undefined : this.#live.get(this.#followed);
    this.card.hidden = one === undefined;
    if (!one) return;
    const { x, y } = this.map.project(gliding(one, performance.now()));
    this.card.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, calc(-100% - 16px))`;
  }

  #fit(): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    Object.assign(this.#canvas, { width: clientWidth * ratio, height: clientHeight * ratio });
    Object.assign(this.#canvas.style, { width: `${clientWidth}px`, height: `${clientHeight}px` });
    this.#context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#draw();
  }

  #draw(): void {
    const context = this.#context;
    if (!context) return;
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    context.clearRect(0, 0, width, height);
    this.#placeCard();
    const dots = [...this.#timetabled(), ...this.#received()];
    this.count = dots.length;
    // A layer as large as the map costs time even when nothing is on it.
    if (dots.length === 0) return this.#canvas.remove();
    if (!this.#canvas.isConnected) this.map.getCanvasContainer().append(this.#canvas);
    const zoom = this.map.getZoom();
    const placed = dots.map((dot) => ({ dot, ...this.map.project([dot.lon, dot.lat]) })).filter(({ x, y }) => x > -20 && y > -20 && x < width + 20 && y < height + 20);
    const named = zoom >= TEXT_ZOOM && placed.length <= TEXT_MOST;
    const radius = Math.max(3, Math.min(9, 3 + (zoom - 10) * 1.1));
    const turned = (this.map.getBearing() * Math.PI) / 180;
    for (const { dot, x, y } of placed) drawDot(context, dot, x, y, radius, turned, named);
  }

  #timetabled(): Dot[] {
    return this.#motions.flatMap((motion) =>
      motion.at(this.#second).map(({ lon, lat, heading, route }) => {
        const about = motion.routes[route];
        return { lon, lat, heading, colour: about?.colour || PLAIN, hollow: false, text: about?.short ?? "" };
      }),
    );
  }

  #received(): Dot[] {
    const now = performance.now();
    return [...this.#live.values()].map((one) => {
      const [lon, lat] = gliding(one, now);
      const { bearing, trusted, label } = one.vehicle;
      return { lon, lat, heading: bearing === null ? null : (bearing * Math.PI) / 180, colour: LIVE, hollow: !trusted, text: label };
    });
  }
}

/** A bus that jumps, or whose place nobody trusts, does not glide; one without news goes on as before. */
function glide(old: Gliding | undefined, vehicle: LiveVehicle, now: number, lasts: number): Gliding {
  const to = vehicle.lonlat;
  if (old && old.to[0] === to[0] && old.to[1] === to[1]) return { ...old, vehicle };
  const from = old ? gliding(old, now) : to;
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]) > GLIDE_DEGREES;
  return { from: far || !vehicle.trusted ? to : from, to, since: now, lasts, vehicle };
}

function gliding({ from, to, since, lasts }: Gliding, now: number): [number, number] {
  const share = Math.min(1, (now - since) / lasts);
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

function drawDot(context: CanvasRenderingContext2D, dot: Dot, x: number, y: number, radius: number, turned: number, named: boolean): void {
  context.beginPath();
  if (dot.heading === null) context.arc(x, y, radius, 0, 2 * Math.PI);
  else {
    const angle = dot.heading - turned;
    const at = (forward: number, aside: number): [number, number] => [
      x + radius * (forward * Math.sin(angle) + aside * Math.cos(angle)),
      y - radius * (forward * Math.cos(angle) - aside * Math.sin(angle)),
    ];
    context.moveTo(...at(1.7, 0));
    context.arc(x, y, radius, angle - 0.15, angle + Math.PI + 0.15);
    context.closePath();
  }
  context.fillStyle = dot.hollow ? "#fffefb" : dot.colour;
  context.strokeStyle = dot.hollow ? dot.colour : "#ffffff";
  context.lineWidth = dot.hollow ? 2 : 1.5;
  context.fill();
  context.stroke();
  if (!named || !dot.text) return;
  context.font = "700 11px sans-serif";
  context.lineWidth = 3;
  context.strokeStyle = "#ffffff";
  context.strokeText(dot.text, x + radius + 3, y + 4);
  context.fillStyle = "#22303c";
  context.fillText(dot.text, x + radius + 3, y + 4);
}
