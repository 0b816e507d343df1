import type { Command } from 'commander';
import { spread } from '../../../adapters/corpus/spread.ts';
import { evaluatedModels, FUSED } from '../../../adapters/evaluation/evaluated-models.ts';
import { readGroups } from '../../../adapters/evaluation/groups-file.ts';
import { personFolders, RECORDINGS } from '../../../adapters/evaluation/picture-folders.ts';
import type { RecordingOutcome } from '../../../adapters/evaluation/recording-trial.ts';
import type { EvaluationReport } from '../../../adapters/evaluation/report/report.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import type { Embeddings, Evidence } from '../../../contract/evidence.ts';
import { FacetError, type Failure } from '../../../contract/result.ts';
import { judgePeople } from '../../../core/evaluation/judge-trials.ts';
import { probeOf } from '../../../core/evaluation/recorded-people.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish } from '../output.ts';
import {
  attemptsTable,
  checkModels,
  groupsAt,
  groupsOption,
  groupTables,
  listed,
  progressOf,
  reportOption,
  tell,
  threadsOption,
  visitCurves,
  type ReportOptions,
} from './evaluate-output.ts';

interface RecordingsOptions extends ReportOptions {
  readonly model: string;
  readonly groups?: string;
}

export function evaluateRecordings(group: Command): void {
  const command = group
    .command('recordings <folder>')
    .description(
      'A folder of recordings a person: those named enrol* enrol, all others come back to everybody',
    )
    .option('--model <model>', `what decides: ${FUSED}, or an embedder of models/manifest.json`, FUSED);
  groupsOption(threadsOption(reportOption(command))).action(
    async (folder: string, options: RecordingsOptions, self: Command) => {
      const output = outputOf(self);
      await finish(output, async () => {
        const library = await openModelLibrary(modelsFolder());
        const chosen = evaluatedModels(library, options.model);
        const { together: policy, decides } = chosen;
        await checkModels(library, DESCRIPTOR_MODEL, SHAPE_MODEL, chosen.shape);
        const groups =
          options.groups === undefined ? new Map<string, string>() : await readGroups(options.groups);
        const folders = await personFolders(folder, RECORDINGS, 'recordings');

        const jobs = folders.flatMap(({ name, files }) => files.map((path) => ({ name, path })));
        const outcomes: RecordingOutcome[] = [];
        let failure: Failure | undefined;
        let done = 0;
        const progress = progressOf(output, jobs.length, 'recordings');
        await spread<unknown, RecordingOutcome | Failure>(
          jobs.map(({ path }) => ({ kind: 'recording', path, shape: chosen.shape, policy })),
          (outcome, i) => {
            if ('ok' in outcome) failure ??= outcome;
            else outcomes[i] = outcome;
            progress(++done);
          },
          options.threads,
        );
        if (failure) throw new FacetError(failure.code, failure.message);

        const people = new Map(folders.map(({ name }) => [name, new Person(name)]));
        for (const [i, { name, path }] of jobs.entries()) people.get(name)!.take(path, outcomes[i]);
        const trials = [...people.values()];
        const unusable = trials.flatMap((person) => person.unusable);
        for (const message of unusable) output.note(`Left out: ${message}`);
        const enrolled = trials.filter(({ templates }) => templates.length > 0);
        const visits = trials.flatMap((person) => person.visits);
        refuseWithout(enrolled.length, visits.length, folder, unusable);

        const unseen = visits.filter(({ evidence }) => !probeOf(evidence)).map(({ path }) => path);
        const attempts = judgePeople(trials, decides);
        const compared = visitCurves(options.model, trials, decides, (name) => groups.get(name));
        const impossible = compared.reduce((sum, each) => sum + each.impossible, 0);
        const byGroup = compared.flatMap(({ curve, groups: within }) =>
          groupsAt(curve.report, within).map((each) => ({ curve: curve.name, ...each })),
        );
        const counts = {
          people: trials.length,
          recordings: jobs.length,
          enrolled: enrolled.length,
          enrolledFromFrames: enrolled.filter(({ ring }) => !ring).length,
          visits: visits.length,
        };
        const synthetic = syntheticOf(outcomes);
        const report: EvaluationReport = {
          title: 'Recordings',
          data: `${counts.people} people with ${counts.recordings} recordings in ${folder}: ${counts.enrolled} enrolled, ${counts.visits} visits to every one of them. ${SYNTHETIC[synthetic]}`,
          command: `facet evaluate recordings ${folder} --model ${options.model}`,
          curves: compared.map(({ curve }) => curve),
          tables: [attemptsTable('Attempts, as the app decides', attempts), ...groupTables(byGroup)],
          notes: [
            `${counts.enrolledFromFrames} of ${counts.enrolled} people were enrolled from up to sixteen frames spread over a recording that does not fill the ring; the others as the app enrols.`,
            'A comparison is of one frame of each visit: the first in which eight are fused, else the last one. An attempt is a whole visit, as the app decides.',
            ...(unseen.length > 0
              ? [
                  `${unseen.length} visits ended before a live face could be judged: attempts count them as not let in, comparisons leave them out (${listed(unseen)}).`,
                ]
              : []),
            ...(unusable.length > 0
              ? [`${unusable.length} recordings are left out: ${listed(unusable)}`]
              : []),
          ],
        };
        await tell(
          output,
          report,
          { synthetic, model: options.model, ...counts, impossible, unseen, unusable, attempts, byGroup },
          options.report,
        );
        return EXIT.ok;
      });
    },
  );
}

