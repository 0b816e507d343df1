/** A Kinect v1 without one: how well the driver and the pipeline behind it keep up with what fakenect plays at 30 frames/s. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import { systemClock } from '../clock/system-clock.ts';
import { fakenectLibrary, filmForFakenect } from '../sensors/freenect/fakenect-film.ts';
import { openSensor } from '../sensors/open-sensor.ts';
import { soak, type SoakReport } from './soak.ts';

export interface KinectV1Report {
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
    await filmForFakenect(film, { scene: 'you+v1', seconds: LENGTH, times });
    Object.assign(process.env, { FACET_FREENECT: library, FAKENECT_PATH: film });
    progress('The driver alone');
    const driver = await measureDriver(seconds, signal);
    const report = await soak(pipeline, 'freenect', ms(seconds * 1000), signal, (elapsed) =>
      progress(`The whole pipeline, ${Math.round(elapsed / 1000)} of ${seconds} s`),
    );
    return { driver, pipeline: report };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
