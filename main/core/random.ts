/**
 * Seeded randomness that is the same on every machine: integer arithmetic only (xoshiro128**, Blackman and
 * Vigna 2018, seeded through splitmix32 over an FNV-1a hash of the name).
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param seed any name: equal names give equal streams, different names independent ones. */
  constructor(seed: string) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    const mix = () => {
      hash = (hash + 0x9e3779b9) | 0;
      let z = hash;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.a = mix();
    this.b = mix();
    this.c = mix();
    this.d = mix() | 1;
  }

  /** Uniform 32-bit integer, 0 … 2³² − 1. */
  uint32(): number {
    const x = Math.imul(this.b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /**
   * Approximately standard normal: the sum of twelve uniform 16-bit numbers (Irwin–Hall), which needs no
   * transcendental function and so is bit-equal everywhere. |x| ≤ 6.
   */
  normal(): number {
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      const bits = this.uint32();
      sum += (bits & 0xffff) + (bits >>> 16);
    }
    return sum / 65536 - 6 + 6 / 65536;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}
