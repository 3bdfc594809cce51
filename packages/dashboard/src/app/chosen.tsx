// The project that the address names, or that there is none of that name.

import { Banner } from '../parts/banner';
import { Link } from '../parts/link';
import { PROJECTS, useAnswer } from './answers';
import type { Project } from './scope';
import { searchOf, useView } from './view';
import { Viewed } from './viewed';

export function Chosen() {
  const view = useView();
  const { data, error } = useAnswer<{ projects: readonly Project[] }>(PROJECTS);
  if (!data) {
    return (
      <main class="alone">
        <Banner />
        {error && !error.isTransient && <p class="trouble">{error.message}</p>}
      </main>
    );
  }
  const { projects } = data;
  const wanted = view.project;
  // A name first: 1.0.0 had numbers in links.
  const project = wanted
    ? (projects.find(({ name }) => name === wanted) ??
      projects.find(({ id }) => String(id) === wanted))
    : projects[0];
  if (!project) {
    return (
      <main class="alone">
        <h1>There is no project “{wanted}”</h1>
        <ul>
          {projects.map(({ id, name }) => (
            <li key={id}>
              <Link href={searchOf({ ...view, project: name })}>{name}</Link>
            </li>
          ))}
        </ul>
      </main>
    );
  }
  return <Viewed key={project.id} {...{ view, project, projects }} />;
}
