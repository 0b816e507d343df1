import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { checkStills, realPeople, type RealPersonFolder } from '../../../adapters/evaluation/real-folder.ts';
import type { RealPersonOutcome } from '../../../adapters/evaluation/real-trial.ts';
import { runRealParts } from '../../../adapters/evaluation/run-real.ts';
import { DESCRIPTOR_MODEL, loadMatchModels, SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary, type ModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import type { Evidence } from '../../../contract/evidence.ts';
import { FacetError } from '../../../contract/result.ts';
import { reportReal, type RealPolicies, type WornPicture } from '../../../core/evaluation/real-people.ts';
import {
  alonePolicy,
  DEFAULT_SENSITIVITY,
  kindIn,
  matchPolicy,
  POOLING,
  SENSITIVITIES,
} from '../../../core/judge/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish } from '../output.ts';
import { checkModels, threadsOption } from './evaluate-output.ts';
import { realInWords, realSection, type RealGroup } from './real-report.ts';

const GROUPS: readonly RealGroup[] = ['dev', 'report', 'all'];

interface RealOptions {
  readonly people: RealGroup;
  readonly threads: number;
  readonly out?: string;
}

/** People are numbered pNN: those below this one are for development, the others for reporting. */
const FIRST_REPORTING = 9;

export function evaluateReal(group: Command): void {
  const command = group
    .command('real <folder>')
    .description(
      'Real people as stills of a depth camera: a folder a person, as scripts/real-faces.mjs writes',
    )
    .addOption(
      new Option('--people <group>', 'p00 to p08 are for development, p09 and on for reporting')
        .choices(GROUPS)
        .default('dev'),
    )
    .option('--out <file>', 'write the section "Real people" of docs/accuracy.md there');
  threadsOption(command).action(async (folder: string, options: RealOptions, self: Command) => {
    const output = outputOf(self);
    await finish(output, async () => {
      const people = chosen(await realPeople(folder), options.people, folder);
      const reporting = people.filter(({ name }) => !isDevelopment(name));
      if (reporting.length > 0)
        output.note(
          `${reporting.map(({ name }) => name).join(', ')} ${reporting.length > 1 ? 'are' : 'is'} for reporting: to be run once, at the end. Whoever chooses anything by what comes out says so beside every later figure.`,
        );
      await checkStills(people);
      // That it can be written is found out before minutes of work; what lies there stays until there is something better.
      if (options.out !== undefined) await write(options.out, '', 'a');
      const library = await openModelLibrary(modelsFolder());
      await checkModels(library, DESCRIPTOR_MODEL, SHAPE_MODEL);
      const trials = await runRealParts<RealPersonOutcome>(
        people.map(({ name, path }) => ({ part: 'person', name, path })),
        'people',
        options.threads,
        (text) => output.progress(text),
      );
      const faces = people.map((person, i) => ({ ...person, faces: trials[i].faces }));
      const worn = await runRealParts<(readonly Evidence[])[]>(
        faces.map((owner) => ({
          part: 'pictures',
          owner,
          wearers: faces.filter((wearer) => wearer !== owner),
        })),
        "people's pictures on others' heads",
        options.threads,
        (text) => output.progress(text),
      );
      const wearing = worn.flatMap((visits, i): WornPicture[] =>
        visits.map((evidence) => ({ owner: people[i].name, evidence })),
      );
      const report = reportReal(trials, wearing, await policiesOf(library));
      if (options.out !== undefined) await write(options.out, realSection(report, options.people));
      output.result(
        { ok: true, names: people.map(({ name }) => name), ...report },
        realInWords(
          report,
          people.map(({ name }) => name),
        ),
      );
      return EXIT.ok;
    });
  });
}

export const isDevelopment = (name: string): boolean => Number(/\d+$/.exec(name)?.[0] ?? 0) < FIRST_REPORTING;

function chosen(people: readonly RealPersonFolder[], group: RealGroup, folder: string): RealPersonFolder[] {
  const found = people.filter(({ name }) => group === 'all' || isDevelopment(name) === (group === 'dev'));
  if (found.length < 2)
    throw new FacetError(
      'bad-input',
      `${folder} holds ${found.length} of the people that --people ${group} asks for, and two are needed; choose others with --people, or make the folder again with them.`,
    );
  return found;
}

async function policiesOf(library: ModelLibrary): Promise<RealPolicies> {
  const models = await loadMatchModels(library);
  return {
    levels: SENSITIVITIES.map((level) => ({ level, policy: matchPolicy(models, level) })),
    usual: matchPolicy(models, DEFAULT_SENSITIVITY),
    descriptor: alonePolicy(library.entry(DESCRIPTOR_MODEL), POOLING.descriptor),
    alone: [
      { name: 'shape alone', kind: kindIn('infrared', SHAPE_MODEL), pooling: POOLING.shape },
      { name: 'descriptor alone', kind: kindIn('infrared', DESCRIPTOR_MODEL), pooling: POOLING.descriptor },
    ],
  };
}

async function write(path: string, text: string, flag: 'a' | 'w' = 'w'): Promise<void> {
  await writeFile(path, text, { flag }).catch((cause: NodeJS.ErrnoException) => {
    throw new FacetError(
      'bad-argument',
      `${path} cannot be written (${cause.code}); give another file with --out.`,
      {
        cause,
      },
    );
  });
}
