import { Matrix4, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import { bend, Frame, geodeticOf, rayThrough, splitCamera, unitsPerMetre } from "../src/tileset-frame";

// PROJ: EPSG:4979 to EPSG:4978 and EPSG:3857.
const PLACES: [number, number, number, number, number, number][] = [
  [138.86, 35.08, 77.25, -3935266.795476, 3437793.046389, 3645177.974032],
  [129.7, 28.3, 1200.5, -3590572.552013, 4324865.542894, 3006388.395803],
  [141.35, 43.06, -3, -3645128.216695, 2915079.359848, 4332372.240448],
];

test.each(PLACES)("%d, %d, %d m over the ellipsoid is where PROJ has it", (lon, lat, height, x, y, z) => {
  const found = geodeticOf({ x, y, z });
  expect(found.lon).toBeCloseTo(lon, 10);
  expect(found.lat).toBeCloseTo(lat, 10);
  expect(found.height).toBeCloseTo(height, 4);
});

const [LON, LAT, HEIGHT, X, Y, Z] = PLACES[0] as [number, number, number, number, number, number];
const EARTH = new Vector3(X, Y, Z);

describe("a tile", () => {
  const frame = new Frame(LON + 0.1, LAT - 0.05);
  const placement = frame.placement(EARTH, 40.25);

  test("stands at its place, at its height over sea level", () => {
    const [lon, lat, height] = frame.lonlat(EARTH.clone().applyMatrix4(placement));
    expect(lon).toBeCloseTo(LON, 9);
    expect(lat).toBeCloseTo(LAT, 9);
    expect(height).toBeCloseTo(HEIGHT - 40.25, 4);
  });

  // GeographicLib: 1,000 m east and north of the place, on the ellipsoid.
  test.each([
    [138.87096500454766, 35.07999950430325],
    [138.86, 35.089013708906236],
  ])("still has the right place a kilometre off (%d, %d), but for the bend of the Earth", (lon, lat) => {
    const [a, e2, radians] = [6378137, 0.0066943799901413165, Math.PI / 180];
    const prime = a / Math.sqrt(1 - e2 * Math.sin(lat * radians) ** 2);
    const across = (prime + HEIGHT) * Math.cos(lat * radians);
    const point = new Vector3(across * Math.cos(lon * radians), across * Math.sin(lon * radians), (prime * (1 - e2) + HEIGHT) * Math.sin(lat * radians));
    const world = point.applyMatrix4(placement);
    const exact = frame.world(lon, lat, HEIGHT - 40.25);
    expect(Math.hypot(world.x - exact.x, world.y - exact.y)).toBeLessThan(0.15);
    expect(world.z + bend(1e6)).toBeCloseTo(exact.z, 2);
  });
});

describe("a camera", () => {
  // As MapLibre builds it: pixels of a world 512 · 2^zoom wide, y down, then turned over.
  const zoom = 16;
  const size = 512 * 2 ** zoom;
  const projection = new Matrix4().makePerspective(-0.5, 0.5, 0.3, -0.3, 1, 100);
  const frame = new Frame(LON, LAT);
  const centre = frame.world(LON, LAT, 0);
  const mercatorOf = new Matrix4().makeScale(size, size, size * unitsPerMetre(LAT));
  const [mx, my] = [(LON + 180) / 360, 0.39582641527638013];
  const view = new Matrix4()
    .makeTranslation(0, 0, -900)
    .multiply(new Matrix4().makeRotationX(-0.9))
    .multiply(new Matrix4().makeRotationZ(0.4))
    .multiply(new Matrix4().makeScale(1, -1, 1))
    .multiply(new Matrix4().makeTranslation(-mx * size, -my * size, 0));
  const metres = new Matrix4().makeScale(1, 1, 1 / unitsPerMetre(LAT));
  const clip = frame.clip(projection.clone().multiply(view).multiply(mercatorOf).multiply(metres).elements, LAT);
  const split = splitCamera(clip, projection.elements);

  test("counts metres: it stands where the pixels say", () => {
    const eye = new Vector3().applyMatrix4(split.view.clone().invert());
    expect(eye.distanceTo(centre)).toBeCloseTo(900 / (size * unitsPerMetre(LAT)), 3);
    expect(new Vector3().setFromMatrixColumn(split.view, 0).length()).toBeCloseTo(1, 6);
    expect(split.view.determinant()).toBeCloseTo(1, 5);
  });

  test("sees every point where MapLibre's matrix puts it", () => {
    const both = split.projection.clone().multiply(split.view);
    for (const point of [new Vector3(100, -50, 20), new Vector3(-400, 300, 0), centre]) {
      const [a, b] = [point.clone().applyMatrix4(clip), point.clone().applyMatrix4(both)];
      expect(a.distanceTo(b)).toBeLessThan(1e-8);
    }
  });

  test("shoots a ray through what it sees there", () => {
    const point = new Vector3(60, 40, 12);
    const seen = point.clone().applyMatrix4(clip);
    const { origin, direction } = rayThrough(clip, seen.x, seen.y);
    const along = point.clone().sub(origin).dot(direction) / direction.lengthSq();
    expect(origin.addScaledVector(direction, along).distanceTo(point)).toBeLessThan(1e-3);
  });

  test("keeps the field of view", () => {
    expect(split.projection.elements[5]).toBeCloseTo(projection.elements[5]!, 9);
  });
});
