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
/** While a live position is on its way to the next, the dot glides there. */
const GLIDE_MS = 3_000;

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
  #live = new Map<string, { from: [number, number]; to: [number, number]; since: number; vehicle: LiveVehicle }>();
  count = 0;

  constructor(private readonly map: MapLibre, private readonly told: (second: number, count: number) => void) {
    this.#canvas.className = "vehicles";
    this.#canvas.setAttribute("aria-hidden", "true");
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
    this.#live = new Map(
      vehicles.map((vehicle) => {
        const old = known.get(vehicle.id);
        return [vehicle.id, { from: old ? gliding(old, now) : vehicle.lonlat, to: vehicle.lonlat, since: now, vehicle }];
      }),
    );
    this.#loop();
  }

  #loop(): void {
    if (this.#frame) return;
    const step = (now: number): void => {
      this.#frame = 0;
      if (this.#playing) this.#second += Math.min(1, (now - this.#before) / 1_000) * this.#speed;
      this.#before = now;
      this.#draw();
      if (this.#playing) this.told(this.#second, this.count);
      if (this.#playing || this.#live.size > 0) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
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

function gliding({ from, to, since }: { from: [number, number]; to: [number, number]; since: number }, now: number): [number, number] {
  const share = Math.min(1, (now - since) / GLIDE_MS);
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
