// The foot of a page: whose days these are, how old the answers, and the way out.

import { Updated } from '../parts/banner';
import type { Scope } from './scope';
import { signOut } from './session';
import { go } from './view';

export function Footer({ scope, own }: { scope: Scope; own: string }) {
  const { view, zone } = scope;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([own, here, zone, 'UTC'])];
  return (
    <footer>
      <label>
        Days are those of{' '}
        <select
          value={zone}
          onChange={(event) => {
            const { value } = event.currentTarget;
            go({ ...view, zone: value === own ? '' : value });
          }}
        >
          {zones.map((each) => (
            <option key={each} value={each}>
              {each.replaceAll('_', ' ')}
            </option>
          ))}
        </select>
      </label>
      <Updated />
      <button type="button" class="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </footer>
  );
}
