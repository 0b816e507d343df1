/**
 * What the page may ask and what it is told: channel → signature. Both hosts (Electron IPC, WebSocket) carry exactly this;
 * both ends are typed from it, and the shell checks every argument against its schema before it looks at it.
 */
import { z } from 'zod';
import { LOOK_REASONS } from './codes.ts';
import { nameSchema as name } from './names.ts';
import type { AppState } from './states/app.ts';
import { RETRAIN_SCOPES } from './states/retrain.ts';
import type { Result } from './result.ts';

/** Long enough for a pasted book to be refused by name, short enough to cost nothing. */
const pin = z.string().max(10_000);

export const settingsSchema = z.strictObject({
  /** The false-accept rate that a threshold aims at. */
  sensitivity: z.union([z.literal(1e-4), z.literal(1e-5), z.literal(1e-6)]),
  /** Eyes must be open. */
  attentionRequired: z.boolean(),
  /** Minutes without a key or pointer after which the screen locks; 0 never. */
  idleLockMinutes: z.int().min(0).max(240),
  /** `--sensor` text of the sensor in use. */
  sensor: z.string().min(1).max(4096),
  /** Electron only. */
  startAtLogin: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
  /** Templates follow the person, and a refused look may be remembered after the PIN. */
  adaptation: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What a visitor may wear; a muffler is a scarf over mouth and chin. */
export const WORN = ['glasses', 'sunglasses', 'hat', 'muffler'] as const;

/** What stands before the simulated sensor; what is left out stays. */
export const visitorSchema = z.strictObject({
  who: z.enum(['you', 'stranger', 'lookalike', 'two', 'nobody']).optional(),
  holds: z.enum(['nothing', 'photo', 'tablet', 'mask']).optional(),
  yaw: z.number().min(-45).max(45).optional(),
  pitch: z.number().min(-30).max(30).optional(),
  distance: z.number().min(350).max(1500).optional(),
  dark: z.boolean().optional(),
  glasses: z.boolean().optional(),
  sunglasses: z.boolean().optional(),
  hat: z.boolean().optional(),
  muffler: z.boolean().optional(),
  /** Turns the head once round, as enrolment asks. */
  turning: z.boolean().optional(),
  /** Pulls the sensor's plug, or puts it back. */
  plugged: z.boolean().optional(),
});
export type VisitorUpdate = z.infer<typeof visitorSchema>;
export type Visitor = { readonly [K in keyof VisitorUpdate]-?: Exclude<VisitorUpdate[K], undefined> };

/** Arguments of every channel. A channel that weakens security asks for the PIN among them. */
export const apiSchemas = {
  /** First run: who uses this desk, and their PIN. Only while nobody is set up. */
  'setup.begin': z.strictObject({ user: name, pin }),
  /** Opens the screen where the PIN is right. Works at any moment, whatever the sensor or the models do. */
  'lock.pin': z.strictObject({ pin }),
  'lock.now': z.strictObject({}),
  /** Tries the face again after a refusal. */
  'lock.retry': z.strictObject({}),
  /** A key or a pointer moved on the open desktop: the idle time starts again. */
  'lock.active': z.strictObject({}),
  /** Begins an enrolment; how it goes is in AppState.enrolment. */
  'enrolment.start': z.strictObject({ pin, look: name }),
  /** Throws away what was captured. */
  'enrolment.cancel': z.strictObject({}),
  /** Goes on where an enrolment paused; with the PIN where the screen was locked since. */
  'enrolment.resume': z.strictObject({ pin: pin.optional() }),
  /** Goes on with an enrolment that looks straight ahead. */
  'enrolment.straight': z.strictObject({}),
  /** Puts a finished or failed enrolment away. */
  'enrolment.dismiss': z.strictObject({}),
  /** The PIN may be left out where nothing gets weaker (stricter sensitivity, shorter idle time, theme). */
  'settings.change': z.strictObject({ pin: pin.optional(), change: settingsSchema.partial() }),
  'looks.rename': z.strictObject({ pin, look: name, to: name }),
  'looks.remove': z.strictObject({ pin, look: name }),
  /** Remembers the face that was refused right before the PIN, while it is offered. */
  'offer.accept': z.strictObject({ look: name, reason: z.enum(LOOK_REASONS) }),
  'offer.dismiss': z.strictObject({}),
  /** Forgets what followed the person on a day. */
  'adaptation.undo': z.strictObject({ pin, day: z.int().min(0).max(1e8) }),
  /** Finds out whether a deeper retraining has what it needs here: AppState.deeper says so. Only while the screen is open. */
  'retrain.check': z.strictObject({}),
  /**
   * Learns from the looks to tell their owner from others, and deeper looks at their owner again; how it goes is in
   * AppState.retraining.
   */
  'retrain.start': z.strictObject({ pin, scope: z.enum(RETRAIN_SCOPES) }),
  'retrain.cancel': z.strictObject({}),
  /** Puts a finished or failed retraining away. */
  'retrain.dismiss': z.strictObject({}),
  /** Goes back, or on, to a retrained version; 0 for none. */
  'retrain.use': z.strictObject({ pin, version: z.int().min(0).max(1e9) }),
  'pin.change': z.strictObject({ pin, next: pin }),
  /** Every gallery, PIN, setting and key of this data folder. */
  'everything.remove': z.strictObject({ pin }),
  /** Shows pictures, times and what spoke against a frame, until closed or locked. */
  'diagnostics.open': z.strictObject({ pin }),
  /** Draws the face map into the diagnostics, while they are open. */
  'diagnostics.map': z.strictObject({}),
  'diagnostics.close': z.strictObject({}),
  /** Simulated sensor only. */
  'visitor.direct': visitorSchema,
} as const;

export type Channel = keyof typeof apiSchemas;
export type ApiArguments<C extends Channel> = z.infer<(typeof apiSchemas)[C]>;

/** What the page holds: `window.facet` in Electron, a WebSocket client in the browser. */
export interface FacetApi {
  call<C extends Channel>(channel: C, argument: ApiArguments<C>): Promise<Result<void>>;
  /** The state now and after every change. @returns ends the subscription */
  onState(receive: (state: AppState) => void): () => void;
  /** Previews, the latest of each kind; those in between are lost. @returns ends the subscription */
  onPreview(receive: (preview: Preview) => void): () => void;
  /** The shell cannot be reached, or can again. */
  onConnection(receive: (connected: boolean) => void): () => void;
}

/**
 * `mirror`: what the sensor sees, as shaded depth; `relief`: the person's own relief as fused so far. Both are brightness of a
 * hill-shaded surface (0 where nothing is), never a photograph, and already mirrored. The others only while diagnostics are open.
 */
export const PREVIEW_KINDS = ['mirror', 'relief', 'colour', 'infrared', 'depth', 'tensor', 'points'] as const;
export type PreviewKind = (typeof PREVIEW_KINDS)[number];

export interface Preview {
  readonly kind: PreviewKind;
  readonly width: number;
  readonly height: number;
  /**
   * `mirror`, `relief`, `infrared`: 1 byte a pixel; `colour`, `depth` (false colour), `tensor`: RGBA;
   * `points`: width × 1, six int16 little-endian each: x, y, z in millimetres, then red, green, blue.
   */
  readonly data: Uint8Array;
}

/** A preview on the wire: kind (uint8), 0, width, height (uint16 little-endian each), then the data. */
export function encodePreview({ kind, width, height, data }: Preview): Uint8Array {
  const bytes = new Uint8Array(6 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, PREVIEW_KINDS.indexOf(kind));
  view.setUint16(2, width, true);
  view.setUint16(4, height, true);
  bytes.set(data, 6);
  return bytes;
}

/** @returns undefined for bytes that are no preview */
export function decodePreview(bytes: Uint8Array): Preview | undefined {
  if (bytes.length < 6) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = PREVIEW_KINDS[view.getUint8(0)];
  if (kind === undefined) return undefined;
  const width = view.getUint16(2, true);
  const height = view.getUint16(4, true);
  const pixel = { mirror: 1, relief: 1, infrared: 1, colour: 4, depth: 4, tensor: 4, points: 12 }[kind];
  if (bytes.length !== 6 + width * height * pixel) return undefined;
  return { kind, width, height, data: bytes.subarray(6) };
}
