/** One tile on the graphics card: its meshes, the texture of its features' colours and that of their lifts. */

import {
  DataTexture,
  FloatType,
  Matrix4,
  NearestFilter,
  NoColorSpace,
  RedFormat,
  RGBAFormat,
  Sphere,
  UnsignedByteType,
  Vector3,
  type BufferAttribute,
  type InterleavedBufferAttribute,
  type Mesh,
  type MeshStandardMaterial,
  type Object3D,
  type ShaderMaterial,
} from "three";
import type { Values } from "./column";
import { classesOfValues, HIDDEN, paintTexels, TEXELS, textureRows, type Painting } from "./tileset-colour";
import { bend, type Ray } from "./tileset-frame";
import { WaitingTexture } from "./tileset-image";
import { featureMaterial, type Shared } from "./tileset-material";
import { nearestHit, type Hit, type Solid } from "./tileset-pick";
import { PropertyTable, type TableAccessor } from "./tileset-table";

const FEATURE = "_feature_id_0";

type Attribute = BufferAttribute | InterleavedBufferAttribute;
type Drawn = Mesh & { material: ShaderMaterial };

interface Body {
  mesh: Drawn;
  solid: Solid;
  /** From the numbers of the position array to the mesh's units. */
  unit: number;
  sphere: Sphere;
}

export interface TileHit extends Hit {
  tile: FeatureTile;
}

export class FeatureTile {
  readonly table: PropertyTable | null;
  readonly fids: Uint32Array;
  readonly #colours: DataTexture;
  readonly #lifts: DataTexture;
  readonly #texels: Uint8Array;
  readonly #bodies: Body[] = [];
  readonly #pictures = new Set<WaitingTexture>();
  #classes: Uint16Array;
  #indexes: Map<number, number> | null = null;
  /** Metres that the farthest lift moves a vertex. */
  #reach = 0;
  /** Metres over sea level of each feature's lowest vertex, and how far the Earth has bent away under it. */
  readonly #bases: Float32Array;
  readonly #bends: Float32Array;

