/** Bundles each host of main/ into out/; packages from npm stay outside the bundles. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, root, stamp, upToDate } from './steps.mjs';

export async function build() {
  const print = fingerprint(['main', 'package-lock.json', 'scripts/build.mjs']);
  if (existsSync(join(root, 'out/cli.js')) && upToDate('build', print)) return { code: 0, skipped: true };
  const { build: esbuild } = await import('esbuild');
  try {
    await esbuild({
      absWorkingDir: root,
      entryPoints: {
        cli: 'main/hosts/cli/index.ts',
        pipeline: 'main/hosts/pipeline/index.ts',
        simulation: 'main/hosts/pipeline/simulation.ts',
        worker: 'main/hosts/worker/index.ts',
        web: 'main/hosts/web/index.ts',
      },
      outdir: 'out',
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      logLevel: 'error',
    });
  } catch (error) {
    return { code: 1, output: String(error) };
  }
  stamp('build', print);
  return { code: 0 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit((await build()).code);
