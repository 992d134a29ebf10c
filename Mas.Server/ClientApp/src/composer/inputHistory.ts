/**
 * What was sent from a composer, for the arrow keys. While the user walks in it, the text that was
 * being written is kept and comes back at the end.
 */
export class InputHistory {
  private readonly entries: string[] = [];
  private index = 0;
  private unfinished = '';

  constructor(private readonly limit = 50) {}

  add(text: string): void {
    if (this.entries.at(-1) !== text) this.entries.push(text);
    if (this.entries.length > this.limit) this.entries.shift();
    this.index = this.entries.length;
    this.unfinished = '';
  }

  /** The entry before the one shown; null at the oldest. */
  older(current: string): string | null {
    if (this.index === 0) return null;
    if (this.index === this.entries.length) this.unfinished = current;
    return this.entries[--this.index]!;
  }

  /** The entry after the one shown, at last the unfinished text; null when that is shown already. */
  newer(): string | null {
    if (this.index >= this.entries.length) return null;
    return ++this.index === this.entries.length ? this.unfinished : this.entries[this.index]!;
  }
}
