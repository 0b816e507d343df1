/**
 * A Kinect v1 as far as it goes without one: Debian's fakenect plays what synthetic people did before a simulated Kinect v1, as
 * libfreenect would send it, through our addon, the pipeline process and the command line.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakenectLibrary, filmForFakenect } from '../../adapters/sensors/freenect/fakenect-film.ts';
import { ask, expectSentence, type Answer } from './facet.fixture.ts';

const FAKENECT = fakenectLibrary();
const PIN = '491783';
/** Every second frame is filmed: 15 a second. */
const STEP = 2;

let root: string;
const at = (name: string): string => join(root, name);

const film = (name: string, scene: string, seconds: number) =>
  filmForFakenect(at(name), { scene, seconds, step: STEP, fast: true });

const kinect = (name: string, ...args: string[]): Promise<Answer> =>
  ask([...args, '--sensor', 'freenect', '--data', at('data')], {
    input: PIN,
    env: { FACET_FREENECT: FAKENECT!, FAKENECT_PATH: at(name), TMPDIR: at('tmp') },
  });

describe.skipIf(!FAKENECT)(`a Kinect v1${FAKENECT ? '' : ': needs apt-get install libfreenect0.5'}`, () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'facet-freenect-'));
    await mkdir(at('tmp'));
    await film('turn', 'you+v1+turn', 11.5);
    await film('you', 'you+v1@2', 1.5);
  }, 300_000);
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('enrols whoever turns the head before it, and opens for them', async () => {
    const enrolled = await kinect('turn', 'enroll', '--user', 'ada', '--pin-stdin');
    expect(enrolled, enrolled.stderr).toMatchObject({ code: 0, document: { ok: true, user: 'ada' } });
    const unlocked = await kinect('you', 'unlock');
    expect(unlocked, unlocked.stderr).toMatchObject({ code: 0, document: { ok: true } });
    // fakenect itself stops at an empty line, and finds no file whose name ends as Windows ends lines.
    const index = await readFile(at('you/INDEX.txt'), 'utf8');
    await writeFile(at('you/INDEX.txt'), index.replaceAll('\n', '\r\n').replace('\r\n', '\r\n\r\n'));
    const edited = await kinect('you', 'unlock');
    await writeFile(at('you/INDEX.txt'), index);
    expect(edited, edited.stderr).toMatchObject({ code: 0, document: unlocked.document });
    expect((await readdir(at('tmp'))).filter((name) => name.startsWith('facet-'))).toEqual([]);
  }, 300_000);

  it('is refused in one sentence where its recording is not whole', async () => {
    const index = await readFile(at('you/INDEX.txt'), 'utf8');
    const missing = index.split('\n')[5];
    await rename(at(`you/${missing}`), at('elsewhere'));
    const refused = await kinect('you', 'unlock');
    expect(refused).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expect(refused.document['message']).toContain(missing);
    expectSentence(refused);
    await rename(at('elsewhere'), at(`you/${missing}`));
  });

  it('is missed in one sentence where its library is not there', async () => {
    const refused = await ask(['unlock', '--sensor', 'freenect', '--data', at('data')], {
      env: { FACET_FREENECT: at('libfreenect.so') },
    });
    expect(refused).toMatchObject({ code: 4, document: { ok: false, code: 'sensor-unavailable' } });
    expect(refused.document['message']).toContain('FACET_FREENECT');
    expectSentence(refused);
  });
});
