/** Branded units: a wrong argument does not compile. A plain number is branded once, where it enters. */
declare const unit: unique symbol;
type Branded<U extends string> = number & { readonly [unit]: U };

/** Lengths and depths, in millimetres. */
export type Millimetres = Branded<'mm'>;
/** Angles, in degrees. */
export type Degrees = Branded<'deg'>;
/** Times and durations, in milliseconds; capture times are monotonic. */
export type Milliseconds = Branded<'ms'>;

export const mm = (value: number): Millimetres => value as Millimetres;
export const deg = (value: number): Degrees => value as Degrees;
export const ms = (value: number): Milliseconds => value as Milliseconds;
