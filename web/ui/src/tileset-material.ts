/** How a tile's faces are coloured: by its feature texture, lit by the direction in which a face looks. */

import { DoubleSide, GLSL3, NormalBlending, ShaderMaterial, type DataTexture, type IUniform, type Texture } from "three";

/** What all materials of a layer share; a change shows in the next frame. */
export interface Shared {
  [name: string]: IUniform;
  opacity: IUniform<number>;
  /** 1: pictures are shown where there are some. */
  textured: IUniform<number>;
}

/** The depth that faces are drawn nearer than they are: a road lies on the relief, not in it. In clip space: 1 cm at 40 m, 0.3 m at 200 m, some metres at the horizon. */
const BIAS = "2e-5";

const VERTEX = /* glsl */ `
  in float _feature_id_0;
  uniform sampler2D colours;
  uniform sampler2D lifts;
  out vec4 vFeature;
  out vec3 vView;
  #ifdef PICTURE
    out vec2 vUv;
  #endif
  void main() {
    int id = int(_feature_id_0 + 0.5);
    ivec2 texel = ivec2(id & 255, id >> 8);
    vFeature = texelFetch(colours, texel, 0);
    vec4 view = modelViewMatrix * vec4(position, 1.0);
    view.xyz += viewMatrix[2].xyz * texelFetch(lifts, texel, 0).r;
    vView = view.xyz;
    #ifdef PICTURE
      vUv = (pictureMatrix * vec3(uv, 1.0)).xy;
    #endif
    #if defined( USE_COLOR_ALPHA )
      vPaint = color.rgb;
    #elif defined( USE_COLOR )
      vPaint = color;
    #endif
    gl_Position = projectionMatrix * view;
    gl_Position.z -= ${BIAS} * gl_Position.w;
    // Hidden: outside of the clip space, so that nothing of it is drawn, nor written to the depth.
    if (vFeature.a == 0.0) gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
  }
`;

const FRAGMENT = /* glsl */ `
  precision highp float;
  uniform float opacity;
  uniform float textured;
  in vec4 vFeature;
  in vec3 vView;
  out vec4 fragment;
  // Where a map's sun stands: south by west, fairly high; MapLibre's light for extrusions is the same.
  const vec3 SUN = vec3(-0.36, -0.48, 0.8);

  /** Level roofs are 1: they have the very colour of the legend. */
  float lightOf(vec3 normal) {
    float sunny = max(dot(normal, SUN), 0.0) / SUN.z;
    return min(0.64 + 0.1 * max(normal.z, 0.0) + 0.26 * sunny, 1.04);
  }

  void main() {
    vec3 normal = normalize(cross(dFdx(vView), dFdy(vView)));
    float light = lightOf(transpose(mat3(viewMatrix)) * normal);
    vec3 colour = vFeature.rgb;
    bool marked = vFeature.a < 0.999;
    #ifdef PAINT
      // COLOR_0 is linear, the map is not.
      if (textured > 0.5 && !marked) colour = pow(vPaint, vec3(1.0 / 2.2));
    #endif
    #ifdef PICTURE
      if (textured * pictured > 0.5) {
        vec4 seen = texture(picture, vUv);
        // Leaves and railings are cut out of their pictures.
        if (seen.a < 0.5) discard;
        colour = marked ? mix(seen.rgb, vFeature.rgb, 0.65) : seen.rgb;
        // Photographs have their own light.
        light = mix(1.0, light, 0.35);
      }
    #endif
    fragment = vec4(colour * light * opacity, opacity);
  }
`;

export interface Parts {
  shared: Shared;
  colours: DataTexture;
  lifts: DataTexture;
  picture: Texture | null;
  /** Whether vertices have colours of their own. */
  painted: boolean;
}

export function featureMaterial({ shared, colours, lifts, picture, painted }: Parts): ShaderMaterial {
  const paint = (kind: "in" | "out"): string => (painted ? `${kind} vec3 vPaint;` : "");
  return new ShaderMaterial({
    glslVersion: GLSL3,
    uniforms: {
      ...shared,
      colours: { value: colours },
      lifts: { value: lifts },
      ...(picture ? { picture: { value: picture }, pictureMatrix: { value: picture.matrix }, pictured: { value: 0 } } : {}),
    },
    defines: { ...(picture ? { PICTURE: 1 } : {}), ...(painted ? { PAINT: 1 } : {}) },
    vertexShader: `${picture ? "uniform mat3 pictureMatrix;" : ""}\n${paint("out")}\n${VERTEX}`,
    fragmentShader: `${picture ? "uniform sampler2D picture;\nuniform float pictured;\nin vec2 vUv;" : ""}\n${paint("in")}\n${FRAGMENT}`,
    vertexColors: painted,
    // Shells of real cities are open, and some are turned inside out.
    side: DoubleSide,
    blending: NormalBlending,
    premultipliedAlpha: true,
    transparent: true,
  });
}
