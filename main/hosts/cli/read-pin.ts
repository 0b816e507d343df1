/** Gets a PIN without showing it: from standard input for programs, from the terminal for people. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { FacetError } from '../../contract/result.ts';

/** Longest line that is read: a PIN has at most 32 digits. */
const LONGEST = 1024;

/** @throws FacetError `bad-argument` where there is no terminal and no --pin-stdin */
export async function readPin(fromStdin: boolean): Promise<string> {
  if (fromStdin) {
    let text = '';
    for await (const chunk of process.stdin.setEncoding('utf8')) {
      text += chunk as string;
      if (text.includes('\n') || text.length > LONGEST) break;
    }
    return text.split(/\r?\n/, 1)[0];
  }
  if (!process.stdin.isTTY)
    throw new FacetError(
      'bad-argument',
      'A PIN is needed and there is no terminal to ask. Give it on standard input with --pin-stdin.',
    );
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write('PIN: ');
  try {
    return await line.question('');
  } finally {
    line.close();
    process.stderr.write('\n');
  }
}
