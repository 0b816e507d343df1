/** What a recording says about itself: one MCAP metadata record at the start of the file. */
import { z } from 'zod';
import type { Intrinsics, SensorInfo } from '../../core/sense/frames.ts';

export const METADATA_NAME = 'facet.recording';

export interface RecordingMetadata {
  readonly sensor: SensorInfo;
  readonly softwareVersion: string;
  /** Who agreed to be recorded, and to what; people read it in Foxglove. */
  readonly consent: string;
  /** log_time of capture time 0, in nanoseconds since the Unix epoch. */
  readonly origin: bigint;
  /** Of the first frame; every frame has its own beside it (`camera_info`). */
  readonly intrinsics?: { readonly depth: Intrinsics; readonly colour?: Intrinsics };
  /** Colour has half of the sensor's pixels each way; the intrinsics are those of what was recorded. */
  readonly halfColour?: boolean;
  /** What was done to the recording since, one sentence for each time. */
  readonly edits?: readonly string[];
}

/** Whether the people in it are synthetic; undefined where another program recorded them, which does not say. */
export const isSynthetic = ({ sensor }: RecordingMetadata): boolean | undefined =>
  sensor.driver === 'simulated' || (sensor.simulated ? undefined : false);

const intrinsics = z.object({
  width: z.number(),
  height: z.number(),
  fx: z.number(),
  fy: z.number(),
  cx: z.number(),
  cy: z.number(),
});
/** MCAP's metadata are texts: structure travels as JSON. */
const json = <T>(schema: z.ZodType<T>) =>
  z.string().transform((text, context): T => {
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // Said below.
    }
    context.addIssue({ code: 'custom', message: 'not the JSON that belongs here' });
    return z.NEVER;
  });

const fields = z.object({
  driver: z.string(),
  model: z.enum(['kinect-v1', 'kinect-v2', 'other']),
  serial: z.string(),
  simulated: z.enum(['true', 'false']),
  software_version: z.string(),
  consent: z.string(),
  origin_ns: z.string().regex(/^-?\d{1,19}$/),
  depth_intrinsics: json(intrinsics).optional(),
  colour_intrinsics: json(intrinsics).optional(),
  half_colour: z.literal('true').optional(),
  edits: json(z.array(z.string())).optional(),
});

export function toFields(metadata: RecordingMetadata): Map<string, string> {
  const { sensor, softwareVersion, consent, origin, intrinsics, halfColour, edits } = metadata;
  return new Map(
    Object.entries({
      driver: sensor.driver,
      model: sensor.model,
      serial: sensor.serial,
      simulated: sensor.simulated ? 'true' : 'false',
      software_version: softwareVersion,
      consent,
      origin_ns: String(origin),
      ...(intrinsics && { depth_intrinsics: JSON.stringify(intrinsics.depth) }),
      ...(intrinsics?.colour && { colour_intrinsics: JSON.stringify(intrinsics.colour) }),
      ...(halfColour && { half_colour: 'true' as const }),
      ...(edits && { edits: JSON.stringify(edits) }),
    } satisfies z.input<typeof fields>),
  );
}

/** undefined where the record is not one of ours. */
export function fromFields(record: ReadonlyMap<string, string>): RecordingMetadata | undefined {
  const parsed = fields.safeParse(Object.fromEntries(record));
  if (!parsed.success) return undefined;
  const { driver, model, serial, simulated, software_version, consent, origin_ns } = parsed.data;
  const { depth_intrinsics: depth, colour_intrinsics: colour, half_colour, edits } = parsed.data;
  return {
    sensor: { driver, model, serial, simulated: simulated === 'true' },
    softwareVersion: software_version,
    consent,
    origin: BigInt(origin_ns),
    ...(depth && { intrinsics: { depth, ...(colour && { colour }) } }),
    ...(half_colour && { halfColour: true }),
    ...(edits && { edits }),
  };
}
