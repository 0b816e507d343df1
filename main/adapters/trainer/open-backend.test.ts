/** In a process of its own: a backend that was loaded once stays loaded, and one that failed has failed for good. */
import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createRequire } from 'node:module';
import { openBackend } from './fit-head.ts';
import { installed } from './load-tensorflow.ts';

const WASM = '@tensorflow/tfjs-backend-wasm';
let damaged: string;
beforeAll(async () => {
  damaged = await mkdtemp(join(tmpdir(), 'facet-wasm-'));
  const folder = dirname(createRequire(import.meta.url).resolve(WASM));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.wasm'));
  for (const name of files) {
    await cp(join(folder, name), join(damaged, name));
    await truncate(join(damaged, name), 1000);
  }
});
afterAll(() => rm(damaged, { recursive: true }));

const without = (missing: RegExp) => (name: string) => {
  if (missing.test(name)) throw new Error(`Cannot find module ${name}`);
  return installed(name);
};
/** The WebAssembly part as it is, but with files that were cut short. */
const cutShort = (name: string) => {
  const part = installed(name);
  return name === WASM
    ? {
        setWasmPaths: () => (part as { setWasmPaths(folder: string): void }).setWasmPaths(join(damaged, '/')),
      }
    : part;
};
/** Loads, and then cannot be used. */
const idle = (name: string) =>
  name === '@tensorflow/tfjs'
    ? { enableProdMode: () => undefined, setBackend: async () => false }
    : installed(name);

it.each([
  ['wasm, cut short,', 'wasm', cutShort, 'Retrain with --backend cpu'],
  ['wasm, missing,', 'wasm', without(/wasm/), 'Retrain with --backend cpu'],
  ['wasm, idle,', 'wasm', idle, 'Retrain with --backend cpu'],
  ['wasm, without the rest,', 'wasm', without(/tfjs$/), 'Reinstall Facet'],
  ['plain JavaScript, missing,', 'cpu', without(/tfjs/), 'Reinstall Facet'],
  ['plain JavaScript, idle,', 'cpu', idle, 'Reinstall Facet'],
  ['TensorFlow, missing,', 'tfjs-node', without(/tfjs-node/), 'or retrain with --backend wasm'],
] as const)('%s says that nothing was changed, and what to do', async (_, backend, require, remedy) => {
  vi.spyOn(console, 'warn').mockReturnValue();
  await expect(openBackend(backend, require)).rejects.toMatchObject({
    code: 'model-missing',
    message: expect.stringMatching(new RegExp(`so nothing was retrained\\..*${remedy}`)) as string,
  });
});

it('falls back to the next one that loads', async () => {
  expect(await openBackend(undefined, without(/wasm|tfjs-node/))).toMatchObject({ backend: 'cpu' });
});

it('says what to do where nothing loads', async () => {
  await expect(openBackend(undefined, without(/tfjs/))).rejects.toThrow('Reinstall Facet.');
});
