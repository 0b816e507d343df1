import type { Command } from 'commander';
import { RELIEFS } from '../../../adapters/evaluation/films/develop.ts';
import { filmPeople } from '../../../adapters/evaluation/retraining/film-people.ts';
import { measureDeeper } from '../../../adapters/evaluation/retraining/measure-deeper.ts';
import { OnnxEmbedder } from '../../../adapters/onnx/face-models.ts';
import { SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { fitHead, openBackend } from '../../../adapters/trainer/fit-head.ts';
import { loadImpostorPool } from '../../../adapters/trainer/impostor-pool.ts';
import { loadImpostorReliefs } from '../../../adapters/trainer/impostor-reliefs.ts';
import { loadPolicies } from '../../../core/retrain/plan.ts';
import { loadPolicy } from '../../shared/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, megabytes, outputOf, untilInterrupted } from '../options.ts';
import { finish, unwrap } from '../output.ts';
import { identityOptions, threadsOption, whoOf, type IdentityOptions } from './evaluate-output.ts';
import { describeFigures } from './evaluate-retrain.ts';

interface Options extends IdentityOptions {
  readonly visits: number;
  readonly films: string;
  readonly threads: number;
}

export function evaluateDeeper(group: Command): void {
  const command = group
    .command('deeper')
    .description('Synthetic people who retrain deeper, beside the same people who retrain the head alone')
    .option('--visits <count>', 'visits of each, every fifth in the dark', countOf, 15)
    .option('--films <folder>', 'where what was rendered is kept', 'out/corpus/deeper');
  identityOptions(command, { from: 3500, count: 20 });
  threadsOption(command).action(async (options: Options, command: Command) => {
    const output = outputOf(command);
    await finish(output, async () => {
      const { pool, from, count, visits, films: folder, threads } = options;
      const models = modelsFolder();
      const library = await openModelLibrary(models);
      const { tf } = await openBackend('tfjs-node');
      const request = {
        folder,
        pool,
        from,
        people: count,
        enrols: true,
        visits,
        again: true,
        threads,
        signal: untilInterrupted(),
        progress: (share: number) => output.progress(`Filming: ${Math.round(100 * share)} %`),
      };
      const films = await filmPeople(await OnnxEmbedder.open(library, SHAPE_MODEL, { threads: 1 }), request);
      const reliefs = await filmPeople(RELIEFS, request);
      const measured = await measureDeeper(
        tf,
        films.map((film, i) => ({ film, reliefs: reliefs[i] })),
        unwrap(await loadPolicies(loadPolicy)),
        {
          pool: await loadImpostorPool(models),
          reliefs: await loadImpostorReliefs(models),
          base: (await library.load(SHAPE_MODEL)).bytes,
        },
        (problem) => fitHead(tf, problem, () => undefined),
        (share) => output.progress(`Retraining: ${Math.round(100 * share)} %`),
      );
      const who = whoOf(options);
      output.result(
        { ok: true, synthetic: true, who, visits, ...measured },
        [
          `Synthetic people, ${who}`,
          ...measured.scopes.flatMap(({ scope, verdicts, figures }) => [
            `${scope}: ${Object.entries(verdicts)
              .map(([verdict, people]) => `${people} ${verdict}`)
              .join(', ')}`,
            ...figures.map(describeFigures),
          ]),
          `A deeper retraining: ${measured.seconds.toFixed(1)} s, ${megabytes(measured.bytes)} kept`,
        ].join('\n'),
      );
      return EXIT.ok;
    });
  });
}
