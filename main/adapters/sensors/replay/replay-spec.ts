/** What may follow `replay:` in `--sensor replay:FILE[?from=SECONDS&pace=fast&loop]`. */
import { existsSync } from 'node:fs';
import { FacetError } from '../../../contract/result.ts';
import type { ReplayOptions } from './replay-sensor.ts';

export interface ReplaySpec extends Pick<ReplayOptions, 'from' | 'loop'> {
  readonly path: string;
  /** Only for live watches: all others are as fast as they can be already. */
  readonly fast: boolean;
}

/** @throws FacetError `bad-argument` where no file is named, or an option is none of ours */
export function parseReplaySpec(detail: string): ReplaySpec {
  const mark = detail.lastIndexOf('?');
  // A question mark may also be part of a file's name.
  const [path, query] =
    mark < 0 || existsSync(detail) ? [detail, ''] : [detail.slice(0, mark), detail.slice(mark + 1)];
  if (!path) throw new FacetError('bad-argument', 'replay needs a recording: --sensor replay:FILE.');
  let spec: ReplaySpec = { path, fast: false };
  for (const option of query.split('&').filter(Boolean)) {
    const [name, value] = option.split('=', 2);
    const from = value ? Number(value) : NaN;
    if (name === 'from' && from >= 0 && from < Infinity) spec = { ...spec, from };
    else if (option === 'loop') spec = { ...spec, loop: true };
    else if (option === 'pace=fast') spec = { ...spec, fast: true };
    else if (option !== 'pace=original')
      throw new FacetError(
        'bad-argument',
        `replay does not know "${option}". Behind the file's name and a ? it takes from=SECONDS, pace=original, pace=fast and loop, joined by &.`,
      );
  }
  return spec;
}
