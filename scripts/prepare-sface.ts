/**
 * Makes models/sface.onnx, which is committed, of OpenCV Zoo's face_recognition_sface_2021dec_int8bq.onnx (models/sface.md says
 * where that comes from).
 *   npx tsx scripts/prepare-sface.ts ORIGINAL.onnx
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SFACE_ORIGINAL, prepareSface } from './models/sface.ts';

const [original] = process.argv.slice(2);
if (!original) {
  console.error('Name the original file: npx tsx scripts/prepare-sface.ts ORIGINAL.onnx');
  process.exit(1);
}
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytes = readFileSync(original);
if (sha256(bytes) !== SFACE_ORIGINAL) {
  console.error(`${original} is another file than the one that models/sface.md names.`);
  process.exit(1);
}
const made = prepareSface(bytes);
writeFileSync(fileURLToPath(new URL('../models/sface.onnx', import.meta.url)), made);
console.log(`models/sface.onnx: ${made.length} bytes, sha256 ${sha256(made)}`);
