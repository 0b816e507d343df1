import type { Command } from 'commander';
import { openDataset } from '../../../adapters/corpus/dataset/open-dataset.ts';
import {
  byCondition,
  compareAll,
  thresholdAt,
  type ReliefComparison,
} from '../../../adapters/evaluation/compare-reliefs.ts';
import { embedReliefs, failureToAcquire } from '../../../adapters/evaluation/relief-people.ts';
import { curveOf, type EvaluationReport, type Table } from '../../../adapters/evaluation/report/report.ts';
import { OnnxEmbedder } from '../../../adapters/onnx/face-models.ts';
import { SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { FacetError } from '../../../contract/result.ts';
import { reportGroups } from '../../../core/evaluation/groups.ts';
import { RELIEF_PREPROCESSING } from '../../../core/shape/tensor.ts';
import { describeShare } from '../../../core/evaluation/rates.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish } from '../output.ts';
import { BETWEEN_UNIT_VECTORS, groupTables, progressOf, reportOption, tell } from './evaluate-output.ts';

/** The false-match rate at which conditions and groups are looked at. */
const FMR = 1e-4;

export function evaluateReliefs(group: Command): void {
  const command = group
    .command('reliefs <dataset>')
    .description('A shape model on a dataset of reliefs (facet dataset): everybody against everybody')
    .option('--model <model>', 'an embedder of models/manifest.json that reads the relief', SHAPE_MODEL);
  reportOption(command).action(
    async (folder: string, options: { model: string; report?: string }, self: Command) => {
      const output = outputOf(self);
      await finish(output, async () => {
        const dataset = await openDataset(folder);
        const { kind, source } = dataset.manifest.recipe;
        if (kind !== 'reliefs' || source.kind !== 'synthetic')
          throw new FacetError('bad-input', `${folder} holds ${kind}: reliefs are needed.`);
        const library = await openModelLibrary(modelsFolder());
        if (library.entry(options.model).input.preprocessing !== RELIEF_PREPROCESSING)
          throw new FacetError(
            'bad-argument',
            `${options.model} does not read the relief. Use ${SHAPE_MODEL}.`,
          );
        const model = await OnnxEmbedder.open(library, options.model, { threads: 1 });
        const told = progressOf(output, dataset.people.length, 'people');
        const people = await embedReliefs(dataset, model, told);
        await model.close();
        if (people.length < 2)
          throw new FacetError(
            'bad-input',
            `${folder} has fewer than two people with a session of eight frames in light and another session. Make a larger one.`,
          );
        const all = compareAll(people);
        const lost = failureToAcquire(dataset);
        const report: EvaluationReport = {
          title: `${options.model} on reliefs of synthetic people`,
          data: `${people.length} synthetic people (${source.pool}/${source.from} to ${source.pool}/${source.from + source.people - 1}), ${source.sessions} sessions of ${source.frames} frames, each with its own sensor, distance, light, expression, pose and position bias and smooth depth error of up to 2 mm: the first session in light enrols, all frames fused.`,
          command: `facet evaluate reliefs ${folder} --model ${options.model}`,
          curves: all.map((each) =>
            curveOf(
              nameOf(each),
              each.comparisons,
              BETWEEN_UNIT_VECTORS,
              thresholdAt(each, FMR)?.threshold ?? 0,
            ),
          ),
          tables: all.flatMap(tablesOf),
          notes: [
            'One skin: colour is taken away from everybody, so that the shape decides alone. In the dark there is no colour.',
            `Failure to acquire: ${describeShare(lost)} of the sessions gave fewer than eight frames that the app would take, mostly because the face was nearer than its sensor can measure. They are compared with nobody.`,
            'The line "app" is at the threshold of the false-match rate of 1e-4, or of the lowest one that is resolved.',
          ],
        };
        await tell(
          output,
          report,
          {
            synthetic: true,
            people: people.length,
            failureToAcquire: lost,
            conditions: all.map((each) => ({ name: nameOf(each), ...conditionsOf(each) })),
            groups: all.flatMap((each) => {
              const at = thresholdAt(each, FMR);
              return at
                ? [{ name: nameOf(each), fmr: at.fmr, ...reportGroups(each.groups, at.threshold) }]
                : [];
            }),
          },
          options.report,
        );
        return EXIT.ok;
      });
    },
  );
}

const nameOf = ({ view, fused }: ReliefComparison): string =>
  `${fused === 1 ? '1 frame' : `${fused} frames`}, ${view === 'skins' ? 'with skins' : 'one skin for everyone'}`;

function conditionsOf(comparison: ReliefComparison) {
  const at = thresholdAt(comparison, FMR);
  return at && { ...at, conditions: byCondition(comparison, at.threshold) };
}

function tablesOf(comparison: ReliefComparison): Table[] {
  const at = conditionsOf(comparison);
  if (!at || comparison.fused === 1) return [];
  const { fmr, threshold, conditions } = at;
  return [
    {
      caption: `${nameOf(comparison)}: by session, at the threshold of an FMR of ${fmr.toExponential()}`,
      head: ['session', 'FNMR'],
      rows: conditions.map(({ condition, falseNonMatches }) => [condition, describeShare(falseNonMatches)]),
    },
    ...groupTables([{ fmr, ...reportGroups(comparison.groups, threshold) }]).map((table) => ({
      ...table,
      caption: `${nameOf(comparison)}: ${table.caption}`,
    })),
  ];
}
