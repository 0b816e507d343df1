import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { POOLS, KINDS, type DatasetKind, type Pool } from '../../../adapters/corpus/dataset/labels.ts';
import { makeSyntheticDataset, makeVapDataset } from '../../../adapters/corpus/dataset/make-dataset.ts';
import { vapSource } from '../../../adapters/corpus/dataset/vap-source.ts';
import type { WriteProgress } from '../../../adapters/corpus/dataset/write-dataset.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { FacetError } from '../../../contract/result.ts';
import { ACCESSORIES, type Accessory } from '../../../adapters/synthetic/people/person.ts';
import { softwareVersion } from '../../shared/software-version.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, indexOf, outputOf, untilInterrupted } from '../options.ts';
import { finish, type Output } from '../output.ts';

interface DatasetOptions {
  readonly pool: Pool;
  readonly kind: DatasetKind;
  readonly from: number;
  readonly people: number;
  readonly sessions: number;
  readonly frames: number;
  readonly seed: string;
  readonly worn?: Accessory;
  readonly heads: 'morphs' | 'fields';
  readonly threads: number;
  readonly vap?: string;
}

/** What has no meaning for sessions of real people. */
const SYNTHETIC_ONLY = ['from', 'people', 'sessions', 'frames', 'seed', 'worn', 'heads', 'threads'] as const;

export function dataset(program: Command): void {
  program
    .command('dataset <folder>')
    .description(
      'Make a dataset to train the siamese network on; run it again to go on after an interruption',
    )
    .addOption(new Option('--pool <pool>', 'which people').choices(POOLS).default('train'))
    .addOption(
      new Option('--kind <kind>', "reliefs in the head's frame, or crops as the article has them")
        .choices(KINDS)
        .default('reliefs'),
    )
    .option('--from <index>', 'the first identity of the pool', indexOf, 0)
    .option('--people <count>', 'how many identities', countOf, 2000)
    .option('--sessions <count>', 'sessions a person', countOf, 4)
    .option('--frames <count>', 'frames a session', countOf, 6)
    .option('--seed <text>', 'another one draws other sessions of the same people', '')
    .addOption(
      new Option('--worn <accessory>', 'what every session after the first in light wears besides').choices(
        ACCESSORIES,
      ),
    )
    .addOption(
      new Option(
        '--heads <family>',
        'what makes heads differ: morph targets, or smooth fields (another family)',
      )
        .choices(['morphs', 'fields'])
        .default('morphs'),
    )
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .option(
      '--vap <folder>',
      'crops of the VAP RGB-D database: a folder of sessions, of which the pool takes its share',
    )
    .action(async (folder: string, options: DatasetOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const begun = performance.now();
        const signal = untilInterrupted();
        const skipped: string[] = [];
        const common = {
          folder,
          models: modelsFolder(),
          software: softwareVersion(),
          progress: progressTo(output, begun),
          signal,
        };
        const { pool, kind, from, people, sessions, frames, seed, worn, heads, threads, vap } = options;
        const report =
          vap === undefined
            ? await makeSyntheticDataset({
                ...common,
                kind,
                threads,
                source: {
                  ...{ kind: 'synthetic', pool, from, people, sessions, frames, seed },
                  ...(worn && { worn }),
                  ...(heads === 'fields' && { heads }),
                },
              })
            : await makeVapDataset({
                ...common,
                sessions: vap,
                source: await vapSource(vap, vapPool(command, pool)),
                onSkip: (reason) => skipped.push(reason),
              });
        const seconds = (performance.now() - begun) / 1000;
        for (const reason of skipped) output.note(`left out: ${reason}`);
        output.result(
          { ok: true, ...report, synthetic: vap === undefined, seconds, skipped },
          `${folder}: ${report.frames} frames of ${report.people} people in ${report.shards} shards; ${report.madeFrames} frames made in ${seconds.toFixed(0)} s.`,
        );
        return EXIT.ok;
      });
    });
}

function vapPool(command: Command, pool: Pool): 'train' | 'validation' {
  const given = SYNTHETIC_ONLY.filter((name) => command.getOptionValueSource(name) === 'cli');
  if (given.length > 0)
    throw new FacetError(
      'bad-argument',
      `--vap takes whole sessions of real people: leave --${given[0]} out.`,
    );
  if (command.getOptionValueSource('kind') === 'cli' && command.getOptionValue('kind') !== 'crops')
    throw new FacetError('bad-argument', '--vap makes crops: leave --kind out.');
  if (pool === 'test')
    throw new FacetError(
      'bad-argument',
      'The article divides the VAP database into train and validation: give --pool train or --pool validation.',
    );
  return pool;
}

/** Milliseconds between two lines of progress on a terminal, and elsewhere. */
const EVERY = { terminal: 500, log: 10_000 } as const;

function progressTo(output: Output, begun: number): (progress: WriteProgress) => void {
  const every = process.stderr.isTTY ? EVERY.terminal : EVERY.log;
  let last = -Infinity;
  return ({ people, of, madePeople, madeFrames }) => {
    const now = performance.now();
    if (now - last < every && people < of) return;
    last = now;
    const done = `${people} of ${of} people`;
    if (madePeople === 0) return output.progress(done);
    const seconds = (now - begun) / 1000;
    const left = ((of - people) * seconds) / madePeople;
    output.progress(
      `${done}, ${Math.round(madeFrames / seconds)} crops/s, ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`,
    );
  };
}
