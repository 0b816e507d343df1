import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../adapters/program-files.ts';
import type { ListedSensor } from '../../contract/states/sensors.ts';
import { ask, expectSentence, facet } from './facet.fixture.ts';

const project = dirname(packageFile());
let root: string;
const at = (name: string): string => join(root, name);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'facet-commands-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('facet', () => {
  it.each([
    ['an unknown command', ['unlok'], /unknown command 'unlok'/],
    ['an unknown option', ['unlock', '--sensr', 'simulated'], /unknown option '--sensr'/],
    ['an option without its value', ['unlock', '--data'], /argument missing/],
    ['a missing argument', ['enroll'], /--user/],
    ['one argument too many', ['sensors', 'all'], /too many arguments/],
  ])('called with %s exits 64 and says what is wrong', async (_, args, what) => {
    const answer = await ask(args);
    expect(answer).toMatchObject({ code: 64, document: { ok: false, code: 'bad-argument' } });
    expect(answer.document['message']).toMatch(what);
    expect(answer.stderr).toMatch(what);
  });

  it('lists its commands, and each its options, on stdout', async () => {
    const help = await facet(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['sensors', 'doctor', 'record', 'import', 'enroll', 'unlock', 'embed', 'crop']) {
      expect(help.stdout).toContain(`  ${name} `);
      const own = await facet([name, '--help']);
      expect(own).toMatchObject({ code: 0, stderr: '' });
      expect(own.stdout).toContain('--json');
    }
  });
});

describe('facet sensors', () => {
  it('says what can be used, and of every sensor that cannot what it needs', async () => {
    const { code, document } = await ask(['sensors']);
    expect(code).toBe(0);
    const sensors = document['sensors'] as ListedSensor[];
    const states = Object.fromEntries(sensors.map(({ driver, state }) => [driver, state]));
    expect(states).toMatchObject({ simulated: 'available', replay: 'available' });
    expect(Object.keys(states).sort()).toEqual(['freenect', 'freenect2', 'kinect2', 'replay', 'simulated']);
    for (const { needs } of sensors) expect(needs.length).toBeGreaterThan(20);
    const { stdout } = await facet(['sensors']);
    for (const { spec, troubles } of sensors) {
      expect(stdout).toContain(spec);
      for (const { remedy } of troubles) expect(stdout).toContain(`→ ${remedy}`);
    }
  });
});

/** The program in another place: its bundles and small files copied, what is large linked. */
function installation(name: string): { readonly program: string; readonly models: string } {
  const folder = at(name);
  mkdirSync(join(folder, 'models'), { recursive: true });
  cpSync(join(project, 'out'), join(folder, 'out'), {
    recursive: true,
    filter: (path) => !/out\/.*\//.test(path.slice(project.length)),
  });
  cpSync(join(project, 'package.json'), join(folder, 'package.json'));
  cpSync(join(project, 'models'), join(folder, 'models'), { recursive: true });
  for (const link of ['node_modules', 'assets']) symlinkSync(join(project, link), join(folder, link));
  return { program: join(folder, 'out/cli.js'), models: join(folder, 'models') };
}

interface Check {
  readonly id: string;
  readonly state: string;
  readonly found: string;
  readonly remedy?: string;
}
const checkOf = (document: Readonly<Record<string, unknown>>, id: string): Check =>
  (document['checks'] as Check[]).find((check) => check.id === id)!;

describe('facet doctor', () => {
  it('finds nothing that keeps this machine from working, and makes neither folder nor key', async () => {
    const data = at('not/there/yet');
    const { code, document, stderr } = await ask(['doctor', '--data', data]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const id of ['node', 'models', 'onnxruntime', 'data'])
      expect(checkOf(document, id)).toMatchObject({ state: 'ok' });
    for (const check of document['checks'] as Check[])
      expect(check.state === 'ok' || (check.remedy ?? '').length > 10).toBe(true);
    expect(() => readFileSync(at('not'))).toThrow('ENOENT');
  });

  it('tells how the key would be kept', async () => {
    const { document } = await ask(['doctor', '--data', at('key')], {
      env: { FACET_PASSPHRASE: 'correct horse' },
    });
    expect(checkOf(document, 'key')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('FACET_PASSPHRASE') as string,
    });
    const without = await ask(['doctor', '--data', at('key')]);
    expect(checkOf(without.document, 'key')).toMatchObject({ state: 'warning' });
  });
});

