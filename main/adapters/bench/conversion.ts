/** From what each driver is handed to pictures in millimetres on one grid: conversion and registration, ms of CPU time. */
import { ms } from '../../contract/units.ts';
import type { ColourImage, SensorFrame } from '../../core/sense/frames.ts';
import { FAR_MM, findPresence } from '../../core/sense/presence.ts';
import { Registrar, type Region } from '../../core/sense/registration.ts';
import { rawDepth } from '../sensors/freenect/fakenect-film.ts';
import { VIDEO } from '../sensors/freenect/freenect-addon.ts';
import { depthOf, DRAWN_TRIANGLE, millimetresOf, SIZE } from '../sensors/freenect/kinect-v1.ts';
import {
  bytesOf,
  COLOUR_PIXELS,
  COLOUR_SIZE,
  DEPTH_PIXELS,
  DEPTH_SIZE,
  unmirror,
} from '../sensors/kinect-v2.ts';
import { picturesOf, type Pictures } from '../sensors/kinect2/payload.ts';
import { ordinaryCast } from '../sensors/simulated/cast.ts';
import { FRAME_TIME, Stage } from '../sensors/simulated/stage.ts';
import { timesOf, type Times } from './statistics.ts';

export interface ConversionReport {
  readonly driver: string;
  readonly conversion: Times;
  /** With registration where somebody is, as the pipeline does. */
  readonly path: Times;
  /** With registration of the whole frame. */
  readonly whole: Times;
}

/** A driver's way with one frame: lays out what the sensor would hand it, then converts that when called. */
interface Driver {
  readonly name: string;
  readonly scene: string;
  readonly prepare: (frame: SensorFrame) => () => SensorFrame;
}

/** Frames until the code is compiled. */
const WARM_UP = 20;

export const measureConversions = (frames: number): ConversionReport[] =>
  [freenect(), kinect2(), freenect2()].map((driver) => measure(driver, frames));

function measure({ name, scene, prepare }: Driver, frames: number): ConversionReport {
  const stage = new Stage(scene, ordinaryCast(), 'full');
  const registrar = new Registrar();
  const [conversions, path, whole]: number[][] = [[], [], []];
  for (let n = 0; n < frames + WARM_UP; n++) {
    const convert = prepare(stage.frame(n, ms(n * FRAME_TIME)));
    let frame: SensorFrame | undefined;
    const conversion = cpuTime(() => (frame = convert()));
    const [presence] = findPresence(frame!.depth);
    if (n < WARM_UP || !presence) continue;
    const region = within(presence.region, frame!.depth);
    conversions.push(conversion);
    path.push(conversion + cpuTime(() => registrar.register(frame!, region, FAR_MM)));
    whole.push(conversion + cpuTime(() => registrar.register(frame!)));
  }
  return { driver: name, conversion: timesOf(conversions), path: timesOf(path), whole: timesOf(whole) };
}

const within = ({ left, top, right, bottom }: Region, { width, height }: SensorFrame['depth']): Region => ({
  left: Math.max(0, left),
  top: Math.max(0, top),
  right: Math.min(width, right),
  bottom: Math.min(height, bottom),
});

function cpuTime(work: () => unknown): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** Raw depth of 11 bits; colour is handed over as it is. */
function freenect(): Driver {
  const table = millimetresOf(DRAWN_TRIANGLE);
  return {
    name: 'freenect',
    scene: 'you+v1',
    prepare: (frame) => {
      const bytes = rawDepth(frame.depth.data).buffer as ArrayBuffer;
      const picture = { bytes, format: VIDEO.rgb, ...SIZE, number: frame.sequence, ticks: 0, age: 0 };
      return () => ({ ...frame, depth: { ...frame.depth, data: depthOf(picture, table) } });
    },
  };
}

/** Three mirrored pictures, each frame's in the same memory: the package wants it back. */
function kinect2(): Driver {
  const colour = new Uint32Array(COLOUR_PIXELS);
  const depth = new Uint16Array(DEPTH_PIXELS);
  const infrared = new Uint8Array(DEPTH_PIXELS);
  const payload = {
    color: { buffer: bytesOf(colour) },
    rawDepth: { buffer: bytesOf(depth) },
    infrared: { buffer: infrared },
  };
  return {
    name: 'kinect2',
    scene: 'you',
    prepare: (frame) => {
      rgba(frame.colour!, colour);
      depth.set(frame.depth.data);
      infrared.set(frame.infrared!.data.map((value) => value >> 6));
      for (const [picture, width] of [
        [colour, COLOUR_SIZE.width],
        [depth, DEPTH_SIZE.width],
        [infrared, DEPTH_SIZE.width],
      ] as const)
        unmirror(picture, width);
      return () => replaced(frame, picturesOf(payload, 'colour'));
    },
  };
}

/** Three mirrored pictures in memory of their own: the addon's thread copies them, and makes millimetres of metres. */
const freenect2 = (): Driver => ({
  name: 'freenect2',
  scene: 'you',
  prepare: (frame) => {
    const { depth, infrared, colour } = mirrored(frame);
    return () =>
      replaced(frame, {
        depth: unmirror(depth, DEPTH_SIZE.width),
        infrared: unmirror(infrared, DEPTH_SIZE.width),
        colour: unmirror(colour, COLOUR_SIZE.width),
      });
  },
});

/** Copies, as a Kinect v2 sends them. */
const mirrored = ({ depth, infrared, colour }: SensorFrame): Required<Omit<Pictures, 'registered'>> => ({
  depth: unmirror(depth.data.slice(), DEPTH_SIZE.width),
  infrared: unmirror(infrared!.data.slice(), DEPTH_SIZE.width),
  colour: unmirror(rgba(colour!, new Uint32Array(COLOUR_PIXELS)), COLOUR_SIZE.width),
});

function rgba({ data, channels }: ColourImage, out: Uint32Array): Uint32Array {
  for (let i = 0, at = 0; i < out.length; i++, at += channels)
    out[i] = (0xff000000 | (data[at + 2] << 16) | (data[at + 1] << 8) | data[at]) >>> 0;
  return out;
}

const replaced = (frame: SensorFrame, { depth, infrared, colour }: Pictures): SensorFrame => ({
  ...frame,
  depth: { ...frame.depth, data: depth },
  infrared: { ...frame.infrared!, data: infrared },
  colour: { ...frame.colour!, channels: 4, data: bytesOf(colour!) },
});
