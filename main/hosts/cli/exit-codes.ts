/** What a command's exit code means; README.md has the same table. */
import type { FailureCode } from '../../contract/result.ts';

export const EXIT = {
  ok: 0,
  /** The face or the PIN was refused. */
  refused: 1,
  /** Nobody who could be judged came in time, or a recording ended too early. */
  nobody: 2,
  /** The face is paused or needs the PIN first, as with a sensor that the gallery does not know; the PIN is delayed. */
  lockedOut: 3,
  /** No sensor, or it went away; the camera part does not run. */
  sensor: 4,
  /** Data folder, key or models: missing, altered or not writable. */
  files: 5,
  /** A file that was given cannot be used. */
  input: 6,
  /** Another Facet is at work here. */
  busy: 7,
  /** The command was called wrongly. */
  usage: 64,
  /** A fault in Facet itself. */
  fault: 70,
  /** Ended by Ctrl-C. */
  cancelled: 130,
} as const;

const BY_CODE: Readonly<Record<FailureCode, number>> = {
  'bad-argument': EXIT.usage,
  'bad-input': EXIT.input,
  'sensor-unavailable': EXIT.sensor,
  'sensor-lost': EXIT.sensor,
  'sensor-unknown': EXIT.lockedOut,
  'model-missing': EXIT.files,
  'model-altered': EXIT.files,
  'pipeline-stopped': EXIT.sensor,
  'store-unwritable': EXIT.files,
  'store-altered': EXIT.files,
  'key-unavailable': EXIT.files,
  'pin-too-short': EXIT.usage,
  'pin-wrong': EXIT.refused,
  'pin-needed': EXIT.lockedOut,
  'not-enrolled': EXIT.nobody,
  paused: EXIT.lockedOut,
  'timed-out': EXIT.nobody,
  cancelled: EXIT.cancelled,
  busy: EXIT.busy,
  fault: EXIT.fault,
};

/** Never 0: a code that is not known (the pipeline process sends them) is a fault. */
export const exitCodeOf = (code: FailureCode): number =>
  Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : EXIT.fault;
