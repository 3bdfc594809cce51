// What can be chosen when a server is there: the project, the range, and signing in.

import { element } from './dom';
import { ask, type Choice, NeedsLogin, type Server } from './source';

const PRESETS = [7, 30, 90, 365] as const;
const DAY_MS = 86_400_000;

const isoDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The last `days` days, today included. */
export function lastDays(days: number, nowMs = Date.now()): { from: string; to: string } {
  return { from: isoDay(nowMs - (days - 1) * DAY_MS), to: isoDay(nowMs) };
}

/** What the address of the page says, so that a link shows what its sender saw. */
function choiceOfAddress(): Choice {
  const query = new URLSearchParams(location.search);
  const range = lastDays(30);
  return {
    project: query.get('project') ?? '',
    from: query.get('from') ?? range.from,
    to: query.get('to') ?? range.to,
  };
}

interface ProjectShown {
  readonly id: number;
  readonly name: string;
}

async function projectsOf({ projects }: Server): Promise<readonly ProjectShown[]> {
  if (!projects) return [];
  try {
    const value = (await ask(projects)) as { projects?: readonly ProjectShown[] };
    return value.projects ?? [];
  } catch (error) {
    if (error instanceof NeedsLogin) throw error;
    return []; // The summary of the first project is there all the same.
  }
}

/** Shows the choices; calls back with each one made. @throws NeedsLogin */
export async function showControls(
  place: HTMLElement,
  server: Server,
  change: (choice: Choice) => void,
): Promise<Choice> {
  let choice = choiceOfAddress();
  const projects = await projectsOf(server);
  const project = element('select', { name: 'project' });
  for (const { id, name } of projects)
    project.append(element('option', { value: String(id) }, name));
  if (choice.project) project.value = choice.project;
  const preset = element('select', { name: 'range' });
  for (const days of PRESETS) {
    preset.append(element('option', { value: String(days) }, `Last ${days} days`));
  }
  preset.append(element('option', { value: '' }, 'From … to …'));
  const from = element('input', { type: 'date', name: 'from', required: '' });
  const to = element('input', { type: 'date', name: 'to', required: '' });
  const show = () => {
    from.value = choice.from;
    to.value = choice.to;
    const known = PRESETS.find((days) => {
      const range = lastDays(days);
      return range.from === choice.from && range.to === choice.to;
    });
    preset.value = known ? String(known) : '';
  };
  show();
  const choose = () => {
    if (!from.value || !to.value || from.value > to.value) return;
    choice = { project: project.value, from: from.value, to: to.value };
    show();
    history.replaceState(null, '', `?${new URLSearchParams({ ...choice })}`);
    change(choice);
  };
  preset.addEventListener('change', () => {
    if (!preset.value) return from.focus();
    const range = lastDays(Number(preset.value));
    from.value = range.from;
    to.value = range.to;
    choose();
  });
  for (const input of [project, from, to]) input.addEventListener('change', choose);
  const form = element(
    'form',
    { 'aria-label': 'What to show' },
    ...(projects.length > 1 ? [element('label', {}, 'Project', project)] : []),
    element('label', {}, 'Range', preset),
    element('label', {}, 'From', from),
    element('label', {}, 'To', to),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    choose();
  });
  place.replaceChildren(form);
  return choice;
}

/** Asks for the token; calls back once the server has taken it. */
export function showLogin(
  place: HTMLElement,
  url: string,
  done: () => void,
  fail: (text: string) => void,
): void {
  const token = element('input', {
    type: 'password',
    name: 'token',
    autocomplete: 'current-password',
    required: '',
  });
  // Nobody types a name; password managers look for one.
  const name = element('input', { autocomplete: 'username', value: 'admin', hidden: '' });
  const form = element(
    'form',
    { 'aria-label': 'Sign in' },
    name,
    element('label', {}, 'Admin token', token),
    element('button', { type: 'submit' }, 'Sign in'),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: token.value }),
      });
      done();
    } catch (error) {
      fail(error instanceof NeedsLogin ? 'This is not the token.' : (error as Error).message);
      token.select();
    }
  });
  place.replaceChildren(form);
  token.focus();
}
