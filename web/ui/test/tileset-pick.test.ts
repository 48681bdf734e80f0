import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshBasicMaterial, Raycaster, Vector3 } from "three";
import { expect, test } from "vitest";
import { nearestHit, type Shot, type Solid } from "../src/tileset-pick";

/** The same soup of triangles on every run: a linear congruential generator (Numerical Recipes). */
function numbers(count: number, seed = 7): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 20 - 10;
  });
}

const TRIANGLES = 60;
const positions = numbers(TRIANGLES * 9);
const features = Uint16Array.from({ length: TRIANGLES * 3 }, (_, vertex) => Math.floor(vertex / 3));
const SOLID: Solid = { positions, stride: 3, offset: 0, index: null, vertices: TRIANGLES * 3, features, featureStride: 1, featureOffset: 0 };
const SHOT: Shot = { origin: [0, 0, 0], direction: [0, 0, 1], up: [0, 0, 1], lifts: [], open: () => true };

function judge(): Mesh {
  const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(positions, 3));
  return new Mesh(geometry, new MeshBasicMaterial({ side: DoubleSide }));
}

test("a hundred rays hit what three.js hits", () => {
  const mesh = judge();
  const rays = numbers(600, 99);
  let hits = 0;
  for (let ray = 0; ray < 100; ray++) {
    const origin = new Vector3(rays[ray * 6], rays[ray * 6 + 1], rays[ray * 6 + 2]);
    const direction = new Vector3(rays[ray * 6 + 3], rays[ray * 6 + 4], rays[ray * 6 + 5]).normalize();
    const truth = new Raycaster(origin, direction).intersectObject(mesh)[0];
    const found = nearestHit(SOLID, { ...SHOT, origin: origin.toArray(), direction: direction.toArray() });
    expect(found?.feature).toBe(truth?.faceIndex ?? undefined);
    if (truth) expect(found?.distance).toBeCloseTo(truth.distance, 4);
    if (truth) hits++;
  }
  expect(hits).toBeGreaterThan(30);
});

const SQUARE: Solid = {
  // x, y, z and a fourth number that is none of ours; two squares over each other at z = 5 and z = 8.
  positions: [0, 0, 5, 9, 4, 0, 5, 9, 4, 4, 5, 9, 0, 4, 5, 9, 0, 0, 8, 9, 4, 0, 8, 9, 4, 4, 8, 9, 0, 4, 8, 9],
  stride: 4,
  offset: 0,
  index: [0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7],
  vertices: 8,
  features: [0, 0, 0, 0, 1, 1, 1, 1],
  featureStride: 1,
  featureOffset: 0,
};
const UP: Shot = { ...SHOT, origin: [1, 2, 0] };

test("the nearest of two is hit, with its distance", () => {
  expect(nearestHit(SQUARE, UP)).toEqual({ feature: 0, distance: 5 });
});

test("a feature that is hidden lets the ray through", () => {
  expect(nearestHit(SQUARE, { ...UP, open: (feature) => feature !== 0 })).toEqual({ feature: 1, distance: 8 });
});

test("a lifted feature is hit where it is drawn", () => {
  expect(nearestHit(SQUARE, { ...UP, lifts: [0, -6] })).toEqual({ feature: 1, distance: 2 });
});

test("nothing beyond the limit, behind the eye or beside the ray is hit", () => {
  expect(nearestHit(SQUARE, UP, 5)).toBeNull();
  expect(nearestHit(SQUARE, { ...UP, direction: [0, 0, -1] })).toBeNull();
  expect(nearestHit(SQUARE, { ...UP, origin: [5, 2, 0] })).toBeNull();
});
