// The sender `console`: prints the request that another sender would make. Nothing is sent.

import { toJson } from '../output';
import { requestOf } from './preview';
import { NO_WIRE_FORM, type Sender } from './sender';

/** Why its events are dropped: what `log` shows. */
const PRINTED = 'printed by the sender console, not sent';

/** A sender that prints, with `print`, what `sender` would send. */
export function consoleSender(sender: Sender, print: (text: string) => void): Sender {
  return {
    async send(batch) {
      const request = await requestOf(sender, batch);
      if (!request) return NO_WIRE_FORM;
      print(`${toJson(JSON.parse(request.body), 2)}\n`);
      return { kind: 'printed', detail: PRINTED };
    },
  };
}
