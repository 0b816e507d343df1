/** The time, told once a second on the second, and at once when the machine's clock was changed or the page woke up. */
export class WallClock {
  now = $state(Date.now());

  /** @returns stops the clock */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      clearTimeout(timer);
      this.now = Date.now();
      timer = setTimeout(tick, 1000 - (this.now % 1000));
    };
    tick();
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }
}
