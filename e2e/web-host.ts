/** Starts the web host in a process of its own, as `npm start` does, on a temporary data folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');
/** The data folder of somebody who enrolled once; each test works on a copy. */
export const ENROLLED = join(ROOT, 'out', 'test-results', 'enrolled');
export const USER = 'Ada';
export const PIN = '271828';

export interface WebHost {
  readonly address: string;
  readonly folder: string;
  /** The process that drives the sensor; undefined while there is none. */
  pipeline(): number | undefined;
  stop(): Promise<void>;
}

export interface WebHostOptions {
  readonly enrolled?: boolean;
  readonly sensor?: string;
  readonly folder?: string;
  /** Keeps the key in a file of the folder instead of deriving it. */
  readonly keyFile?: boolean;
}

/** No keychain of whoever runs the tests; a passphrase in its place, or nothing. */
export function isolated(keyFile = false): NodeJS.ProcessEnv {
  const { FACET_PASSPHRASE: _, ...env } = process.env;
  return {
    ...env,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
    ...(keyFile ? {} : { FACET_PASSPHRASE: 'for tests only' }),
  };
}

export async function startWebHost({
  enrolled = false,
  sensor,
  folder,
  keyFile,
}: WebHostOptions): Promise<WebHost> {
  const data = folder ?? mkdtempSync(join(tmpdir(), 'facet-e2e-'));
  if (enrolled) cpSync(ENROLLED, data, { recursive: true });
  const child = spawn(
    process.execPath,
    ['out/web.js', '--no-open', '--port', '0', '--data', data, ...(sensor ? ['--sensor', sensor] : [])],
    {
      cwd: ROOT,
      env: isolated(keyFile),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return {
    address: await addressOf(child),
    folder: data,
    pipeline: () => childrenOf(child.pid!)[0],
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((done) => child.once('close', done));
      child.kill('SIGTERM');
      await closed;
      if (folder === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Reads the printed address, token and all. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(said)?.[0];
      if (address) found(address);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', () => failed(new Error(`The web host ended before it had an address:\n${said}`)));
  });
}

/** Children of a process, from /proc. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // The name may hold spaces and brackets; the parent is the second field after it.
        return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()!.split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}