describe('a model', () => {
  it.each<[string, (models: string) => void, string]>([
    ['is missing', (models) => rmSync(join(models, 'built/facemesh.onnx')), 'model-missing'],
    [
      'has another hash',
      (models) => {
        const file = join(models, 'built/facemesh.onnx');
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1] ^= 1;
        writeFileSync(file, bytes);
      },
      'model-altered',
    ],
    [
      'has a manifest that is not one',
      (models) => writeFileSync(join(models, 'manifest.json'), '{}'),
      'model-altered',
    ],
  ])(
    'that %s is named by every command that needs it, and by doctor; exit code 5',
    async (name, spoil, failure) => {
      const { program, models } = installation(name.replaceAll(' ', '-'));
      spoil(models);
      const list = at('one.txt');
      writeFileSync(list, join(project, 'node_modules/@vladmandic/face-api/demo/sample5.jpg'));
      for (const args of [
        ['enroll', '--user', 'ada', '--pin-stdin', '--data', at(`data-${failure}`)],
        ['embed', '--images', list],
        ['crop', at('crop.npy')],
      ]) {
        const answer = await ask(args, { program, input: '491783' });
        expect(answer).toMatchObject({ code: 5, document: { ok: false, code: failure } });
        expectSentence(answer);
      }
      const { code, document } = await ask(['doctor', '--data', at('none')], { program });
      expect(code).toBe(5);
      expect(checkOf(document, 'models')).toMatchObject({
        state: 'problem',
        remedy: expect.stringContaining('npm run setup') as string,
      });
    },
  );
});

describe('facet embed', () => {
  const faces = [1, 2, 3, 4, 5, 6].map((n) =>
    join(project, `node_modules/@vladmandic/face-api/demo/sample${n}.jpg`),
  );

  it('writes one line for each picture, in order, whatever is wrong with some of them', async () => {
    const [dot, letter, absent] = [at('dot.png'), at('letter.jpg'), at('absent.jpg')];
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toFile(dot);
    writeFileSync(letter, 'Dear Ada, this is no picture.');
    const paths = [...faces.slice(0, 3), absent, dot, ...faces.slice(3), letter];
    writeFileSync(at('list.txt'), `# pictures\n${paths.join('\n')}\n`);
    const { code, stdout, stderr } = await facet(['embed', '--images', at('list.txt')]);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ path }) => path)).toEqual(paths);
    for (const line of lines) {
      if (!faces.includes(line['path'] as string)) {
        expect(line['found']).toBe(false);
        continue;
      }
      expect(Object.keys(line).sort()).toEqual([
        'box',
        'embedding',
        'found',
        'modelId',
        'ms',
        'path',
        'pose',
      ]);
      expect(line['found']).toBe(true);
      expect(Math.hypot(...(line['embedding'] as number[]))).toBeCloseTo(1, 3);
    }
    for (const [path, why] of [
      [absent, 'does not exist'],
      [letter, 'not a picture'],
    ])
      expect(lines.find((line) => line['path'] === path)?.['error']).toContain(why);
    expect(stderr).toMatch(/9 pictures in [\d.]+ s: 6 with a face, \d without, \d could not be read\.\n$/);
  });

  it('exits 6 where the list or all of its pictures cannot be read', async () => {
    const answer = await ask(['embed', '--images', at('no-list.txt')]);
    expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expectSentence(answer);
    writeFileSync(at('gone.txt'), `${at('gone.jpg')}\n`);
    expect((await facet(['embed', '--images', at('gone.txt')])).code).toBe(6);
  });

  it('stops quietly when its reader has seen enough', async () => {
    writeFileSync(at('long.txt'), Array.from({ length: 60 }, (_, i) => faces[i % 6]).join('\n'));
    const { stderr } = await facet(['embed', '--images', at('long.txt')], {
      meanwhile: (child) => child.stdout!.once('data', () => child.stdout!.destroy()),
    });
    expect(stderr).not.toMatch(/EPIPE|fault/);
    expect(stderr).not.toContain('60 pictures');
  });
});

describe('facet crop', () => {
  it("saves the article's input of the first well-seen face as NumPy reads it", async () => {
    const path = at('you.npy');
    const answer = await ask(['crop', path, '--sensor', 'simulated:you']);
    expect(answer).toMatchObject({ code: 0, document: { ok: true, shape: [200, 200, 4] } });
    const bytes = readFileSync(path);
    expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00');
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(bytes.toString('latin1', 10, start)).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(200, 200, 4\), \} *\n$/,
    );
    const values = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
    );
    expect(values).toHaveLength(200 * 200 * 4);
    // Each channel's mean is off, and each shows something.
    for (let channel = 0; channel < 4; channel++) {
      const own = values.filter((_, i) => i % 4 === channel);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      expect(Math.abs(mean)).toBeLessThan(1e-4);
      expect(Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / own.length)).toBeGreaterThan(
        0.02,
      );
    }
    // The face is nearer than what surrounds it: depth in the middle lies below its mean.
    expect(values[(100 * 200 + 100) * 4 + 3]).toBeLessThan(0);

    const again = await ask(['crop', path, '--sensor', 'simulated:you']);
    expect(again).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    expect(readFileSync(path)).toEqual(bytes);
  });

  it.each(['empty', 'photo'])('writes nothing for %s', async (scene) => {
    const path = at(`${scene}.npy`);
    const answer = await ask(['crop', path, '--sensor', `simulated:${scene}`, '--timeout', '1']);
    expect(answer).toMatchObject({ code: 2, document: { ok: false, code: 'timed-out' } });
    expectSentence(answer);
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});
