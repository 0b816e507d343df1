/**
 * Builds the models that are converted rather than committed: models/built/*.onnx from node_modules.
 * A file that already has the hash of models/manifest.json is left alone.
 *   npx tsx scripts/convert-models.ts             builds what is missing or altered
 *   npx tsx scripts/convert-models.ts --adopt     writes the new hashes into the manifest (after changing a recipe)
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseManifest } from '../main/contract/manifest.ts';
import { RECIPES } from './models/recipes.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'models');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const manifestPath = join(folder, 'manifest.json');
let manifestText = readFileSync(manifestPath, 'utf8');
const adopt = process.argv.includes('--adopt');

for (const model of parseManifest(JSON.parse(manifestText)).models) {
  const recipe = RECIPES[model.id];
  if (!recipe) continue; // trained by this project and committed
  const path = join(folder, model.file);
  if (!adopt && existsSync(path) && sha256(readFileSync(path)) === model.sha256) {
    console.log(`${model.id}: up to date`);
    continue;
  }
  const started = performance.now();
  const bytes = recipe();
  const hash = sha256(bytes);
  if (adopt) manifestText = manifestText.replace(model.sha256, hash);
  else if (hash !== model.sha256) {
    console.error(
      `${model.id}: the converted model differs from the one in models/manifest.json (${hash}). ` +
        'Run npm ci so that the packages have the locked versions; after changing a recipe on purpose, run with --adopt.',
    );
    process.exit(1);
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
  const size = (bytes.length / 1e6).toFixed(1);
  console.log(`${model.id}: ${size} MB converted in ${Math.round(performance.now() - started)} ms`);
}
if (adopt) writeFileSync(manifestPath, manifestText);
