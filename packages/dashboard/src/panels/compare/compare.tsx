// How do two periods, or two values, differ? Side by side, in numbers and along time.

import { useScope } from '../../app/scope';
import type { Panel } from '../panel';
import { Choice } from './choice';
import { Lists } from './lists';
import { sidesOf } from './sides';
import { Both } from './totals';

function Compare() {
  const scope = useScope();
  const sides = sidesOf(scope);
  const [a, b] = sides;
  return (
    <>
      <Choice scope={scope} />
      {b ? (
        <>
          <Both sides={[a, b]} />
          <Lists sides={[a, b]} />
        </>
      ) : (
        <p class="soft none">There is no period before all time. Choose days, or two values.</p>
      )}
    </>
  );
}

export const compare: Panel = {
  id: 'compare',
  title: 'Compare',
  question: 'How do two periods, or two values, differ?',
  isWide: true,
  Show: Compare,
};
