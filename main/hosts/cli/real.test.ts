import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ordinaryCast } from '../../adapters/sensors/simulated/cast.ts';
import { standing } from '../../adapters/sensors/simulated/motion.ts';
import { Stage } from '../../adapters/sensors/simulated/stage.ts';
import { ask, expectSentence, type Answer } from './facet.fixture.ts';

/** No real face is needed to see that the command counts: these are rendered as a Kinect v2 sees people in the dark. */
const VISITS = { enrol: 2, neutral: 2, talk: 1, smile: 1, open: 1 };

let root: string;
const at = (name: string): string => join(root, name);

async function writePerson(folder: string, who: string): Promise<void> {
  for (const [visit, stills] of Object.entries(VISITS)) {
    const target = join(folder, visit);
    for (const stream of ['depth', 'infrared']) mkdirSync(join(target, stream), { recursive: true });
    for (let i = 0; i < stills; i++) {
      const seed = `${who} ${visit} ${i}`;
      const script = standing({ distance: 650, yaw: 6 * i - 3, pitch: 2 }, seed);
      const visitor = { shows: 'self', who, wear: {}, script } as const;
      const stage = new Stage(
        { seed, model: 'kinect-v2', light: 'dark', visitors: [visitor] },
        ordinaryCast(),
      );
      const { depth, infrared } = stage.frame(0);
      for (const [stream, { data, width, height }] of [
        ['depth', depth],
        ['infrared', infrared!],
      ] as const)
        await sharp(data, { raw: { width, height, channels: 1 } })
          .toColourspace('grey16')
          .png({ compressionLevel: 1 })
          .toFile(join(target, stream, `00000${i}.png`));
      const { width, height, fx, fy, cx, cy } = depth.intrinsics;
      writeFileSync(
        join(target, 'intrinsic.json'),
        JSON.stringify({ width, height, intrinsic_matrix: [fx, 0, 0, 0, fy, 0, cx, cy, 1] }),
      );
    }
  }
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'facet-real-'));
  await writePerson(at('people/p00'), 'test/7000');
  await writePerson(at('people/p01'), 'test/7001');
  cpSync(at('people/p00'), at('people/p09'), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Rate {
  readonly errors: number;
  readonly of: number;
}
interface Figures {
  readonly names: readonly string[];
  readonly people: number;
  readonly notEnrolled: number;
  readonly frames: { readonly live: Rate; readonly fakesRefused: Readonly<Record<string, Rate>> };
  readonly levels: readonly {
    readonly refused: Rate;
    readonly accepted: Rate;
    readonly poseRefused: Rate;
    readonly singleAccepted: Rate;
    readonly wornAccepted: Rate;
  }[];
  readonly single: readonly { readonly name: string; readonly genuine: number; readonly impostor: number }[];
  readonly expressions: { readonly moved: readonly { readonly millimetres: readonly number[] }[] };
}
const figuresOf = ({ document }: Answer) => document as unknown as Figures;

describe('facet evaluate real', () => {
  it('runs the people for development and counts what the app decides; the section names nobody', async () => {
    const answer = await ask(['evaluate', 'real', at('people'), '--out', at('section.md')]);
    expect(answer.code, answer.stderr).toBe(0);
    expect(answer.stderr).not.toContain('reporting');
    expect(answer.stderr).toContain('2 of 2 people');
    const { names, people, notEnrolled, frames, levels, single, expressions } = figuresOf(answer);
    expect({ names, people, notEnrolled }).toEqual({ names: ['p00', 'p01'], people: 2, notEnrolled: 0 });
    expect(frames.live.of).toBe(14);
    expect(frames.live.errors).toBeGreaterThan(11);
    for (const kind of ['flat', 'tilted', 'bent'])
      expect(frames.fakesRefused[kind]).toMatchObject({ errors: 4, of: 4 });
    expect(levels).toHaveLength(3);
    // Two synthetic people with hardly any expression: the owner gets in, the other does not.
    expect(levels[0]).toMatchObject({
      refused: { errors: 0, of: 8 },
      accepted: { errors: 0, of: 8 },
      poseRefused: { of: 10 },
      wornAccepted: { errors: 0, of: 2 },
    });
    expect(single.map(({ name }) => name)).toEqual(['shape alone', 'descriptor alone', 'as decided']);
    expect(single[0].genuine + single[0].impostor).toBe(20);
    for (const { millimetres } of expressions.moved)
      for (const moved of millimetres) expect(moved).toBeLessThan(4);

    const section = readFileSync(at('section.md'), 'utf8');
    expect(section).toMatch(/^## Real people\n2 development people/);
    expect(section).toContain("| owners' visits refused | 0.00 % (0 of 8;");
    expect(section).not.toMatch(/p0\d/);
    // Two hundred frames through every network: minutes on a machine that is busy.
  }, 300_000);

  const spoilt = (name: string, spoil: (folder: string) => void): string => {
    cpSync(at('people'), at(name), { recursive: true });
    spoil(at(name));
    return at(name);
  };

  it.each([
    ['that does not exist', () => at('nowhere'), 'nowhere does not exist'],
    ['that is a file', () => at('people/p00/enrol/intrinsic.json'), 'is not a folder'],
    ['with nobody in it', () => at('people/p00/enrol/depth'), 'holds nobody'],
    [
      'in which a person lacks a visit',
      () => spoilt('visitless', (to) => rmSync(join(to, 'p01/smile'), { recursive: true })),
      'p01 has no visit "smile"',
    ],
    [
      'with a frame of infrared alone',
      () => spoilt('depthless', (to) => unlinkSync(join(to, 'p01/neutral/depth/000001.png'))),
      'neutral has no depth picture 000001.png',
    ],
    [
      'with a frame of depth alone',
      () => spoilt('dark', (to) => unlinkSync(join(to, 'p01/talk/infrared/000000.png'))),
      'talk has no infrared picture 000000.png',
    ],
    [
      'without intrinsics',
      () => spoilt('unmeasured', (to) => unlinkSync(join(to, 'p00/open/intrinsic.json'))),
      'intrinsic.json',
    ],
  ])('says what is wrong with a folder %s, and what to do', async (_, make, why) => {
    const answer = await ask(['evaluate', 'real', make()]);
    expectSentence(answer);
    expect(answer).toMatchObject({ code: 6, document: { code: 'bad-input' } });
    expect(answer.document['message']).toContain(why);
    expect(answer.document['message']).toContain('scripts/real-faces.mjs');
  });

  it('says which picture has another size than the camera', async () => {
    const folder = spoilt('small', () => undefined);
    const path = join(folder, 'p00/neutral/infrared/000001.png');
    await sharp(new Uint16Array(64).fill(900), { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(path);
    const answer = await ask(['evaluate', 'real', folder]);
    expectSentence(answer);
    expect(answer.document['message']).toContain(`${path} has 8×8 pixels and intrinsic.json 512×424.`);
  });

  it('says that the people who were asked for are not there', async () => {
    const answer = await ask(['evaluate', 'real', at('people'), '--people', 'report']);
    expectSentence(answer);
    expect(answer).toMatchObject({ code: 6, document: { code: 'bad-input' } });
    expect(answer.document['message']).toContain('holds 1 of the people that --people report asks for');
  });

  it('says before it measures who is for reporting, and that the section cannot be written', async () => {
    const out = at('no/such/section.md');
    const answer = await ask(['evaluate', 'real', at('people'), '--people', 'all', '--out', out]);
    expectSentence(answer);
    expect(answer).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    expect(answer.document['message']).toContain(out);
    expect(answer.stderr).toMatch(/^p09 is for reporting: to be run once, at the end\./m);
    expect(answer.stderr).not.toContain('of 3 people');
  });
});
