/** A Kinect v1 without one: how well the driver and the pipeline behind it keep up with what fakenect plays at 30 frames/s. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { FAR_MM, findPresence } from '../../core/sense/presence.ts';
import { register } from '../../core/sense/registration.ts';
import { systemClock } from '../clock/system-clock.ts';
import { fakenectLibrary, filmForFakenect, rawDepth } from '../sensors/freenect/fakenect-film.ts';
import { VIDEO } from '../sensors/freenect/freenect-addon.ts';
import { depthOf, DRAWN_TRIANGLE, millimetresOf, SIZE } from '../sensors/freenect/kinect-v1.ts';
import { openSensor } from '../sensors/open-sensor.ts';
import { soak, type SoakReport } from './soak.ts';
import { timesOf, type Times } from './statistics.ts';

export interface KinectV1Report {
  /** Raw depth to millimetres and registration, ms of CPU time: where somebody is, as the pipeline does, and of the whole frame. */
  readonly conversion: { readonly path: Times; readonly whole: Times };
  readonly driver: DriverReport;
  /** The same film through the pipeline process. */
  readonly pipeline: SoakReport;
}

interface DriverReport {
  readonly framesPerSecond: number;
  readonly dropped: number;
  /** Shares of one core: the whole process, and what of it is the thread in which libfreenect works (Linux). */
  readonly process: number;
  readonly thread: number | undefined;
}

/** Of the film, which comes again and again. */
const LENGTH = 3;
/** Frames until the code is compiled. */
const WARM_UP = 20;
/** For the models to be loaded. */
const LEAD = 20;

/** @throws FacetError `sensor-unavailable` where fakenect is not installed */
export async function measureKinectV1(
  pipeline: string,
  seconds: number,
  signal: AbortSignal,
  progress: (what: string) => void,
): Promise<KinectV1Report> {
  const library = process.env['FACET_FREENECT'] ?? fakenectLibrary();
  if (!library)
    throw new FacetError(
      'sensor-unavailable',
      'fakenect is not installed. Install it: sudo apt-get install libfreenect0.5 (Debian, Ubuntu).',
    );
  const folder = await mkdtemp(join(tmpdir(), 'facet-kinect-v1-'));
  try {
    progress('A film of a synthetic visitor');
    const film = join(folder, 'film');
    const times = Math.ceil((seconds + LEAD) / LENGTH);
    const frames = await filmForFakenect(film, { scene: 'you+v1', seconds: LENGTH, times });
    Object.assign(process.env, { FACET_FREENECT: library, FAKENECT_PATH: film });
    progress('Conversion and registration');
    const conversion = measureConversion(frames);
    progress('The driver alone');
    const driver = await measureDriver(seconds, signal);
    const report = await soak(pipeline, 'freenect', ms(seconds * 1000), signal, (elapsed) =>
      progress(`The whole pipeline, ${Math.round(elapsed / 1000)} of ${seconds} s`),
    );
    return { conversion, driver, pipeline: report };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measureConversion(frames: readonly SensorFrame[]): KinectV1Report['conversion'] {
  const table = millimetresOf(DRAWN_TRIANGLE);
  const [path, whole]: number[][] = [[], []];
  frames.forEach((frame, i) => {
    const bytes = rawDepth(frame.depth.data).buffer as ArrayBuffer;
    let converted = frame;
    const conversion = cpuTime(() => {
      const data = depthOf({ bytes, format: VIDEO.rgb, ...SIZE, number: i, ticks: 0, age: 0 }, table);
      converted = { ...frame, depth: { ...frame.depth, data } };
    });
    const [presence] = findPresence(converted.depth);
    if (i < WARM_UP || !presence) return;
    const { left, top, right, bottom } = presence.region;
    const region = {
      left: Math.max(0, left),
      top: Math.max(0, top),
      right: Math.min(SIZE.width, right),
      bottom: Math.min(SIZE.height, bottom),
    };
    path.push(conversion + cpuTime(() => register(converted, region, FAR_MM)));
    whole.push(conversion + cpuTime(() => register(converted)));
  });
  return { path: timesOf(path), whole: timesOf(whole) };
}

function cpuTime(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

async function measureDriver(seconds: number, signal: AbortSignal): Promise<DriverReport> {
  const sensor = await openSensor('freenect', { pace: 'live', clock: systemClock });
  const enough = new AbortController();
  let [count, first, last] = [0, 0, 0];
  let begunAt: number | undefined;
  let cpu = process.cpuUsage();
  let thread: number | undefined;
  for await (const frame of sensor.open(AbortSignal.any([signal, enough.signal]))) {
    const now = systemClock.now();
    if (begunAt === undefined) {
      begunAt = now;
      first = frame.sequence;
      cpu = process.cpuUsage();
      thread = await threadTime();
      continue;
    }
    count++;
    last = frame.sequence;
    if (now - begunAt < seconds * 1000) continue;
    const used = process.cpuUsage(cpu);
    const threadUsed = thread === undefined ? undefined : (await threadTime())! - thread;
    const wall = (now - begunAt) / 1000;
    enough.abort();
    return {
      framesPerSecond: count / wall,
      dropped: last - first - count,
      process: (used.user + used.system) / 1e6 / wall,
      thread: threadUsed === undefined ? undefined : threadUsed / wall,
    };
  }
  throw new FacetError('cancelled', 'The measurement was cancelled.');
}

/** Seconds that the session's thread has worked; undefined where the system does not tell. */
async function threadTime(): Promise<number | undefined> {
  const tasks = await readdir('/proc/self/task').catch(() => []);
  for (const task of tasks) {
    const stat = await readFile(`/proc/self/task/${task}/stat`, 'utf8').catch(() => '');
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    if (name !== 'facet-freenect' || !rest) continue;
    // Fields 14 and 15 of proc(5), in hundredths; the third is the first of the rest.
    const fields = rest.split(' ').map(Number);
    return (fields[11] + fields[12]) / 100;
  }
  return undefined;
}
