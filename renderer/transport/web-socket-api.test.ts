import { describe, expect, it } from 'vitest';
import { encodePreview, type Preview } from '../../main/contract/api.ts';
import { ok } from '../../main/contract/result.ts';
import { appState } from '../dev/states.ts';
import { WebSocketApi } from './web-socket-api.ts';

/** The other end of the line. */
class Line {
  readyState = 1;
  binaryType = '';
  onmessage: (event: { data: unknown }) => void = () => {};
  onclose: () => void = () => {};
  readonly sent: { id: number; channel: string; argument: unknown }[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }
  say(message: unknown): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
  cut(): void {
    this.readyState = 3;
    this.onclose();
  }
}

function open() {
  const lines: Line[] = [];
  const waits: { work: () => void; ms: number }[] = [];
  const api = new WebSocketApi(
    () => {
      const line = new Line();
      lines.push(line);
      return line as unknown as WebSocket;
    },
    (work, ms) => waits.push({ work, ms }),
  );
  return { api, lines, waits };
}

describe('the page’s line to the web host', () => {
  it('gives each answer to the request that it belongs to, in whatever order they come', async () => {
    const { api, lines } = open();
    const first = api.call('lock.pin', { pin: '1' });
    const second = api.call('lock.now', {});
    const [one, two] = lines[0].sent;
    expect(one).toMatchObject({ channel: 'lock.pin', argument: { pin: '1' } });
    lines[0].say({ id: two.id, result: ok(undefined) });
    lines[0].say({ id: one.id, result: { ok: false, code: 'pin-wrong', message: 'No.' } });
    expect((await second).ok).toBe(true);
    expect(await first).toMatchObject({ ok: false, code: 'pin-wrong' });
  });

  it('fails what was asked when the line is cut, and never asks it again by itself', async () => {
    const { api, lines, waits } = open();
    const asked = api.call('lock.pin', { pin: '1' });
    lines[0].cut();
    expect(await asked).toMatchObject({ ok: false, code: 'timed-out' });
    waits[0].work();
    expect(lines[1].sent).toEqual([]);
  });

  it('refuses at once while there is no line', async () => {
    const { api, lines } = open();
    lines[0].cut();
    expect(await api.call('lock.now', {})).toMatchObject({ ok: false });
  });

  it('waits longer with each try, up to four seconds, and starts over once it heard a state', () => {
    const { lines, waits } = open();
    for (let i = 0; i < 7; i++) {
      lines[i].cut();
      waits[i].work();
    }
    expect(waits.map(({ ms }) => ms)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
    lines[7].say({ state: appState() });
    lines[7].cut();
    expect(waits[7].ms).toBe(250);
  });

  it('tells of the connection only when it changes, and counts it as back when the state is known', () => {
    const { api, lines, waits } = open();
    const told: boolean[] = [];
    api.onConnection((connected) => told.push(connected));
    lines[0].say({ state: appState() });
    lines[0].say({ state: appState() });
    lines[0].cut();
    waits[0].work();
    lines[1].cut();
    waits[1].work();
    expect(told).toEqual([true, false]);
    lines[2].say({ state: appState() });
    expect(told).toEqual([true, false, true]);
  });

  it('hands previews on and drops bytes that are none', () => {
    const { api, lines } = open();
    const seen: Preview[] = [];
    api.onPreview((preview) => seen.push(preview));
    const bytes = encodePreview({ kind: 'mirror', width: 2, height: 1, data: new Uint8Array([7, 9]) });
    lines[0].onmessage({ data: bytes.buffer });
    lines[0].onmessage({ data: bytes.slice(0, 7).buffer });
    expect(seen).toHaveLength(1);
    expect([...seen[0].data]).toEqual([7, 9]);
  });

  it('gives a late listener the state that is known already, and no longer calls one that left', () => {
    const { api, lines } = open();
    lines[0].say({ state: appState({ user: 'Ada' }) });
    const users: (string | undefined)[] = [];
    const leave = api.onState(({ user }) => users.push(user));
    leave();
    lines[0].say({ state: appState({ user: 'Bob' }) });
    expect(users).toEqual(['Ada']);
  });
});
