// Decodes the GLB files of a folder: EXT_meshopt_compression undone, then judged by the glTF validator.
// node plain.mjs NODE_MODULES FOLDER: for each *.glb writes *.plain.glb and prints one line of JSON.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(path.join(modules, file)));
const { MeshoptDecoder } = await load("meshoptimizer/meshopt_decoder.mjs");
const validator = (await load("gltf-validator/index.js")).default;
await MeshoptDecoder.ready;

const EXTENSION = "EXT_meshopt_compression";

function chunks(glb) {
  const size = glb.readUInt32LE(12);
  const document = JSON.parse(glb.subarray(20, 20 + size).toString("utf8"));
  const begin = 20 + size + 8;
  return [document, glb.subarray(begin, begin + glb.readUInt32LE(20 + size))];
}

function plain(glb) {
  const [document, binary] = chunks(glb);
  const parts = [];
  let length = 0;
  for (const view of document.bufferViews) {
    const packed = view.extensions?.[EXTENSION];
    let bytes;
    if (packed) {
      bytes = Buffer.alloc(packed.count * packed.byteStride);
      const source = binary.subarray(packed.byteOffset, packed.byteOffset + packed.byteLength);
      MeshoptDecoder.decodeGltfBuffer(bytes, packed.count, packed.byteStride, source, packed.mode);
      delete view.extensions;
    } else {
      bytes = binary.subarray(view.byteOffset, view.byteOffset + view.byteLength);
    }
    const gap = (8 - (length % 8)) % 8;
    parts.push(Buffer.alloc(gap), bytes);
    view.buffer = 0;
    view.byteOffset = length + gap;
    length += gap + bytes.length;
  }
  parts.push(Buffer.alloc((4 - (length % 4)) % 4));
  const body = Buffer.concat(parts);
  document.buffers = [{ byteLength: body.length }];
  for (const list of ["extensionsUsed", "extensionsRequired"]) {
    document[list] = (document[list] ?? []).filter((name) => name !== EXTENSION);
    if (!document[list].length) delete document[list];
  }
  let text = Buffer.from(JSON.stringify(document));
  text = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, 0x20)]);
  const head = Buffer.alloc(20);
  head.write("glTF", 0);
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(20 + text.length + 8 + body.length, 8);
  head.writeUInt32LE(text.length, 12);
  head.write("JSON", 16);
  const second = Buffer.alloc(8);
  second.writeUInt32LE(body.length, 0);
  second.write("BIN\0", 4);
  return Buffer.concat([head, text, second, body]);
}

for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".glb") && !one.endsWith(".plain.glb")).sort()) {
  const glb = fs.readFileSync(path.join(folder, name));
  const decoded = plain(glb);
  fs.writeFileSync(path.join(folder, name.replace(/\.glb$/, ".plain.glb")), decoded);
  const told = async (bytes) => {
    const report = await validator.validateBytes(new Uint8Array(bytes));
    return report.issues.messages.filter((one) => one.severity <= 1).map((one) => `${one.severity} ${one.code} ${one.message} ${one.pointer}`);
  };
  console.log(JSON.stringify({ name, plain: await told(decoded), compressed: await told(glb) }));
}
