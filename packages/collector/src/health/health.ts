// How the collector is. It looks every few seconds, whoever asks: a stranger's question costs nothing.

import { HEALTH_CHECK_MS, HEALTH_MS } from '../limits.ts';

/** What one check saw. */
export interface Seen {
  /** What an admin is shown under the name of the check. */
  readonly value: unknown;
  /** What is wrong, what it means, and what to do. */
  readonly problem?: string | undefined;
  /** Events are, or will soon be, refused because of it. Otherwise it is only worth knowing. */
  readonly isFailing?: boolean;
}

export type Check = () => Seen | Promise<Seen>;

export interface Report {
  /** `failing`: events are refused. Problems with `ok` are worth a look. */
  readonly status: 'ok' | 'failing';
  readonly problems: readonly { readonly check: string; readonly problem: string }[];
  readonly checks: Readonly<Record<string, unknown>>;
  /** When it was looked, ISO 8601. */
  readonly checked_at: string;
}

export class Health {
  private last: Report | undefined;
  private looking: Promise<Report> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly checks: Readonly<Record<string, Check>>,
    private readonly clock: () => number,
  ) {}

  /** Looks now and from then on. Resolves after the first look. */
  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), HEALTH_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** As it was when it was last looked: at most some seconds ago. */
  get isOk(): boolean {
    return this.last?.status === 'ok';
  }

  /** Looks; who asks meanwhile gets the same report. It never throws. */
  look(): Promise<Report> {
    this.looking ??= this.lookNow().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookNow(): Promise<Report> {
    const entries = Object.entries(this.checks);
    const seen = await Promise.all(
      entries.map(async ([name, check]) => [name, await bounded(check)] as const),
    );
    this.last = {
      status: seen.some(([, { isFailing }]) => isFailing) ? 'failing' : 'ok',
      problems: seen.flatMap(([check, { problem }]) => (problem ? [{ check, problem }] : [])),
      checks: Object.fromEntries(seen.map(([name, { value }]) => [name, value])),
      checked_at: new Date(this.clock()).toISOString(),
    };
    return this.last;
  }
}

/** A check that hangs or fails is a problem; it holds up nothing. */
async function bounded(check: Check): Promise<Seen> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Seen>((done) => {
    const problem = `no answer within ${HEALTH_CHECK_MS} ms: the machine is overloaded, or its disk hangs. Look at its load`;
    timer = setTimeout(() => done({ value: null, problem }), HEALTH_CHECK_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { value: null, problem: `it could not be looked at: ${words}. The log may say more` };
  } finally {
    clearTimeout(timer);
  }
}
