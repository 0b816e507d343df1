import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  chmodSync,
  chownSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectSentence, facet, type Answer } from './facet.fixture.ts';

const PIN = '491783';

let root: string;
/** The data folder that ada enrolled in; every test that may change it works on a copy. */
let home: string;
let enrolment: Answer;
let copies = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'facet-cli-'));
  home = join(root, 'home');
  const args = ['enroll', '--user', 'ada', '--sensor', 'simulated:you', '--pin-stdin', '--data', home];
  enrolment = await ask(args, { input: `${PIN}\n` });
}, 240_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

function copyOfHome(): string {
  const copy = join(root, `copy-${copies++}`);
  cpSync(home, copy, { recursive: true });
  return copy;
}

const unlock = (data: string, sensor: string, ...more: string[]) =>
  ask(['unlock', '--data', data, '--sensor', sensor, ...more]);
const enterPin = (data: string, pin = PIN) =>
  ask(['unlock', '--data', data, '--pin-stdin'], { input: `${pin}\n` });

describe('facet enroll', () => {
  it('enrols who turns the head, tells how far it is on stderr, and warns about the key file', () => {
    const { code, document, stderr } = enrolment;
    expect(code).toBe(0);
    expect(document).toMatchObject({ ok: true, user: 'ada', look: 'plain' });
    expect(document['templates']).toBeGreaterThanOrEqual(9);
    expect(document['seconds']).toBeGreaterThan(1);
    expect(document['warning']).toContain('vault.key');
    expect(stderr).toMatch(/ {2}0 % {2}.*\n/);
    expect(stderr).toContain('100 %  Done');
  });

  it('keeps the PIN and what the face looks like out of output and clear files', () => {
    const files = readdirSync(home).map((name) => readFileSync(join(home, name), 'latin1'));
    for (const text of [enrolment.stderr, JSON.stringify(enrolment.document), ...files]) {
      expect(text).not.toContain(PIN);
      expect(text).not.toMatch(/embedding|distance/i);
    }
    expect(readdirSync(home)).not.toContain('folder.lock');
  });

  it.each([
    ['12345', 64, 'pin-too-short'],
    ['123456', 64, 'bad-argument'],
    ['hunter2', 64, 'bad-argument'],
    ['', 64, 'pin-too-short'],
  ])('takes no PIN like "%s"', async (pin, code, failure) => {
    const data = join(root, 'weak');
    const answer = await ask(['enroll', '--user', 'eve', '--pin-stdin', '--data', data], {
      input: `${pin}\n`,
    });
    expect(answer).toMatchObject({ code, document: { ok: false, code: failure } });
    expectSentence(answer);
    expect(readdirSync(data).filter((name) => /^(pin|gallery)/.test(name))).toEqual([]);
  });

  it('adds no look for who has another PIN', async () => {
    const data = copyOfHome();
    const args = ['enroll', '--user', 'ada', '--look', 'hers', '--pin-stdin', '--data', data];
    const answer = await ask(args, { input: '918273\n' });
    expect(answer).toMatchObject({ code: 1, document: { code: 'pin-wrong' } });
    expect(readFileSync(join(data, 'gallery-ada.sealed'))).toEqual(
      readFileSync(join(home, 'gallery-ada.sealed')),
    );
  });

  it('ends when nobody comes, and keeps nothing', async () => {
    const data = join(root, 'nobody');
    const args = [
      'enroll',
      '--user',
      'eve',
      '--sensor',
      'simulated:empty',
      '--timeout',
      '1',
      '--pin-stdin',
      '--data',
      data,
    ];
    const answer = await ask(args, { input: `${PIN}\n` });
    expect(answer).toMatchObject({ code: 2, document: { code: 'timed-out' } });
    expectSentence(answer);
    expect(readdirSync(data).filter((name) => /^(pin|gallery)/.test(name))).toEqual([]);
  });

  it('asks for a terminal or --pin-stdin where there is neither', async () => {
    const answer = await ask(['enroll', '--user', 'eve', '--data', join(root, 'terminal')]);
    expect(answer).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    expectSentence(answer);
  });
});

