// Leases. One process holds the folder, so they are of its memory: they end with it, and go by a clock that
// nobody sets.

export class Leases {
  private readonly held = new Map<string, { holder: string; untilMs: number }>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  take(name: string, holder: string, ttlMs: number): boolean {
    const nowMs = this.clock();
    const held = this.held.get(name);
    if (held && held.holder !== holder && held.untilMs > nowMs) return false;
    this.held.set(name, { holder, untilMs: nowMs + ttlMs });
    return true;
  }

  release(name: string, holder: string): void {
    if (this.held.get(name)?.holder === holder) this.held.delete(name);
  }
}
