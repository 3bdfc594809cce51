// Who somebody is on a site: the id that the tracker made up, or, where it may keep none, a hash that lasts for a
// day. What would name a person is never kept as it is.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { distinctIdOf } from '../distinct-id.ts';
import { holdsAddress } from '../gate/addresses.ts';
import { isEmail } from '../gate/person.ts';
import { formatUuid } from '../gate/uuid.ts';
import { DAY_MS } from '../limits.ts';
import type { Settings } from '../store/records.ts';

export class Visitors {
  private salt: { day: number; text: string } | undefined;
  private secret: string | undefined;
  private making: Promise<void> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: () => number,
  ) {}

  /** Makes ready what ids are made with. The salt of a day that is over is overwritten, here and on disk. */
  async ready(): Promise<void> {
    if (this.secret !== undefined && this.salt?.day === this.today) return;
    this.making ??= this.make().finally(() => {
      this.making = undefined;
    });
    await this.making;
  }

  /** An id as it is kept: one that names a person becomes a hash of it, the same every day; '' when it is none. */
  known(id: unknown): string {
    const text = distinctIdOf(id);
    if (!isEmail(text) && !holdsAddress(text)) return text;
    return `p_${createHmac('sha256', this.secret!).update(text).digest('base64url').slice(0, 22)}`;
  }

  /** Somebody without an id, today: from what is the same in every request, and written nowhere. */
  unknown(site: number, client: string, agent: string): string {
    const hash = createHash('sha256').update([this.salt!.text, site, client, agent].join('\0'));
    return `d_${hash.digest('base64url').slice(0, 22)}`;
  }

  /** A visit, as the browser may keep it: numbers would tell how much is counted here. */
  visitName(number: number): string {
    const mac = createHmac('sha256', this.secret!).update(`visit ${number}`).digest();
    return formatUuid(mac.subarray(0, 16));
  }

  /** Overwrites a salt of a day that is over. */
  async sweep(): Promise<void> {
    if ((await this.settings.get('visitor_salt')) !== undefined) await this.ready();
  }

  private get today(): number {
    return Math.floor(this.clock() / DAY_MS);
  }

  private async make(): Promise<void> {
    const day = this.today;
    const [kept, text] = ((await this.settings.get('visitor_salt')) ?? '').split(':');
    let salt = { day, text: text ?? '' };
    if (kept !== String(day) || !text) {
      salt = { day, text: randomBytes(24).toString('base64url') };
      await this.settings.set('visitor_salt', `${day}:${salt.text}`);
    }
    let secret = await this.settings.get('visitor_secret');
    if (secret === undefined) {
      secret = randomBytes(24).toString('base64url');
      await this.settings.set('visitor_secret', secret);
    }
    this.salt = salt;
    this.secret = secret;
  }
}
