import { defineConfig } from "vite";

// `npm run dev` asks a running `machinami serve` for everything that is not the page itself.
const server = process.env["MACHINAMI_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
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
});
