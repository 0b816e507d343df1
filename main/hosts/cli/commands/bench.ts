import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { measureConversions, type ConversionReport } from '../../../adapters/bench/conversion.ts';
import { measureCorpus, type CorpusSpeed } from '../../../adapters/bench/corpus.ts';
import { measureEmbedders, type EmbedderSpeed } from '../../../adapters/bench/embedders.ts';
import { measureFramePath, measureIdle, type FramePathReport } from '../../../adapters/bench/frame-path.ts';
import { openHumanPeer } from '../../../adapters/bench/human-peer.ts';
import { measureKinectV1 } from '../../../adapters/bench/kinect-v1.ts';
import { residentMegabytes } from '../../../adapters/bench/resident-memory.ts';
import { timesOf, type Times } from '../../../adapters/bench/statistics.ts';
import { loadFaceModels } from '../../../adapters/onnx/load-face-models.ts';
import { hostFile, modelsFolder } from '../../../adapters/program-files.ts';
import {
  measureSimulator,
  type SimulatorSpeed,
} from '../../../adapters/sensors/simulated/measure-simulator.ts';
import { EXIT } from '../exit-codes.ts';
import { openApp } from '../open-app.ts';
import { countOf, outputOf, secondsOf, untilInterrupted } from '../options.ts';
import { finish, unwrap, type Output } from '../output.ts';

interface Report {
  readonly path: FramePathReport;
  readonly conversions: readonly ConversionReport[];
  readonly embedders: readonly EmbedderSpeed[];
  /** Share of one core while nobody is there. */
  readonly idle: number;
  readonly live: LiveReport;
  readonly simulator: SimulatorSpeed;
  readonly corpus: readonly CorpusReport[];
}

type CorpusReport = (typeof CORPORA)[number] & CorpusSpeed;

/** Recipes of datasets to train on: sessions of a person, frames of a session. */
const CORPORA = [
  { sessions: 5, frames: 4 },
  { sessions: 4, frames: 9 },
] as const;
/** People of each recipe. */
const CORPUS_PEOPLE = 12;

interface LiveReport {
  readonly enrolmentSeconds: number;
  /** From the first frame that was judged to the open screen, live at 30 frames/s. */
  readonly unlock: Times;
  readonly pipelineMegabytes: number | undefined;
}

export function bench(program: Command): void {
  program
    .command('bench')
    .description('Times of each stage from frame to decision, beside a named peer in the same run')
    .option('--frames <count>', 'frames to time', countOf, 100)
    .option('--kinect-v1 [seconds]', 'a Kinect v1 in place of all this, as fakenect plays it', secondsOf)
    .action(async ({ frames, kinectV1 }: { frames: number; kinectV1?: number | true }, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        if (kinectV1 !== undefined) return benchKinectV1(output, kinectV1 === true ? 20 : kinectV1);
        output.progress('Loading the models and the peer');
        const models = await loadFaceModels(modelsFolder());
        const peer = await openHumanPeer();
        if (!peer)
          output.note('The peer @vladmandic/human is not installed (npm install --include=dev): no ratio.');
        const path = await measureFramePath(models, frames, peer, (done) =>
          output.progress(`${done} of ${frames} frames`),
        );
        output.progress('What each driver makes of its pictures');
        const conversions = measureConversions(frames);
        output.progress('The embedders');
        const embedders = await measureEmbedders(modelsFolder(), frames);
        output.progress('An empty room');
        const idle = await measureIdle(models, frames);
        output.progress('The simulator');
        const simulator = measureSimulator('you+turn', frames);
        output.progress('A corpus to train on');
        const corpus: CorpusReport[] = [];
        for (const recipe of CORPORA)
          corpus.push({ ...recipe, ...(await measureCorpus(modelsFolder(), CORPUS_PEOPLE, recipe)) });
        const live = await measureLive(output);
        const report: Report = { path, conversions, embedders, idle, live, simulator, corpus };
        output.result({ ok: true, ...report }, describe(report));
        return EXIT.ok;
      });
    });
}

