/**
 * Enter arrives late where the face was quicker than the PIN: it was meant for the lock screen, and must not press the button that has
 * the focus under it now, which would lock the desk again.
 */

/** How long after the screen lifted away a key is still taken for a late one, ms. */
export const LATE = 600;
const PRESSES = ['Enter', ' '];

export class StrayKeys {
  private until = -Infinity;
  /** The key that went down last; its coming up (which presses, of a space bar) belongs to it. */
  private stray = false;

  /** @param now ms */
  constructor(private readonly now: () => number) {}

  /** The lock screen has just lifted away. */
  lifted(): void {
    this.until = this.now() + LATE;
  }

  /** For a button's keydown and keyup: a key that was down before, or goes down too early, does not press it. */
  readonly handle = (event: Pick<KeyboardEvent, 'type' | 'key' | 'repeat' | 'preventDefault'>): void => {
    if (!PRESSES.includes(event.key)) return;
    if (event.type === 'keydown') this.stray = event.repeat || this.now() < this.until;
    if (this.stray) event.preventDefault();
  };
}
