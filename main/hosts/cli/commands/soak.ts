import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { soak, type Growth, type SoakReport } from '../../../adapters/bench/soak.ts';
import { hostFile } from '../../../adapters/program-files.ts';
import { record } from '../../../adapters/recorder/mcap-recorder.ts';
import { VisitedSensor } from '../../../adapters/sensors/simulated/visited-sensor.ts';
import { ms } from '../../../contract/units.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { softwareVersion } from '../../shared/software-version.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf, untilInterrupted } from '../options.ts';
import { finish } from '../output.ts';

/** More growth of the pipeline's memory than this after the warm-up is a leak, per cent. */
const LIMIT = 5;
/** What is played where nothing is named: a head that turns all the way, seconds. */
const LENGTH = 12;

const minutesOf = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 24 * 60)) throw new InvalidArgumentError('Give 0.2 to 1440 minutes.');
  return value;
};

export function soakTest(program: Command): void {
  program
    .command('soak')
    .description(
      `Play a recording at 30 frames/s through the whole pipeline for long; fails where its memory grows by more than ${LIMIT} %`,
    )
    .option('--minutes <minutes>', 'how long', minutesOf, 30)
    .option('--sensor <sensor>', 'a sensor without an end (replay:FILE?loop); a simulated visitor otherwise')
    .action(async (options: { minutes: number; sensor?: string }, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const signal = untilInterrupted();
        const folder = await mkdtemp(join(tmpdir(), 'facet-soak-'));
        try {
          if (!options.sensor) output.progress('Recording a simulated visitor');
          const sensor = options.sensor ?? `replay:${await recordVisitor(folder)}?loop`;
          const report = await soak(
            hostFile('pipeline'),
            sensor,
            ms(options.minutes * 60_000),
            signal,
            (elapsed, megabytes) => {
              const memory = megabytes === undefined ? '' : `, ${megabytes.toFixed(0)} MB`;
              output.progress(`${(elapsed / 60_000).toFixed(1)} of ${options.minutes} min${memory}`);
            },
          );
          const grew = [report.pipelineMemory, report.shellHeap].some(
            (growth) => (growth?.percent ?? 0) > LIMIT,
          );
          output.result({ ok: !grew, ...report }, describe(report, grew));
          return grew ? EXIT.fault : EXIT.ok;
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      });
    });
}

async function recordVisitor(folder: string): Promise<string> {
  const sensor = new VisitedSensor({ scene: 'you+turn', pace: 'virtual' });
  const path = join(folder, 'visitor.mcap');
  async function* frames(): AsyncGenerator<SensorFrame> {
    for await (const frame of sensor.open(new AbortController().signal)) {
      if (frame.capturedAt > LENGTH * 1000) return;
      yield frame;
    }
  }
  const clock = { now: () => ms(0), wallTime: () => Date.now() };
  await record(frames(), path, {
    sensor: sensor.info,
    softwareVersion: softwareVersion(),
    consent: 'synthetic people',
    clock,
  });
  return path;
}

const describe = (report: SoakReport, grew: boolean): string => {
  const { minutes, frames, framesPerSecond, dropped, age, ageGrowth, pipelineMemory, shellHeap } = report;
  const growth = (name: string, unit: string, { first, last, percent }: Growth) =>
    `  ${name}: ${first.toFixed(1)} → ${last.toFixed(1)} ${unit}, ${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`;
  return [
    `${minutes} minutes: ${frames} frames after the warm-up, ${framesPerSecond.toFixed(1)} a second, ${dropped} dropped.`,
    `Age of a frame when the shell has its evidence: ${age.p50.toFixed(1)} ms p50, ${age.p95.toFixed(1)} ms p95.`,
    'First fifth → last fifth:',
    growth('age, p95', 'ms', ageGrowth),
    pipelineMemory
      ? growth('pipeline process, resident', 'MB', pipelineMemory)
      : '  pipeline process: memory is only read on Linux',
    growth('shell, heap', 'MB', shellHeap),
    ...(grew ? [`More than ${LIMIT} % of growth: something is kept that should not be.`] : []),
  ].join('\n');
};
