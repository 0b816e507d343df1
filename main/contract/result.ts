/** How an outcome crosses a boundary: as a value. Exceptions are for bugs only. */
export type Result<T, E extends Failure = Failure> = { readonly ok: true; readonly value: T } | E;

/** A failure that a person may meet. `message` says what happened, where, and what to do next. */
export interface Failure<C extends string = FailureCode> {
  readonly ok: false;
  readonly code: C;
  readonly message: string;
}

/** Every failure Facet can report. The command line maps each to an exit code (hosts/cli/exit-codes.ts). */
export type FailureCode =
  | 'bad-argument'
  | 'bad-input'
  | 'sensor-unavailable'
  | 'sensor-lost'
  /** Another sensor than the gallery knows: it needs the PIN once, or is none that may unlock. */
  | 'sensor-unknown'
  | 'model-missing'
  | 'model-altered'
  | 'pipeline-stopped'
  | 'store-unwritable'
  | 'store-altered'
  | 'key-unavailable'
  | 'pin-too-short'
  | 'pin-wrong'
  | 'pin-needed'
  | 'not-enrolled'
  | 'paused'
  | 'timed-out'
  | 'cancelled'
  | 'busy'
  /** A bug in Facet; the log has the rest. */
  | 'fault';

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const fail = <C extends FailureCode>(code: C, message: string): Failure<C> => ({
  ok: false,
  code,
  message,
});

/** A failure on its way up through code that cannot return it (streams, parsers); hosts turn it into a Result. */
export class FacetError extends Error {
  override readonly name = 'FacetError';
  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  toFailure(): Failure {
    return fail(this.code, this.message);
  }
}
