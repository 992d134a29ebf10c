/**
 * The pauses between attempts to reconnect: they double from `first` to `most` milliseconds, and each
 * is drawn from the upper half of its step, so that the clients of a restarted server don't all come
 * back in the same instant.
 */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly first = 500,
    private readonly most = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** How long to wait before the next attempt, in milliseconds. */
  next(): number {
    const step = Math.min(this.most, this.first * 2 ** Math.min(this.attempt++, 30));
    return Math.round(step / 2 + (step / 2) * this.random());
  }

  /** Called once a connection has proved to work. */
  reset(): void {
    this.attempt = 0;
  }
}
