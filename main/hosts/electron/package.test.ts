/** What the packaged app needs at run time is in the package. */
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** The bundles that a host starts by name, and those that these start, itself first. */
async function bundlesFrom(host: string): Promise<string[]> {
  const found = [host];
  for (const name of found) {
    const { metafile } = await build({
      entryPoints: [`main/hosts/${name}/index.ts`],
      outdir: 'out',
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      metafile: true,
      write: false,
    });
    const sources = Object.keys(metafile.inputs).map((path) => readFileSync(path, 'utf8'));
    const named = sources.flatMap((source) => [...source.matchAll(/\bhostFile\(([^)]*)\)/g)]);
    for (const [call, argument] of named) {
      const started = /^'(\w+)'$/.exec(argument)?.[1];
      if (started === undefined) throw new Error(`Which bundle is ${call}?`);
      if (!found.includes(started)) found.push(started);
    }
  }
  return found;
}

it('ships every bundle that the app starts, and no other', async () => {
  const shipped = readFileSync('electron-builder.yml', 'utf8').matchAll(/^ {2}- out\/(\w+)\.js$/gm);
  expect([...shipped].map(([, name]) => name).sort()).toEqual((await bundlesFrom('electron')).sort());
});
