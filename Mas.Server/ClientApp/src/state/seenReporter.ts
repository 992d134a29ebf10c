import type { Gid, WindowId } from '../protocol/messages';

/**
 * Tells the server how far the user has read: the newest gid of each window, a few at a time, so that
 * a busy channel or a grid of thirty windows doesn't use up the session's request budget.
 */
export class SeenReporter {
  private readonly due = new Map<WindowId, Gid>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly send: (windowId: WindowId, gid: Gid) => Promise<boolean>,
    private readonly pause = 400,
    private readonly atOnce = 4,
  ) {}

  report(windowId: WindowId, gid: Gid): void {
    if (gid > (this.due.get(windowId) ?? 0)) this.due.set(windowId, gid);
    this.schedule();
  }

  /** Sends what is left after a reconnect. */
  connected(): void {
    this.schedule();
  }

  private schedule(): void {
    if (this.timer === null && this.due.size > 0) this.timer = setTimeout(() => void this.flush(), this.pause);
  }

  private async flush(): Promise<void> {
    const batch = [...this.due].slice(0, this.atOnce);
    for (const [windowId] of batch) this.due.delete(windowId);
    const sent = await Promise.all(batch.map(([windowId, gid]) => this.send(windowId, gid)));
    this.timer = null;
    let lost = false;
    batch.forEach(([windowId, gid], index) => {
      if (sent[index]) return;
      lost = true;
      this.due.set(windowId, Math.max(gid, this.due.get(windowId) ?? 0));
    });
    if (!lost) this.schedule();
  }
}
