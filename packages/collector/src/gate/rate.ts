// Rates: buckets that fill steadily. Kept in memory only.

/** Buckets by key; a key that is not heard of is full. Beyond `maxKeys` the longest unused is dropped. */
export class Rate<Key = number> {
  private readonly buckets = new Map<Key, { left: number; atMs: number }>();

  /** `perMinute` 0: no limit. */
  constructor(
    private readonly perMinute: number,
    private readonly maxKeys = 20_000,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Is the bucket of `key` empty? Takes nothing. */
  isEmpty(key: Key): boolean {
    return this.perMinute !== 0 && this.leftOf(key, this.clock()) < 1;
  }

  private leftOf(key: Key, nowMs: number): number {
    const bucket = this.buckets.get(key);
    if (!bucket) return this.perMinute;
    const filled = bucket.left + ((nowMs - bucket.atMs) / 60_000) * this.perMinute;
    return Math.min(this.perMinute, filled);
  }

  /** Takes `count` from the bucket of `key`. False: it is empty. */
  take(key: Key, count: number): boolean {
    if (this.perMinute === 0) return true;
    const nowMs = this.clock();
    const left = this.leftOf(key, nowMs);
    // A batch may overdraw a bucket that is not empty: a batch larger than it would never pass.
    const isAllowed = left >= 1;
    this.buckets.delete(key); // and put at the end: the first is the longest unused
    this.buckets.set(key, { left: isAllowed ? left - count : left, atMs: nowMs });
    if (this.buckets.size > this.maxKeys) this.buckets.delete(this.buckets.keys().next().value!);
    return isAllowed;
  }
}
