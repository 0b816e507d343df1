import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../adapters/program-files.ts';
import { ask, expectSentence, facet } from './facet.fixture.ts';

const demo = join(dirname(packageFile()), 'node_modules/@vladmandic/face-api/demo');
const REPORT = ['det.svg', 'histogram.svg', 'report.html', 'report.json'];
const NAMES = ['Ada', 'Bea', 'Cy', 'Dee', 'Eve', 'Fay'];

let root: string;
const at = (name: string): string => join(root, name);

/** Six people with two pictures each: of a file, and of the same made smaller and darker. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'facet-evaluate-'));
  for (const [i, name] of NAMES.entries()) {
    const source = join(demo, `sample${i + 1}.jpg`);
    mkdirSync(at(`people/${name}`), { recursive: true });
    const picture = sharp(source).resize({ width: 900 });
    await picture.clone().toFile(at(`people/${name}/${name}_0001.jpg`));
    await picture
      .modulate({ brightness: 0.8 })
      .png()
      .toFile(at(`people/${name}/${name}_0002.png`));
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with some of the people, to be changed. */
function some(folder: string, names: readonly string[]): string {
  for (const name of names) cpSync(at(`people/${name}`), at(`${folder}/${name}`), { recursive: true });
  return at(folder);
}

const wall = () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#776655' } }).png();

interface CurveFigures {
  readonly genuine: number;
  readonly impostor: number;
  readonly points: readonly { readonly resolved: boolean }[];
  readonly app: { readonly falseMatches: { readonly errors: number; readonly of: number } };
}

describe('facet evaluate', () => {
  it('lists what can be evaluated', async () => {
    const { code, stdout } = await facet(['evaluate', '--help']);
    expect(code).toBe(0);
    for (const name of ['people', 'pairs', 'gallery', 'recordings']) expect(stdout).toContain(`  ${name} `);
  });

  it.each([
    ['adaptation', '--count', '1', '--films'],
    ['retrain', '--count', '1', '--films'],
  ])('says where %s cannot keep its films', async (...args) => {
    writeFileSync(at('letter'), 'Dear Ada');
    const answer = await ask(['evaluate', ...args, at('letter/films')]);
    expectSentence(answer);
    expect(answer).toMatchObject({ code: 5, document: { code: 'store-unwritable' } });
    expect(answer.document['message']).toContain(`${at('letter/films')} (ENOTDIR)`);
  });
});

describe('facet evaluate pairs', () => {
  const pairs = (lines: readonly string[], images = at('people'), ...more: string[]) => {
    writeFileSync(at('pairs.txt'), lines.join('\n'));
    return ask(['evaluate', 'pairs', at('pairs.txt'), '--images', images, ...more]);
  };
  const fold = (a: string, b: string) => [`${a}\t1\t2`, `${b}\t1\t2`, `${a}\t1\t${b}\t1`, `${b}\t2\t${a}\t2`];

  it('tells accuracy over folds and the rates of comparisons, and writes a report', async () => {
    const lines = ['2\t2', ...fold('Bea', 'Cy'), ...fold('Dee', 'Eve')];
    const { code, document, stderr } = await pairs(
      lines,
      undefined,
      '--synthetic',
      '--report',
      at('pairs-report'),
    );
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        ok: true,
        synthetic: true,
        pairs: 8,
        noFace: [],
        lostPairs: 0,
        accuracy: { crossValidated: true },
      },
    });
    const [curve] = document['curves'] as CurveFigures[];
    expect([curve.genuine, curve.impostor]).toEqual([4, 4]);
    // The faces are of different people, and the pictures of each are nearly the same.
    expect((document['accuracy'] as { mean: number }).mean).toBe(1);
    expect(curve.app.falseMatches).toMatchObject({ errors: 0, of: 4 });
    expect(curve.points.every(({ resolved }) => !resolved)).toBe(true);
    expect(stderr).toContain('8 of 8 pictures');
    expect(readdirSync(at('pairs-report')).sort()).toEqual(REPORT);
    expect(readFileSync(at('pairs-report/report.html'), 'utf8')).toContain('synthetic people');
    const report = JSON.parse(readFileSync(at('pairs-report/report.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(report).toMatchObject({ pairs: 8, curves: [{ genuine: 4, impostor: 4 }] });
  });

  it('counts and names the pictures without a face; their pairs are wrong', async () => {
    const folder = some('walled', ['Bea', 'Cy']);
    await wall().toFile(join(folder, 'Cy/Cy_0003.png'));
    writeFileSync(at('walled.txt'), '1\nCy\t1\t3\nBea\t1\tCy\t1');
    const args = ['evaluate', 'pairs', at('walled.txt'), '--images', folder];
    const { code, document } = await ask(args);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        synthetic: false,
        noFace: [join(folder, 'Cy/Cy_0003.png')],
        lostPairs: 1,
        accuracy: { mean: 0.5, crossValidated: false },
        curves: [{ genuine: 0, impostor: 1 }],
      },
    });
    expect((document['curves'] as object[])[0]).not.toHaveProperty('equalError');
    const { stdout } = await facet(args);
    expect(stdout).toMatch(/No face was found in 1 pictures \(.*Cy_0003\.png\)/);
    expect(stdout).toContain('an upper bound');
    expect(stdout).toContain('unresolved: takes 300 impostor comparisons');
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'names a picture that is not there',
      ['1', 'Ada\t1\t7', 'Ada\t1\tBea\t1'],
      /Ada_0007\.jpg \(line 2\).*not there/,
    ],
    ['is a letter', ['Dear Ada,', 'how are you?'], /does not begin with/],
  ])('refuses a list that %s', async (_, lines, why) => {
    const answer = await pairs(lines);
    expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expect(answer.document['message']).toMatch(why);
    expectSentence(answer);
  });

  it('refuses a list with a damaged picture, naming it', async () => {
    const folder = some('damaged', ['Bea', 'Cy']);
    const picture = join(folder, 'Bea/Bea_0001.jpg');
    writeFileSync(picture, readFileSync(picture).subarray(0, 20_000));
    const answer = await pairs(['1', 'Cy\t1\t2', 'Bea\t1\tCy\t1'], folder);
    expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expect(answer.document['message']).toContain('Bea_0001.jpg is damaged');
    expectSentence(answer);
  });
});

