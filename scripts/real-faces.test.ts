import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGrey16 } from '../main/adapters/import/picture.ts';

const SCRIPT = fileURLToPath(new URL('real-faces.mjs', import.meta.url));

let root: string;
const at = (name: string): string => join(root, name);

/** A repository laid out like the public one, of tiny pictures without anybody: a number in each says which it is. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'facet-real-faces-'));
  const cuts = await Promise.all(
    Array.from({ length: 108 }, (_, i) =>
      sharp(new Uint16Array(6).fill(1000 + i), { raw: { width: 3, height: 2, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer(),
    ),
  );
  const folders = [
    ...Array.from({ length: 11 }, (_, i) => `FaceX-Train/train/${String(i).padStart(2, '0')}`),
    ...Array.from({ length: 6 }, (_, i) => `FaceX/test/${i}`),
  ];
  for (const folder of folders) {
    mkdirSync(at(`clone/${folder}`), { recursive: true });
    for (let picture = 0; picture < 54; picture++) {
      writeFileSync(at(`clone/${folder}/${picture}_depth.png`), cuts[picture]);
      writeFileSync(at(`clone/${folder}/${picture}_long_exposure_infrared.png`), cuts[54 + picture]);
    }
  }
  const git = (...args: string[]) => execFileSync('git', ['-C', at('clone'), ...args]);
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=nobody', '-c', 'user.email=nobody@example.org', 'commit', '-qm', 'Pictures of nobody');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const convert = (...args: string[]) => spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });

describe('real-faces.mjs', () => {
  it('writes the reporting people as visits in the order of their poses, each cut put around the principal point', async () => {
    const { status, stderr } = convert(at('clone/.git'), at('out'), '--people', 'report');
    expect(stderr.trim().split('\n')).toEqual(['p09', 'p10', 'p11', 'p12', 'p13', 'p14', 'p15', 'p16']);
    expect(status).toBe(0);
    expect(readdirSync(at('out'))).toHaveLength(8);
    const still = async (visit: string, stream: string, n: number) => {
      const picture = await readGrey16(at(`out/p12/${visit}/${stream}/00000${n}.png`));
      expect([picture.width, picture.height]).toEqual([512, 424]);
      return picture.data;
    };
    const place = 207 * 512 + 255;
    // Pose 4 of 0 … 8, expression 1 of 0 … 5; the second of the two expressions that enrol, in pose 0.
    expect((await still('talk', 'depth', 4))[place]).toBe(1000 + 4 * 6 + 1);
    expect((await still('enrol', 'infrared', 1))[place]).toBe(1054 + 5);
    const depth = await still('open', 'depth', 8);
    expect([...depth].filter((value) => value > 0)).toHaveLength(6);
    expect(readdirSync(at('out/p12/enrol/depth'))).toHaveLength(18);
    expect(JSON.parse(readFileSync(at('out/p12/smile/intrinsic.json'), 'utf8'))).toEqual({
      width: 512,
      height: 424,
      intrinsic_matrix: [365.5, 0, 0, 0, 365.5, 0, 256, 208, 1],
    });
  });

  it('says what is wrong in one sentence, and writes nothing', () => {
    const sentence = (...args: string[]) => {
      const { status, stderr } = convert(...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^[^\n]{20,300}\n$/);
      return stderr;
    };
    expect(sentence(at('clone/.git'))).toContain('Call it as');
    expect(sentence(at('clone/.git'), at('none'), '--people', 'everybody')).toContain('dev|report|all');
    expect(sentence(at('nowhere'), at('none'))).toContain('cannot be read as a git directory');
    execFileSync('git', ['init', '-q', '--bare', at('empty')]);
    expect(sentence(at('empty'), at('none'))).toContain('cannot be read as a git directory');
    expect(existsSync(at('none'))).toBe(false);
  });
});
