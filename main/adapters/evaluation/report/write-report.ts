import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FacetError } from '../../../contract/result.ts';
import { makeFolder } from '../../store/make-folder.ts';
import { reportPage } from './page.ts';
import { detPicture, histogramPicture } from './pictures.ts';
import { figuresOf, type EvaluationReport } from './report.ts';

/**
 * Writes report.json, det.svg, histogram.svg and report.html into the folder, which is made where it is missing.
 * @param figures what else report.json holds
 * @returns the page's path
 * @throws FacetError `store-unwritable`
 */
export async function writeReport(
  folder: string,
  report: EvaluationReport,
  figures: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { title, data, command, curves, notes } = report;
  const files = {
    'report.json': `${JSON.stringify({ title, data, command, notes, ...figures, curves: curves.map(figuresOf) }, null, 2)}\n`,
    'det.svg': detPicture(curves),
    'histogram.svg': histogramPicture(curves),
    'report.html': reportPage(report),
  };
  try {
    await makeFolder(resolve(folder));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  } catch (cause) {
    throw new FacetError(
      'store-unwritable',
      `The report cannot be written into ${folder} (${(cause as Error).message}); choose another folder.`,
      { cause },
    );
  }
  return join(folder, 'report.html');
}
