/** Who hands on a bundle hands on the licences of what is in it: they stand at its beginning. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

export function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const folders = new Set(chunk.moduleIds.flatMap((id) => PACKAGE.exec(id)?.[1] ?? []));
        chunk.code = `/*!\n${notices([...folders].sort()).replaceAll("*/", "* /")}\n*/\n${chunk.code}`;
      }
    },
  };
}

/** Packages with the same text share it. */
function notices(folders: string[]): string {
  const byText = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf-8"));
    const text = textIn(folder);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...byText].map(([text, names]) => `${names.join(", ")}\n${text}`.trim()).join("\n\n");
}

function textIn(folder: string): string {
  const file = existsSync(folder) ? readdirSync(folder).find((name) => /^licen[cs]e/i.test(name)) : undefined;
  return file ? readFileSync(join(folder, file), "utf-8").trim() : "";
}