describe('facet evaluate gallery', () => {
  const gallery = (folder: string, ...more: string[]) => ask(['evaluate', 'gallery', folder, ...more]);

  it('compares every probe with everybody, by any number of threads to the same figures', async () => {
    const [one, two] = [
      await gallery(at('people'), '--threads', '1', '--report', at('gallery-report')),
      await gallery(at('people'), '--threads', '2'),
    ];
    expect(one).toMatchObject({
      code: 0,
      document: {
        ok: true,
        people: 6,
        pictures: 12,
        enrolled: 6,
        templates: 6,
        probes: 6,
        noFace: [],
        curves: [{ name: 'Everybody', genuine: 6, impostor: 30 }],
      },
    });
    expect(two.document).toEqual(one.document);
    const [curve] = one.document['curves'] as CurveFigures[];
    expect(curve.app.falseMatches.errors).toBe(0);
    expect(readdirSync(at('gallery-report')).sort()).toEqual(REPORT);
  });

  it('reports and skips what it cannot read; who has one picture is a probe only', async () => {
    const folder = some('mixed', ['Bea', 'Cy', 'Dee']);
    rmSync(join(folder, 'Dee/Dee_0002.png'));
    writeFileSync(join(folder, 'Bea/Bea_0003.jpg'), 'no picture');
    await wall().toFile(join(folder, 'Cy/Cy_0003.png'));
    mkdirSync(join(folder, 'nobody'));
    writeFileSync(join(folder, 'notes.txt'), 'not a folder');
    writeFileSync(at('groups.txt'), '# who\nBea\tx\nCy\tx\n');
    const { code, document, stderr } = await gallery(folder, '--groups', at('groups.txt'));
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        people: 3,
        pictures: 7,
        enrolled: 2,
        probes: 3,
        noFace: [join(folder, 'Cy/Cy_0003.png')],
        unreadable: [expect.stringContaining('Bea_0003.jpg is not a picture')],
        curves: [{ genuine: 2, impostor: 4 }],
        // Four comparisons resolve no false-match rate at which groups could be compared.
        byGroup: [],
      },
    });
    expect(stderr).toMatch(/^Left out: .*Bea_0003\.jpg is not a picture/m);
  });

  it.each<[string, () => string, RegExp]>([
    ['is not there', () => at('absent'), /does not exist/],
    ['is a file', () => packageFile(), /is not a folder/],
    [
      'is empty',
      () => {
        mkdirSync(at('empty'));
        return at('empty');
      },
      /holds no folder with pictures/,
    ],
    ['holds one person', () => some('lonely', ['Ada']), /of one person only \(Ada\)/],
    [
      'holds one picture of each',
      () => {
        const folder = some('single', ['Bea', 'Cy']);
        for (const name of ['Bea', 'Cy']) rmSync(join(folder, `${name}/${name}_0002.png`));
        return folder;
      },
      /Nobody in .* has two pictures with a face/,
    ],
  ])('refuses a folder that %s', async (_, make, why) => {
    const answer = await gallery(make());
    expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expect(answer.document['message']).toMatch(why);
    expectSentence(answer);
  });

  it('refuses a groups file that is none', async () => {
    writeFileSync(at('nonsense.txt'), 'Bea\n');
    const answer = await gallery(at('people'), '--groups', at('nonsense.txt'));
    expect(answer).toMatchObject({ code: 6, document: { code: 'bad-input' } });
    expect(answer.document['message']).toMatch(/"name<TAB>group" in line 1/);
  });
});

