// Changes of the project that is looked at: sent, said, and seen by everything on the page.

import { useState } from 'preact/hooks';
import { refresh } from './answers';
import { type Project, useScope } from './scope';
import { send } from './server';

/** What of a project can be changed here. */
type Changes = Partial<Pick<Project, 'public' | 'time_zone'>>;

interface Change {
  readonly isBusy: boolean;
  /** What went wrong, in the collector's words; empty: nothing. */
  readonly trouble: string;
  /** Resolves with whether it was taken. */
  readonly change: (changes: Changes) => Promise<boolean>;
}

/** Changes the project of the view. */
export function useChange(): Change {
  const { project } = useScope();
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const change = async (changes: Changes) => {
    setBusy(true);
    setTrouble('');
    try {
      await send('PATCH', `/api/v1/projects/${project.id}`, changes);
      return true;
    } catch (error) {
      setTrouble((error as Error).message);
      return false;
    } finally {
      setBusy(false);
      refresh();
    }
  };
  return { isBusy, trouble, change };
}
