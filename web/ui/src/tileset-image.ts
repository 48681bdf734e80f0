/** Images of tiles: kept as they came until somebody wants to see them; a plain view holds no decoded texture. */

import { ClampToEdgeWrapping, LinearFilter, LinearMipmapLinearFilter, RepeatWrapping, Texture } from "three";
import type { GLTFLoaderPlugin, GLTFParser } from "three/addons/loaders/GLTFLoader.js";

interface ImageJson {
  bufferView?: number;
  mimeType?: string;
}

interface TextureJson {
  source?: number;
  sampler?: number;
  extensions?: { EXT_texture_webp?: { source: number } };
}

const REPEAT = 10497;

/** A texture whose picture is decoded when it is asked for. */
export class WaitingTexture extends Texture {
  #decoding = false;

  constructor(private readonly blob: Blob) {
    super();
    this.flipY = false;
    this.magFilter = LinearFilter;
    this.minFilter = LinearMipmapLinearFilter;
    this.generateMipmaps = true;
  }

  get bytes(): number {
    const picture = this.image as ImageBitmap | null;
    return this.blob.size + (picture ? (picture.width * picture.height * 16) / 3 : 0);
  }

  /** Whether there is something to sample. */
  get ready(): boolean {
    return Boolean(this.image);
  }

  /** Decodes the picture once, then calls `done`. A picture that can't be read leaves the face plain. */
  decode(done: () => void): void {
    if (this.#decoding || this.ready) return;
    this.#decoding = true;
    createImageBitmap(this.blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" })
      .then((picture) => {
        if (!this.#decoding) return picture.close();
        this.image = picture;
        this.needsUpdate = true;
        done();
      })
      .catch((error: unknown) => console.warn("A texture can't be read", error));
  }

  /** Lets go of the decoded picture, here and on the graphics card. */
  forget(): void {
    this.#decoding = false;
    (this.image as ImageBitmap | null)?.close();
    this.image = null;
    this.dispose();
  }
}

/** Stands in for the loader's own way, which fetches from `blob:` addresses and decodes at once. */
export function waitingImages(parser: GLTFParser): GLTFLoaderPlugin {
  const json = parser.json as { textures?: TextureJson[]; images?: ImageJson[]; samplers?: { wrapS?: number; wrapT?: number }[] };
  return {
    name: "MACHINAMI_waiting_images",
    async loadTexture(index: number) {
      const texture = json.textures?.[index];
      const image = json.images?.[texture?.extensions?.EXT_texture_webp?.source ?? texture?.source ?? -1];
      if (!texture || image?.bufferView === undefined) return new Texture();
      const bytes = (await parser.getDependency("bufferView", image.bufferView)) as ArrayBuffer;
      const waiting = new WaitingTexture(new Blob([bytes], { type: image.mimeType ?? "image/jpeg" }));
      const sampler = json.samplers?.[texture.sampler ?? -1];
      // The specification's default is to repeat; atlases say that they don't.
      waiting.wrapS = (sampler?.wrapS ?? REPEAT) === REPEAT ? RepeatWrapping : ClampToEdgeWrapping;
      waiting.wrapT = (sampler?.wrapT ?? REPEAT) === REPEAT ? RepeatWrapping : ClampToEdgeWrapping;
      return waiting;
    },
  };
}
