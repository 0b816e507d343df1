import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectSentence, facet } from './facet.fixture.ts';
import { writeOpen3dFolder, writeVapSession } from './pictures.fixture.ts';

const PIN = '491783';

let root: string;
const at = (name: string): string => join(root, name);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'facet-recordings-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const enroll = (data: string, recording: string) =>
  ask(['enroll', '--user', 'ada', '--sensor', `replay:${recording}`, '--pin-stdin', '--data', data], {
    input: PIN,
  });
const unlock = (data: string, recording: string) =>
  ask(['unlock', '--data', data, '--sensor', `replay:${recording}`]);
const record = (recording: string, scene: string, seconds: number, ...more: string[]) =>
  ask(['record', recording, '--sensor', `simulated:${scene}`, '--seconds', String(seconds), ...more]);

describe('facet record', () => {
  it('tells its size beforehand, records so long, and refuses to write over a recording', async () => {
    const path = at('short.mcap');
    const first = await record(path, 'empty', 1, '--consent', 'nobody is in it');
    expect(first).toMatchObject({ code: 0, document: { ok: true, frames: 30, dropped: 0, endedBy: 'time' } });
    expect(statSync(path).size).toBe(first.document['bytes']);
    expect(statSync(path).mode & 0o077).toBe(0);
    const expected = Number(/about ([\d.]+) MB/.exec(first.stderr)?.[1]);
    expect((first.document['bytes'] as number) / 1e6 / expected).toBeGreaterThan(0.4);
    expect((first.document['bytes'] as number) / 1e6 / expected).toBeLessThan(2.5);
    const bytes = readFileSync(path);
    expect(bytes.includes('nobody is in it')).toBe(true);
    const again = await record(path, 'empty', 1);
    expect(again).toMatchObject({ code: 64, document: { ok: false, code: 'bad-argument' } });
    expectSentence(again);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('ends on Ctrl-C with a recording that is whole', async () => {
    const path = at('interrupted.mcap');
    const args = ['record', path, '--sensor', 'simulated:empty', '--seconds', '600', '--live'];
    const { code, document } = await ask(args, {
      meanwhile: (child) =>
        child.stderr!.on('data', (text: string) => {
          if (text.includes('1 of 600 s')) child.kill('SIGINT');
        }),
    });
    expect({ code, document }).toMatchObject({ code: 0, document: { endedBy: 'interrupt' } });
    expect(document['frames']).toBeGreaterThan(0);
    const copied = await ask(['record', at('copied.mcap'), '--sensor', `replay:${path}`]);
    expect(copied).toMatchObject({ code: 0, document: { frames: document['frames'], endedBy: 'sensor' } });
    // The copy says of whom it is, as the first one does.
    expect(readFileSync(at('copied.mcap')).includes('synthetic people')).toBe(true);
  });

  it('keeps what was written when it is killed', async () => {
    const path = at('killed.mcap');
    const { code, stderr } = await facet(
      ['record', path, '--sensor', 'simulated:empty', '--seconds', '600'],
      {
        meanwhile: (child) =>
          child.stderr!.on('data', (text: string) => {
            if (text.includes('2 of 600 s')) child.kill('SIGKILL');
          }),
      },
    );
    expect(code).toBeNull();
    const told = Number(/2 of 600 s: (\d+) frames/.exec(stderr)?.[1]);
    expect(told).toBeGreaterThan(58);
    const copied = await ask(['record', at('saved.mcap'), '--sensor', `replay:${path}`, '--seconds', '600']);
    expect(copied).toMatchObject({ code: 0, document: { ok: true, dropped: 0, endedBy: 'sensor' } });
    // At most the frame of a chunk that was still being filled.
    expect(copied.document['frames']).toBeGreaterThanOrEqual(told - 1);
  });

  it('never writes over what it plays', async () => {
    const path = at('source.mcap');
    await record(path, 'empty', 1);
    const bytes = readFileSync(path);
    const answer = await ask(['record', path, '--sensor', `replay:${path}`, '--overwrite']);
    expect(answer).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it.each([
    ['a folder that does not exist', 'nowhere/a.mcap', 'simulated:empty', 5, 'store-unwritable'],
    ['an unknown sensor', 'a.mcap', 'webcam', 64, 'bad-argument'],
    ['a sensor without driver', 'a.mcap', 'freenect', 4, 'sensor-unavailable'],
  ])('leaves no file for %s', async (_, name, sensor, code, failure) => {
    const answer = await ask(['record', at(name), '--sensor', sensor, '--seconds', '1']);
    expect(answer).toMatchObject({ code, document: { ok: false, code: failure } });
    expectSentence(answer);
    expect(existsSync(at(name))).toBe(false);
  });

  it.each(['0', '-1', 'ten', '1e9'])('takes no --seconds %s', async (seconds) => {
    const answer = await ask(['record', at('b.mcap'), `--seconds=${seconds}`]);
    expect(answer).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
  });
});

describe('facet trim and anonymise', () => {
  it('make another recording of one, say what they did, and never write over it', async () => {
    const source = at('long.mcap');
    await record(source, 'empty+v1', 1);
    const bytes = readFileSync(source);
    const trimmed = await ask(['trim', source, at('trimmed.mcap'), '--from', '0.2', '--to', '0.5']);
    expect(trimmed).toMatchObject({ code: 0, document: { ok: true, frames: 9 } });
    const anonymous = await ask(['anonymize', at('trimmed.mcap'), at('anonymous.mcap'), '--colour', 'drop']);
    expect(anonymous).toMatchObject({ code: 0, document: { ok: true, frames: 9 } });
    const text = readFileSync(at('anonymous.mcap')).toString('latin1');
    expect(text).toMatch(/synthetic people/);
    expect(text).toMatch(/kept 0\.2 s to 0\.5 s .*colour dropped/);
    expect(text).not.toContain('JFIF');
    const { stdout } = await facet(['anonymise', at('trimmed.mcap'), at('blurred.mcap'), '--colour', 'blur']);
    expect(stdout).toMatch(/blurred\.mcap: 9 frames, 0\.3 s, [\d.]+ MB; colour blurred \(facet/);
    const over = await ask(['trim', source, source, '--to', '0.5', '--overwrite']);
    expect(over).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    expectSentence(over);
    expect(readFileSync(source).equals(bytes)).toBe(true);
  });

  it.each([
    [['trim', 'absent.mcap', 'x.mcap', '--to', '1'], 6],
    [['trim', 'absent.mcap', 'x.mcap'], 64],
  ])('facet %j exits %i', async (args, code) => {
    const answer = await ask(args);
    expect(answer).toMatchObject({ code, document: { ok: false } });
    expectSentence(answer);
    expect(existsSync('x.mcap')).toBe(false);
  });
});

describe('a recording', () => {
  it('enrols and unlocks like its sensor, and the same every time', async () => {
    const turn = at('turn.mcap');
    expect((await record(turn, 'you+turn+v1', 8)).code).toBe(0);
    const here = at('home-a');
    const first = await enroll(here, turn);
    const second = await enroll(at('home-b'), turn);
    expect(first).toMatchObject({ code: 0, document: { ok: true, user: 'ada' } });
    const { warning: _first, ...report } = first.document;
    expect(second.document).toMatchObject(report);
    // Every step of the way, too: progress is told at the same frames.
    const steps = ({ stderr }: { stderr: string }) =>
      stderr.split('\n').filter((line) => /^ *\d+ % /.test(line));
    expect(steps(second)).toEqual(steps(first));
    expect(steps(first).length).toBeGreaterThan(5);

    const [you, stranger] = [at('you.mcap'), at('stranger.mcap')];
    await record(you, 'you+v1@5', 1);
    await record(stranger, 'stranger+v1@6', 2);
    const opened = [await unlock(here, you), await unlock(here, you)];
    expect(opened[0]).toMatchObject({ code: 0, document: { unlocked: true, by: 'face' } });
    expect(opened[1].document).toEqual(opened[0].document);
    const refused = [await unlock(here, stranger), await unlock(here, stranger)];
    expect(refused[0]).toMatchObject({ code: 1, document: { unlocked: false, code: 'not-recognised' } });
    expect(refused[1].document).toEqual(refused[0].document);

    const other = at('other-model.mcap');
    await record(other, 'empty', 1);
    const unknown = await unlock(here, other);
    expect(unknown).toMatchObject({ code: 3, document: { ok: false, code: 'sensor-unknown' } });
    expect(unknown.document['message']).toMatch(
      /Kinect v2 .*of this recording is not the sensor that knows you/,
    );
    expectSentence(unknown);

    // An enrolment from the beginning of the turn ends with the recording and keeps nothing.
    const beginning = at('cut.mcap');
    const bytes = readFileSync(turn);
    writeFileSync(beginning, bytes.subarray(0, bytes.length / 6));
    const cut = await enroll(at('home-c'), beginning);
    expect(cut).toMatchObject({ code: 2, document: { ok: false, code: 'not-enrolled' } });
    expect(cut.document['message']).toMatch(/recording ended when the enrolment was \d+ % done/);
    expect(readdirSync(at('home-c')).filter((name) => /^(pin|gallery)/.test(name))).toEqual([]);

    for (const [name, content] of [
      ['beginning.mcap', bytes.subarray(0, 100)],
      ['foreign.mcap', 'This is a letter, not a recording.'],
      ['empty.mcap', ''],
    ] as const) {
      writeFileSync(at(name), content);
      const answer = await unlock(here, at(name));
      expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
      expect(answer.document['message']).toContain(name);
      expectSentence(answer);
    }
    expect(await unlock(here, root)).toMatchObject({ code: 6, document: { code: 'bad-input' } });
  }, 240_000);
});

describe('facet import', () => {
  it('turns an Open3D folder into a recording to enrol from, and a VAP session into one to unlock with', async () => {
    const STEP = 2;
    await writeOpen3dFolder(at('open3d'), 'you+turn+v1@8', 145, STEP);
    const turn = at('open3d.mcap');
    const imported = await ask(['import', at('open3d'), turn, '--fps', String(30 / STEP)]);
    expect(imported).toMatchObject({
      code: 0,
      document: { ok: true, kind: 'open3d', frames: 145, skipped: [] },
    });
    const home = at('home-open3d');
    expect(await enroll(home, turn)).toMatchObject({ code: 0, document: { ok: true } });

    writeVapSession(at('vap-you'), 'you+v1@9', 6);
    // One frame of the session is spoilt: it is left out, and said so.
    writeFileSync(join(at('vap-you'), '0002d.dat'), '1\t2\t3');
    const session = await ask(['import', at('vap-you'), at('vap-you.mcap')]);
    expect(session).toMatchObject({ code: 0, document: { kind: 'vap', frames: 5 } });
    expect(session.stderr).toMatch(/left out: .*0002d\.dat/);
    expect(await unlock(home, at('vap-you.mcap'))).toMatchObject({ code: 0, document: { unlocked: true } });

    writeVapSession(at('vap-stranger'), 'stranger+v1@9', 6);
    await ask(['import', at('vap-stranger'), at('vap-stranger.mcap')]);
    expect(await unlock(home, at('vap-stranger.mcap'))).toMatchObject({
      code: 1,
      document: { code: 'not-recognised' },
    });
  }, 240_000);

  it.each([
    ['missing', 'there is no such folder'],
    ['letters', 'neither an Open3D folder'],
    ['letters/a.txt', 'not a folder'],
  ])('refuses a folder that is %s in one sentence', async (name, why) => {
    mkdirSync(at('letters'), { recursive: true });
    writeFileSync(at('letters/a.txt'), 'Dear Ada');
    const answer = await ask(['import', at(name), at('refused.mcap')]);
    expect(answer).toMatchObject({ code: 6, document: { ok: false, code: 'bad-input' } });
    expect(answer.document['message']).toContain(why);
    expectSentence(answer);
    expect(readdirSync(root).filter((file) => file.startsWith('refused'))).toEqual([]);
  });

  it('takes no frame rate of 0', async () => {
    const answer = await ask(['import', at('letters'), at('refused.mcap'), '--fps', '0']);
    expect(answer).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
  });
});