/** What is gathered of one person. */
class Person {
  readonly templates: Embeddings[] = [];
  readonly visits: {
    readonly path: string;
    readonly light: string;
    readonly evidence: readonly Evidence[];
  }[] = [];
  readonly attacks = [];
  readonly unusable: string[] = [];
  /** Whether every recording of theirs that enrolled filled the ring. */
  ring = true;

  constructor(readonly name: string) {}

  take(path: string, outcome: RecordingOutcome): void {
    switch (outcome.kind) {
      case 'unusable':
        this.unusable.push(outcome.failure.message);
        return;
      case 'visit':
        this.visits.push({
          path,
          light: probeOf(outcome.evidence)?.spectrum ?? 'unseen',
          evidence: outcome.evidence,
        });
        return;
      case 'enrolment': {
        const { templates, ring } = outcome.enrolment;
        if (templates.length === 0)
          this.unusable.push(
            `${path} ended before a live face could be enrolled; record the person for longer.`,
          );
        this.templates.push(...templates);
        this.ring &&= ring;
      }
    }
  }
}

function refuseWithout(enrolled: number, visits: number, folder: string, unusable: readonly string[]): void {
  const also = unusable.length > 0 ? ` ${unusable[0]}` : '';
  if (enrolled === 0)
    throw new FacetError(
      'bad-input',
      `Nobody in ${folder} could be enrolled; name a recording of each person enrol*.mcap.${also}`,
    );
  if (visits === 0)
    throw new FacetError(
      'bad-input',
      `Nobody in ${folder} has a recording to come back with; add some whose names do not begin with enrol.${also}`,
    );
}

const SYNTHETIC = {
  all: 'A simulated sensor recorded them: the people are synthetic.',
  some: 'A simulated sensor recorded some of them, of synthetic people.',
  none: 'No simulated sensor recorded them.',
  unknown: 'Some do not say which sensor recorded them, so the people may be synthetic.',
} as const;

function syntheticOf(outcomes: readonly RecordingOutcome[]): keyof typeof SYNTHETIC {
  const known = outcomes.flatMap((outcome) => (outcome.kind === 'unusable' ? [] : [outcome.synthetic]));
  if (known.every((simulated) => simulated)) return 'all';
  if (known.some((simulated) => simulated)) return 'some';
  return known.some((simulated) => simulated === undefined) ? 'unknown' : 'none';
}
