/**
 * Tries libfreenect2 in a process of its own (native/freenect2/probe.cc), built beside the addon: a library that is gone, or one that
 * ends whoever asks it for OpenGL without a display, must take nothing of Facet along.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nativeFolder } from '../../program-files.ts';
import type { Freenect2Pipeline } from './freenect2-addon.ts';

/** Drivers of graphics cards may take seconds when they are used first (ms). */
const ANSWERS_WITHIN = 10_000;
/** Exit code of the probe where the library was built without the pipeline. */
const BUILT_WITHOUT = 3;

const PROBE = join('build', 'Release', 'freenect2-probe');

export type ProbeAnswer =
  | { readonly kind: 'works' | 'built-without' }
  /** What the system or the library said, in one line. */
  | { readonly kind: 'fails'; readonly why: string };

/**
 * @param pipeline none asks only whether the library loads
 * @param folder where the addon was built
 */
export async function probeFreenect2(
  pipeline?: Freenect2Pipeline,
  folder = nativeFolder('freenect2'),
): Promise<ProbeAnswer> {
  try {
    await promisify(execFile)(join(folder, PROBE), pipeline ? [pipeline] : [], { timeout: ANSWERS_WITHIN });
    return { kind: 'works' };
  } catch (error) {
    const { code, killed, stderr } = error as { code?: unknown; killed?: boolean; stderr?: string };
    if (code === BUILT_WITHOUT) return { kind: 'built-without' };
    if (killed) return { kind: 'fails', why: `it gave no answer in ${ANSWERS_WITHIN / 1000} seconds` };
    return { kind: 'fails', why: causeIn(stderr ?? '') ?? `${PROBE} does not run: ${String(code)}` };
  }
}

/** The first line, without the names of who said it. */
function causeIn(stderr: string): string | undefined {
  const line = stderr.trim().split('\n', 1)[0];
  return (
    line
      .replace(/^.*?(error while loading shared libraries: |\[Error\] (\[\w+\] )?)/, '')
      .replace(/\.$/, '') || undefined
  );
}