  /** `scene` must have its place in the world already; `centre` is where that place is exact. */
  constructor(readonly scene: Object3D, shared: Shared, centre: Vector3) {
    const meshes: Mesh[] = [];
    scene.traverse((one) => ((one as Mesh).isMesh ? meshes.push(one as Mesh) : undefined));
    const metadata = scene.userData["structuralMetadata"] as { tableAccessors: TableAccessor[] } | undefined;
    this.table = metadata?.tableAccessors[0] ? new PropertyTable(metadata.tableAccessors[0]) : null;
    this.fids = this.table?.fids ?? new Uint32Array(1);
    this.#classes = new Uint16Array(this.fids.length);
    const rows = textureRows(this.fids.length);
    this.#texels = new Uint8Array(TEXELS * rows * 4);
    this.#colours = dataTexture(new DataTexture(this.#texels, TEXELS, rows, RGBAFormat, UnsignedByteType));
    this.#lifts = dataTexture(new DataTexture(new Float32Array(TEXELS * rows), TEXELS, rows, RedFormat, FloatType));
    for (const mesh of meshes) this.#dress(mesh, shared);
    [this.#bases, this.#bends] = measure(this.#bodies, this.fids.length, centre);
  }

  #dress(mesh: Mesh, shared: Shared): void {
    const { geometry } = mesh;
    const old = mesh.material as MeshStandardMaterial;
    const picture = old.map instanceof WaitingTexture && geometry.hasAttribute("uv") ? old.map : null;
    if (picture) this.#pictures.add(picture);
    // The map's picture has the colours of files, and so have we: nothing is made linear.
    if (picture) picture.colorSpace = NoColorSpace;
    old.dispose();
    if (!geometry.hasAttribute(FEATURE)) {
      mesh.visible = false;
      return;
    }
    const painted = geometry.hasAttribute("color");
    mesh.material = featureMaterial({ shared, colours: this.#colours, lifts: this.#lifts, picture, painted });
    geometry.computeBoundingSphere();
    const { position } = geometry.attributes as { position: Attribute };
    const sphere = (geometry.boundingSphere as Sphere).clone().applyMatrix4(mesh.matrixWorld);
    this.#bodies.push({ mesh: mesh as Drawn, solid: solidOf(mesh), unit: unitOf(position), sphere });
  }

  get bytes(): number {
    const pictures = [...this.#pictures].reduce((sum, one) => sum + one.bytes, 0);
    return pictures + this.#texels.length * 2;
  }

  get triangles(): number {
    return this.#bodies.reduce((sum, { solid }) => sum + (solid.index?.length ?? solid.vertices) / 3, 0);
  }

  paint(values: Values | null, painting: Painting): void {
    this.#classes = classesOfValues(this.fids.length, values, painting.theme);
    paintTexels(this.#texels, this.fids, this.#classes, painting);
    this.#colours.needsUpdate = true;
  }

  /** Hides other classes of the same theme. */
  filter(painting: Painting): void {
    paintTexels(this.#texels, this.fids, this.#classes, painting);
    this.#colours.needsUpdate = true;
  }

  /** Writes only what has been marked, or is so no more. */
  mark(fids: readonly (number | null)[], painting: Painting): void {
    this.#indexes ??= new Map(Array.from(this.fids, (fid, index) => [fid, index]));
    const indexes = fids.flatMap((fid) => (fid === null ? [] : (this.#indexes?.get(fid) ?? [])));
    if (indexes.length === 0) return;
    paintTexels(this.#texels, this.fids, this.#classes, painting, indexes);
    this.#colours.needsUpdate = true;
  }

  /** Stands features on the relief, where their heights put them, or each on the level plane of a map without relief. */
  stand(relief: boolean): void {
    const lifts = this.#lifts.image.data as unknown as Float32Array;
    for (let one = 0; one < this.fids.length; one++) lifts[one] = relief ? (this.#bends[one] as number) : -(this.#bases[one] as number);
    this.#lifts.needsUpdate = true;
    this.#reach = lifts.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  }

  /** A face whose picture is still on its way keeps the colour of the legend. */
  showPictures(shown: boolean, done: () => void): void {
    for (const one of this.#pictures) {
      if (shown) one.decode(() => (this.#markPictures(), done()));
      else one.forget();
    }
    this.#markPictures();
  }

  #markPictures(): void {
    for (const { mesh } of this.#bodies) {
      const { picture, pictured } = mesh.material.uniforms;
      if (pictured) pictured.value = (picture?.value as WaitingTexture).ready ? 1 : 0;
    }
  }

  setDepthOnly(only: boolean): void {
    for (const { mesh } of this.#bodies) mesh.material.colorWrite = !only;
  }

  hit(ray: Ray, limit: number): TileHit | null {
    let best: TileHit | null = null;
    for (const body of this.#bodies) {
      if (!near(body.sphere, ray, this.#reach)) continue;
      const found = this.#hitBody(body, ray, best?.distance ?? limit);
      if (found) best = { ...found, tile: this };
    }
    return best;
  }

  #hitBody({ mesh, solid, unit }: Body, ray: Ray, limit: number): Hit | null {
    const inverse = mesh.matrixWorld.clone().multiply(new Matrix4().makeScale(unit, unit, unit)).invert();
    const [origin, up] = [ray.origin.clone().applyMatrix4(inverse), vectorIn(new Vector3(0, 0, 1), inverse)];
    const lifts = this.#lifts.image.data as unknown as Float32Array;
    const open = (feature: number): boolean => this.#texels[feature * 4 + 3] !== HIDDEN;
    const direction = vectorIn(ray.direction, inverse);
    return nearestHit(solid, { origin: origin.toArray(), direction: direction.toArray(), up: up.toArray(), lifts, open }, limit);
  }

  dispose(): void {
    this.#colours.dispose();
    this.#lifts.dispose();
    for (const one of this.#pictures) one.forget();
    for (const { mesh } of this.#bodies) mesh.material.dispose();
  }
}

function dataTexture(texture: DataTexture): DataTexture {
  texture.minFilter = texture.magFilter = NearestFilter;
  texture.generateMipmaps = false;
  return texture;
}

/** A direction keeps no translation, and its length matters: it is what distances are measured in. */
function vectorIn(vector: Vector3, matrix: Matrix4): Vector3 {
  const origin = new Vector3().setFromMatrixPosition(matrix);
  return vector.clone().applyMatrix4(matrix).sub(origin);
}

function near(sphere: Sphere, { origin, direction }: Ray, reach: number): boolean {
  const along = sphere.center.clone().sub(origin).dot(direction) / direction.lengthSq();
  const closest = origin.clone().addScaledVector(direction, Math.max(0, along));
  return closest.distanceTo(sphere.center) <= sphere.radius + reach;
}

function layout(attribute: Attribute): { array: ArrayLike<number>; stride: number; offset: number } {
  if ("data" in attribute && "offset" in attribute) {
    return { array: attribute.data.array as unknown as ArrayLike<number>, stride: attribute.data.stride, offset: attribute.offset };
  }
  return { array: attribute.array as unknown as ArrayLike<number>, stride: attribute.itemSize, offset: 0 };
}

/** What one unit of a normalised integer stands for. */
function unitOf(attribute: Attribute): number {
  if (!attribute.normalized) return 1;
  const { array } = layout(attribute);
  if (array instanceof Uint16Array) return 1 / 65535;
  if (array instanceof Int16Array) return 1 / 32767;
  if (array instanceof Uint8Array) return 1 / 255;
  return array instanceof Int8Array ? 1 / 127 : 1;
}

function solidOf({ geometry }: Mesh): Solid {
  const position = layout(geometry.attributes["position"] as Attribute);
  const feature = layout(geometry.attributes[FEATURE] as Attribute);
  return {
    positions: position.array,
    stride: position.stride,
    offset: position.offset,
    index: (geometry.index?.array as unknown as ArrayLike<number> | undefined) ?? null,
    vertices: (geometry.attributes["position"] as Attribute).count,
    features: feature.array,
    featureStride: feature.stride,
    featureOffset: feature.offset,
  };
}

/** The height of each feature's lowest vertex, and the bend of the Earth at the middle of its extent. */
function measure(bodies: readonly Body[], count: number, centre: Vector3): [Float32Array, Float32Array] {
  const lowest = new Float32Array(count).fill(Infinity);
  const box = { west: new Float64Array(count).fill(Infinity), east: new Float64Array(count).fill(-Infinity), south: new Float64Array(count).fill(Infinity), north: new Float64Array(count).fill(-Infinity) };
  for (const { mesh, solid, unit } of bodies) {
    const m = mesh.matrixWorld.elements;
    for (let vertex = 0; vertex < solid.vertices; vertex++) {
      const at = vertex * solid.stride + solid.offset;
      const [x, y, z] = [(solid.positions[at] as number) * unit, (solid.positions[at + 1] as number) * unit, (solid.positions[at + 2] as number) * unit];
      const one = solid.features[vertex * solid.featureStride + solid.featureOffset] as number;
      if (one >= count) continue;
      const [east, north, up] = [0, 1, 2].map((row) => m[row]! * x + m[row + 4]! * y + m[row + 8]! * z + m[row + 12]!) as [number, number, number];
      lowest[one] = Math.min(lowest[one] as number, up);
      box.west[one] = Math.min(box.west[one] as number, east);
      box.east[one] = Math.max(box.east[one] as number, east);
      box.south[one] = Math.min(box.south[one] as number, north);
      box.north[one] = Math.max(box.north[one] as number, north);
    }
  }
  const bends = lowest.map((_, one) => {
    const [dx, dy] = [((box.west[one] as number) + (box.east[one] as number)) / 2 - centre.x, ((box.south[one] as number) + (box.north[one] as number)) / 2 - centre.y];
    return Number.isFinite(dx) ? bend(dx * dx + dy * dy) : 0;
  });
  return [lowest.map((one) => (Number.isFinite(one) ? one : 0)), bends];
}
