/** Results on stdout (one JSON document with --json), everything else on stderr. */
import { once } from 'node:events';
import { FacetError, type Failure, type Result } from '../../contract/result.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';

export class Output {
  constructor(readonly json: boolean) {}

  /** The command's result: the document for programs, or the sentence for people. */
  result(document: Readonly<Record<string, unknown>>, sentence: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(document)}\n` : `${sentence}\n`);
  }

  /** One document of many, a line each; waits while the reader is slower. */
  async stream(document: unknown): Promise<void> {
    if (!process.stdout.write(`${JSON.stringify(document)}\n`)) await once(process.stdout, 'drain');
  }

  /** One document on one line. */
  line(document: unknown): void {
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }

  /** What happens meanwhile; on a terminal each replaces the last. */
  progress(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
    else if (text !== this.last) process.stderr.write(`${text}\n`);
    this.last = text;
  }
  private last = '';

  note(text: string): void {
    this.endProgress();
    process.stderr.write(`${text}\n`);
  }

  endProgress(): void {
    if (process.stderr.isTTY && this.last) process.stderr.write('\n');
    this.last = '';
  }

  failure({ code, message }: Failure): number {
    this.endProgress();
    process.stderr.write(`facet: ${message}\n`);
    if (this.json) this.line({ ok: false, code, message });
    return exitCodeOf(code);
  }
}

/** Runs a command's work and turns whatever comes out into an exit code. */
export async function finish(output: Output, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof FacetError) process.exitCode = output.failure(error.toFailure());
    else {
      output.endProgress();
      process.stderr.write(
        `facet: this is a fault in Facet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      if (output.json)
        output.line({
          ok: false,
          code: 'fault',
          message: error instanceof Error ? error.message : String(error),
        });
      process.exitCode = EXIT.fault;
    }
  } finally {
    output.endProgress();
  }
}

/** The value of a success. @throws FacetError for a failure */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FacetError(result.code, result.message);
}