async function benchKinectV1(output: Output, seconds: number): Promise<number> {
  const report = await measureKinectV1(hostFile('pipeline'), seconds, untilInterrupted(), (what) =>
    output.progress(what),
  );
  const { driver, pipeline } = report;
  const percent = (share: number | undefined) => (share === undefined ? '?' : (100 * share).toFixed(1));
  const lines = [
    `A Kinect v1 played by fakenect at 30 frames/s, ${seconds} s each (synthetic visitor, load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores):`,
    `  driver alone: ${driver.framesPerSecond.toFixed(1)} frames/s, ${driver.dropped} dropped; ${percent(driver.process)} % of one core, ${percent(driver.thread)} % of it in the library's thread`,
    `  whole pipeline: ${pipeline.framesPerSecond.toFixed(1)} frames/s, ${pipeline.dropped} dropped; age at the decision ${pipeline.age.p50.toFixed(1)} ms p50, ${pipeline.age.p95.toFixed(1)} ms p95 (first fifth → last: ${pipeline.ageGrowth.first.toFixed(1)} → ${pipeline.ageGrowth.last.toFixed(1)})`,
  ];
  output.result({ ok: true, load: loadavg()[0], ...report }, lines.join('\n'));
  return EXIT.ok;
}

/** Enrols and unlocks through the real pipeline process. */
async function measureLive(output: Output): Promise<LiveReport> {
  const folder = await mkdtemp(join(tmpdir(), 'facet-bench-'));
  const user = 'bench';
  const { app, pipelinePid, close } = await openApp(folder);
  try {
    const never = new AbortController().signal;
    output.progress('An enrolment');
    const enrolled = unwrap(
      await app.enrol(
        { user, pin: '271828', look: 'plain', sensor: 'simulated:you+turn', pace: 'virtual' },
        never,
        () => undefined,
      ),
    );
    const lock = await app.lock(user);
    const times: number[] = [];
    let pipelineMegabytes: number | undefined;
    for (let i = 0; i < 10; i++) {
      output.progress(`${i + 1} of 10 live unlocks`);
      const outcome = unwrap(
        await app.unlock(
          { user, sensor: `simulated:you@${i}`, pace: 'live', attentionRequired: true },
          never,
          () => undefined,
        ),
      );
      if (outcome.kind === 'unlocked') times.push(outcome.after);
      pipelineMegabytes = (await residentMegabytes(pipelinePid())) ?? pipelineMegabytes;
      await lock.dispatch({ kind: 'lock' });
    }
    if (times.length < 10) output.note(`${10 - times.length} of 10 live unlocks were refused.`);
    return { enrolmentSeconds: enrolled.seconds, unlock: timesOf(times), pipelineMegabytes };
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}

function describe({ path, conversions, embedders, idle, live, simulator, corpus }: Report): string {
  const row = (name: string, { p50, p95 }: Times) =>
    `  ${name.padEnd(12)} ${p50.toFixed(2).padStart(8)} ${p95.toFixed(2).padStart(8)}`;
  return [
    `Frame to decision, ${path.frames} frames of 960×540 colour + 512×424 depth, 2 threads (simulated sensor, rendering not counted):`,
    `  ${'stage'.padEnd(12)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)}`,
    ...Object.entries(path.stages).map(([name, times]) => row(name, times)),
    row('total', path.total),
    row('relief all', path.reliefTotal),
    row('register all', path.registerWhole),
    ...(path.peer
      ? [row('peer', path.peer.total), `  ${path.peer.ratio.toFixed(1)} × as fast as ${path.peer.name}`]
      : []),
    ...conversions.map(
      ({ driver, conversion, path, whole }) =>
        `Conversion by ${driver}: ${conversion.p50.toFixed(2)} ms of CPU time p50, with registration where somebody is ${path.p50.toFixed(2)} (p95 ${path.p95.toFixed(2)}), of the whole frame ${whole.p50.toFixed(2)} (p95 ${whole.p95.toFixed(2)}).`,
    ),
    ...embedders.map(
      ({ model, alone, batched, batch }) =>
        `One embedding by ${model} on one thread: ${alone.p50.toFixed(2)} ms p50, ${alone.p95.toFixed(2)} ms p95; in batches of ${batch} ${batched.p50.toFixed(2)} ms each.`,
    ),
    `Nobody there: ${(100 * idle).toFixed(2)} % of one core at 30 frames/s.`,
    `Enrolment: ${live.enrolmentSeconds.toFixed(1)} s of turning. Live unlock: ${Math.round(live.unlock.p50)} ms p50, ${Math.round(live.unlock.p95)} ms p95.`,
    `Pipeline process: ${live.pipelineMegabytes === undefined ? 'memory is only read on Linux' : `${Math.round(live.pipelineMegabytes)} MB resident, simulated sensor included`}.`,
    `Simulated sensor: ${simulator.framesPerSecond.toFixed(0)} frames/s on one core.`,
    ...corpus.map(
      ({ sessions, frames, each }) =>
        `Dataset of ${sessions} sessions of ${frames} frames a person: ${each.toFixed(1)} ms of one core a crop.`,
    ),
  ].join('\n');
}
