/** Map images of icons: a coloured disc with a white ring and the icon on it. */

import { iconNamed, inkOn } from "./icon";

const PREFIX = "badge";
/** CSS pixels across, ring and shadow included. */
export const BADGE_SIZE = 32;
const RADIUS = 12.5;

export function badgeId(icon: string | null, colour: string): string {
  return `${PREFIX}|${icon ?? "pin"}|${colour}`;
}

/** Pixels of the badge an image id asks for, or null for an id that is not a badge's. */
export function drawBadge(id: string, pixelRatio: number): ImageData | null {
  const [prefix, icon, colour] = id.split("|");
  if (prefix !== PREFIX || !icon || !colour) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(BADGE_SIZE * pixelRatio);
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.scale(canvas.width / BADGE_SIZE, canvas.width / BADGE_SIZE);
  drawDisc(context, colour);
  drawIcon(context, icon, inkOn(colour));
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function drawDisc(context: CanvasRenderingContext2D, colour: string): void {
  const centre = BADGE_SIZE / 2;
  context.beginPath();
  context.arc(centre, centre, RADIUS + 1.5, 0, 2 * Math.PI);
  context.shadowColor = "rgba(34, 48, 60, 0.45)";
  context.shadowBlur = 2;
  context.shadowOffsetY = 0.5;
  context.fillStyle = "#ffffff";
  context.fill();
  context.shadowColor = "transparent";
  context.beginPath();
  context.arc(centre, centre, RADIUS, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

function drawIcon(context: CanvasRenderingContext2D, name: string, ink: string): void {
  const { stroke, fill } = iconNamed(name);
  const scale = (RADIUS * 1.36) / 24;
  context.translate(BADGE_SIZE / 2 - 12 * scale, BADGE_SIZE / 2 - 12 * scale);
  context.scale(scale, scale);
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = 2.1;
  context.lineCap = context.lineJoin = "round";
  if (fill) context.fill(new Path2D(fill), "evenodd");
  if (stroke) context.stroke(new Path2D(stroke));
}
