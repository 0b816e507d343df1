import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FacetError } from '../../contract/result.ts';
import { openModelLibrary } from './model-library.ts';
import { Network } from './network.ts';

const models = fileURLToPath(new URL('../../../models', import.meta.url));

describe('the model library', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'facet-models-'));
    for (const file of ['manifest.json', 'built/blazeface.onnx', 'sface.onnx'])
      await cp(join(models, file), join(folder, file));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const failureOf = (promise: Promise<unknown>): Promise<FacetError> =>
    promise.then(
      () => expect.fail('no failure'),
      (error: unknown) => {
        expect(error).toBeInstanceOf(FacetError);
        return error as FacetError;
      },
    );

  it('loads a model whose hash is right', async () => {
    const { entry, bytes } = await (await openModelLibrary(folder)).load('blazeface');
    expect(entry.role).toBe('detector');
    expect(bytes.length).toBeGreaterThan(100_000);
  });

  it('refuses a file with one changed bit, and says which and what to do', async () => {
    const file = join(folder, 'built/blazeface.onnx');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(file, bytes);
    const error = await failureOf((await openModelLibrary(folder)).load('blazeface'));
    expect(error.code).toBe('model-altered');
    expect(error.message).toContain(file);
    expect(error.message).toContain('npm run setup');
  });

  describe('of the descriptor, which comes with Facet', () => {
    const said = async (): Promise<FacetError> => failureOf((await openModelLibrary(folder)).load('sface'));
    const file = (): string => join(folder, 'sface.onnx');

    it('says that its file is missing', async () => {
      await rm(file());
      const error = await said();
      expect(error.code).toBe('model-missing');
      expect(error.message).toBe(
        `The model ${file()} cannot be read. Reinstall Facet, or get it back: git checkout models/sface.onnx.`,
      );
    });

    it.each([
      ['altered', (bytes: Uint8Array) => bytes.map((byte, i) => (i === 1e6 ? byte ^ 1 : byte))],
      ['cut short', (bytes: Uint8Array) => bytes.subarray(0, 1e6)],
      ['of another version', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.of(0x3a, 0)])],
    ])('says that its file is %s', async (_, change) => {
      await writeFile(file(), change(await readFile(file())));
      const error = await said();
      expect(error.code).toBe('model-altered');
      expect(error.message).toBe(
        `The model ${file()} is not the one that models/manifest.json names. Reinstall Facet, or get it back: git checkout models/sface.onnx.`,
      );
    });

    it('says so in one sentence where a network of other inputs is named', async () => {
      const { entry, bytes } = await (await openModelLibrary(folder)).load('sface');
      const other = { ...entry, input: { ...entry.input, name: 'image' } };
      const error = await failureOf(Network.open({ entry: other, bytes }));
      expect(error.code).toBe('model-altered');
      expect(error.message).toMatch(/^The model sface\.onnx cannot be run \(.*\)\. Reinstall Facet/);
      expect(error.message).not.toContain('\n');
    });
  });

  it('says which file is missing and what to do', async () => {
    const error = await failureOf((await openModelLibrary(folder)).load('facemesh'));
    expect(error.code).toBe('model-missing');
    expect(error.message).toContain(join(folder, 'built/facemesh.onnx'));
    expect(error.message).toContain('npm run setup');
  });

  it('knows no model that the manifest does not list', async () => {
    const library = await openModelLibrary(folder);
    expect(await failureOf(library.load('other'))).toMatchObject({ code: 'model-missing' });
  });

  it('needs a manifest', async () => {
    expect(await failureOf(openModelLibrary(join(folder, 'built')))).toMatchObject({ code: 'model-missing' });
  });

  it.each(['{', '{"version":2,"models":[]}', '[]'])('refuses the manifest %s', async (text) => {
    await writeFile(join(folder, 'manifest.json'), text);
    expect(await failureOf(openModelLibrary(folder))).toMatchObject({ code: 'model-altered' });
  });

  it('reports a file that is no model, although its hash be right', async () => {
    const { entry } = await (await openModelLibrary(folder)).load('blazeface');
    const error = await failureOf(Network.open({ entry, bytes: new Uint8Array([1, 2, 3]) }));
    expect(error.code).toBe('model-altered');
    expect(error.message).toContain(entry.file);
  });
});