describe('facet evaluate recordings', () => {
  const record = async (name: string, scene: string, seconds: number) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    const answer = await ask([
      'record',
      at(name),
      '--sensor',
      `simulated:${scene}`,
      '--seconds',
      String(seconds),
    ]);
    expect(answer.code).toBe(0);
  };
  const recordings = (folder: string, ...more: string[]) => ask(['evaluate', 'recordings', folder, ...more]);

  it('enrols from a ring or from frames, and lets everybody come to everybody', async () => {
    await record('seen/ada/enrol.mcap', 'you+turn+v1', 8);
    await record('seen/ada/visit.mcap', 'you+v1@5', 1);
    await record('seen/bea/Enrol 1.mcap', 'stranger+v1@6', 1);
    await record('seen/bea/visit.mcap', 'stranger+far+v1@6', 2);
    await record('seen/cy/dark.mcap', 'empty+v1', 1);
    // One is a letter, and one ends before its first frame is whole.
    writeFileSync(at('seen/cy/letter.mcap'), 'Dear Ada');
    writeFileSync(at('seen/cy/early.mcap'), readFileSync(at('seen/ada/visit.mcap')).subarray(0, 4000));
    const { code, document, stderr } = await recordings(at('seen'), '--report', at('seen-report'));
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        ok: true,
        synthetic: 'all',
        model: 'fused',
        people: 3,
        recordings: 7,
        enrolled: 2,
        enrolledFromFrames: 1,
        visits: 3,
        impossible: 0,
        unseen: [at('seen/cy/dark.mcap')],
        curves: [
          { name: 'fused', genuine: 2, impostor: 2, app: { threshold: 1, falseMatches: { errors: 0 } } },
        ],
        attempts: {
          falseRejects: { errors: 0, of: 2 },
          // Ada to Bea, Bea to Ada, and whoever was not there to both.
          falseAccepts: { errors: 0, of: 4 },
        },
      },
    });
    const unusable = document['unusable'] as string[];
    expect(unusable).toHaveLength(2);
    expect(unusable[0]).toMatch(/early\.mcap holds no frame/);
    expect(unusable[1]).toMatch(/letter\.mcap is not an MCAP recording/);
    for (const message of unusable) expect(stderr).toContain(`Left out: ${message}`);
    expect(readdirSync(at('seen-report')).sort()).toEqual(REPORT);
    expect(readFileSync(at('seen-report/report.html'), 'utf8')).toContain('the people are synthetic');
  }, 240_000);

  it.each<[string, (folder: string) => unknown, RegExp]>([
    ['is empty', () => undefined, /holds no folder with recordings/],
    [
      'holds one person',
      (folder) => {
        mkdirSync(join(folder, 'ada'));
        writeFileSync(join(folder, 'ada/enrol.mcap'), '');
      },
      /recordings of one person only \(ada\)/,
    ],
    [
      'holds nobody who enrols',
      (folder) => {
        for (const name of ['ada', 'bea']) {
          mkdirSync(join(folder, name));
          writeFileSync(join(folder, name, 'enrol.mcap'), 'not a recording');
        }
      },
      /Nobody in .* could be enrolled.*enrol\.mcap is not an MCAP recording/,
    ],
  ])('refuses a folder that %s', async (name, make, why) => {
    const folder = at(name.replaceAll(' ', '-'));
    mkdirSync(folder);
    make(folder);
    const answer = await recordings(folder);
    expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expect(answer.document['message']).toMatch(why);
    expectSentence(answer);
  });

  it('knows only models that read what the path makes', async () => {
    const answer = await recordings(root, '--model', 'blazeface');
    expect(answer).toMatchObject({ code: 64, document: { ok: false, code: 'bad-argument' } });
    expect(answer.document['message']).toContain('sface, facet-linear, facet-rgbd, fused');
  });
});
