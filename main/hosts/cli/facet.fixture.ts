/** The program as a user calls it: a process of its own, with its own arguments, input, output and exit code. */
import { spawn, type ChildProcess } from 'node:child_process';
import { expect } from 'vitest';
import { hostFile } from '../../adapters/program-files.ts';

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Calling {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as another user; only root can. */
  readonly uid?: number;
  /** Another copy of the program. */
  readonly program?: string;
  /** Called with the running process. */
  readonly meanwhile?: (child: ChildProcess) => unknown;
}

/** Calls `facet ARGS`; resolves when the process has ended. */
export function facet(args: readonly string[], calling: Calling = {}): Promise<Run> {
  const { input = '', env = {}, uid, program = hostFile('cli'), meanwhile } = calling;
  // No keychain and no display of whoever runs the tests.
  const { DBUS_SESSION_BUS_ADDRESS: _bus, FACET_PASSPHRASE: _phrase, ...inherited } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...inherited, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that needs no input may be gone before it was written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  meanwhile?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export interface Answer {
  readonly code: number | null;
  /** The one JSON document on stdout. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly stderr: string;
}

/** The same with --json: stdout must be one JSON document on one line, whatever happens. */
export async function ask(args: readonly string[], calling?: Calling): Promise<Answer> {
  const { code, stdout, stderr } = await facet([...args, '--json'], calling);
  expect(stdout, stderr).toMatch(/^\{.*\}\n$/);
  return { code, document: JSON.parse(stdout) as Answer['document'], stderr };
}

/** What a failure must look like to a person: one sentence or a few on one line, no stack. */
export function expectSentence({ document, stderr }: Answer): void {
  expect(document['message']).toMatch(/^[^\n]{20,400}[.)]$/);
  expect(stderr).not.toMatch(/\n {4}at /);
}
