/** Bundles each host of main/ into out/ (packages from npm stay outside the bundles), and the page into out/page. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, root, run, stamp, tool, upToDate } from './steps.mjs';

export async function build() {
  const print = fingerprint(['main', 'package-lock.json', 'scripts/build.mjs']);
  if (existsSync(join(root, 'out/cli.js')) && upToDate('build', print)) return { code: 0, skipped: true };
  const { build: esbuild } = await import('esbuild');
  const shared = {
    absWorkingDir: root,
    outdir: 'out',
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'error',
  };
  try {
    await esbuild({
      ...shared,
      entryPoints: {
        cli: 'main/hosts/cli/index.ts',
        pipeline: 'main/hosts/pipeline/index.ts',
        simulation: 'main/hosts/simulation/index.ts',
        worker: 'main/hosts/worker/index.ts',
        trainer: 'main/hosts/trainer/index.ts',
        web: 'main/hosts/web/index.ts',
        electron: 'main/hosts/electron/index.ts',
      },
      packages: 'external',
      format: 'esm',
    });
    // A sandboxed preload is CommonJS and may require nothing but Electron.
    await esbuild({
      ...shared,
      entryPoints: { preload: 'main/hosts/electron/preload.ts' },
      external: ['electron'],
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
    });
  } catch (error) {
    return { code: 1, output: String(error) };
  }
  stamp('build', print);
  return { code: 0 };
}

/** Builds the page into out/page. */
export async function buildPage() {
  const print = fingerprint(['renderer', 'main/contract', 'package-lock.json']);
  if (existsSync(join(root, 'out/page/index.html')) && upToDate('page', print))
    return { code: 0, skipped: true };
  const result = await run(
    tool('vite'),
    ['build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'],
    { quiet: true },
  );
  if (result.code === 0) stamp('page', print);
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const work of [build, buildPage]) {
    const { code, output } = await work();
    if (code !== 0) console.error(output);
    process.exitCode ||= code;
  }
}