describe('facet unlock', () => {
  it.each(['simulated:you@2', 'simulated:you+dark@3'])(
    'opens for the person who enrolled: %s',
    async (sensor) => {
      const { code, document } = await unlock(copyOfHome(), sensor);
      expect({ code, document }).toMatchObject({
        code: 0,
        document: { unlocked: true, by: 'face', user: 'ada' },
      });
    },
  );

  it('says it to people in one sentence', async () => {
    const { code, stdout } = await facet(['unlock', '--data', copyOfHome(), '--sensor', 'simulated:you']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Unlocked ada by face after \d\.\d\d s\.\n$/);
  });

  it('opens live too, where the frames of another process are judged by their age', async () => {
    const { code, document } = await unlock(copyOfHome(), 'simulated:you', '--live', '--timeout', '90');
    expect({ code, document }).toMatchObject({ code: 0, document: { unlocked: true } });
  });

  it('exits 2 where nobody is there to be judged, or two people are, and charges nothing', async () => {
    const data = copyOfHome();
    for (const scene of ['empty', 'two']) {
      const { code, document } = await unlock(data, `simulated:${scene}`, '--timeout', '1');
      expect({ code, document }).toMatchObject({ code: 2, document: { unlocked: false, code: 'nobody' } });
    }
    expect(readFileSync(join(data, 'lock-ada.json'), 'utf8')).toContain('"totalMisses":0');
  });

  it('refuses a stranger, a photo, a tablet and a mask, turns the face off after five misses, and the PIN opens at once', async () => {
    const data = copyOfHome();
    for (const [scene, why] of [
      ['stranger@4', 'not-recognised'],
      ['photo', 'not-live'],
      ['tablet', 'not-live'],
      ['mask', 'not-live'],
      ['photo+dark', 'not-live'],
    ]) {
      const { code, document } = await unlock(data, `simulated:${scene}`);
      expect({ scene, code, document }).toMatchObject({ code: 1, document: { unlocked: false, code: why } });
    }
    // Each call is a process of its own: the pause outlives them.
    const paused = await unlock(data, 'simulated:you');
    expect(paused).toMatchObject({ code: 3, document: { ok: false, code: 'paused' } });
    expectSentence(paused);
    expect(await enterPin(data)).toMatchObject({ code: 0, document: { unlocked: true, by: 'pin' } });
    expect(await unlock(data, 'simulated:you')).toMatchObject({ code: 0, document: { by: 'face' } });
  }, 240_000);

  it('refuses a wrong PIN, and after five of them looks at none for a while, not even the right one', async () => {
    const data = copyOfHome();
    for (let i = 0; i < 5; i++) {
      const wrong = await enterPin(data, '918273');
      expect(wrong).toMatchObject({ code: 1, document: { code: 'pin-wrong' } });
    }
    const delayed = await enterPin(data);
    expect(delayed).toMatchObject({ code: 3, document: { code: 'paused' } });
    expectSentence(delayed);
  });

  it.each([
    ['kinect2', 4, 'sensor-unavailable'],
    ['webcam', 64, 'bad-argument'],
    ['simulated:ghost', 64, 'bad-argument'],
    ['simulated:you+wings', 64, 'bad-argument'],
    ['replay', 64, 'bad-argument'],
    ['replay:/nowhere/gone.mcap', 6, 'bad-input'],
  ])('with the sensor %s exits %d', async (sensor, code, failure) => {
    const answer = await unlock(home, sensor);
    expect(answer).toMatchObject({ code, document: { ok: false, code: failure } });
    expectSentence(answer);
  });

  it('tells who is not enrolled, and asks who is meant among several', async () => {
    const data = copyOfHome();
    expect(await unlock(data, 'simulated', '--user', 'eve')).toMatchObject({
      code: 2,
      document: { code: 'not-enrolled' },
    });
    expect(await unlock(join(root, 'new'), 'simulated')).toMatchObject({
      code: 2,
      document: { code: 'not-enrolled' },
    });
    cpSync(join(data, 'gallery-ada.sealed'), join(data, 'gallery-bob.sealed'));
    expect(await unlock(data, 'simulated')).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    // Ada's gallery under another name opens for nobody.
    expect(await unlock(data, 'simulated', '--user', 'bob')).toMatchObject({
      code: 5,
      document: { code: 'store-altered' },
    });
  });

  it('ends in order on Ctrl-C, and leaves the folder to the next', async () => {
    const data = copyOfHome();
    const args = ['unlock', '--data', data, '--sensor', 'simulated:empty', '--live', '--timeout', '600'];
    const cancelled = await ask(args, {
      meanwhile: (child) => child.stderr!.once('data', () => child.kill('SIGINT')),
    });
    expect(cancelled).toMatchObject({ code: 130, document: { code: 'cancelled' } });
    expect(readdirSync(data)).not.toContain('folder.lock');
  });

  it('works alone on a data folder', async () => {
    const data = copyOfHome();
    const args = ['unlock', '--data', data, '--sensor', 'simulated:empty', '--live', '--timeout', '600'];
    let second: Promise<Answer> | undefined;
    await ask(args, {
      meanwhile: (child) =>
        child.stderr!.once('data', () => {
          second = enterPin(data).finally(() => child.kill('SIGINT'));
        }),
    });
    const busy = await second!;
    expect(busy).toMatchObject({ code: 7, document: { code: 'busy' } });
    expectSentence(busy);
  });
});

