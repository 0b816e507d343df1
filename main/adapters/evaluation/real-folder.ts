/**
 * People as stills of a depth camera: FOLDER/PERSON/VISIT with depth/, infrared/ and intrinsic.json in each, as
 * `scripts/real-faces.mjs` writes them.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { ENROL_VISIT, EXPRESSIONS, type VisitName } from '../../core/evaluation/real-people.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { open3dFrames } from '../import/open3d-folder.ts';

const VISITS: readonly VisitName[] = [ENROL_VISIT, ...EXPRESSIONS];

export interface RealPersonFolder {
  readonly name: string;
  readonly path: string;
}

const AGAIN = 'Make the folder again with scripts/real-faces.mjs.';

/** People in the order of their names, each with all visits. @throws FacetError `bad-input` */
export async function realPeople(folder: string): Promise<RealPersonFolder[]> {
  const names = await readdir(folder).catch(async () => {
    const what = (await stat(folder).catch(() => undefined)) ? 'is not a folder' : 'does not exist';
    throw new FacetError(
      'bad-input',
      `${folder} ${what}; give the folder that scripts/real-faces.mjs has written.`,
    );
  });
  const people: RealPersonFolder[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    if (name.startsWith('.') || !(await isFolder(path))) continue;
    for (const visit of VISITS)
      if (!(await isFolder(join(path, visit))))
        throw new FacetError(
          'bad-input',
          `${path} has no visit "${visit}"; each person needs ${VISITS.join(', ')}. ${AGAIN}`,
        );
    people.push({ name, path });
  }
  if (people.length < 2)
    throw new FacetError(
      'bad-input',
      `${folder} holds ${people.length === 0 ? 'nobody' : 'one person only'}; give a folder with the folders of two or more people. ${AGAIN}`,
    );
  return people;
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** Reads everything once, so that what cannot be used is said before anything is measured. @throws FacetError `bad-input` */
export async function checkStills(people: readonly RealPersonFolder[]): Promise<void> {
  for (const { path } of people) for (const visit of VISITS) await readStills(path, visit);
}

/** The stills of one visit, all of them whole. @throws FacetError `bad-input` */
export async function readStills(person: string, visit: VisitName): Promise<SensorFrame[]> {
  const folder = join(person, visit);
  const refuse = (why: string): never => {
    throw new FacetError('bad-input', why);
  };
  try {
    const [depth, infrared] = await Promise.all(STREAMS.map((stream) => pictures(join(folder, stream))));
    const lacking = (has: readonly string[], others: readonly string[], stream: string) => {
      const name = others.find((each) => !has.includes(each));
      if (name !== undefined) refuse(`${folder} has no ${stream} picture ${name}.png.`);
    };
    lacking(depth, infrared, 'depth');
    lacking(infrared, depth, 'infrared');
    if (depth.length === 0) refuse(`${folder} has no pictures.`);
    const stills: SensorFrame[] = [];
    for await (const still of open3dFrames(folder, { fps: 30, onSkip: refuse })) stills.push(still);
    return stills;
  } catch (error) {
    if (!(error instanceof FacetError)) throw error;
    throw new FacetError(error.code, `${error.message} ${AGAIN}`, { cause: error });
  }
}

const STREAMS = ['depth', 'infrared'] as const;

const pictures = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => []))
    .filter((file) => /\.png$/i.test(file))
    .map((file) => parse(file).name);
