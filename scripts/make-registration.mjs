/** Makes main/core/sense/registration-wasm.ts of registration.wat with wat2wasm from npm: `node scripts/make-registration.mjs`. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './steps.mjs';

const ASSEMBLER = 'wabt@1.0.39';

const source = join(root, 'main/core/sense/registration.wat');
const folder = mkdtempSync(join(tmpdir(), 'facet-registration-'));
try {
  const binary = join(folder, 'registration.wasm');
  const { code } = await run('npm', [
    'exec',
    '--yes',
    `--package=${ASSEMBLER}`,
    '--',
    'wat2wasm',
    source,
    `--output=${binary}`,
  ]);
  if (code !== 0) process.exit(code);
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex');
  writeFileSync(
    join(root, 'main/core/sense/registration-wasm.ts'),
    `/** Made by scripts/make-registration.mjs with ${ASSEMBLER} of registration.wat, sha256 ${hash}. */
export const REGISTRATION_WASM =
  '${readFileSync(binary, 'base64')}';
`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