describe('a data folder', () => {
  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ['altered', (bytes: Buffer) => bytes.fill(bytes[5000] ^ 1, 5000, 5001)],
    ['empty', () => Buffer.alloc(0)],
  ])('whose gallery was %s opens for no face; the PIN works, and the file is kept', async (_, spoil) => {
    const data = copyOfHome();
    const file = join(data, 'gallery-ada.sealed');
    const spoilt = spoil(readFileSync(file));
    writeFileSync(file, spoilt);
    const answer = await unlock(data, 'simulated:you');
    expect(answer).toMatchObject({ code: 5, document: { ok: false, code: 'store-altered' } });
    expectSentence(answer);
    expect(readFileSync(file)).toEqual(spoilt);
    expect(await enterPin(data)).toMatchObject({ code: 0, document: { by: 'pin' } });
  });

  it('whose key is gone opens for no face, makes no other key, and the PIN works', async () => {
    const data = copyOfHome();
    rmSync(join(data, 'vault.key'));
    const answer = await unlock(data, 'simulated:you');
    expect(answer).toMatchObject({ code: 5, document: { ok: false, code: 'key-unavailable' } });
    expectSentence(answer);
    expect(readdirSync(data)).not.toContain('vault.key');
    expect(await enterPin(data)).toMatchObject({ code: 0, document: { by: 'pin' } });
  });

  it('whose key is gone gets a new one for the right PIN, and only for it', async () => {
    const data = copyOfHome();
    rmSync(join(data, 'vault.key'));
    const renew = (pin: string) =>
      ask(['enroll', '--user', 'ada', '--pin-stdin', '--data', data, '--renew-key'], { input: `${pin}\n` });
    expect(await renew('384950')).toMatchObject({ code: 1, document: { code: 'pin-wrong' } });
    expect(readdirSync(data)).not.toContain('vault.key');
    expect(await renew(PIN)).toMatchObject({ code: 0, document: { ok: true, user: 'ada' } });
    expect(await unlock(data, 'simulated:you')).toMatchObject({ code: 0, document: { unlocked: true } });
  });

  it('whose lock record is gone waits for the PIN once', async () => {
    const data = copyOfHome();
    rmSync(join(data, 'lock-ada.json'));
    expect(await unlock(data, 'simulated:you')).toMatchObject({ code: 3, document: { code: 'pin-needed' } });
    expect(await enterPin(data)).toMatchObject({ code: 0 });
  });

  it('that is a file exits 5', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const answer = await enterPin(file);
    expect(answer).toMatchObject({ code: 5, document: { code: 'store-unwritable' } });
    expectSentence(answer);
    expect((await ask(['doctor', '--data', file])).code).toBe(5);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'that cannot be written opens for the PIN and for no face',
    async () => {
      const NOBODY = 65534;
      const data = join(root, 'read-only');
      mkdirSync(data);
      for (const name of readdirSync(home)) {
        cpSync(join(home, name), join(data, name));
        chownSync(join(data, name), NOBODY, NOBODY);
      }
      chmodSync(data, 0o755);
      chmodSync(root, 0o755);
      const args = ['unlock', '--data', data, '--user', 'ada'];
      const refused = await ask(args, { uid: NOBODY });
      expect(refused).toMatchObject({ code: 3, document: { code: 'pin-needed' } });
      expect(refused.document['message']).toContain('cannot be written');
      expect(await ask([...args, '--pin-stdin'], { uid: NOBODY, input: PIN })).toMatchObject({
        code: 0,
        document: { by: 'pin' },
      });
      const doctor = await ask(['doctor', '--data', data], { uid: NOBODY });
      expect(doctor).toMatchObject({ code: 5, document: { ok: false } });
    },
  );
});
