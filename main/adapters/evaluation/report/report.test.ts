import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginComparisons } from '../../../core/evaluation/tally.ts';
import { detPicture, histogramPicture } from './pictures.ts';
import { curveOf, ratesTable, type EvaluationReport } from './report.ts';
import { writeReport } from './write-report.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facet-report-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Evenly apart from each other. */
const curve = (name: string, genuineTo: number, impostorFrom: number) => {
  const comparisons = beginComparisons();
  for (let i = 0; i < 300; i++) comparisons.genuine.add((genuineTo * i) / 299);
  for (let i = 0; i < 6000; i++) comparisons.impostor.add(impostorFrom + (1.4 - impostorFrom) * (i / 5999));
  return curveOf(name, comparisons, 'distance', 0.5);
};
const overlapping = curve('overlap', 0.8, 0.4);
const apart = curve('apart', 0.3, 0.9);

const report: EvaluationReport = {
  title: 'People & <others>',
  data: 'Synthetic people.',
  command: 'facet evaluate "x"',
  curves: [overlapping, apart],
  tables: [{ caption: 'A table', head: ['a', 'b'], rows: [['<1>', '2']] }],
  notes: ['A note.'],
};

/** What a reader's program makes of it; throws where it is not well-formed. */
const pixels = async (svg: string) => {
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
};

describe('a report', () => {
  it('is a page that needs nothing else, two pictures and the figures', async () => {
    const folder = join(root, 'new/one');
    const page = await writeReport(folder, report, { people: 7 });
    expect((await readdir(folder)).sort()).toEqual([
      'det.svg',
      'histogram.svg',
      'report.html',
      'report.json',
    ]);
    const html = await readFile(page, 'utf8');
    expect(html).toContain('<h1>People &#38; &#60;others&#62;</h1>');
    expect(html).toContain('Synthetic people.');
    expect(html).toContain('&#60;1&#62;');
    expect(html).not.toMatch(/(src|href|url)\s*[=(]|<script|@import/);
    expect(html.match(/<svg /g)).toHaveLength(2);
    const figures = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as {
      data: string;
      people: number;
      curves: { name: string; genuine: number; det: unknown[]; app: { threshold: number } }[];
    };
    expect(figures).toMatchObject({
      data: 'Synthetic people.',
      people: 7,
      curves: [{ name: 'overlap', genuine: 300, impostor: 6000, app: { threshold: 0.5 } }, { name: 'apart' }],
    });
    expect(figures.curves[0].det.length).toBeGreaterThan(50);
  });

  it('says in one sentence where it cannot be written', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(writeReport(join(root, 'file/below'), report, {})).rejects.toMatchObject({
      code: 'store-unwritable',
      message: expect.stringMatching(
        /^The report cannot be written into .*choose another folder\.$/,
      ) as string,
    });
  });

  it('tells the rates where the app decides beside those at false-match rates', () => {
    const { rows } = ratesTable(overlapping);
    expect(rows.map(([at]) => at)).toEqual(['1e-2', '1e-3', '1e-4', '1e-5', '1e-6', 'app']);
    expect(rows[5][1]).toMatch(/^38 % \(113 of 300; .* at distance 0\.5000$/);
    expect(rows[5][2]).toMatch(/^10 % \(600 of 6000/);
  });
});

describe('the pictures', () => {
  it('are well-formed and bear names that would break them', async () => {
    for (const draw of [detPicture, histogramPicture]) {
      const { width, height } = await pixels(draw([{ ...overlapping, name: 'a<b & "c"' }, apart]));
      expect(width).toBe(620);
      expect(height).toBeGreaterThan(200);
    }
  });

  it('draw a curve only where errors of both kinds are', () => {
    const curves = (svg: string) => svg.match(/<path [^>]*class="curve[^"]*"/g) ?? [];
    expect(curves(detPicture([overlapping])).length).toBeGreaterThan(0);
    expect(detPicture([overlapping])).toContain('class="curve k0"');
    expect(curves(detPicture([apart]))).toEqual([]);
    expect(detPicture([apart])).toContain('no threshold gives errors of both kinds');
  });

  it('lay the curve where its rates are', () => {
    const [, x, y] = /d="M([\d.]+) ([\d.]+)L/.exec(detPicture([overlapping]))!.map(Number);
    // It begins at the left, where hardly anybody is let in, and high up.
    expect(x).toBeLessThan(120);
    expect(y).toBeLessThan(150);
  });

  it('bear having nothing to show', async () => {
    const nothing = curveOf('nobody', beginComparisons(), 'distance', 0.5);
    for (const draw of [detPicture, histogramPicture])
      for (const curves of [[], [nothing]]) {
        const svg = draw(curves);
        expect(svg).not.toMatch(/NaN|Infinity/);
        expect((await pixels(svg)).width).toBe(620);
      }
  });
});
