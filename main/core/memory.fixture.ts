/** What the shell keeps, in memory, for tests: files, galleries and PINs. */
import { fail, ok, type Failure, type Result } from '../contract/result.ts';
import type { Gallery, GalleryVault } from './people/gallery.ts';
import { checkPin, type PinVault } from './people/pin.ts';
import type { Store } from './ports.ts';
import type { Judgement, RetrainProgress } from '../contract/states/retrain.ts';
import type { HeadTrainer, RetrainTask } from './retrain/retrain.ts';

export class MemoryStore implements Store {
  readonly files = new Map<string, Uint8Array>();
  full = false;
  async read(name: string) {
    return ok(this.files.get(name));
  }
  async write(name: string, bytes: Uint8Array) {
    if (this.full) return fail('store-unwritable', 'The disk is full.');
    this.files.set(name, bytes);
    return ok(undefined);
  }
  async remove(name: string) {
    this.files.delete(name);
    return ok(undefined);
  }
  async list(prefix: string) {
    return ok([...this.files.keys()].filter((name) => name.startsWith(prefix)).sort());
  }
}

export class MemoryVault implements GalleryVault {
  readonly galleries = new Map<string, Gallery>();
  /** What loading or saving fails with. */
  loading: Failure | undefined;
  saving: Failure | undefined;
  async users() {
    return ok([...this.galleries.keys()].sort());
  }
  async load(user: string): Promise<Result<Gallery | undefined>> {
    return this.loading ?? ok(this.galleries.get(user));
  }
  async save(gallery: Gallery): Promise<Result<Gallery>> {
    if (this.saving) return this.saving;
    this.galleries.set(gallery.user, { ...gallery, version: gallery.version + 1 });
    return ok(this.galleries.get(gallery.user)!);
  }
  async remove(user: string) {
    this.galleries.delete(user);
    return ok(undefined);
  }
}

export class MemoryPins implements PinVault {
  readonly pins = new Map<string, string>();
  /** Checking waits for this. */
  gate: Promise<void> = Promise.resolve();
  async users() {
    return ok([...this.pins.keys()].sort());
  }
  async exists(user: string) {
    return ok(this.pins.has(user));
  }
  async set(user: string, pin: string) {
    const fit = checkPin(pin);
    if (fit.ok) this.pins.set(user, pin);
    return fit;
  }
  async verify(user: string, pin: string) {
    await this.gate;
    return ok(this.pins.get(user) === pin);
  }
  async remove(user: string) {
    this.pins.delete(user);
    return ok(undefined);
  }
}

/** Retrains as the test says; until then it waits. */
export class StagedTrainer implements HeadTrainer {
  readonly tasks: RetrainTask[] = [];
  show: (progress: RetrainProgress) => void = () => undefined;
  /** Ends the retraining that runs. */
  end: (outcome: Awaited<ReturnType<HeadTrainer['retrain']>>) => void = () => undefined;
  /** Whether it goes deeper, and why not. */
  deeper: Result<void> = ok(undefined);
  goesDeeper = () => Promise.resolve(this.deeper);
  retrain: HeadTrainer['retrain'] = (task, signal, show) => {
    this.tasks.push(task);
    this.show = show;
    return new Promise((resolve) => {
      this.end = resolve;
      signal.addEventListener('abort', () => resolve(fail('cancelled', 'Stopped.')));
    });
  };
}

const judgement = (errors: number): Judgement => ({
  falseAccepts: { errors: 0, of: 1000, low: 0, high: 0.003 },
  falseRejects: { errors, of: 84, low: 0, high: 0.1 },
  det: [{ falseAccept: 0.01, falseReject: 0.02 }],
});

/** How a retraining may end. */
export const trained = (promoted: boolean) =>
  ok({
    terms: promoted ? { colour: { offset: -0.05, distances: new Map(), weights: new Map() } } : {},
    report: {
      verdict: promoted ? ('better' as const) : ('more-false-rejects' as const),
      promoted,
      before: judgement(4),
      after: judgement(promoted ? 1 : 6),
      views: { learned: 12, heldOut: 4 },
      people: { learned: 500, heldOut: 500 },
    },
    backend: 'wasm' as const,
  });
