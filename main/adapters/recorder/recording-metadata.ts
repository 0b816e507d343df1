/** What a recording says about itself: one MCAP metadata record at the start of the file. */
import { z } from 'zod';
import type { SensorInfo } from '../../core/sense/frames.ts';

export const METADATA_NAME = 'facet.recording';

export interface RecordingMetadata {
  readonly sensor: SensorInfo;
  readonly softwareVersion: string;
  /** Who agreed to be recorded, and to what; people read it in Foxglove. */
  readonly consent: string;
  /** log_time of capture time 0, in nanoseconds since the Unix epoch. */
  readonly origin: bigint;
}

const fields = z.object({
  driver: z.string(),
  model: z.enum(['kinect-v1', 'kinect-v2', 'other']),
  serial: z.string(),
  simulated: z.enum(['true', 'false']),
  software_version: z.string(),
  consent: z.string(),
  origin_ns: z.string().regex(/^-?\d{1,19}$/),
});

export function toFields(metadata: RecordingMetadata): Map<string, string> {
  const { sensor, softwareVersion, consent, origin } = metadata;
  return new Map(
    Object.entries({
      driver: sensor.driver,
      model: sensor.model,
      serial: sensor.serial,
      simulated: sensor.simulated ? 'true' : 'false',
      software_version: softwareVersion,
      consent,
      origin_ns: String(origin),
    } satisfies z.infer<typeof fields>),
  );
}

/** undefined where the record is not one of ours. */
export function fromFields(record: ReadonlyMap<string, string>): RecordingMetadata | undefined {
  const parsed = fields.safeParse(Object.fromEntries(record));
  if (!parsed.success) return undefined;
  const { driver, model, serial, simulated, software_version, consent, origin_ns } = parsed.data;
  return {
    sensor: { driver, model, serial, simulated: simulated === 'true' },
    softwareVersion: software_version,
    consent,
    origin: BigInt(origin_ns),
  };
}
