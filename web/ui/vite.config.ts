import { defineConfig, type UserConfig } from "vite";
import { licences } from "./vite.licence";

// `npm run dev` asks a running `machinami serve` for everything that is not the page itself.
const server = process.env["MACHINAMI_URL"] ?? "http://127.0.0.1:8000";

const page: UserConfig = {
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    // MapLibre alone is 1 MB and comes as one file.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: { main: "index.html", sign: "sign.html" } },
  },
  server: { proxy: { "/api": server, "/tiles": server, "/tilesets": server, "/ground": server } },
};

/** One classic script with deck.gl in it, and one stylesheet: tiles/scene.py writes both into its files. */
const scene: UserConfig = {
  publicDir: false,
  plugins: [licences()],
  build: {
    outDir: "../../tiles/static",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    lib: { entry: "src/scene.ts", formats: ["iife"], name: "scene", fileName: () => "scene.js", cssFileName: "scene" },
  },
  // What a library build leaves to its user.
  define: { "process.env.NODE_ENV": '"production"' },
};

export default defineConfig(({ mode }) => (mode === "scene" ? scene : page));
