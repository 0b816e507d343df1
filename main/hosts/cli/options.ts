/** Options that several commands share. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Pace } from '../../contract/pipeline.ts';
import { SENSOR_SPECS } from '../../adapters/sensors/open-sensor.ts';
import { Output } from './output.ts';

export interface CommonOptions {
  readonly sensor: string;
  readonly data?: string;
  readonly pinStdin?: boolean;
  readonly live?: boolean;
}

export function commonOptions(command: Command, ...which: readonly ('sensor' | 'data' | 'pin')[]): Command {
  if (which.includes('sensor'))
    command
      .option('--sensor <sensor>', SENSOR_SPECS, 'simulated')
      .option('--live', 'play recordings and simulations at their own pace, as a sensor would');
  if (which.includes('data')) command.option('--data <folder>', 'where galleries and settings are kept');
  if (which.includes('pin')) command.option('--pin-stdin', 'read the PIN from standard input');
  return command;
}

export const outputOf = (command: Command): Output =>
  new Output(command.optsWithGlobals<{ json?: boolean }>().json ?? false);

/** Recordings and simulations are judged frame by frame unless asked for live; hardware is always live. */
export const paceOf = ({ sensor, live }: CommonOptions): Pace => {
  const recorded =
    process.env['FAKENECT_PATH'] === undefined ? /^(simulated|replay)\b/ : /^(simulated|replay|freenect)\b/;
  return live || !recorded.test(sensor) ? 'live' : 'virtual';
};

/** The simulated visitor turns the head when asked to enrol. */
export function withTurn(sensor: string): string {
  const [, name, scene = 'you', seed = ''] = /^(simulated)(?::([^@]*))?(@.*)?$/.exec(sensor) ?? [];
  if (!name || scene.split('+').includes('turn')) return sensor;
  return `${name}:${scene || 'you'}+turn${seed}`;
}

/** Aborts on the first Ctrl-C, so that a command can end in order; the second one ends the process. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** A whole number of at least 1. */
export const countOf = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number of at least 1.');
  return value;
};

/** A whole number of at least 0. */
export const indexOf = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number of at least 0.');
  return value;
};

/** One second to an hour. */
export const secondsOf = (text: string): number => {
  const value = Number(text);
  if (!(value >= 1 && value <= 3600)) throw new InvalidArgumentError('Give 1 to 3600 seconds.');
  return value;
};

/** How the pictures of a recording are kept. */
export const losslessOption = (command: Command): Command =>
  command.option('--lossless', 'keep every bit of colour and infrared, in three times the space');

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
